"""Imports a source: read, resolve names, merge, annotate, check, and write all of it or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any, TypeVar

from kyokan.errors import ImportRefusedError
from kyokan.graph.importers.annotation import ImportAnnotator, annotate_entities
from kyokan.graph.importers.formats import Format, find_format
from kyokan.graph.importers.merging import merge_entities
from kyokan.graph.importers.problems import Limits, Problems
from kyokan.graph.importers.reading import Progress
from kyokan.graph.importers.records import Reading
from kyokan.graph.importers.report import ImportReport, Resolution
from kyokan.graph.importers.resolution import Resolved, resolve
from kyokan.graph.model import Entity, Relation, RelationKind
from kyokan.graph.stores import codec
from kyokan.graph.stores.protocol import Changes, GraphStore

_SYMMETRIC = frozenset((RelationKind.OVERLAPS, RelationKind.RIVAL_OF))
_OPTIONS = frozenset(("mapping", "limits"))
_REPORT_EVERY = 5_000

Identity = tuple[str, str, str, str]
Item = TypeVar("Item")


def import_source(
    source: Path,
    *,
    format: str | None = None,  # noqa: A002 - the word of the command line
    store: GraphStore,
    annotator: ImportAnnotator | None = None,
    options: Mapping[str, Any] | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Bring a file or folder into the store.

    Rows that break a rule are left out and named in the report; the rest is written in one transaction. Importing the
    same source again changes nothing.

    Args:
        source: file or folder.
        format: a name from ``FORMATS``; recognised by the files where left out.
        store: where to.
        annotator: reads kansei from the texts and tags of what came in; none leaves profiles as they are.
        options: ``mapping``, the path of a catalogue's column mapping; ``limits``, a ``Limits``.
        dry_run: do everything but write; the report is that of the import.
        progress: called with stage, done and total.

    Raises:
        ImportRefusedError: nothing can be imported: no such source or format, a file or column missing, text in
            another encoding, no row that can be read. Nothing was written.
        StoreError: the store refused; nothing was written.
    """
    chosen = find_format(source, format)
    settings = _checked(options or {})
    problems = Problems(settings.limits)
    reading = Reading(
        source=source,
        problems=problems,
        limits=settings.limits,
        progress=progress,
        imported_at=datetime.now(UTC).isoformat(timespec="seconds"),
        mapping=settings.mapping,
    )
    graph = _read_graph(chosen, reading, store)
    annotated = _annotate(graph, store, annotator, progress) if annotator else 0
    changes = _preview(graph, store) if dry_run else _write(graph, store, progress)
    return ImportReport(
        source=str(source),
        format=chosen.name,
        store=store.url,
        dry_run=dry_run,
        added=changes.added,
        updated=changes.updated,
        unchanged=_sum(changes.unchanged, graph.already_stated),
        problems=problems.listed,
        problem_count=len(problems),
        annotated=annotated,
        resolution=tuple(graph.notes),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settings:
    mapping: Path | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(slots=True)
class _Batch:
    """What a source says, by its own ids."""

    entities: dict[str, list[Entity]] = field(default_factory=dict)  # one record a source within the folder
    wishes: dict[str, str] = field(default_factory=dict)
    relations: dict[Identity, Relation] = field(default_factory=dict)
    places: dict[Identity, tuple[str, int | None]] = field(default_factory=dict)


@dataclass(slots=True)
class _Graph:
    """What is to be written, by the ids of the graph.

    ``already_stated`` counts facts that another source states,
    ``outdated`` are values of profiles that were read anew.
    """

    entities: dict[str, Entity] = field(default_factory=dict)
    relations: dict[Identity, Relation] = field(default_factory=dict)
    already_stated: Counter[str] = field(default_factory=Counter)
    outdated: list[Identity] = field(default_factory=list)
    notes: list[Resolution] = field(default_factory=list)


def _checked(options: Mapping[str, Any]) -> _Settings:
    unknown = sorted(options.keys() - _OPTIONS)
    if unknown:
        raise ImportRefusedError(unknown[0], f"is no option of an import; known are {', '.join(sorted(_OPTIONS))}")
    return _Settings(**options)


def _read_graph(chosen: Format, reading: Reading, store: GraphStore) -> _Graph:
    """What the source says, by the ids of the graph and joined with what is known."""
    batch = _collect(chosen, reading)
    resolved = _resolve(batch, chosen, store)
    graph = _merge(batch, resolved, store, reading.problems)
    graph.notes = resolved.notes
    _drop_foreign_facts(graph, chosen, store)
    return graph


def _collect(chosen: Format, reading: Reading) -> _Batch:
    """All that can be read; what is said twice is a problem, unless two sources within one folder say it."""
    batch = _Batch()
    problems = reading.problems
    for record in chosen.read(reading):
        item = record.item
        if isinstance(item, Relation):
            identity = item.identity
            if identity in batch.relations:
                problems.add(record.file, record.row, "", "duplicate", f"{' '.join(identity)} was given before")
                continue
            batch.relations[identity] = item
            batch.places[identity] = (record.file, record.row)
            continue
        said = batch.entities.setdefault(item.id, [])
        if any(one.provenance[0].source == item.provenance[0].source for one in said):
            problems.add(record.file, record.row, "id", "duplicate", f"{item.id} was given before")
            continue
        said.append(item)
        if record.wish:
            batch.wishes[item.id] = record.wish
    if not batch.entities and not batch.relations:
        problems.refuse(reading.source.name, "nothing_to_import", "no row can be imported")
    return batch


def _resolve(batch: _Batch, chosen: Format, store: GraphStore) -> Resolved:
    if chosen.verbatim:
        stored = {entity.id: entity for entity in store.entities(ids=list(batch.entities))}
        return Resolved(ids={entity_id: entity_id for entity_id in batch.entities}, stored=stored)
    entities = [said[0] for said in batch.entities.values()]
    sources = {record.source for said in batch.entities.values() for one in said for record in one.provenance}
    return resolve(entities, batch.wishes, batch.relations.values(), frozenset(sources), store)


def _merge(batch: _Batch, resolved: Resolved, store: GraphStore, problems: Problems) -> _Graph:
    """The batch by graph ids, joined with what is stored; relations whose ends nobody knows are left out."""
    graph = _Graph()
    for own_id, said in batch.entities.items():
        final = resolved.ids[own_id]
        known = graph.entities.get(final) or resolved.stored.get(final)
        incoming = [replace(entity, id=final) for entity in said]
        graph.entities[final] = reduce(merge_entities, [known, *incoming] if known else incoming)
    ends = {end for _, *pair, _ in batch.relations for end in pair} - resolved.ids.keys()
    elsewhere = {entity.id for entity in store.entities(ids=sorted(ends))} if ends else set()
    for identity, relation in batch.relations.items():
        missing = [end for end in (relation.source, relation.target) if end in ends and end not in elsewhere]
        if missing:
            message = f"{missing[0]} is neither in the source nor in the store"
            problems.add(*batch.places[identity], "", "unknown_id", message)
        else:
            _add(graph, _renamed(relation, resolved.ids))
    return graph


def _renamed(relation: Relation, ids: Mapping[str, str]) -> Relation:
    """The relation between graph ids; symmetric ones with their ends in ascending order."""
    source, target = ids.get(relation.source, relation.source), ids.get(relation.target, relation.target)
    if relation.kind in _SYMMETRIC and target < source:
        source, target = target, source
    attributes = relation.attributes
    product = attributes.get("product")
    if isinstance(product, str) and product in ids:
        attributes = {**attributes, "product": ids[product]}
    return replace(relation, source=source, target=target, attributes=attributes)


def _add(graph: _Graph, relation: Relation) -> None:
    """Keep a relation; where two become one because their ends did, the stronger."""
    if relation.source == relation.target:
        return
    identity = relation.identity
    other = graph.relations.get(identity)
    if other is None or other.weight < relation.weight:
        graph.relations[identity] = relation


def _drop_foreign_facts(graph: _Graph, chosen: Format, store: GraphStore) -> None:
    """Leave relations to the source that stated them first, so that two sources do not rewrite each other's."""
    if chosen.verbatim:
        return
    for kind in sorted({relation.kind for relation in graph.relations.values()}):
        for stored in store.relations(kind):
            ours = graph.relations.get(stored.identity)
            if ours is not None and ours.provenance.source != stored.provenance.source:
                del graph.relations[stored.identity]
                graph.already_stated[kind.value] += 1


def _annotate(graph: _Graph, store: GraphStore, annotator: ImportAnnotator, progress: Progress | None) -> int:
    """Add profiles to what is written; returns how many were read."""
    annotated = annotate_entities(graph.entities, graph.relations, store, annotator, progress)
    graph.entities |= annotated.entities
    graph.relations |= annotated.relations
    graph.outdated = annotated.outdated
    return annotated.count


def _write(graph: _Graph, store: GraphStore, progress: Progress | None) -> Changes:
    entities = _tracked(graph.entities.values(), "writing entities", len(graph.entities), progress)
    relations = _tracked(graph.relations.values(), "writing relations", len(graph.relations), progress)
    if graph.outdated:
        # First, so that an import which fails from here on is seen as due again: the digests are still the old ones.
        store.delete(relations=graph.outdated)
    return store.write(entities, relations)


def _tracked(items: Iterable[Item], stage: str, total: int, progress: Progress | None) -> Iterator[Item]:
    for done, item in enumerate(items):
        if progress and done % _REPORT_EVERY == 0:
            progress(stage, done, total)
        yield item
    if progress:
        progress(stage, total, total)


def _preview(graph: _Graph, store: GraphStore) -> Changes:
    """The changes that writing the graph would make."""
    counts: dict[str, Counter[str]] = {"added": Counter(), "updated": Counter(), "unchanged": Counter()}
    stored_entities = {entity.id: entity for entity in store.entities(ids=list(graph.entities))}
    for entity_id, entity in graph.entities.items():
        held = stored_entities.get(entity_id)
        same = held is not None and codec.encode_entity(held).digest == codec.encode_entity(entity).digest
        counts["added" if held is None else "unchanged" if same else "updated"][entity.kind.value] += 1
    known: set[Identity] = set()
    for kind in sorted({relation.kind for relation in graph.relations.values()}):
        for stored in store.relations(kind):
            relation = graph.relations.get(stored.identity)
            if relation is not None:
                known.add(stored.identity)
                same = codec.encode_relation(stored).digest == codec.encode_relation(relation).digest
                counts["unchanged" if same else "updated"][kind.value] += 1
    for identity, relation in graph.relations.items():
        if identity not in known:
            counts["added"][relation.kind.value] += 1
    return Changes(**{name: dict(sorted(count.items())) for name, count in counts.items()})


def _sum(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted((Counter(first) + Counter(second)).items()))
