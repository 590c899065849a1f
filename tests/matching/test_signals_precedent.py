"""Precedent on graphs small enough to work out by hand: figures of pairs, their worth, evidence, what never counts."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from kyokan.matching.ranking import Query
from kyokan.matching.ranking.query import subject_of
from kyokan.matching.signals import Context, Side, SignalSettings, Subject, precedent
from kyokan.matching.signals.partners import FEATURES, PairWeights, Worth
from tests.matching.sketch import Sketch

SETTINGS = SignalSettings(artist_ridge=1.0, brand_ridge=1.0, kind_prior=5.0)
ALIKE = PairWeights(worth={"alike": Worth(2.0, 0.05)})


def ask(context: Context, entity: str) -> Subject:
    return subject_of(Query(entity=entity), context, None)


def rows(context: Context, *ids: str) -> np.ndarray:
    return np.array([context.view.row(name) for name in ids])


def figures(context: Context, artist: str, thing: str) -> dict[str, float]:
    partners = context.partners
    people, things = (
        partners.of_rows(rows(context, name), side) for name, side in ((artist, Side.PEOPLE), (thing, Side.THINGS))
    )
    return dict(zip(FEATURES, partners.pair(people, things).figures()[0, 0].tolist(), strict=True))


@pytest.fixture
def cases(sketch: Sketch) -> Sketch:
    """Artist a is like p1 and not at all like p2; brand x is like b1 and not at all like b2."""
    sketch.add("artist:a", {"serene": 0.6})
    sketch.add("artist:p1", {"serene": 0.6})
    sketch.add("artist:p2", {"warm": 0.6})
    sketch.add("brand:x", {"bold": 0.6})
    sketch.add("brand:b1", {"bold": 0.6})
    sketch.add("brand:b2", {"nostalgic": 0.6})
    sketch.edge("tied_up", "artist:p1", "brand:b1", since="2020")
    sketch.edge("tied_up", "artist:p2", "brand:b2", since="2020")
    return sketch


def test_a_tie_up_is_carried_to_the_like_artist_and_the_like_brand(cases: Sketch) -> None:
    context = Context(cases.snapshot(), settings=SETTINGS, pairs=ALIKE)
    # both kernels are unit matrices, so each ridge of 1 halves: ½ · 1 · ½ from p1–b1, nothing from p2–b2
    assert figures(context, "artist:a", "brand:x")["alike"] == pytest.approx(0.25)
    found = precedent.score(context, ask(context, "artist:a"), rows(context, "brand:x", "brand:b2"))
    assert found.values.tolist() == pytest.approx([2 * (0.25 - 0.05), 2 * (0 - 0.05)])


def test_each_item_weighs_what_is_lost_without_its_tie_up(cases: Sketch) -> None:
    context = Context(cases.snapshot(), settings=SETTINGS, pairs=ALIKE)
    items = precedent.evidence(context, ask(context, "artist:a"), context.view.row("brand:x"))
    assert [item.ids for item in items] == [("artist:p1", "brand:b1"), ("artist:a", "brand:x")]
    assert items[0].weight == pytest.approx(2 * 0.25)
    assert items[0].detail["source"] == "https://example.org/source"
    assert sum(item.weight for item in items) == pytest.approx(0.4)


def test_older_and_less_sure_tie_ups_count_less(cases: Sketch) -> None:
    cases.relations[-2] = replace(cases.relations[-2], since="2010", confidence=0.8)
    context = Context(cases.snapshot(), settings=SETTINGS)
    assert figures(context, "artist:a", "brand:x")["alike"] == pytest.approx(0.25 * 0.8 * 0.5)  # ten years: half


def test_a_busy_artist_says_less_by_each_of_its_tie_ups(cases: Sketch) -> None:
    cases.edge("tied_up", "artist:p1", "brand:b2", since="2020")
    context = Context(cases.snapshot(), settings=SETTINGS)
    assert figures(context, "artist:a", "brand:x")["alike"] == pytest.approx(0.25 / math.sqrt(2))


def test_made_up_tie_ups_bind_their_parties_and_are_no_precedent(cases: Sketch) -> None:
    cases.relations[-2] = replace(cases.relations[-2], attributes={"fictional": True})
    context = Context(cases.snapshot(), settings=SETTINGS, pairs=ALIKE)
    assert len(context.tie_ups) == 2
    assert figures(context, "artist:a", "brand:x")["alike"] == 0.0
    items = precedent.evidence(context, ask(context, "artist:a"), context.view.row("brand:x"))
    assert ("artist:p1", "brand:b1") not in [item.ids for item in items]


def test_the_artists_own_tie_ups_never_count(cases: Sketch) -> None:
    context = Context(cases.snapshot(), settings=SETTINGS)
    own = figures(context, "artist:p1", "brand:b1")
    assert own["alike"] == 0.0
    assert (own["tie_ups"], own["first"]) == (0.0, 1.0)
    items = precedent.evidence(context, ask(context, "artist:p1"), context.view.row("brand:b1"))
    assert ("artist:p1", "brand:b1") not in [item.ids for item in items if item.detail.get("role") != "rest"]


def test_an_artist_with_tie_ups_is_judged_as_had_it_never_worked(new_sketch) -> None:
    values = []
    for name, tied in (("with", True), ("without", False)):
        sketch = new_sketch(name)
        for place, (serene, warm) in enumerate(((0.9, 0.1), (0.7, 0.3), (0.2, 0.9), (0.5, 0.5))):
            sketch.add(f"artist:{place}", {"serene": serene, "warm": warm})
            sketch.add(f"brand:{place}", {"bold": serene, "warm": warm})
            if place < 3 or tied:
                sketch.edge("tied_up", f"artist:{place}", f"brand:{place % 3}", since="2020")
        values.append(figures(Context(sketch.snapshot(), settings=SETTINGS), "artist:3", "brand:1")["alike"])
    assert values[0] == pytest.approx(values[1])


def test_kinds_and_homes_are_counted_against_what_all_did(cases: Sketch) -> None:
    for member, group in (("artist:a", "band"), ("artist:p1", "band"), ("artist:p2", "singer"), ("brand:b1", "beauty")):
        cases.edge("in_category", member, f"category:{group}")
    context = Context(cases.snapshot(), settings=SETTINGS)
    found = figures(context, "artist:a", "brand:b1")
    # one of two tie-ups and half a one for each of three brands: 1.5 of 3.5; five tie-ups of no preference behind one
    share = 1.5 / 3.5
    assert found["kind_partner"] == pytest.approx(math.log((1 + 5 * share) / (1 + 5) / share))
    share = 1.5 / 3.5  # likewise over the three categories in use
    assert found["kind_category"] == pytest.approx(math.log((1 + 5 * share) / (1 + 5) / share))
    assert (found["tie_ups"], found["first"]) == (pytest.approx(math.log(2)), 0.0)
    assert figures(context, "artist:a", "brand:x")["first"] == 1.0


def test_a_home_is_shared_where_a_place_is_or_where_neither_has_one(cases: Sketch) -> None:
    for member, place in (("artist:a", "japan"), ("brand:x", "japan"), ("brand:b1", "france")):
        cases.edge("in_place", member, f"place:{place}")
    context = Context(cases.snapshot(), settings=SETTINGS)
    pairs = (("a", "x"), ("a", "b1"), ("a", "b2"), ("p1", "b2"))
    assert [figures(context, f"artist:{one}", f"brand:{other}")["home"] for one, other in pairs] == [1, 0, 0, 1]


def test_a_brief_has_no_home_to_share(cases: Sketch) -> None:
    cases.edge("in_place", "brand:x", "place:japan")
    context = Context(cases.snapshot(), settings=SETTINGS, pairs=PairWeights(worth={"home": Worth(1.0, 0.0)}))
    brief = subject_of(Query(kansei={"kansei:serene": 1.0}), context, None)
    brief = replace(brief, strength=context.profiles.strength_of(context.view.row("artist:a")).astype(float))
    assert precedent.score(context, brief, rows(context, "brand:x", "brand:b1")).values.tolist() == [0.0, 0.0]


def test_a_product_stands_where_its_brand_stands(cases: Sketch) -> None:
    cases.add("product:p", {"bold": 0.6})
    cases.edge("made_by", "product:p", "brand:b1")
    context = Context(cases.snapshot(), settings=SETTINGS)
    assert figures(context, "artist:a", "product:p")["tie_ups"] == pytest.approx(math.log(2))


def test_habits_of_a_brand_count_by_their_share(cases: Sketch) -> None:
    context = Context(cases.snapshot(), settings=SETTINGS, pairs=PairWeights(worth={"tie_ups": Worth(2.0, 0.5)}))
    at = rows(context, "brand:b1")
    whole = subject_of(Query(entity="artist:a", habit=1.0), context, None)
    assert precedent.score(context, whole, at).values[0] == pytest.approx(2 * (math.log(2) - 0.5))
    quarter = precedent.score(context, replace(whole, habit=0.25), at).values[0]
    assert quarter == pytest.approx(0.5 * (math.log(2) - 0.5))


def test_asked_by_the_brand_the_value_is_the_same(cases: Sketch) -> None:
    context = Context(cases.snapshot(), settings=SETTINGS)
    there = precedent.score(context, ask(context, "artist:a"), rows(context, "brand:x")).values
    back = precedent.score(context, ask(context, "brand:x"), rows(context, "artist:a")).values
    assert there.tolist() == pytest.approx(back.tolist())


def test_one_candidate_alone_scores_like_one_among_many(cases: Sketch) -> None:
    cases.edge("in_category", "brand:b1", "category:beauty")
    cases.edge("in_category", "brand:b2", "category:watch")
    context = Context(cases.snapshot(), settings=SETTINGS)
    subject = ask(context, "artist:a")
    many = precedent.score(context, subject, rows(context, "brand:b1", "brand:b2", "brand:x")).values
    alone = [precedent.score(context, subject, rows(context, f"brand:{name}")).values[0] for name in ("b1", "b2", "x")]
    assert many.tolist() == pytest.approx(alone)


def test_precedent_is_silent_without_tie_ups(sketch: Sketch) -> None:
    sketch.add("artist:a", {"serene": 0.6})
    sketch.add("brand:x", {"serene": 0.6})
    context = Context(sketch.snapshot())
    assert not precedent.score(context, ask(context, "artist:a"), rows(context, "brand:x")).known.any()
    assert precedent.evidence(context, ask(context, "artist:a"), context.view.row("brand:x")) == ()


def test_precedent_is_silent_for_whoever_resembles_nobody(cases: Sketch) -> None:
    cases.add("artist:odd", {"bold": 0.9})
    context = Context(cases.snapshot(), settings=SETTINGS)
    assert not precedent.score(context, ask(context, "artist:odd"), rows(context, "brand:x")).known.any()
