"""Reads the profiles of a whole store anew where texts, tags, the dictionary or the annotator changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kyokan.graph.importers.annotation import GROUNDS, HUMAN, Annotated, ImportAnnotator, due_by, stored_tags
from kyokan.graph.importers.reading import Progress
from kyokan.graph.model import Entity, EntityKind, RelationKind
from kyokan.graph.stores.protocol import GraphStore

AT_ONCE = 100  # entities that are read, then written together
KANSEI = f"{EntityKind.KANSEI.value}:"


def annotate_store(store: GraphStore, annotator: ImportAnnotator, progress: Progress | None = None) -> int:
    """Read anew what is due; values that a person set stay. Broken off, the next call goes on where this one was.

    A profile that no annotator read, as that of an imported survey, is left as it came. What was once read from the
    words that define a kansei is removed: a kansei has no profile.

    Args:
        store: read and written, some entities at a time.
        annotator: reads the profiles.
        progress: called before every few entities and at the end.

    Returns:
        How many profiles were read.
    """
    tags, described = stored_tags(store), _described(store)
    due = [
        entity.id
        for entity in store.entities()
        if (GROUNDS in entity.attributes or entity.id not in described) and due_by(entity, tags, annotator.version)
    ]
    if due:
        store.write(annotator.entities())
    count = 0
    for done in range(0, len(due), AT_ONCE):
        if progress:
            progress("annotating", done, len(due))
        count += _read(store, annotator, due[done : done + AT_ONCE], tags)
    if progress:
        progress("annotating", len(due), len(due))
    return count


def _described(store: GraphStore) -> set[str]:
    """Ids of everything with a profile, once nothing that an annotator read has a kansei for its source."""
    described, strayed = set(), []
    for relation in store.relations(RelationKind.EVOKES):
        described.add(relation.source)
        if relation.source.startswith(KANSEI) and relation.attributes.get("source") != HUMAN:
            strayed.append(relation.identity)
    if strayed:
        store.delete(relations=strayed)
    return described


def _read(
    store: GraphStore, annotator: ImportAnnotator, ids: Sequence[str], tags: Mapping[str, Mapping[str, float]]
) -> int:
    """Read some entities and write their profiles; what others wrote otherwise meanwhile is left."""
    before = {entity.id: entity for entity in store.entities(ids=ids)}
    read = {
        one.id: annotator.to_relations(one, annotator.profile(one, tags.get(one.id, {}))) for one in before.values()
    }
    found = Annotated()
    for entity in store.entities(ids=ids):
        digest = due_by(entity, tags, annotator.version)
        if digest and _ground(entity) == _ground(before[entity.id]):
            stored = store.relations(RelationKind.EVOKES, source=entity.id)
            found.add(entity, digest, read[entity.id], {relation.identity: relation for relation in stored})
    if found.outdated:
        store.delete(relations=found.outdated)  # first: broken off here, the digests still say that it is due
    store.write(found.entities.values(), found.relations.values())
    return found.count


def _ground(entity: Entity) -> tuple[str, str, object]:
    return entity.text_ja, entity.text_en, entity.attributes.get(GROUNDS)
