"""Where candidates stand without the evidence agrees with the whole answer, for the ranking and for named ones."""

from __future__ import annotations

import pytest

from kyokan.errors import QueryError, UnknownEntityError
from kyokan.matching.ranking import Matcher, Query, Standing
from tests.matching.sketch import Sketch

ASKED = Query(entity="artist:a0", top=3)


@pytest.fixture
def town(sketch: Sketch) -> Sketch:
    """Three artists; four brands, to one of which the first artist is bound; one of which nothing is known."""
    for number, (one, other) in enumerate([("serene", "warm"), ("bold", "warm"), ("nostalgic", "serene")]):
        sketch.add(f"artist:a{number}", {one: 0.8, other: 0.4})
    for number in range(4):
        sketch.add(f"brand:b{number}", {"serene": 0.9 - 0.2 * number, "warm": 0.5, "nostalgic": 0.2})
        sketch.edge("in_category", f"brand:b{number}", f"category:c{number % 2}")
    sketch.add("brand:empty")
    sketch.add("category:nobody")
    sketch.edge(
        "tied_up", "artist:a0", "brand:b3", since="2026-01-01", until="2027-03-31", attributes={"exclusive": True}
    )
    return sketch


@pytest.fixture
def matcher(town: Sketch) -> Matcher:
    return Matcher(town.snapshot())


def test_the_ranking_has_the_ids_scores_and_ranges_of_the_whole_answer(matcher: Matcher) -> None:
    whole = matcher.propose(ASKED).matches
    places = [place for place in matcher.places(ASKED) if place.standing is Standing.OPEN]
    assert [(place.rank, place.entity) for place in places] == [(match.rank, match.entity.id) for match in whole]
    for place, match in zip(places, whole, strict=True):
        assert place.score == pytest.approx(match.score, abs=1e-9)
        assert place.confidence == pytest.approx(match.confidence, abs=1e-9)
        assert place.interval == pytest.approx(match.interval, abs=1e-9)


def test_who_is_blocked_stands_behind_the_ranking_with_the_date(matcher: Matcher) -> None:
    aside = {match.entity.id: match for match in matcher.propose(ASKED).set_aside}
    blocked = [place for place in matcher.places(ASKED) if place.standing is Standing.BLOCKED]
    assert blocked
    assert all(place.rank == 0 and place.blocked_until == aside[place.entity].blocked_until for place in blocked)


def test_named_ones_come_in_the_order_given_whatever_their_standing(matcher: Matcher) -> None:
    ids = ["brand:empty", "brand:b2", "brand:b0"]
    places = matcher.places(ASKED, ids)
    assert [place.entity for place in places] == ids
    assert places[0].standing is Standing.TOO_LITTLE_KNOWN
    assert [place.rank for place in places] == [0, 0, 0]


def test_named_ones_have_the_score_and_confidence_they_were_ranked_with(matcher: Matcher) -> None:
    ranked = {place.entity: place for place in matcher.places(ASKED)}
    for place in matcher.places(ASKED, sorted(ranked)):
        assert place.score == pytest.approx(ranked[place.entity].score, abs=1e-6)
        assert place.confidence == pytest.approx(ranked[place.entity].confidence, abs=1e-6)


def test_a_look_at_named_ones_carries_their_evidence(matcher: Matcher) -> None:
    found = matcher.look(ASKED, ["brand:b2", "brand:b0"]).matches
    assert [match.entity.id for match in found] == ["brand:b2", "brand:b0"]
    alone = matcher.explain("artist:a0", "brand:b2").matches[0]
    assert found[0].score == pytest.approx(alone.score, abs=1e-6)
    assert [part.signal for part in found[0].contributions] == [part.signal for part in alone.contributions]
    assert any(part.evidence for part in found[0].contributions)


def test_of_a_question_without_any_ground_nobody_stands_anywhere(town: Sketch) -> None:
    town.add("artist:blank")
    matcher = Matcher(town.snapshot())
    assert matcher.places(Query(entity="artist:blank")) == ()
    assert matcher.look(Query(entity="artist:blank"), ["brand:b0"]).matches == ()


def test_where_nobody_passes_the_filters_the_ranking_is_empty(matcher: Matcher) -> None:
    assert matcher.places(Query(entity="artist:a0", categories=("category:nobody",))) == ()


def test_what_is_not_in_the_snapshot_is_named(matcher: Matcher) -> None:
    with pytest.raises(UnknownEntityError, match="brand:gone"):
        matcher.places(ASKED, ["brand:gone"])
    with pytest.raises(QueryError):
        matcher.places(Query(entity="artist:a0", top=0))
