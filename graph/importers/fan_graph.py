"""Reads a graph of communities whose members overlap: artists, brands and interests in yearly snapshots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kyokan.graph.importers.problems import RowError
from kyokan.graph.importers.reading import Row
from kyokan.graph.importers.records import Reading, Record
from kyokan.graph.model import Entity, EntityKind, JsonValue, Provenance, Relation, RelationKind, Rights
from kyokan.graph.names import slug

SOURCE = "fan-graph"
FILES = ("nodes.csv", "edges.csv")
CROSS_EDGES = "cross_edges.csv"
# A community about a kind of product or music is an audience of its own: people, not a thing that could be sold.
_KINDS = {
    "artist": EntityKind.ARTIST,
    "brand": EntityKind.BRAND,
    "product_community": EntityKind.SEGMENT,
    "music_community": EntityKind.SEGMENT,
}
_UNRANKED = 0.5  # strength of an overlap that is only said to exist

_Edges = dict[tuple[str, str], dict[str, float]]


def read(reading: Reading) -> Iterator[Record]:
    """Artists, brands and audience segments, then overlaps: one a pair and snapshot.

    A list ranks communities by overlap without saying how large it is, so the strength is the place in the list,
    ``(length − rank + 1) / length``, and of the two ends' lists the larger. Confidence is the share of the source's
    snapshots in which the pair was seen: pairs of small communities that come once are mostly noise.
    """
    provenance = Provenance(
        source=SOURCE,
        licence="None stated (overlaps: anvaka/sayit-data); members: 0BSD",
        rights=Rights.INTERNAL,
        address="https://github.com/anvaka/sayit-data",
        imported_at=reading.imported_at,
    )
    ids: dict[str, str] = {}
    linked: dict[str, str] = {}
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in reading.table("nodes.csv", ("node", "type")):
        with reading.problems.row(row.file, row.number):
            if row.text("node") in ids:
                raise RowError("node", "duplicate", f"the community {row.text('node')} was given before")
            # Two communities of one last.fm artist are one entity.
            entity_id = _entity_id(row)
            if row.text("lastfm_artist_id"):
                entity_id = linked.setdefault(str(row.integer("lastfm_artist_id", minimum=0)), entity_id)
            ids[row.text("node")] = entity_id
            grouped[entity_id].append(row)
    for entity_id, rows in grouped.items():
        with reading.problems.row(rows[0].file, rows[0].number):
            yield _community(entity_id, rows, provenance)
    edges, rows_of = _read_edges(reading, ids)
    snapshots = {snapshot for strengths in edges.values() for snapshot in strengths}
    for (source, target), strengths in edges.items():
        confidence = len(strengths) / len(snapshots)
        for snapshot, weight in sorted(strengths.items()):
            overlap = Relation(
                kind=RelationKind.OVERLAPS,
                source=source,
                target=target,
                key=snapshot,
                weight=weight,
                confidence=confidence,
                since=snapshot,
                until=snapshot,
                provenance=provenance,
            )
            row = rows_of[source, target]
            yield Record(overlap, row.file, row.number)


def _entity_id(row: Row) -> str:
    kind = _KINDS.get(row.required("type"))
    if kind is None:
        raise RowError("type", "unknown_value", f"the type {row.text('type')!r} is none of {', '.join(_KINDS)}")
    return f"{kind.value}:reddit-{slug(row.required('node'))}"


def _community(entity_id: str, rows: list[Row], provenance: Provenance) -> Record:
    row = rows[0]
    kind = _KINDS[row.text("type")]
    node = row.text("node")
    name = row.text("lastfm_name") or node
    external = {"reddit": node}
    attributes: dict[str, JsonValue] = {}
    if row.text("lastfm_artist_id"):
        external["lastfm"] = row.text("lastfm_artist_id")
    if kind is EntityKind.ARTIST:
        attributes["type"] = "music"
    if kind is EntityKind.SEGMENT:
        attributes["about"] = row.text("type").removesuffix("_community")
    if row.text("origin_hint"):
        attributes["origin"] = row.text("origin_hint")
    members = [part.integer("members_2024", minimum=0) for part in rows if part.text("members_2024")]
    if members:
        attributes["members"] = max(members)
    entity = Entity(
        id=entity_id,
        kind=kind,
        name=name,
        aliases=tuple(dict.fromkeys(part.text("node") for part in rows if part.text("node") != name)),
        external_ids=external,
        attributes=attributes,
        provenance=(provenance,),
    )
    wish = "" if kind is EntityKind.SEGMENT else f"{kind.value}:{slug(name)}"
    return Record(entity, row.file, row.number, wish=wish)


def _read_edges(reading: Reading, ids: dict[str, str]) -> tuple[_Edges, dict[tuple[str, str], Row]]:
    """Strength by pair and snapshot, pairs in ascending order; and a row that names each pair."""
    edges: _Edges = defaultdict(dict)
    rows: dict[tuple[str, str], Row] = {}
    seen: set[tuple[str, str, str]] = set()
    for row in reading.table("edges.csv", ("source", "target", "snapshot", "rank", "source_list_len")):
        with reading.problems.row(row.file, row.number):
            directed = (row.required("source"), row.required("target"), _year(row))
            if directed in seen:
                raise RowError("source", "duplicate", f"{' → '.join(directed)} was given before")
            seen.add(directed)
            length = row.integer("source_list_len", minimum=1)
            rank = row.number_of("rank", minimum=1, maximum=length)
            if pair := _pair(row, ids, "source", "target"):
                rows.setdefault(pair, row)
                strengths = edges[pair]
                strengths[directed[2]] = max(strengths.get(directed[2], 0.0), (length - rank + 1) / length)
    for row in reading.table(CROSS_EDGES, ("music_node", "consumer_node")) if reading.has(CROSS_EDGES) else ():
        with reading.problems.row(row.file, row.number):
            if pair := _pair(row, ids, "music_node", "consumer_node"):
                rows.setdefault(pair, row)
                for column in row.values:
                    if column.startswith("in_") and row.text(column) == "1":
                        edges[pair].setdefault(column.removeprefix("in_"), _UNRANKED)
    return dict(sorted(edges.items())), rows


def _year(row: Row) -> str:
    row.date("snapshot")
    return row.required("snapshot")


def _pair(row: Row, ids: dict[str, str], first: str, second: str) -> tuple[str, str] | None:
    """The two ends in ascending order; None where both are one entity."""
    for column in (first, second):
        if row.text(column) not in ids:
            raise RowError(column, "unknown_id", f"the community {row.text(column)!r} has no row of its own")
    ends = sorted((ids[row.text(first)], ids[row.text(second)]))
    return (ends[0], ends[1]) if ends[0] != ends[1] else None
