"""How sure a score is: the chance that a match is the right one of two, and the range that doubt leaves."""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp

from kyokan.matching.ranking.fusion import FusionWeights, logistic
from kyokan.matching.signals import ANSWERS, SignalValues
from kyokan.matching.signals.view import Floats

EIGHT_OF_TEN = 1.2816  # standard normal quantile of .9: the middle 80 %
FLOOR = 0.15  # standard deviation of the raw score that no evidence removes


def chance(raw: Floats, pool: Floats) -> Floats:
    """(C,) probability that of a candidate and one drawn at random from ``pool``, this is the one that ties up.

        r = e^raw / mean_j e^raw_j,    chance = r / (1 + r)

    By the conditional logit that the weights are learned with, r is how many times likelier the candidate is than one
    drawn at random; with one of either before us, even odds and r give the chance (Bayes). Nothing known gives ½.
    """
    usual = logsumexp(pool) - np.log(len(pool)) if len(pool) else 0.0
    return np.asarray(logistic(raw - usual))


def doubts(weights: FusionWeights, answers: list[SignalValues]) -> Floats:
    """(C,) variance of the raw score that is left.

    A silent signal leaves its whole prior variance δ_s² (weight × spread); one that speaks with reliability r leaves
    (1 − r) δ_s²:

        left = Σ_s δ_s² (1 − r_s)
    """
    left = np.zeros(len(answers[0].values) if answers else 0)
    for signal, answer in zip(ANSWERS, answers, strict=True):
        left += weights.doubt(signal.name) ** 2 * (1.0 - answer.reliability)
    return left


def coverage(weights: FusionWeights, answers: list[SignalValues]) -> Floats:
    """(C,) share of the signals that could answer, each counted by the size of its weight."""
    sizes = np.array([abs(weights.weight(signal.name)) for signal in ANSWERS])
    known = np.array([answer.known for answer in answers], dtype=np.float64)
    return np.asarray(sizes @ known / sizes.sum() if sizes.sum() else np.zeros(known.shape[1]))


def interval(raw: float, variance: float) -> tuple[float, float]:
    """The range of the score that holds in 8 of 10 cases, if what is silent spreads as it usually does."""
    reach = EIGHT_OF_TEN * float(np.sqrt(variance + FLOOR**2))
    return float(logistic(raw - reach)), float(logistic(raw + reach))
