"""Paths between two entities in the SQLite store: half a walk from each end, joined in the middle."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.engine import Connection

from kyokan.graph.model import Relation
from kyokan.graph.stores import sqlite_schema as db
from kyokan.graph.stores.codec import decode_relation
from kyokan.graph.stores.protocol import Path
from kyokan.graph.stores.walks import check_hops, strength

Identity = tuple[str, str, str, str]

# Both directions of every relation that touches the listed entities; nobody's path leads through a fan.
_STEPS = """
SELECT source, target, kind, source, target, key, weight, confidence FROM relation
WHERE source IN (SELECT value FROM json_each(:from_)) AND source <> target {onward}
UNION ALL
SELECT target, source, kind, source, target, key, weight, confidence FROM relation
WHERE target IN (SELECT value FROM json_each(:from_)) AND source <> target {backward}
"""
_ANYWHERE = text(_STEPS.format(onward="AND target NOT GLOB 'fan:*'", backward="AND source NOT GLOB 'fan:*'"))
_WITHIN = text(
    _STEPS.format(
        onward="AND target IN (SELECT value FROM json_each(:to))",
        backward="AND source IN (SELECT value FROM json_each(:to))",
    )
)


class _Step(NamedTuple):
    to: str
    identity: Identity
    weight: float
    confidence: float


class _Walk(NamedTuple):
    nodes: tuple[str, ...]
    steps: tuple[_Step, ...]


def find_paths(connection: Connection, source: str, target: str, max_hops: int, limit: int) -> list[Path]:
    """Simple paths of up to ``max_hops`` relations: shorter first, then stronger, then by ids; at most ``limit``.

    Raises:
        QueryError: ``max_hops`` is not in 1..4.
    """
    check_hops(max_hops)
    found: list[_Walk] = []
    for hops in range(1, max_hops + 1) if source != target else ():
        if len(found) < limit:
            found += sorted(_walks_between(connection, source, target, hops), key=_rank)
    return [_path(connection, walk) for walk in found[:limit]]


def _walks_between(connection: Connection, source: str, target: str, hops: int) -> Iterator[_Walk]:
    half = hops // 2
    endings: dict[str, list[_Walk]] = defaultdict(list)
    for ending in _walks_from(connection, target, source, half):
        endings[ending.nodes[-1]].append(ending)
    for beginning in _walks_from(connection, source, target, hops - half, within=endings.keys()):
        for ending in endings[beginning.nodes[-1]]:
            nodes = beginning.nodes + ending.nodes[-2::-1]
            if len(set(nodes)) == len(nodes):
                yield _Walk(nodes, beginning.steps + ending.steps[::-1])


def _walks_from(
    connection: Connection, start: str, other: str, hops: int, within: Collection[str] | None = None
) -> list[_Walk]:
    """Simple walks of ``hops`` steps that do not touch ``other`` on the way and end in ``within`` where given."""
    walks = [_Walk((start,), ())]
    for hop in range(1, hops + 1):
        last = within if hop == hops else None
        steps = _steps(connection, {walk.nodes[-1] for walk in walks}, last)
        walks = [
            _Walk((*walk.nodes, step.to), (*walk.steps, step))
            for walk in walks
            for step in steps.get(walk.nodes[-1], ())
            if step.to not in walk.nodes and (step.to != other or last is not None)
        ]
    return walks


def _steps(connection: Connection, begin: Collection[str], end: Collection[str] | None) -> dict[str, list[_Step]]:
    listed = {"from_": json.dumps(sorted(begin))}
    if end is None:
        rows = connection.execute(_ANYWHERE, listed)
    else:
        rows = connection.execute(_WITHIN, listed | {"to": json.dumps(sorted(end))})
    steps: dict[str, list[_Step]] = defaultdict(list)
    for origin, to, kind, source, target, key, weight, confidence in rows:
        steps[origin].append(_Step(to, (kind, source, target, key), weight, confidence))
    return steps


def _rank(walk: _Walk) -> tuple[float, tuple[str, ...], tuple[Identity, ...]]:
    weights = [(step.weight, step.confidence) for step in walk.steps]
    return -strength(weights), walk.nodes, tuple(step.identity for step in walk.steps)


def _path(connection: Connection, walk: _Walk) -> Path:
    return Path(walk.nodes, tuple(_relation(connection, step.identity) for step in walk.steps))


def _relation(connection: Connection, identity: Identity) -> Relation:
    columns = db.relation.c
    query = select(columns.record, columns.imported_at).where(
        *(name == value for name, value in zip(db.relation.primary_key, identity, strict=True))
    )
    return decode_relation(*connection.execute(query).one())
