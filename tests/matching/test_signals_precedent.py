"""Precedent on graphs small enough to work out by hand: figures of pairs, their worth, evidence, what never counts."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from kyokan.matching.evidence.removal import Removal
from kyokan.matching.ranking import Matcher, MatcherSettings, Query
from kyokan.matching.ranking.query import subject_of
from kyokan.matching.signals import Context, Side, SignalSettings, Subject, precedent
from kyokan.matching.signals.partners import FEATURES, PairWeights, Worth
from tests.matching.sketch import Sketch

SETTINGS = SignalSettings(artist_ridge=1.0, brand_ridge=1.0, choice_prior=5.0)
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
            if place < 3 or tied:  # so that two artists share a brand, which one of them has alone without the other
                sketch.edge("tied_up", f"artist:{place}", f"brand:{place % 3}", since="2020")
        context = Context(sketch.snapshot(), settings=SETTINGS)
        values.append([list(figures(context, "artist:3", f"brand:{brand}").values()) for brand in range(4)])
    assert np.array(values[0]) == pytest.approx(np.array(values[1]))


def test_what_artists_of_one_kind_chose_is_counted_against_what_all_did(cases: Sketch) -> None:
    for member, group in (("artist:a", "band"), ("artist:p1", "band"), ("artist:p2", "singer"), ("brand:b1", "beauty")):
        cases.edge("in_category", member, f"category:{group}")
    context = Context(cases.snapshot(), settings=SETTINGS)
    found = figures(context, "artist:a", "brand:b1")
    # one of two tie-ups and half a one for each of three brands: 1.5 of 3.5; five tie-ups of no preference behind one
    share = 1.5 / 3.5
    assert found["kind_partner"] == pytest.approx(math.log((1 + 5 * share) / (1 + 5) / share))
    assert (found["tie_ups"], found["first"], found["second"]) == (pytest.approx(math.log(2)), 0.0, 1.0)
    found = figures(context, "artist:a", "brand:x")
    assert (found["tie_ups"], found["first"], found["second"]) == (0.0, 1.0, 0.0)


def test_kindred_artists_count_as_far_as_they_are_kindred(cases: Sketch) -> None:
    cases.add("artist:p3", {"serene": 0.6, "warm": 0.6})
    cases.edge("tied_up", "artist:p3", "brand:b1", since="2020")
    context = Context(cases.snapshot(), settings=SETTINGS)
    near = context.likeness.between(rows(context, "artist:a"), rows(context, "artist:p3"))[0, 0]
    assert 0 < near < 1
    share = 2.5 / 4.5  # two of three tie-ups, half a one for each of three brands
    kin = 1 + near  # p1 in full, p3 in part, p2 not at all
    assert figures(context, "artist:a", "brand:b1")["akin_partner"] == pytest.approx(
        math.log((kin + 5 * share) / (kin + 5) / share)
    )


def test_who_is_like_those_that_took_a_brand_of_their_own_may_take_a_new_one(cases: Sketch) -> None:
    cases.add("artist:p3", {"warm": 0.6})
    cases.edge("tied_up", "artist:p3", "brand:b2", since="2020")
    context = Context(cases.snapshot(), settings=SETTINGS)
    share = 1.5 / 4  # one of three tie-ups is with a brand that nobody else works with
    assert figures(context, "artist:a", "brand:x")["venture"] == pytest.approx(
        math.log((1 + 5 * share) / (1 + 5) / share)  # a is like p1 alone, whose brand is its own
    )
    assert figures(context, "artist:a", "brand:b1")["venture"] == 0.0
    share = 2.5 / 3  # without p3's own tie-up p2 is alone with its brand
    assert figures(context, "artist:p3", "brand:x")["venture"] == pytest.approx(
        math.log((1 + 5 * share) / (1 + 5) / share)
    )


def test_homes_of_brands_are_counted_against_those_that_all_chose(cases: Sketch) -> None:
    for member in ("artist:a", "artist:p1", "brand:x", "brand:b1"):
        cases.edge("in_place", member, "place:japan")
    context = Context(cases.snapshot(), settings=SETTINGS)
    share = 1.5 / 3  # of the two tie-ups one each with a brand from Japan and one from nowhere
    home, nowhere = math.log((1 + 5 * share) / 6 / share), math.log((0 + 5 * share) / 6 / share)
    found = [figures(context, "artist:a", f"brand:{name}")["home"] for name in ("x", "b1", "b2")]
    assert found == pytest.approx([home, home, nowhere])


def test_acts_of_one_time_are_kindred(cases: Sketch) -> None:
    texts = {"artist:a": "A singer of the 1970s.", "artist:p1": "1970年代の歌手。", "artist:p2": "Since 1988."}
    for name, text in texts.items():
        cases.entities[name] = cases.entities[name].with_changes(text_en=text)
    context = Context(cases.snapshot(), settings=SETTINGS)
    asked, learned = rows(context, "artist:a"), rows(context, "artist:p1", "artist:p2")
    assert context.kinship.between(asked, learned, Side.PEOPLE)[0].tolist() == pytest.approx(
        [(3 * 1 + 1) / 4, (3 * 0 + math.exp(-10 / 15)) / 4]
    )
    assert context.kinship.of(ask(context, "artist:a"), learned, Side.PEOPLE).tolist() == pytest.approx(
        context.kinship.between(asked, learned, Side.PEOPLE)[0].tolist()
    )


def test_every_figure_without_a_tie_up_is_that_of_a_graph_without_it(new_sketch) -> None:
    sketch, draw = new_sketch("many"), np.random.default_rng(0)
    for place in range(9):
        serene, warm = draw.random(2).round(2).tolist()
        sketch.add(f"artist:{place}", {"serene": serene, "warm": warm})
        sketch.add(f"brand:{place}", {"bold": serene, "warm": warm})
        sketch.edge("in_place", f"brand:{place}", f"place:{place % 2}")
        sketch.edge("in_place", f"artist:{place}", f"place:{place % 2}")
    for artist, brand in ((0, 0), (1, 0), (2, 0), (3, 1), (4, 1), (5, 2), (6, 3), (6, 4), (0, 5)):
        sketch.edge("tied_up", f"artist:{artist}", f"brand:{brand}", since="2020")
    matcher = Matcher(sketch.snapshot(), settings=MatcherSettings(signals=SETTINGS))
    context = matcher.context()
    for artist, brand in (
        ("artist:0", "brand:1"),
        ("artist:7", "brand:0"),
        ("artist:4", "brand:2"),
        ("artist:3", "brand:8"),
    ):
        pair = context.partners.pair(
            context.partners.of_rows(rows(context, artist), Side.PEOPLE),
            context.partners.of_rows(rows(context, brand), Side.THINGS),
        )
        for place, relation in enumerate(context.precedents.relations):
            if relation.source != artist:
                found = pair.without(context.history.cells[[place]], context.precedents.weights[[place]])[0]
                removal = Removal(relations=frozenset({relation.identity}))
                left = figures(matcher.without(removal).context(), artist, brand)
                assert dict(zip(FEATURES, found.tolist(), strict=True)) == pytest.approx(left), relation.identity


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
