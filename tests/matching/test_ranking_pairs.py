"""One pair looked at closely: as a question asks that led there, with its brief and wishes, and in either direction."""

from __future__ import annotations

import pytest

from kyokan.errors import QueryError
from kyokan.graph.model import KanseiValue
from kyokan.matching.ranking import Matcher, Query
from tests.matching.sketch import Sketch

BRIEF = "A warm evening."


def matcher_of(sketch: Sketch) -> Matcher:
    return Matcher(sketch.snapshot())


def test_a_pair_looked_at_closely_has_the_score_it_was_ranked_with(town: Sketch) -> None:
    matcher = matcher_of(town)
    ranked = matcher.propose(Query(entity="artist:a3")).matches[0]
    pair = matcher.explain("artist:a3", ranked.entity.id).matches[0]
    assert pair.score == pytest.approx(ranked.score, abs=1e-6)
    assert [part.signal for part in pair.contributions] == [part.signal for part in ranked.contributions]


def test_both_directions_of_a_pair_agree_on_what_is_symmetric(town: Sketch) -> None:
    matcher = matcher_of(town)
    there = matcher.explain("artist:a3", "brand:b4").matches[0]
    back = matcher.explain("brand:b4", "artist:a3").matches[0]
    for name in ("resonance", "fan_bridge", "walk", "reach"):
        values = [sorted(part.value for part in match.contributions if part.signal == name) for match in (there, back)]
        assert values[0] == pytest.approx(values[1])


def test_without_a_signal_its_part_is_gone_and_the_others_stay(town: Sketch) -> None:
    matcher = matcher_of(town)
    whole = matcher.explain("artist:a0", "brand:b3").matches[0]
    query = Query(without_signals=frozenset({"walk"}))
    less = matcher.explain("artist:a0", "brand:b3", query).matches[0]
    assert [part for part in whole.contributions if part.signal != "walk"] == list(less.contributions)


def test_a_score_of_which_less_is_known_has_a_wider_interval(town: Sketch) -> None:
    town.add("brand:thin", {"serene": 0.8, "warm": 0.4, "bold": 0.0})
    matcher = matcher_of(town)
    thin = matcher.explain("artist:a0", "brand:thin").matches[0]
    rich = matcher.explain("artist:a0", "brand:b3").matches[0]
    assert thin.coverage < rich.coverage
    assert rich.interval[0] < rich.score < rich.interval[1]


def test_confidence_is_the_same_in_a_ranking_and_for_the_pair_alone(town: Sketch) -> None:
    matcher = matcher_of(town)
    first = matcher.propose(Query(entity="artist:a0")).matches[0]
    alone = matcher.explain("artist:a0", first.entity.id).matches[0]
    assert alone.confidence == pytest.approx(first.confidence, abs=1e-6)
    assert 0.5 < first.confidence < 1


def test_nobody_is_its_own_partner(town: Sketch) -> None:
    with pytest.raises(QueryError, match="its own partner"):
        matcher_of(town).explain("artist:a0", "artist:a0")


def test_habits_move_the_score_and_leave_the_confidence(town: Sketch) -> None:
    for place in range(4, 8):
        town.edge("tied_up", f"artist:a{place % 5}", "brand:b1", key=str(place), since="2020")
    matcher = matcher_of(town)
    fit, likely = (matcher.explain("artist:a0", "brand:b1", Query(entity="artist:a0", habit=habit)) for habit in (0, 1))
    assert fit.matches[0].raw < likely.matches[0].raw
    assert fit.matches[0].confidence == pytest.approx(likely.matches[0].confidence)


# As a brief asks -----------------------------------------------------------------------------------------------


def warm(_text: str) -> tuple[KanseiValue, ...]:
    return (KanseiValue(attribute="warm", intensity=0.9, confidence=1.0),)


@pytest.mark.parametrize("more", [{}, {"kansei": {"bold": -0.5}}, {"without_attributes": frozenset({"serene"})}])
def test_a_pair_has_the_sum_and_the_reasons_that_a_question_with_a_brief_ranked_it_with(
    town: Sketch, more: dict[str, object]
) -> None:
    matcher = Matcher(town.snapshot(), read=warm)
    query = Query(entity="artist:a0", text=BRIEF, **more)  # type: ignore[arg-type]
    ranked = matcher.propose(query).matches
    assert len(ranked) > 3
    for match in ranked:
        pair = matcher.explain("artist:a0", match.entity.id, query).matches[0]
        assert pair.raw == pytest.approx(match.raw, abs=1e-9)
        assert [(one.signal, one.benefit, pytest.approx(one.contribution, abs=1e-9)) for one in pair.contributions] == [
            (one.signal, one.benefit, one.contribution) for one in match.contributions
        ]
        assert pair.sentence.to_json() == match.sentence.to_json()


def test_a_brief_moves_what_is_read_of_a_pair(town: Sketch) -> None:
    matcher = Matcher(town.snapshot(), read=warm)
    plain, asked = (matcher.explain("artist:a1", "brand:b8", Query(text=text)).matches[0] for text in (None, BRIEF))
    assert abs(asked.raw - plain.raw) > 0.1


def test_a_brief_is_no_fact_and_is_read_once_for_all_that_is_taken_away(town: Sketch) -> None:
    read: list[str] = []

    def reader(text: str) -> tuple[KanseiValue, ...]:
        read.append(text)
        return warm(text)

    found = Matcher(town.snapshot(), read=reader).explain("artist:a0", "brand:b6", Query(text=BRIEF))
    without = {one.id: one.score for one in found.counterfactuals if one.kind == "attribute"}
    assert without["kansei:warm"] < found.matches[0].score
    assert read == [BRIEF] * 2  # for the pair, and once for all what-ifs
