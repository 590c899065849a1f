"""What the Neo4j store writes, each function within the caller's transaction."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from neo4j import ManagedTransaction

from kyokan.errors import StoreError
from kyokan.graph.encoder import Vectors
from kyokan.graph.model import Entity, EntityKind, Relation, RelationKind
from kyokan.graph.stores import cypher
from kyokan.graph.stores.codec import Record, encode_entity, encode_relation, hashed_key
from kyokan.graph.stores.namesearch import SEPARATOR, folded_names
from kyokan.graph.stores.tally import Row, Tally, grouped

SCHEMA = 1
K = TypeVar("K")


class EncodedEntity(NamedTuple):
    """An entity with its record, so that a transaction that is tried again need not encode again."""

    entity: Entity
    record: Record
    key: str


class EncodedRelation(NamedTuple):
    """A relation with its record and the hash of its identity."""

    relation: Relation
    record: Record
    rid: str


def encoded_entity(entity: Entity) -> EncodedEntity:
    """The entity with its record."""
    return EncodedEntity(entity, encode_entity(entity), hashed_key(entity.id))


def encoded_relation(relation: Relation) -> EncodedRelation:
    """The relation with its record."""
    return EncodedRelation(relation, encode_relation(relation), hashed_key(*relation.identity))


def lock(transaction: ManagedTransaction) -> int:
    """Wait for this writer's turn; returns the revision."""
    found = transaction.run(cypher.LOCK, schema=SCHEMA).single(strict=True)
    return int(found["revision"])


def write_entities(transaction: ManagedTransaction, items: Sequence[EncodedEntity], tally: Tally) -> None:
    """Insert or replace a batch of entities."""
    rows = grouped((item.key, _entity_row(item)) for item in items)
    pending = tally.sift(rows, stored_entities(transaction, rows))
    entities = {item.key: item.entity for item in items}
    for row in pending:
        names = folded_names(entities[row["key"]])
        row |= {"names": names, "pairs": pairs(names)}
    for kind, part in grouped_by(pending, lambda row: EntityKind(row["kind"])).items():
        transaction.run(cypher.WRITE_ENTITIES[kind], rows=part).consume()


def write_relations(
    transaction: ManagedTransaction, items: Sequence[EncodedRelation], tally: Tally, present: set[str]
) -> None:
    """Insert or replace a batch of relations.

    Args:
        transaction: the caller's.
        items: the batch.
        tally: counts what changes.
        present: keys of entities known to exist; grows, so that later batches ask for less.

    Raises:
        StoreError: an end of a relation is not there.
    """
    rows = grouped((item.rid, _relation_row(item)) for item in items)
    ends = {row[end] for versions in rows.values() for row in versions for end in ("source", "target")} - present
    absent = ends - stored_entities(transaction, ends).keys()
    if absent:
        _refuse_dangling(items, absent)
    present |= ends
    stored = stored_relations(transaction, (item.relation.identity for item in items))
    for kind, part in grouped_by(tally.sift(rows, stored), lambda row: RelationKind(row["kind"])).items():
        texts = {False: cypher.ADD_RELATIONS[kind], True: cypher.UPDATE_RELATIONS[kind]}
        for known, some in grouped_by(part, lambda row: row["properties"]["rid"] in stored).items():
            statement_rows = [{name: row[name] for name in ("source", "target", "properties")} for row in some]
            transaction.run(texts[known], rows=statement_rows).consume()


def delete_relations(transaction: ManagedTransaction, identities: Sequence[tuple[str, str, str, str]]) -> int:
    """Remove relations by identity; returns how many there were."""
    gone = 0
    for kind, part in _known_kinds(identities).items():
        rids = sorted({hashed_key(*identity) for identity in part})
        gone += transaction.run(cypher.DELETE_RELATIONS[kind], rids=rids).single(strict=True)["gone"]
    return gone


def delete_entities(transaction: ManagedTransaction, ids: Sequence[str]) -> int:
    """Remove entities and every relation that touches them; returns how many rows went."""
    keys = sorted({hashed_key(entity_id) for entity_id in ids})
    statements = (cypher.DELETE_TOUCHING, cypher.DELETE_ENTITIES)
    return sum(transaction.run(statement, keys=keys).single(strict=True)["gone"] for statement in statements)


def write_vectors(transaction: ManagedTransaction, encoder: str, items: Sequence[tuple[str, Vectors]]) -> None:
    """Keep the vectors of a batch of entities.

    Raises:
        StoreError: an entity is not there.
    """
    keys = {hashed_key(entity_id): entity_id for entity_id, _ in items}
    absent = keys.keys() - stored_entities(transaction, keys).keys()
    if absent:
        subject = min(keys[key] for key in absent)
        raise StoreError(subject, "does not exist and cannot have a vector", "Write the entity first")
    transaction.run(cypher.FORGET_VECTORS_OF, keys=list(keys)).consume()
    rows = [
        {"key": key, "vector": vector.tolist()} for key, (_, vector) in zip(keys, items, strict=True) if vector.any()
    ]
    transaction.run(cypher.WRITE_VECTORS, rows=rows, encoder=encoder).consume()


def stored_entities(transaction: ManagedTransaction, keys: Iterable[str]) -> dict[str, str]:
    """Key to hash of the record, of those that exist."""
    found = transaction.run(cypher.STORED_ENTITIES, keys=list(keys))
    return dict(found.values())


def stored_relations(
    transaction: ManagedTransaction, identities: Iterable[tuple[str, str, str, str]]
) -> dict[str, str]:
    """Hash of the identity to hash of the record, of those that exist."""
    known: dict[str, str] = {}
    for kind, part in _known_kinds(identities).items():
        found = transaction.run(cypher.STORED_RELATIONS[kind], rids=[hashed_key(*identity) for identity in part])
        known |= dict(found.values())
    return known


def pairs(names: str) -> str:
    """Folded names as pairs of neighbouring characters between spaces: ``utada`` is ``ut ta ad da``."""
    return f" {SEPARATOR} ".join(
        " ".join(one + other for one, other in itertools.pairwise(name)) for name in names.split(SEPARATOR)
    )


def grouped_by(items: Iterable[Any], key_of: Callable[[Any], K]) -> Mapping[K, list[Any]]:
    """Items by key, keys in order of appearance."""
    found: dict[K, list[Any]] = defaultdict(list)
    for item in items:
        found[key_of(item)].append(item)
    return found


def _known_kinds(
    identities: Iterable[tuple[str, str, str, str]],
) -> Mapping[RelationKind, list[tuple[str, str, str, str]]]:
    """Identities by kind; those of a kind that does not exist are left out."""
    kinds = {kind.value for kind in RelationKind}
    return grouped_by((item for item in identities if item[0] in kinds), lambda item: RelationKind(item[0]))


def _refuse_dangling(items: Iterable[EncodedRelation], absent: set[str]) -> None:
    for relation, _, _ in items:
        for end in (relation.source, relation.target):
            if hashed_key(end) in absent:
                subject = " ".join(relation.identity)
                raise StoreError(subject, f"names {end}, which does not exist", "Write the entity first")


def _entity_row(item: EncodedEntity) -> Row:
    entity, record, key = item
    return {
        "key": key,
        "id": entity.id,
        "kind": entity.kind.value,
        "name": entity.name,
        "name_ja": entity.name_ja,
        "name_en": entity.name_en,
        "synthetic": entity.synthetic,
        "record": record.text,
        "imported_at": record.imported_at,
        "hash": record.digest,
    }


def _relation_row(item: EncodedRelation) -> Row:
    relation, record, rid = item
    # A transaction keeps some 300 bytes for every property of a new relation, so empty ones are left out.
    optional = {"key": relation.key, "since": relation.since, "until": relation.until}
    return {
        "kind": relation.kind.value,
        "source": hashed_key(relation.source),
        "target": hashed_key(relation.target),
        "hash": record.digest,
        "properties": {
            "rid": rid,
            "weight": float(relation.weight),
            "confidence": float(relation.confidence),
            "record": record.text,
            "imported_at": record.imported_at,
            "hash": record.digest,
            **{name: value for name, value in optional.items() if value},
        },
    }
