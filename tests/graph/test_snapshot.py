"""The snapshot: the same content whatever the store, columns that say what the relations say, names that are found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from kyokan.errors import SnapshotError, UnknownEntityError
from kyokan.graph.encoder import Vectors
from kyokan.graph.model import EntityKind, RelationKind
from kyokan.graph.snapshot import Snapshot, build_snapshot
from kyokan.graph.stores import GraphStore, SqliteStore
from tests.contracts.world import EVERYTHING, WEB
from tests.support.graphs import SOURCE, entity, relation


@dataclass(frozen=True)
class Terms:
    version: str = "1"
    ids: Sequence[str] = ("bold", "calm", "warm")


class Letters:
    """An encoder one can compute by hand: how often a, b and c occur, at length 1."""

    def __init__(self) -> None:
        self.name = "letters"
        self.dimensions = 3
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        counts = np.array([[text.count(letter) for letter in "abc"] for text in texts], dtype=np.float32)
        lengths = np.linalg.norm(counts, axis=1, keepdims=True)
        return np.divide(counts, lengths, out=np.zeros_like(counts), where=lengths > 0)


Build = Callable[..., Snapshot]


@pytest.fixture
def build(sqlite_store: SqliteStore, tmp_path: Path) -> Build:
    def built(
        entities: Sequence[object] = EVERYTHING, relations: Sequence[object] = WEB, **options: object
    ) -> Snapshot:
        sqlite_store.write(entities, relations)  # type: ignore[arg-type]
        return build_snapshot(sqlite_store, tmp_path / "snapshots", **({"dictionary": Terms()} | options))  # type: ignore[arg-type]

    return built


# Content -----------------------------------------------------------------------------------------------------


def test_rows_are_entities_in_order_of_id(build: Build) -> None:
    snapshot = build()
    assert list(snapshot.ids) == sorted(item.id for item in EVERYTHING)
    assert [snapshot.entity(row) for row in range(len(snapshot))] == sorted(EVERYTHING, key=lambda item: item.id)
    assert [snapshot.row(item) for item in snapshot.ids] == list(range(len(snapshot)))
    assert list(snapshot.kinds) == [item.partition(":")[0] for item in snapshot.ids]
    assert list(snapshot.rows(EntityKind.BRAND, EntityKind.ARTIST)) == [0, 1, 2]
    assert len(snapshot.rows()) == len(snapshot) == 7
    assert "artist:lisa" in snapshot
    assert "artist:nobody" not in snapshot
    with pytest.raises(UnknownEntityError, match="artist:nobody"):
        snapshot.row("artist:nobody")


def test_an_empty_store_has_a_snapshot(build: Build) -> None:
    snapshot = build((), ())
    assert len(snapshot) == 0
    assert snapshot.matrix(RelationKind.EVOKES).shape == (0, 0)
    assert snapshot.kansei.intensity.shape == (0, 3)
    assert snapshot.find("anything") == []
    assert len(snapshot.rows(EntityKind.FAN)) == 0


def test_the_hash_is_of_the_content_and_the_dictionary_alone(build: Build, tmp_path: Path) -> None:
    first = build()
    with SqliteStore(tmp_path / "other.db") as other:
        other.write([entity("tag:gone")])
        later = [item.with_changes(provenance=(replace(SOURCE, imported_at="2027"),)) for item in reversed(EVERYTHING)]
        other.write(later, reversed(WEB))
        other.delete(["tag:gone"])
        same = build_snapshot(other, tmp_path / "elsewhere", dictionary=Terms())
        newer = build_snapshot(other, tmp_path / "elsewhere", dictionary=Terms(version="2"))
    changed = build([entity("artist:lisa", "LiSA")])
    assert first.hash == same.hash
    assert first.hash.startswith("sha256:")
    assert first.directory.name == first.hash.partition(":")[2]
    assert len({first.hash, newer.hash, changed.hash}) == 3
    for path in sorted(first.directory.iterdir()):
        assert path.read_bytes() == (same.directory / path.name).read_bytes(), path.name


@pytest.mark.neo4j
def test_both_stores_give_the_same_snapshot(neo4j_store: GraphStore, build: Build, tmp_path: Path) -> None:
    by_sqlite = build()
    neo4j_store.write(EVERYTHING, WEB)
    assert build_snapshot(neo4j_store, tmp_path / "neo4j", dictionary=Terms()).hash == by_sqlite.hash


# Relations ---------------------------------------------------------------------------------------------------


def test_parallel_edges_are_summed_in_the_matrix_and_apart_as_relations(build: Build) -> None:
    edges = [relation("tied_up", "artist:lisa", "brand:omega", weight, key=str(weight)) for weight in (1, 2)]
    snapshot = build(EVERYTHING, [*edges, relation("tied_up", "artist:anne", "brand:omega", 5)])
    lisa, anne, omega = map(snapshot.row, ("artist:lisa", "artist:anne", "brand:omega"))
    matrix = snapshot.matrix(RelationKind.TIED_UP)
    assert (matrix[lisa, omega], matrix[anne, omega], matrix.nnz) == (3.0, 5.0, 2)
    turned = snapshot.matrix(RelationKind.TIED_UP, transpose=True)
    assert (turned.toarray() == matrix.toarray().T).all()
    assert snapshot.relations(RelationKind.TIED_UP, source="artist:lisa") == edges
    assert len(snapshot.relations(RelationKind.TIED_UP, target="brand:omega")) == 3
    assert snapshot.relations(RelationKind.TIED_UP, source="artist:lisa", target="brand:omega") == edges
    assert snapshot.relations(RelationKind.BUYS) == []
    assert snapshot.matrix(RelationKind.BUYS).nnz == 0


def test_relations_are_those_of_the_store(build: Build, sqlite_store: SqliteStore) -> None:
    snapshot = build()
    for kind in RelationKind:
        assert snapshot.relations(kind) == list(sqlite_store.relations(kind))
        for item in snapshot.ids:
            assert snapshot.relations(kind, source=item) == list(sqlite_store.relations(kind, source=item))
            assert snapshot.relations(kind, target=item) == list(sqlite_store.relations(kind, target=item))
    with pytest.raises(UnknownEntityError):
        snapshot.relations(RelationKind.EVOKES, source="artist:nobody")


def test_a_matrix_cannot_be_changed(build: Build) -> None:
    with pytest.raises(ValueError, match="read-only"):
        build().matrix(RelationKind.EVOKES).data[0] = 9


# Kansei ------------------------------------------------------------------------------------------------------


def test_unknown_is_not_zero(build: Build) -> None:
    snapshot = build()
    lisa, anne = snapshot.row("artist:lisa"), snapshot.row("artist:anne")
    assert snapshot.kansei.attributes == ("bold", "calm", "warm")
    assert snapshot.kansei.intensity[lisa, :2].tolist() == [0.5, 0.25]
    assert np.isnan(snapshot.kansei.intensity[lisa, 2])
    assert np.isnan(snapshot.kansei.intensity[anne]).all()
    assert snapshot.kansei.confidence[[lisa, anne]].tolist() == [[1, 1, 0], [0, 0, 0]]


def test_a_negated_cue_is_known_and_zero(build: Build) -> None:
    negated = relation("evokes", "artist:anne", "kansei:bold", 0.8, confidence=0.5, attributes={"negated": True})
    snapshot = build(EVERYTHING, [negated])
    anne = snapshot.row("artist:anne")
    assert (snapshot.kansei.intensity[anne, 0], snapshot.kansei.confidence[anne, 0]) == (0.0, 0.5)


def test_what_a_person_set_wins_then_the_more_confident(build: Build) -> None:
    def evokes(who: str, weight: float, confidence: float, source: str) -> object:
        attributes = {"source": source}
        return relation("evokes", who, "kansei:calm", weight, confidence=confidence, key=source, attributes=attributes)

    given = [("fused", 0.9, 0.9), ("human", 0.25, 0.5), ("tags", 0.75, 1.0)]
    snapshot = build(
        EVERYTHING,
        [evokes("artist:anne", weight, sure, source) for source, weight, sure in given]
        + [evokes("artist:lisa", weight, sure, source) for source, weight, sure in given if source != "human"],
    )
    column = snapshot.kansei.intensity[:, 1]
    assert (column[snapshot.row("artist:anne")], column[snapshot.row("artist:lisa")]) == (0.25, 0.75)


def test_an_attribute_the_dictionary_lacks_stands_in_the_matrix_only(build: Build) -> None:
    snapshot = build(dictionary=Terms(ids=("calm",)))
    assert snapshot.kansei.intensity.shape == (7, 1)
    assert snapshot.matrix(RelationKind.EVOKES)[snapshot.row("artist:lisa"), snapshot.row("kansei:bold")] == 0.5


# Vectors -----------------------------------------------------------------------------------------------------


def test_two_texts_are_averaged_and_no_text_is_zeros(build: Build) -> None:
    described = [
        entity("artist:both", text_ja="a", text_en="b"),
        entity("artist:one", text_en="aaa"),
        entity("artist:none", text_ja=" "),
        entity("fan:f", text_en="a"),
    ]
    encoder = Letters()
    snapshot = build(described, (), encoder=encoder)
    vectors = snapshot.vectors("letters")
    assert vectors is not None
    half = 2**-0.5
    expected = [[half, half, 0], [0, 0, 0], [1, 0, 0], [0, 0, 0]]
    assert list(snapshot.ids) == ["artist:both", "artist:none", "artist:one", "fan:f"]
    assert vectors.tolist() == [pytest.approx(row) for row in expected]
    assert sorted(encoder.asked) == ["a", "aaa", "b"]
    assert snapshot.vectors("another") is None


# Names -------------------------------------------------------------------------------------------------------


@pytest.fixture
def named(build: Build) -> Snapshot:
    names = [
        entity("brand:citizen", "シチズン時計", name_en="Citizen Watch", aliases=("CITIZEN", "シチズン")),
        entity("product:xc", "Citizen xC", name_ja="シチズン クロスシー"),
        entity("artist:utada", "宇多田ヒカル", name_en="Hikaru Utada"),
        entity("artist:radiohead", "Radiohead"),
        entity("artist:the-the", "The The"),
        entity("fan:citizen", "citizen"),
    ]
    return build(names, ())


@pytest.mark.parametrize("text", ["Citizen", "citizen", "ＣＩＴＩＺＥＮ", "シチズン", "しちずん", "ｼﾁｽﾞﾝ"])
def test_a_name_is_found_in_every_spelling_first_and_exact(named: Snapshot, text: str) -> None:
    hits = named.find(text)
    assert (hits[0].entity_id, hits[0].score, hits[0].exact) == ("brand:citizen", 1.0, True)
    assert (hits[1].entity_id, hits[1].exact) == ("product:xc", False)
    assert not any(hit.kind is EntityKind.FAN for hit in hits)


def test_family_name_first_or_last_is_the_same_name(named: Snapshot) -> None:
    hits = named.find("Utada Hikaru")
    assert (hits[0].entity_id, hits[0].exact) == ("artist:utada", True)
    assert hits[0].name == "宇多田ヒカル"


def test_a_beginning_comes_before_a_part_and_a_part_before_a_likeness(named: Snapshot) -> None:
    assert named.find("radio")[0].entity_id == "artist:radiohead"
    assert named.find("ohea")[0].entity_id == "artist:radiohead"
    assert named.find("radiohaed")[0].entity_id == "artist:radiohead"
    assert named.find("radio")[0].score > named.find("ohea")[0].score
    assert not named.find("radiohaed")[0].exact


ACTS = {
    "kia": "Kia Motors", "aiko": "aiko", "sony": "Sony", "nikon": "Nikon", "gucci": "Gucci", "beatles": "The Beatles",
    "utada": "宇多田ヒカル", "sakamoto": "坂本龍一", "vuitton": "Louis Vuitton", "metallica": "Metallica",
}  # fmt: skip


@pytest.fixture
def acts(build: Build) -> Snapshot:
    return build([entity(f"artist:{key}", said) for key, said in ACTS.items()], ())


# typed -> whether it is offered: one letter may be wrong in four to six, two in seven to nine, three in ten to twelve
TYPED = [
    ("sakamoto", "kia", False),
    ("kai", "kia", False),
    ("aika", "aiko", True),
    ("aoki", "aiko", False),
    ("sonny", "sony", True),
    ("soni", "sony", True),
    ("sanyo", "sony", False),
    ("nikkon", "nikon", True),
    ("nikno", "nikon", True),
    ("micron", "nikon", False),
    ("gucchi", "gucci", True),
    ("hauci", "gucci", False),
    ("beetles", "beatles", True),
    ("baetels", "beatles", True),
    ("bottles", "beatles", True),
    ("battery", "beatles", False),
    ("metalica", "metallica", True),
    ("mettalica", "metallica", True),
    ("mechanica", "metallica", False),
    ("lousi viton", "vuitton", True),
    ("louis armstrong", "vuitton", False),
    ("宇田多ヒカル", "utada", True),
    ("宇多野ミツル", "utada", False),
]


@pytest.mark.parametrize(("typed", "name", "offered"), TYPED)
def test_the_shorter_a_name_the_closer_it_must_be_typed(
    acts: Snapshot, typed: str, name: str, *, offered: bool
) -> None:
    assert (f"artist:{name}" in [hit.entity_id for hit in acts.find(typed)]) is offered


def test_kinds_and_limit_are_kept_to(named: Snapshot) -> None:
    assert [hit.entity_id for hit in named.find("citizen", [EntityKind.PRODUCT])] == ["product:xc"]
    assert len(named.find("citizen", limit=1)) == 1
    assert named.find("citizen", limit=0) == []


@pytest.mark.parametrize("text", ["", "   ", "zzzzzzzz", "\n", "\x00", "\udcff"])
def test_nothing_is_found_for_nothing(named: Snapshot, text: str) -> None:
    assert named.find(text) == []


# Failing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["missing", "short", "no meta", "other format"])
def test_a_torn_snapshot_is_refused(build: Build, damage: str) -> None:
    folder = build().directory
    if damage == "missing":
        (folder / "edge_sources.npy").unlink()
    elif damage == "short":
        (folder / "relations.txt").write_bytes((folder / "relations.txt").read_bytes()[:-5])
    elif damage == "no meta":
        (folder / "meta.json").unlink()
    else:
        meta = folder / "meta.json"
        meta.write_text(meta.read_text(encoding="utf-8").replace('"format": 1', '"format": 99'), encoding="utf-8")
    with pytest.raises(SnapshotError):
        Snapshot(folder)


class Busy:
    """A store that somebody writes to while it is read, a number of times."""

    def __init__(self, store: SqliteStore, times: int) -> None:
        self._store = store
        self._times = times

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def records(self, of: Literal["entities", "relations"]) -> object:
        if of == "relations" and self._times:
            self._times -= 1
            self._store.write([entity(f"tag:{self._times}")], [relation("tagged", "artist:lisa", f"tag:{self._times}")])
        return self._store.records(of)


def test_a_store_that_changes_while_it_is_read_is_read_again(sqlite_store: SqliteStore, tmp_path: Path) -> None:
    sqlite_store.write(EVERYTHING, WEB)
    snapshot = build_snapshot(Busy(sqlite_store, 2), tmp_path / "busy", dictionary=Terms())  # type: ignore[arg-type]
    assert snapshot.hash == build_snapshot(sqlite_store, tmp_path / "calm", dictionary=Terms()).hash
    assert [path.name for path in (tmp_path / "busy").iterdir()] == [snapshot.directory.name]


def test_a_store_that_never_rests_is_given_up(sqlite_store: SqliteStore, tmp_path: Path) -> None:
    sqlite_store.write(EVERYTHING, WEB)
    with pytest.raises(SnapshotError, match="changed during"):
        build_snapshot(Busy(sqlite_store, 99), tmp_path / "busy", dictionary=Terms())  # type: ignore[arg-type]
    assert list((tmp_path / "busy").iterdir()) == []
