"""Learns what signals and past tie-ups weigh from the tie-ups that happened, held near the weights there were."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kyokan.matching.affinity.choice import fit_choice
from kyokan.matching.ranking.fusion import FusionWeights
from kyokan.matching.ranking.matcher import Matcher
from kyokan.matching.ranking.model import Query
from kyokan.matching.signals import ANSWERS, SIGNALS, Side
from kyokan.matching.signals.partners import FEATURES, PairWeights
from kyokan.matching.signals.view import Floats, Rows

LEAST = 20  # artists with tie-ups; fewer teach nothing
# How firmly weights are held where they were: about so many artists must say otherwise.
PAIRS_HELD, PAIRS_FREE = 30.0, 3.0  # figures of past tie-ups, learned onwards or from nothing
SIGNALS_HELD = 100.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is learned from: (A,) artists with tie-ups, (B,) all brands, (A, B) tie-ups, 0 or 1.

    Brands without any tie-up are choices that were not made: they say what a first tie-up is worth.
    """

    artists: Rows
    brands: Rows
    chosen: Floats

    @classmethod
    def of(cls, matcher: Matcher) -> Lesson:
        """The tie-ups of a matcher's snapshot, products counted as their brand."""
        context = matcher.context()
        partners = context.partners
        brands = np.flatnonzero((context.sides == Side.THINGS) & (context.profiles.brand_of < 0))
        chosen = np.zeros((len(partners.people), len(brands)))
        chosen[:, np.searchsorted(brands, partners.things)] = partners.ties > 0
        return cls(partners.people, brands, chosen)


def learn(matcher: Matcher, *, version: str, from_nothing: bool = False) -> FusionWeights:
    """Weights under which each artist's partners are likeliest among all brands with tie-ups.

    First the figures of past tie-ups, then the signals' weights, each by conditional logit held to the matcher's
    weights (with ``from_nothing`` the figures start from 0). No artist's own tie-ups are among its figures, so nothing
    is learned by heart. A signal keeps its sign, and one that is silent keeps its weight. The base stays.

    With fewer than ``LEAST`` artists the weights are given back as they are.
    """
    weights = matcher.settings.weights
    if not len(matcher.context().tie_ups):
        return weights
    lesson = Lesson.of(matcher)
    if len(lesson.artists) < LEAST:
        return weights
    pairs = _learn_pairs(matcher, lesson, from_nothing=from_nothing)
    taught = matcher.with_weights(replace(weights, pairs=pairs))
    return replace(taught.settings.weights, weights=_learn_signals(taught, lesson), version=version)


def _learn_pairs(matcher: Matcher, lesson: Lesson, *, from_nothing: bool) -> PairWeights:
    partners = matcher.context().partners
    people, things = partners.of_rows(lesson.artists, Side.PEOPLE), partners.of_rows(lesson.brands, Side.THINGS)
    figures = partners.pair(people, things).figures()
    prior = matcher.settings.weights.pairs.weights * (not from_nothing)
    found = fit_choice(figures, lesson.chosen, prior=prior, penalty=PAIRS_FREE if from_nothing else PAIRS_HELD)
    return PairWeights.of(found, figures.mean(axis=(0, 1)))


def _learn_signals(matcher: Matcher, lesson: Lesson) -> dict[str, float]:
    """Weights of the signals, each ≥ 0 (rivalry's ≤ 0); both answers of one signal share a weight."""
    weights = matcher.settings.weights
    names = tuple(SIGNALS)
    shaped = np.zeros((*lesson.chosen.shape, len(names)))
    for place, artist in enumerate(lesson.artists.tolist()):
        scored = matcher.score(Query(entity=matcher.snapshot.ids[artist], habit=1.0), lesson.brands)
        for signal, answer in zip(ANSWERS, scored.answers, strict=True):
            shaped[place, :, names.index(signal.name)] += weights.shape(signal.name)(answer.values)
    found = fit_choice(
        shaped,
        lesson.chosen,
        prior=np.array([weights.weight(name) for name in names]),
        penalty=SIGNALS_HELD,
        bounds=[(-np.inf, 0.0) if name == "rivalry" else (0.0, np.inf) for name in names],
    )
    return dict(zip(names, found.tolist(), strict=True))
