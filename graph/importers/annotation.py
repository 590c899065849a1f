"""Gives what was imported its kansei, to be written with it; profiles whose grounds did not change stay."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Protocol

from kyokan.graph.importers.reading import Progress
from kyokan.graph.model import Entity, EntityKind, KanseiValue, Relation, RelationKind
from kyokan.graph.stores.protocol import GraphStore

GROUNDS = "annotated"
"""Attribute that holds a digest of what a profile was read from: texts, tags, annotator version."""

HUMAN = "human"  # the source of a value that a person set

_REPORT_EVERY = 200

Identity = tuple[str, str, str, str]


class ImportAnnotator(Protocol):
    """What an import asks of an annotator."""

    @property
    def version(self) -> str:
        """Annotator, dictionary and encoder versions."""
        ...

    def profile(self, entity: Entity, tags: Mapping[str, float]) -> tuple[KanseiValue, ...]:
        """The kansei of an entity's texts and of its tags (name to weight)."""
        ...

    def to_relations(self, entity: Entity, profile: Sequence[KanseiValue]) -> Sequence[Relation]:
        """The evokes relations of a profile."""
        ...

    def entities(self) -> Sequence[Entity]:
        """The kansei attributes that evokes relations point at."""
        ...


@dataclass(slots=True)
class Annotated:
    """What annotating adds to an import: entities with their new digest, relations, and what they take the place of."""

    entities: dict[str, Entity] = field(default_factory=dict)
    relations: dict[Identity, Relation] = field(default_factory=dict)
    outdated: list[Identity] = field(default_factory=list)
    count: int = 0

    def add(self, entity: Entity, digest: str, read: Iterable[Relation], stored: Mapping[Identity, Relation]) -> None:
        """Take in what was read of an entity; ``stored`` are its evokes relations, of which a person's own stay."""
        corrected = {identity for identity, relation in stored.items() if relation.attributes.get("source") == HUMAN}
        fresh = {relation.identity: relation for relation in read}
        self.relations |= {identity: relation for identity, relation in fresh.items() if identity not in corrected}
        self.outdated += [identity for identity in stored if identity not in fresh and identity not in corrected]
        self.entities[entity.id] = replace(entity, attributes={**entity.attributes, GROUNDS: digest})
        self.count += 1


def annotate_entities(
    entities: Mapping[str, Entity],
    relations: Mapping[Identity, Relation],
    store: GraphStore,
    annotator: ImportAnnotator,
    progress: Progress | None = None,
) -> Annotated:
    """Profiles of the entities that have texts or tags, where these or the annotator changed since the last time.

    Args:
        entities: what is about to be written, by id.
        relations: likewise; tags are taken from here and from the store.
        store: only read.
        annotator: reads the profiles.
        progress: called now and then.
    """
    found = Annotated()
    tags = _tags(entities, relations, store)
    due = [(entity, digest) for entity in entities.values() if (digest := due_by(entity, tags, annotator.version))]
    if not due:
        return found
    held = _held({entity.id for entity, _ in due}, store)
    found.entities = {kansei.id: kansei for kansei in annotator.entities()}
    for done, (entity, digest) in enumerate(due):
        if progress and done % _REPORT_EVERY == 0:
            progress("annotating", done, len(due))
        profile = annotator.profile(entity, tags.get(entity.id, {}))
        found.add(entity, digest, annotator.to_relations(entity, profile), held.get(entity.id, {}))
    if progress:
        progress("annotating", len(due), len(due))
    return found


def due_by(entity: Entity, tags: Mapping[str, Mapping[str, float]], version: str) -> str:
    """The digest of what an entity's profile is to be read from; empty where there is nothing, or nothing new.

    The words that define a kansei make no profile: it evokes itself and nothing else.

    Args:
        entity: with the digest of what its profile was read from before.
        tags: tag names and weights by entity.
        version: of the annotator.
    """
    if entity.kind is EntityKind.KANSEI or not (entity.text_ja or entity.text_en or entity.id in tags):
        return ""
    digest = _grounds(entity, tags.get(entity.id, {}), version)
    return "" if entity.attributes.get(GROUNDS) == digest else digest


def stored_tags(store: GraphStore) -> dict[str, dict[str, float]]:
    """Tag names and weights of everything stored, by entity."""
    return _by_entity(
        {tag.id: tag.name for tag in store.entities(EntityKind.TAG)}, store.relations(RelationKind.TAGGED)
    )


def _tags(
    entities: Mapping[str, Entity], relations: Mapping[Identity, Relation], store: GraphStore
) -> dict[str, dict[str, float]]:
    """Tag names and weights by entity: what is stored, and over it what is about to be written."""
    names = {tag.id: tag.name for tag in store.entities(EntityKind.TAG)}
    names |= {tag.id: tag.name for tag in entities.values() if tag.kind is EntityKind.TAG}
    stored = (relation for relation in store.relations(RelationKind.TAGGED) if relation.source in entities)
    return _by_entity(names, chain(stored, relations.values()))


def _by_entity(names: Mapping[str, str], relations: Iterable[Relation]) -> dict[str, dict[str, float]]:
    """Tag names and weights by entity; of two relations of one identity the later holds."""
    said: dict[str, dict[tuple[str, str], float]] = defaultdict(dict)
    for relation in relations:
        if relation.kind is RelationKind.TAGGED and relation.target in names:
            said[relation.source][relation.target, relation.key] = relation.weight
    found: dict[str, dict[str, float]] = {}
    for entity_id, weights in said.items():
        # In a fixed order, so that the sums are the same to the last bit whatever was stored before.
        tags = found[entity_id] = defaultdict(float)
        for (tag, _), weight in sorted(weights.items()):
            tags[names[tag]] += weight
    return found


def _held(due: Container[str], store: GraphStore) -> dict[str, dict[Identity, Relation]]:
    """Evokes relations that the store holds for the entities that are due."""
    held: dict[str, dict[Identity, Relation]] = defaultdict(dict)
    for relation in store.relations(RelationKind.EVOKES):
        if relation.source in due:
            held[relation.source][relation.identity] = relation
    return held


def _grounds(entity: Entity, tags: Mapping[str, float], version: str) -> str:
    grounds = json.dumps([entity.text_ja, entity.text_en, sorted(tags.items()), version], ensure_ascii=False)
    return hashlib.sha256(grounds.encode()).hexdigest()[:16]
