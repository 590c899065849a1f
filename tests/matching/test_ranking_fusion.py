"""Weights, shapes, confidence and variety, apart from any graph."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from kyokan.errors import SettingsError
from kyokan.matching.ranking import FusionWeights, Shape
from kyokan.matching.ranking.confidence import chance, coverage, doubts, interval
from kyokan.matching.ranking.fusion import ONE_SIDED, PLAIN, logistic
from kyokan.matching.signals import ANSWERS, SignalValues
from kyokan.matching.signals.partners import PairWeights, Worth


def test_what_chance_gives_neither_helps_nor_harms() -> None:
    weights = FusionWeights()
    for answer in ANSWERS:
        assert weights.contribution(answer.name, np.zeros(1))[0] == 0.0


def test_contributions_grow_with_the_signal_and_rivalry_only_costs() -> None:
    weights, values = FusionWeights(), np.linspace(-5, 5, 41)
    for answer in ANSWERS:
        steps = np.diff(weights.contribution(answer.name, values))
        assert (steps <= 0).all() if answer.name == "rivalry" else (steps >= 0).all()


def test_evidence_is_worth_the_weight_where_the_shape_is_straight() -> None:
    weights = FusionWeights(weights={"resonance": 0.7})
    assert weights.scale("resonance", 1.3) == pytest.approx(0.7)
    assert weights.scale("resonance", 0.0) == pytest.approx(0.7)
    assert weights.scale("resonance", 6.0) == pytest.approx(0.7 * 5 / 6)  # between the knots 4 → 4 and 8 → 6


def test_two_even_gains_beat_a_one_sided_one_of_the_same_sum() -> None:
    even, one_sided = ONE_SIDED(np.array([0.6, 0.6])).sum(), ONE_SIDED(np.array([1.2, 0.0])).sum()
    lopsided = ONE_SIDED(np.array([1.5, -0.3])).sum()
    assert even > one_sided > lopsided


@pytest.mark.parametrize(
    ("knots", "values"),
    [((0.0,), (0.0,)), ((0.0, 0.0), (0.0, 1.0)), ((-1.0, 1.0), (1.0, -1.0)), ((-1.0, 1.0), (0.0, 1.0))],
)
def test_a_shape_that_is_no_monotone_curve_through_zero_is_refused(knots: tuple[float], values: tuple[float]) -> None:
    with pytest.raises(SettingsError):
        Shape(knots, values)


def test_weights_survive_a_round_trip_through_a_file(tmp_path: Path) -> None:
    weights = FusionWeights(
        base=-0.5,
        weights={"walk": 0.25, "rivalry": -2.0},
        shapes={"walk": PLAIN},
        version="x",
        pairs=PairWeights(worth={"home": Worth(0.5, 0.25)}),
    )
    weights.save(tmp_path / "weights.json")
    assert FusionWeights.load(tmp_path / "weights.json") == weights


@pytest.mark.parametrize(
    "found",
    [
        {"base": 0.0, "weights": {"charm": 1.0}},
        {"base": 0.0, "weights": {"walk": -1.0}},
        {"base": 0.0, "weights": {"rivalry": 1.0}},
        {"base": 0.0, "weights": {"walk": float("nan")}},
        {"base": 0.0, "weights": {}, "colour": "blue"},
        {"weights": {}},
        {"base": 0.0, "weights": {}, "shapes": {"walk": [1, 2]}},
        {"base": 0.0, "weights": {}, "pairs": {"charm": {"weight": 1.0, "mean": 0.0}}},
        {"base": 0.0, "weights": {}, "pairs": {"home": {"weight": float("nan"), "mean": 0.0}}},
        {"base": 0.0, "weights": {}, "pairs": {"home": 1.0}},
    ],
)
def test_weights_that_break_a_rule_are_refused(found: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    path.write_text(json.dumps(found), encoding="utf-8")
    with pytest.raises(SettingsError):
        FusionWeights.load(path)


def test_a_missing_weights_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.json"):
        FusionWeights.load(tmp_path / "none.json")


def _answers(reliability: float) -> list[SignalValues]:
    known = np.array([reliability > 0])
    return [SignalValues(np.zeros(1), known, np.array([reliability])) for _ in ANSWERS]


def test_confidence_is_the_chance_against_one_drawn_at_random() -> None:
    pool = np.log(np.array([0.5, 1.5, 1.0]))  # e^raw is 1 on average
    assert chance(np.array([0.0, math.log(3.0)]), pool).tolist() == pytest.approx([0.5, 0.75])


def test_confidence_does_not_overflow_on_a_score_far_above_all_others() -> None:
    assert chance(np.array([900.0, -900.0]), np.array([-900.0, 900.0])).tolist() == pytest.approx([2 / 3, 0.0])


def test_what_evidence_does_not_remove_is_left_in_doubt() -> None:
    weights = FusionWeights()
    for reliability in (0.0, 0.25, 1.0):
        left = doubts(weights, _answers(reliability))
        assert left[0] == pytest.approx((1 - reliability) * sum(weights.doubt(one.name) ** 2 for one in ANSWERS))


def test_coverage_counts_signals_by_weight() -> None:
    weights = FusionWeights(weights={"resonance": 3.0, "walk": 1.0})
    answers = [SignalValues(np.zeros(1), np.array([answer.name == "resonance"]), np.zeros(1)) for answer in ANSWERS]
    assert coverage(weights, answers)[0] == pytest.approx(0.75)


def test_the_interval_holds_the_score_and_narrows_with_evidence() -> None:
    wide, narrow = interval(0.4, 1.0), interval(0.4, 0.1)
    assert wide[0] < narrow[0] < logistic(0.4) < narrow[1] < wide[1]
