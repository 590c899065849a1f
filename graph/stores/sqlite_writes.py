"""What the SQLite store writes, each function within the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import numpy as np
from sqlalchemy import bindparam, delete, select, text, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

from kyokan.errors import StoreError
from kyokan.graph.encoder import Vectors
from kyokan.graph.model import Entity, Relation
from kyokan.graph.stores import sqlite_schema as db
from kyokan.graph.stores.codec import encode_entity, encode_relation
from kyokan.graph.stores.namesearch import folded_names
from kyokan.graph.stores.revisions import next_revision
from kyokan.graph.stores.tally import Row, Tally, grouped

Identity = tuple[str, str, str, str]

_STORED_ENTITIES = text("SELECT id, row, hash FROM entity WHERE id IN (SELECT value FROM json_each(:listed))")
_STORED_RELATIONS = text(
    "SELECT r.kind, r.source, r.target, r.key, r.hash FROM json_each(:listed) AS l CROSS JOIN relation AS r "
    "ON r.kind = l.value ->> 0 AND r.source = l.value ->> 1 AND r.target = l.value ->> 2 AND r.key = l.value ->> 3"
)
_FORGET_NAMES = text("DELETE FROM entity_name WHERE rowid = :row")
_KEEP_NAMES = text("INSERT INTO entity_name (rowid, names) VALUES (:row, :names)")
_TOUCHING = text(
    "DELETE FROM relation WHERE source IN (SELECT value FROM json_each(:listed)) "
    "OR target IN (SELECT value FROM json_each(:listed))"
)
_DELETE_RELATION = delete(db.relation).where(
    *(column == bindparam(f"of_{column.name}") for column in db.relation.primary_key)
)


def write_entities(connection: Connection, entities: Sequence[Entity], tally: Tally) -> None:
    """Insert or replace a batch of entities, with their names in the index."""
    rows = grouped((item.id, _entity_row(item)) for item in entities)
    stored = _stored_entities(connection, rows)
    pending = tally.sift(rows, {entity_id: digest for entity_id, (_, digest) in stored.items()})
    if not pending:
        return
    written = {item.id: item for item in entities}
    for row in pending:
        row["names"] = folded_names(written[row["id"]])
    last = connection.scalar(text("SELECT coalesce(max(row), 0) FROM entity"))
    old: list[Row] = []
    new: list[Row] = []
    for row in pending:
        if row["id"] in stored:
            old.append(row | {"row": stored[row["id"]][0]})
        else:
            new.append(row | {"row": last + len(new) + 1})
    if old:
        changed = ("names", "record", "imported_at", "hash")
        statement = (
            update(db.entity).where(db.entity.c.row == bindparam("at")).values({n: bindparam(n) for n in changed})
        )
        connection.execute(statement, [{"at": row["row"]} | {name: row[name] for name in changed} for row in old])
        connection.execute(_FORGET_NAMES, [{"row": row["row"]} for row in old])
    if new:
        connection.execute(insert(db.entity), new)
    connection.execute(_KEEP_NAMES, [{"row": row["row"], "names": row["names"]} for row in old + new])


def write_relations(connection: Connection, relations: Sequence[Relation], tally: Tally, present: set[str]) -> None:
    """Insert or replace a batch of relations.

    Args:
        connection: within a transaction.
        relations: the batch.
        tally: counts what changes.
        present: entities known to exist; grows, so that later batches ask for less.

    Raises:
        StoreError: an end of a relation is not there.
    """
    rows = grouped((item.identity, _relation_row(item)) for item in relations)
    ends = {end for _, source, target, _ in rows for end in (source, target)} - present
    absent = ends - _stored_entities(connection, ends).keys()
    if absent:
        broken = next(item for item in relations if item.source in absent or item.target in absent)
        missing = broken.source if broken.source in absent else broken.target
        raise StoreError(" ".join(broken.identity), f"names {missing}, which does not exist", "Write the entity first")
    present |= ends
    pending = tally.sift(rows, dict(_stored_relations(connection, rows)))
    if pending:
        statement = insert(db.relation).prefix_with("OR REPLACE")
        connection.execute(statement, pending)


def delete_relations(connection: Connection, identities: Sequence[Identity]) -> int:
    """Remove relations by identity; returns how many there were."""
    stored = [identity for identity, _ in _stored_relations(connection, dict.fromkeys(identities))]
    if stored:
        connection.execute(
            _DELETE_RELATION,
            [dict(zip(("of_kind", "of_source", "of_target", "of_key"), identity, strict=True)) for identity in stored],
        )
    return len(stored)


def delete_entities(connection: Connection, ids: Sequence[str]) -> int:
    """Remove entities and every relation that touches them; returns how many rows went."""
    stored = _stored_entities(connection, ids)
    if not stored:
        return 0
    gone = connection.execute(_TOUCHING, {"listed": json.dumps(list(stored))}).rowcount
    rows = [{"row": row} for row, _ in stored.values()]
    connection.execute(_FORGET_NAMES, rows)
    connection.execute(text("DELETE FROM entity WHERE row = :row"), rows)
    return gone + len(rows)


def write_vectors(connection: Connection, encoder: str, ids: Sequence[str], vectors: Vectors) -> None:
    """Keep the vectors of entities, and none of another encoder.

    Raises:
        StoreError: an entity is not there.
    """
    absent = set(ids) - _stored_entities(connection, ids).keys()
    if absent:
        raise StoreError(min(absent), "does not exist and cannot have a vector", "Write the entity first")
    connection.execute(delete(db.vector).where(db.vector.c.encoder != encoder))
    connection.execute(
        text("DELETE FROM vector WHERE id IN (SELECT value FROM json_each(:listed))"), {"listed": json.dumps(list(ids))}
    )
    rows = [
        {"id": entity_id, "kind": entity_id.partition(":")[0], "encoder": encoder, "vector": vector.tobytes()}
        for entity_id, vector in zip(ids, vectors.astype("<f4"), strict=True)
        if np.any(vector)
    ]
    if rows:
        connection.execute(insert(db.vector), rows)


def advance(connection: Connection) -> None:
    """Give the store a new revision."""
    of = db.meta.c.key == "revision"
    last = connection.scalar(select(db.meta.c.value).where(of)) or 0
    connection.execute(update(db.meta).where(of).values(value=next_revision(last)))


def _entity_row(entity: Entity) -> Row:
    record, digest, imported_at = encode_entity(entity)
    return {
        "id": entity.id,
        "kind": entity.kind.value,
        "record": record,
        "imported_at": imported_at,
        "hash": digest,
    }


def _relation_row(relation: Relation) -> Row:
    record, digest, imported_at = encode_relation(relation)
    return {
        "kind": relation.kind.value,
        "source": relation.source,
        "target": relation.target,
        "key": relation.key,
        "weight": float(relation.weight),
        "confidence": float(relation.confidence),
        "record": record,
        "imported_at": imported_at,
        "hash": digest,
    }


def _stored_entities(connection: Connection, ids: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Id to (row, hash) of those that exist."""
    found = connection.execute(_STORED_ENTITIES, {"listed": json.dumps(list(ids))}).all()
    return {entity_id: (row, digest) for entity_id, row, digest in found}


def _stored_relations(connection: Connection, identities: Iterable[Identity]) -> list[tuple[Identity, str]]:
    """Identity and hash of those that exist."""
    found = connection.execute(_STORED_RELATIONS, {"listed": json.dumps(list(identities))}).all()
    return [((kind, source, target, key), digest) for kind, source, target, key, digest in found]
