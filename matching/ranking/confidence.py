"""How sure a score is: the share of doubt that evidence has removed, and the range that is left."""

from __future__ import annotations

import numpy as np

from kyokan.matching.ranking.fusion import FusionWeights, logistic
from kyokan.matching.signals import ANSWERS, SignalValues
from kyokan.matching.signals.view import Floats

EIGHT_OF_TEN = 1.2816  # standard normal quantile of .9: the middle 80 %
FLOOR = 0.15  # standard deviation of the raw score that no evidence removes


def doubts(weights: FusionWeights, answers: list[SignalValues]) -> tuple[Floats, Floats]:
    """((C,) variance of the raw score that is left, (C,) share of the signals' variance that evidence has removed).

    A silent signal leaves its whole prior variance δ_s² (weight × spread); one that speaks with reliability r leaves
    (1 − r) δ_s²:

        left = Σ_s δ_s² (1 − r_s),    confidence = 1 − left / Σ_s δ_s²
    """
    count = len(answers[0].values) if answers else 0
    left, total = np.zeros(count), 0.0
    for signal, answer in zip(ANSWERS, answers, strict=True):
        variance = weights.doubt(signal.name) ** 2
        total += variance
        left += variance * (1.0 - answer.reliability)
    return left, (1.0 - left / total if total else np.zeros(count))


def coverage(weights: FusionWeights, answers: list[SignalValues]) -> Floats:
    """(C,) share of the signals that could answer, each counted by the size of its weight."""
    sizes = np.array([abs(weights.weight(signal.name)) for signal in ANSWERS])
    known = np.array([answer.known for answer in answers], dtype=np.float64)
    return np.asarray(sizes @ known / sizes.sum() if sizes.sum() else np.zeros(known.shape[1]))


def interval(raw: float, variance: float) -> tuple[float, float]:
    """The range of the score that holds in 8 of 10 cases, if what is silent spreads as it usually does."""
    reach = EIGHT_OF_TEN * float(np.sqrt(variance + FLOOR**2))
    return float(logistic(raw - reach)), float(logistic(raw + reach))
