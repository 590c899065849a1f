"""What a pair would score without some facts is what a graph gives that never held them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from kyokan.graph.model import Relation, RelationKind
from kyokan.graph.snapshot import Snapshot, build_snapshot
from kyokan.graph.stores.sqlite import SqliteStore
from kyokan.matching.evidence.removal import Removal
from kyokan.matching.ranking import Matcher, Query
from kyokan.matching.signals import partners, profiles
from tests.matching.sketch import Sketch, Terms

PAIR = ("artist:00", "brand:01")
CLOSE = 1e-9
SINGLE = 1e-6  # what a table in single precision leaves of a difference
NAMES = ("serene", "bold", "warm", "nostalgic", "pure", "deep", "light", "sharp")


@pytest.fixture
def town(sketch: Sketch) -> Sketch:
    """Forty artists and forty brands with products, and an edge of every kind at the pair looked at."""
    rng = np.random.default_rng(3)
    sketch.attributes = NAMES
    for side in ("artist", "brand", "product"):
        for place in range(40 if side != "product" else 12):
            drawn = rng.choice(NAMES, 3, replace=False)
            evoked = {one: round(float(rng.uniform(0.2, 1)), 2) for one in drawn}
            since = f"Since the {1960 + place % 5 * 10}s." if side == "artist" and place % 3 else ""
            name = sketch.add(f"{side}:{place:02d}", evoked, text_en=since)
            for tag in rng.choice(20, 3, replace=False).tolist():
                sketch.edge("tagged", name, f"tag:{tag}", weight=1 + tag % 3)
            sketch.edge("in_category", name, f"category:{place % 5}")
            sketch.edge("in_place", name, f"place:{place % 3}")
    for product in range(12):
        sketch.edge("made_by", f"product:{product:02d}", f"brand:{product % 5:02d}")
    for number in range(32):
        sketch.edge("tied_up", f"artist:{number:02d}", f"brand:{(number * 7) % 40:02d}", since=f"{2000 + number % 20}")
    sketch.edge("tied_up", "artist:05", "brand:01", since="2021")
    for other in range(2, 20):
        sketch.edge("overlaps", f"artist:{other:02d}", f"brand:{other:02d}", weight=0.1 + other / 40)
    sketch.fans(0, 30, *PAIR)
    sketch.fans(30, 60, "artist:03", "brand:05")
    sketch.edge("overlaps", *PAIR, weight=0.4)
    sketch.edge("overlaps", "artist:00", "product:01", weight=0.3)
    sketch.edge("related", "artist:00", "artist:07", weight=0.8)
    sketch.edge("related", "artist:07", "brand:01", weight=0.5)
    sketch.edge("rival_of", "brand:01", "brand:02")
    sketch.edge("tagged", "brand:01", "tag:alone")
    sketch.edge("in_category", "artist:00", "category:alone")
    return sketch


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few there are, they are answered as a catalogue of a hundred thousand is."""
    monkeypatch.setattr(partners, "FEW_ROWS", 0)
    for limit in ("MANY_ROWS", "FEW_ROWS"):
        monkeypatch.setattr(profiles, limit, 0)
    monkeypatch.setattr(profiles, "SHARE", 1000)


@pytest.fixture
def store(town: Sketch) -> Iterator[SqliteStore]:
    with town.store() as store:
        yield store


def snapshot_of(town: Sketch, store: SqliteStore) -> Snapshot:
    return build_snapshot(store, town.folder / "snapshots", dictionary=Terms(NAMES))


def of_values(town: Sketch, removal: Removal) -> list[Relation]:
    gone = {("evokes", entity, attribute, "") for entity, attribute in removal.values} | removal.relations
    return [relation for relation in town.relations if relation.identity in gone]


def stored_without(town: Sketch, store: SqliteStore, removal: Removal) -> Matcher:
    """A matcher over the store as if it had never held the facts, which it holds again afterwards."""
    gone = of_values(town, removal)
    store.delete(relations=[relation.identity for relation in gone])
    small = snapshot_of(town, store)
    store.write(relations=gone)
    return Matcher(small)


def facts_of(town: Sketch, kind: str) -> list[Removal]:
    """Each fact of a kind at either end of the pair, by itself."""
    ends = {*PAIR, "product:01"}
    found = [one for one in town.relations if one.kind == kind and ends & {one.source, one.target}]
    if kind == RelationKind.EVOKES:
        return [Removal(values=frozenset({(one.source, one.target)})) for one in found]
    return [Removal(relations=frozenset({one.identity})) for one in found]


@pytest.mark.parametrize("kind", [kind for kind in RelationKind if kind not in {"follows", "likes", "buys", "knows"}])
@pytest.mark.parametrize("pair", [PAIR, PAIR[::-1], ("artist:00", "product:01")])
def test_without_any_one_fact_the_score_is_that_of_a_graph_that_never_held_it(
    town: Sketch, store: SqliteStore, kind: RelationKind, pair: tuple[str, str]
) -> None:
    whole = Matcher(snapshot_of(town, store))
    row, query = np.array([whole.snapshot.row(pair[1])]), Query(entity=pair[0])
    whole.explain(*pair)
    facts = facts_of(town, kind)
    assert facts
    for removal in facts[:3]:
        less = stored_without(town, store, removal)
        edited = whole.without(removal).score(query, row)
        assert edited.raw[0] == pytest.approx(less.score(query, row).raw[0], abs=CLOSE), removal
        everybody = whole.without(removal).score(query)
        assert everybody.raw == pytest.approx(less.score(query).raw, abs=CLOSE), removal


@pytest.mark.parametrize("pair", [PAIR, PAIR[::-1], ("artist:03", "product:01"), ("artist:20", "brand:20")])
def test_every_counterfactual_is_the_score_of_a_graph_that_never_held_what_it_takes_away(
    town: Sketch, store: SqliteStore, pair: tuple[str, str]
) -> None:
    whole = Matcher(snapshot_of(town, store))
    found = whole.explain(*pair)
    items = [item for part in found.matches[0].contributions for item in part.evidence]
    told = {" > ".join(item.ids): Removal.of(whole.snapshot, [item]) for item in items}
    assert {one.kind for one in found.counterfactuals} == {"attribute", "signal", "path"}
    for one in found.counterfactuals:
        query = Query(without_signals=frozenset({one.id})) if one.kind == "signal" else None
        removal = told[one.id] if one.kind == "path" else Removal()
        if one.kind == "attribute":
            speakers = {name for item in items if one.id in item.ids for name in item.ids if item.kind == "attribute"}
            ends = {name for name in speakers | set(pair) if not name.startswith("kansei:")}
            removal = Removal(values=frozenset((name, one.id) for name in ends))
        less = stored_without(town, store, removal).explain(*pair, query)
        assert one.score == pytest.approx(less.matches[0].score, abs=CLOSE), one


def test_what_everybody_forgets_scores_as_if_nobody_had_ever_evoked_it(town: Sketch, store: SqliteStore) -> None:
    whole = Matcher(snapshot_of(town, store))
    evoked = [(one.source, one.target) for one in town.relations if one.target == "kansei:warm"]
    forgotten = Removal(values=frozenset(evoked))
    less = stored_without(town, store, forgotten).explain(*PAIR)
    asked = whole.explain(*PAIR, Query(without_attributes=frozenset({"kansei:warm"})))
    assert asked.matches[0].score == pytest.approx(less.matches[0].score, abs=CLOSE)
    mine, theirs = ([(one.id, one.score) for one in found.counterfactuals] for found in (asked, less))
    assert dict(mine) == pytest.approx(dict(theirs), abs=CLOSE)


@pytest.mark.parametrize("asked", PAIR)
def test_a_large_catalogue_is_ranked_as_each_of_it_would_be_alone(
    town: Sketch, asked: str, request: pytest.FixtureRequest
) -> None:
    for side in ("artist", "brand"):
        town.add(f"{side}:kindred", {"warm": 0.5})  # by nothing but its kansei
        town.add(f"{side}:stranger")
    snapshot, query = town.snapshot(), Query(entity=asked)
    alone = Matcher(snapshot).score(query)
    request.getfixturevalue("large")
    together = Matcher(snapshot).score(query)
    assert together.raw == pytest.approx(alone.raw, abs=SINGLE)
    assert all((one.known == other.known).all() for one, other in zip(alone.answers, together.answers, strict=True))


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("asked", PAIR)
def test_a_large_catalogue_forgets_as_if_nobody_had_ever_evoked_it(
    town: Sketch, store: SqliteStore, asked: str
) -> None:
    whole, query = Matcher(snapshot_of(town, store)), Query(entity=asked)
    before = whole.score(query)
    for attribute in ("kansei:warm", "kansei:serene"):
        evoked = frozenset((one.source, one.target) for one in town.relations if one.target == attribute)
        less = stored_without(town, store, Removal(values=evoked)).score(query)
        found = whole.score(replace(query, without_attributes=frozenset({attribute})))
        assert found.raw == pytest.approx(less.raw, abs=SINGLE), attribute
        assert np.abs(found.raw - before.raw).max() > 100 * SINGLE, attribute
        assert all((one.known == other.known).all() for one, other in zip(found.answers, less.answers, strict=True))


def test_walks_where_everybody_forgets_are_those_of_a_graph_without_it(town: Sketch, store: SqliteStore) -> None:
    whole = Matcher(snapshot_of(town, store))
    evoked = frozenset((one.source, one.target) for one in town.relations if one.target == "kansei:warm")
    less = stored_without(town, store, Removal(values=evoked)).context().walk_graph
    thinned = whole.context(frozenset({"kansei:warm"})).walk_graph
    some, seeds = np.arange(len(less.root)), np.eye(len(less.root))[:, :3]
    np.testing.assert_allclose(thinned.rows(some).toarray(), less.rows(some).toarray(), atol=1e-15)
    np.testing.assert_allclose(thinned.reach(seeds, first=1), less.reach(seeds, first=1), atol=1e-15)
    np.testing.assert_allclose(thinned.between_probes, less.between_probes, atol=1e-15)
    assert thinned.edges.tolist() == less.edges.tolist()
    node, artist = whole.snapshot.row("kansei:warm"), whole.snapshot.row(next(iter(evoked))[0])
    assert thinned.weight(artist, node) == 0.0 < whole.context().walk_graph.weight(artist, node)
    assert thinned.weights.toarray() == pytest.approx(less.weights.toarray(), abs=1e-12)


def test_a_graph_without_the_only_edges_of_one_end_measures_its_walks_anew(town: Sketch, store: SqliteStore) -> None:
    whole = Matcher(snapshot_of(town, store))
    whole.explain(*PAIR)
    edges = [one for one in town.relations if "artist:09" in (one.source, one.target) and one.kind != "tied_up"]
    removal = Removal(
        values=frozenset((one.source, one.target) for one in edges if one.kind == "evokes"),
        relations=frozenset(one.identity for one in edges if one.kind != "evokes"),
    )
    less, edited = stored_without(town, store, removal).context(), whole.without(removal).context()
    assert edited.walk_graph.root[edited.view.row("artist:09")] == 0.0
    assert edited.walk_graph.unit == pytest.approx(less.walk_graph.unit, abs=1e-12)
    assert edited.walk_graph.volume == pytest.approx(less.walk_graph.volume)
