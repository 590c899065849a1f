"""Reads the last.fm set of HetRec 2011: fans, artists, plays, friends and taggings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator

from kyokan.graph.importers.problems import RowError
from kyokan.graph.importers.reading import Row
from kyokan.graph.importers.records import Reading, Record, Vocabulary
from kyokan.graph.model import Entity, EntityKind, JsonValue, Provenance, Relation, RelationKind, Rights
from kyokan.graph.names import slug

SOURCE = "lastfm"
FILES = ("artists.dat", "tags.dat", "user_artists.dat", "user_friends.dat", "user_taggedartists.dat")
_ORIGIN_TAGS = {
    "jp": frozenset(("japanese", "j-pop", "jpop", "j-rock", "jrock", "visual-kei", "japan", "j-music", "jmusic")),
    "kr": frozenset(("korean", "k-pop", "kpop", "korea", "korean-pop")),
}
_ORIGIN_FANS = 2  # one fan's tag may be a slip


def read(reading: Reading) -> Iterator[Record]:
    """Artists, fans and tags, then follows (weight: plays), knows and tagged (weight: how many fans used the tag)."""
    provenance = Provenance(
        source=SOURCE,
        licence="Non-commercial use (HetRec 2011, Last.fm)",
        rights=Rights.INTERNAL,
        address="https://grouplens.org/datasets/hetrec-2011/",
        imported_at=reading.imported_at,
    )
    vocabulary = Vocabulary(provenance)
    artists = {key: row for (key,), row in _unique(reading, "artists.dat", ("id",), ("name",))}
    tags = {key: row for (key,), row in _unique(reading, "tags.dat", ("tagID",), ("tagValue",), "latin-1")}
    taggings, tag_rows = _count_taggings(reading, artists, tags)
    origins = _origins(taggings)
    for artist_id, row in artists.items():
        with reading.problems.row(row.file, row.number):
            yield _artist(artist_id, row, origins.get(artist_id, ""), provenance)
    yield from _fans_and_plays(reading, artists, provenance)
    tag_ids: dict[str, str] = {}
    for tag in sorted({tag for _, tag in taggings}):
        row = tag_rows[tag]
        tag_ids[tag], new = vocabulary.tag(row.text("tagValue"), row.file, row.number)
        yield from new
    for (artist_id, tag), count in taggings.items():
        relation = Relation(
            kind=RelationKind.TAGGED,
            source=_artist_id(artist_id),
            target=tag_ids[tag],
            key=SOURCE,
            weight=float(count),
            provenance=provenance,
        )
        yield Record(relation, "user_taggedartists.dat", None)


def _unique(
    reading: Reading, name: str, keys: tuple[str, ...], columns: tuple[str, ...] = (), encoding: str = "utf-8"
) -> Iterator[tuple[tuple[str, ...], Row]]:
    """The rows of a table with their keys, whole numbers none of which may come twice."""
    seen: set[tuple[str, ...]] = set()
    for row in reading.table(name, (*keys, *columns), delimiter="\t", quoted=False, encoding=encoding):
        with reading.problems.row(row.file, row.number):
            key = tuple(str(row.integer(column, minimum=0)) for column in keys)
            if key in seen:
                raise RowError(keys[0], "duplicate", f"{' and '.join(keys)} {', '.join(key)} were given before")
            seen.add(key)
            yield key, row


def _artist(artist_id: str, row: Row, origin: str, provenance: Provenance) -> Record:
    name = row.required("name")
    attributes: dict[str, JsonValue] = {"type": "music"}
    if origin:
        attributes["origin"] = origin
    entity = Entity(
        id=_artist_id(artist_id),
        kind=EntityKind.ARTIST,
        name=name,
        external_ids={SOURCE: artist_id},
        attributes=attributes,
        provenance=(provenance,),
    )
    return Record(entity, row.file, row.number, wish=f"artist:{slug(name)}")


def _fans_and_plays(reading: Reading, artists: dict[str, Row], provenance: Provenance) -> Iterator[Record]:
    fans: set[str] = set()
    for (fan, artist), row in _unique(reading, "user_artists.dat", ("userID", "artistID"), ("weight",)):
        with reading.problems.row(row.file, row.number):
            _check_known(artist, "artistID", artists)
            plays = row.number_of("weight", minimum=0)
            if fan not in fans:
                fans.add(fan)
                yield Record(_fan(fan, provenance), row.file, row.number)
            follows = Relation(
                kind=RelationKind.FOLLOWS,
                source=_fan_id(fan),
                target=_artist_id(artist),
                weight=plays,
                provenance=provenance,
            )
            yield Record(follows, row.file, row.number)
    friends: set[tuple[str, str]] = set()
    for (fan, friend), row in _unique(reading, "user_friends.dat", ("userID", "friendID")):
        with reading.problems.row(row.file, row.number):
            _check_known(fan, "userID", fans)
            _check_known(friend, "friendID", fans)
            first, second = sorted((fan, friend), key=int)
            # The file names each friendship from both ends.
            if first != second and (first, second) not in friends:
                friends.add((first, second))
                knows = Relation(
                    kind=RelationKind.KNOWS, source=_fan_id(first), target=_fan_id(second), provenance=provenance
                )
                yield Record(knows, row.file, row.number)


def _count_taggings(
    reading: Reading, artists: dict[str, Row], tags: dict[str, Row]
) -> tuple[Counter[tuple[str, str]], dict[str, Row]]:
    """How many fans gave an artist a tag, spellings of a tag taken together; and the row that first spells each tag."""
    spelled = {tag_id: slug(row.text("tagValue")) for tag_id, row in tags.items() if row.text("tagValue")}
    first: dict[str, Row] = {}
    for tag_id, tag in spelled.items():
        first.setdefault(tag, tags[tag_id])
    given: set[tuple[str, str, str]] = set()
    for (fan, artist, tag_id), row in _unique(reading, "user_taggedartists.dat", ("userID", "artistID", "tagID")):
        with reading.problems.row(row.file, row.number):
            _check_known(artist, "artistID", artists)
            _check_known(tag_id, "tagID", spelled)
            given.add((artist, spelled[tag_id], fan))
    counts = Counter((artist, tag) for artist, tag, _ in given)
    return Counter(dict(sorted(counts.items()))), first


def _origins(taggings: Counter[tuple[str, str]]) -> dict[str, str]:
    """Country of the artists that enough fans say are Japanese or Korean."""
    said: Counter[tuple[str, str]] = Counter()
    for (artist, tag), count in taggings.items():
        for country, names in _ORIGIN_TAGS.items():
            if tag in names:
                said[artist, country] = max(said[artist, country], count)
    strongest: dict[str, str] = {}
    for (artist, country), count in sorted(said.items(), key=lambda item: (item[1], item[0])):
        if count >= _ORIGIN_FANS:
            strongest[artist] = country
    return strongest


def _check_known(value: str, column: str, known: Container[str]) -> None:
    if value not in known:
        raise RowError(column, "unknown_id", f"{column} {value} has no row of its own")


def _fan(fan: str, provenance: Provenance) -> Entity:
    return Entity(id=_fan_id(fan), kind=EntityKind.FAN, name=f"last.fm {fan}", provenance=(provenance,))


def _artist_id(artist: str) -> str:
    return f"artist:{SOURCE}-{artist}"


def _fan_id(fan: str) -> str:
    return f"fan:{SOURCE}-{fan}"
