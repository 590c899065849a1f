"""Rivals, complements and partners counted on a graph small enough to count by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kyokan.errors import DataMissingError, QueryError
from kyokan.matching.evaluation.rivalry import (
    Companies,
    evaluate,
    marked,
    measure,
    nearest,
    partners,
    proposed,
    shared_audience,
    shares,
)
from kyokan.matching.ranking import Matcher
from tests.matching.sketch import Sketch

WATCHES = ("brand:alba", "brand:baume", "brand:citizen")


@pytest.fixture
def matcher(sketch: Sketch) -> Matcher:
    """Three watch makers, two of them alike and with one artist in common, and a tea maker that shares it too."""
    for name, kansei in zip(WATCHES, ({"serene": 0.8}, {"serene": 0.8}, {"bold": 0.9}), strict=True):
        sketch.add(name, {**kansei, "warm": 0.4, "nostalgic": 0.4})
        sketch.edge("in_category", name, "category:watch")
    sketch.add("brand:tea", {"serene": 0.7, "warm": 0.6, "nostalgic": 0.3})
    sketch.edge("in_category", "brand:tea", "category:beverage")
    sketch.add("artist:quiet", {"serene": 0.7, "warm": 0.5, "nostalgic": 0.4})
    for name in ("brand:alba", "brand:baume", "brand:tea"):
        sketch.edge("tied_up", "artist:quiet", name)
    sketch.edge("overlaps", "brand:citizen", "artist:quiet")
    return Matcher(sketch.snapshot())


def _place(matcher: Matcher, companies: Companies, name: str) -> int:
    return int(np.flatnonzero(companies.rows == matcher.snapshot.row(name))[0])


def test_an_artist_in_common_is_an_audience_in_common(matcher: Matcher):
    rows = np.array([matcher.snapshot.row(name) for name in (*WATCHES, "brand:tea")])
    shared = shared_audience(matcher.snapshot, rows)
    assert shared[0].tolist() == [True, True, False, True]
    assert shared[2, :2].tolist() == [False, False]


def test_three_communities_near_to_both_are_an_audience_in_common(sketch: Sketch):
    for name in ("brand:one", "brand:two"):
        sketch.add(name)
        for number in range(3 if name == "brand:one" else 2):
            sketch.edge("overlaps", name, f"artist:near-{number}")
    view = sketch.snapshot()
    rows = np.array([view.row("brand:one"), view.row("brand:two")])
    assert not shared_audience(view, rows)[0, 1]
    sketch.edge("overlaps", "artist:near-2", "brand:two")
    view = sketch.snapshot(name="more")
    assert shared_audience(view, rows)[0, 1]


def test_substitutes_are_charged_and_complements_are_not(matcher: Matcher):
    companies = Companies.of(matcher)
    alba, baume, tea = (_place(matcher, companies, name) for name in ("brand:alba", "brand:baume", "brand:tea"))
    first, second = sorted((alba, baume))
    assert np.argwhere(companies.pairs(category=True)).tolist() == [[first, second]]
    assert companies.charged[alba, baume]
    assert companies.aside[alba, baume]
    assert companies.pairs(category=False).sum() == 2
    assert not companies.charged[tea].any()


def test_no_partner_is_taken_for_a_rival(matcher: Matcher):
    pairs = partners(matcher.snapshot)
    assert ("artist:quiet", "brand:citizen") in pairs
    assert len(pairs) == 4
    assert marked(matcher, pairs) == [False] * 4


def test_a_partner_that_sells_the_same_would_be_counted(sketch: Sketch):
    sketch.add("brand:alba", {"serene": 0.5})
    sketch.edge("in_category", "brand:alba", "category:watch")
    sketch.edge("made_by", "product:own-watch", "artist:maker")
    sketch.edge("in_category", "product:own-watch", "category:watch")
    matcher = Matcher(sketch.snapshot())
    assert marked(matcher, [("artist:maker", "brand:alba")]) == [True]


def test_likeness_alone_names_the_rival_first_and_the_engine_never(matcher: Matcher):
    companies = Companies.of(matcher)
    alba = np.array([_place(matcher, companies, "brand:alba")])
    baume = _place(matcher, companies, "brand:baume")
    assert nearest(companies, alba)[0][0] == baume
    assert baume not in proposed(matcher, companies, alba, frozenset())[0]
    assert shares(companies, alba, [np.array([baume])]) == {"same_category@5": [1.0], "rivals@5": [1.0]}


def test_the_measure_states_the_counts_behind_its_shares(matcher: Matcher):
    result = measure(matcher, 0, frozenset())
    assert result.metrics["partners_marked"] == 0.0
    assert result.metrics["rivals_charged"] == 1.0
    assert result.metrics["complements_charged"] == 0.0
    assert result.metrics["rivals@5"] == 0.0
    assert (result.settings["rival_pairs"], result.settings["complement_pairs"]) == (1, 2)
    assert result == measure(matcher, 0, frozenset())


def test_missing_data_and_unknown_parts_are_refused(tmp_path: Path):
    with pytest.raises(DataMissingError, match=r"tieups\.csv"):
        evaluate(tmp_path, None, 0, frozenset())
    with pytest.raises(QueryError, match="rivalry"):
        evaluate(tmp_path, None, 0, frozenset({"walk"}))
