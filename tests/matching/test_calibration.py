"""Calibration worked out by hand on a few stated probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from kyokan.matching.evaluation.calibration import Calibration


def test_partners_and_the_others_of_an_artist_count_alike() -> None:
    truth = np.array([[1, 0, 0, 0, 0], [0, 0, 0, 0, 0]])
    found = Calibration.of(truth, np.zeros((2, 5)))
    assert found.stated.tolist() == pytest.approx([0.5] * 5)  # nothing known: even odds
    assert found.weight.tolist() == pytest.approx([1, 0.25, 0.25, 0.25, 0.25])
    assert found.error == pytest.approx(0.0, abs=1e-9)  # even odds come true half of the time


def test_the_error_is_the_mean_gap_of_what_was_stated_and_what_came_true() -> None:
    stated = np.repeat([0.05, 0.95], 10) + 1e-9 * np.arange(20)  # no two equal, so ten bins of two
    true = np.array([0] * 10 + [1] * 7 + [0] * 3)
    found = Calibration(stated, true.astype(float), np.ones(20))
    # ten bins of two: five at .05 with nothing true; three and a half of five at .95 true
    assert found.error == pytest.approx((5 * 0.05 + 3 * 0.05 + 0.45 + 0.95) / 10)


def test_answering_the_surest_first_tells_more_of_them_right() -> None:
    found = Calibration(np.array([0.9, 0.8, 0.6, 0.55, 0.52]), np.array([1.0, 1.0, 1.0, 0.0, 0.0]), np.ones(5))
    assert found.abstention() == {"100%": 0.6, "80%": 0.75, "60%": 1.0, "40%": 1.0, "20%": 1.0}
