"""Fan bridge, walk, reach and rivalry on graphs small enough to work out by hand."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from kyokan.matching.ranking import Benefit, Query
from kyokan.matching.ranking.query import subject_of
from kyokan.matching.signals import Context, SignalSettings, Subject, fan_bridge, reach, rivalry, walk
from tests.matching.sketch import Sketch

PLAIN = SignalSettings(
    bridge_unit=1.0,
    walk_prior=0.0,
    walk_steps=2,
    walk_unit=1.0,
    reach_unit=1.0,
)


def ask(context: Context, entity: str) -> Subject:
    return subject_of(Query(entity=entity), context, None)


def rows(context: Context, *ids: str) -> np.ndarray:
    return np.array([context.view.row(name) for name in ids])


def test_fan_bridge_is_the_shrunk_lift_of_the_shared_audience(sketch: Sketch) -> None:
    sketch.fans(0, 20, "artist:a", kind="follows")
    sketch.fans(12, 22, "brand:x")  # eight of them also follow the artist
    sketch.fans(22, 100, "brand:other")
    context = Context(sketch.snapshot(), settings=PLAIN)
    found = fan_bridge.score(context, ask(context, "artist:a"), rows(context, "brand:x", "brand:other"))
    assert found.values[0] == pytest.approx(math.log(13 / 7))
    assert found.known.tolist() == [True, False]


def test_a_brand_has_the_fans_of_its_products_each_once(sketch: Sketch) -> None:
    sketch.edge("made_by", "product:p", "brand:x")
    sketch.fans(0, 20, "artist:a")
    sketch.fans(12, 20, "product:p", kind="buys")
    sketch.fans(16, 22, "brand:x")
    context = Context(sketch.snapshot(), settings=PLAIN)
    assert context.audiences.fans[context.view.row("brand:x")] == 10
    items = fan_bridge.evidence(context, ask(context, "artist:a"), context.view.row("brand:x"))
    assert items[0].detail["shared"] == 8


@pytest.mark.parametrize(("shared", "told"), [(4, False), (5, True)])
def test_fewer_than_five_shared_fans_are_neither_used_nor_shown(sketch: Sketch, shared: int, told: bool) -> None:  # noqa: FBT001
    sketch.fans(0, 20, "artist:a")
    sketch.fans(20 - shared, 40, "brand:x")
    context = Context(sketch.snapshot(), settings=PLAIN)
    found = fan_bridge.score(context, ask(context, "artist:a"), rows(context, "brand:x"))
    items = fan_bridge.evidence(context, ask(context, "artist:a"), context.view.row("brand:x"))
    assert bool(found.known[0]) is told
    assert bool(items) is told


def test_audience_evidence_never_names_a_fan(sketch: Sketch) -> None:
    sketch.fans(0, 20, "artist:a", "brand:x")
    context = Context(sketch.snapshot(), settings=PLAIN)
    items = fan_bridge.evidence(context, ask(context, "artist:a"), context.view.row("brand:x"))
    assert "fan:" not in repr(items)


def test_surveyed_overlaps_count_beside_fans_and_repeated_surveys_are_averaged(sketch: Sketch) -> None:
    sketch.edge("overlaps", "artist:a", "brand:x", key="2018", weight=0.6)
    sketch.edge("overlaps", "artist:a", "brand:x", key="2021", weight=0.8, confidence=0.5)
    context = Context(sketch.snapshot(), settings=PLAIN)
    found = fan_bridge.score(context, ask(context, "brand:x"), rows(context, "artist:a"))
    assert found.values[0] == pytest.approx((0.6 + 0.4) / 2)


def test_walk_of_two_steps_over_one_shared_tag(sketch: Sketch) -> None:
    sketch.edge("tagged", "artist:a", "tag:t")
    sketch.edge("tagged", "brand:b", "tag:t")
    context = Context(sketch.snapshot(), settings=PLAIN)
    graph = context.walk_graph
    # S_at = S_tb = 1/√2, so .6² · ½ = .18 arrives; degrees alone explain .6² · w / 4w = .09; the typical pair has .09
    assert graph.unit == pytest.approx(0.09)
    found = walk.score(context, ask(context, "artist:a"), rows(context, "brand:b"))
    assert found.values[0] == pytest.approx(1.0)
    items = walk.evidence(context, ask(context, "artist:a"), context.view.row("brand:b"))
    assert items[0].ids == ("artist:a", "tag:t", "brand:b")
    assert [item.weight for item in items] == pytest.approx([2.0, -1.0])


def test_walk_uses_neither_tie_ups_nor_fans(sketch: Sketch) -> None:
    sketch.edge("tied_up", "artist:a", "brand:b")
    sketch.fans(0, 9, "artist:a", "brand:b")
    context = Context(sketch.snapshot(), settings=PLAIN)
    assert not walk.score(context, ask(context, "artist:a"), rows(context, "brand:b")).known.any()


def test_walk_reads_the_same_from_either_end(sketch: Sketch) -> None:
    for entity, tags in (("artist:a", "tu"), ("artist:c", "tv"), ("brand:b", "t"), ("brand:d", "uvw")):
        for tag in tags:
            sketch.edge("tagged", entity, f"tag:{tag}", weight=3)
    context = Context(sketch.snapshot())
    there = walk.score(context, ask(context, "artist:a"), rows(context, "brand:d")).values[0]
    back = walk.score(context, ask(context, "brand:d"), rows(context, "artist:a")).values[0]
    assert there == pytest.approx(back)


def test_every_edge_of_a_shown_path_exists(sketch: Sketch) -> None:
    sketch.add("artist:a", {"serene": 0.7})
    sketch.add("artist:c", {"serene": 0.5, "bold": 0.5})
    sketch.add("brand:b", {"bold": 0.9})
    sketch.edge("overlaps", "artist:a", "artist:c", weight=0.5)
    context = Context(sketch.snapshot())
    items = walk.evidence(context, ask(context, "artist:a"), context.view.row("brand:b"))
    paths = [item.ids for item in items if item.detail["role"] == "path"]
    edges = {frozenset((edge.source, edge.target)) for edge in sketch.relations}
    assert paths
    assert all(frozenset(step) in edges for path in paths for step in pairwise(path))


def test_reach_counts_the_people_each_side_does_not_have_yet(sketch: Sketch) -> None:
    sketch.fans(0, 40, "artist:a")
    sketch.fans(20, 50, "brand:x")
    context = Context(sketch.snapshot(), settings=PLAIN)
    subject, brand = ask(context, "artist:a"), rows(context, "brand:x")
    for_brand = reach.score(context, subject, brand, benefit=Benefit.BRAND)
    for_artist = reach.score(context, subject, brand, benefit=Benefit.ARTIST)
    assert for_brand.values[0] == pytest.approx(math.log((20 + 20) / (40 + 20)))
    assert for_artist.values[0] == pytest.approx(math.log((10 + 20) / (30 + 20)))


def test_reach_tells_people_in_tens_and_no_small_group(sketch: Sketch) -> None:
    sketch.fans(0, 40, "artist:a")
    sketch.fans(3, 60, "brand:x")
    sketch.fans(20, 50, "brand:y")
    context = Context(sketch.snapshot(), settings=PLAIN)
    items = [
        reach.evidence(context, ask(context, "artist:a"), context.view.row(name), benefit=Benefit.BRAND)[0]
        for name in ("brand:x", "brand:y")
    ]
    assert [item.detail["new"] for item in items] == [0, 20]
    assert items[0].note == "hardly anybody of A would be new to X"
    assert items[1].note == "about 20 people of A would be new to Y"


def test_reach_takes_the_stated_audience_and_knows_nothing_under_five(sketch: Sketch) -> None:
    sketch.add("artist:big", attributes={"followers": 1000})
    sketch.add("artist:tiny", attributes={"followers": 4})
    sketch.add("brand:x", attributes={"members": 100})
    context = Context(sketch.snapshot(), settings=PLAIN)
    found = reach.score(
        context, ask(context, "brand:x"), rows(context, "artist:big", "artist:tiny"), benefit=Benefit.BRAND
    )
    assert found.known.tolist() == [True, False]
    assert found.values[0] == pytest.approx(0.0)  # the only known audience is the typical one


def test_rivals_are_stated_or_alike_in_one_category(sketch: Sketch) -> None:
    for brand, category in (("x", "watch"), ("y", "watch"), ("z", "tea"), ("w", "tea")):
        sketch.add(f"brand:{brand}", {"serene": 0.5})
        sketch.edge("in_category", f"brand:{brand}", f"category:{category}")
    sketch.edge("rival_of", "brand:z", "brand:x", weight=0.9)
    context = Context(sketch.snapshot(), settings=PLAIN)
    subject, others = ask(context, "brand:x"), rows(context, "brand:y", "brand:z", "brand:w")
    found = rivalry.score(context, subject, others)
    assert found.values.tolist() == pytest.approx([1.0, 0.9, 0.0])  # y: same kansei and same mark
    assert rivalry.rivals(context, subject, others).tolist() == [True, True, False]


def test_an_artist_who_sells_the_category_is_a_rival(sketch: Sketch) -> None:
    sketch.add("artist:a", {"serene": 0.5})
    sketch.edge("made_by", "product:scent", "artist:a")
    sketch.edge("in_category", "product:scent", "category:perfume")
    sketch.edge("in_category", "brand:x", "category:perfume")
    sketch.edge("in_category", "brand:y", "category:tea")
    context = Context(sketch.snapshot(), settings=PLAIN)
    assert rivalry.score(context, ask(context, "artist:a"), rows(context, "brand:x", "brand:y")).values.tolist() == [
        1,
        0,
    ]
    assert rivalry.score(context, ask(context, "brand:x"), rows(context, "artist:a")).values.tolist() == [1]
    items = rivalry.evidence(context, ask(context, "artist:a"), context.view.row("brand:x"))
    assert items[0].ids == ("artist:a", "category:perfume", "brand:x")


def test_a_brand_is_no_rival_of_its_own_product(sketch: Sketch) -> None:
    sketch.add("brand:x", {"serene": 0.5})
    sketch.edge("made_by", "product:p", "brand:x")
    sketch.edge("in_category", "brand:x", "category:watch")
    context = Context(sketch.snapshot(), settings=PLAIN)
    assert not rivalry.rivals(context, ask(context, "brand:x"), rows(context, "product:p")).any()
