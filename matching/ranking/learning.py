"""Learns what signals and past tie-ups weigh from the tie-ups that happened, held near the weights there were."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import rankdata

from kyokan.matching.affinity.choice import fit_choice
from kyokan.matching.evidence.removal import Removal
from kyokan.matching.ranking.fusion import FusionWeights
from kyokan.matching.ranking.matcher import Matcher
from kyokan.matching.ranking.model import Query
from kyokan.matching.signals import ANSWERS, SIGNALS, Side
from kyokan.matching.signals.partners import PairWeights
from kyokan.matching.signals.tie_ups import year_of
from kyokan.matching.signals.view import Floats, Rows

LEAST = 20  # artists with tie-ups; fewer teach nothing
# How firmly weights are held where they were: about so many artists must say otherwise.
PAIRS_HELD, PAIRS_FREE = 30.0, 3.0  # figures of past tie-ups, learned onwards or from nothing
SIGNALS_HELD = 150.0
SHARE_LATER = 0.2


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
        history = context.history
        brands = np.flatnonzero((context.sides == Side.THINGS) & (context.profiles.brand_of < 0))
        chosen = np.zeros((len(history.people), len(brands)))
        chosen[:, np.searchsorted(brands, history.things)] = history.ties > 0
        return cls(history.people, brands, chosen)


def learn(matcher: Matcher, *, version: str, from_nothing: bool = False) -> FusionWeights:
    """Weights under which each artist's partners are likeliest among all brands.

    First the figures of past tie-ups, then the signals' weights, each by conditional logit held to the matcher's
    weights (with ``from_nothing`` the figures start from 0). No artist's own tie-ups are among its figures, so nothing
    is learned by heart. A signal keeps its sign, and one that is silent keeps its weight. The base stays.

    With fewer than ``LEAST`` artists the weights are given back as they are.
    """
    weights = matcher.settings.weights
    if not len(matcher.context().precedents):
        return weights
    lesson = Lesson.of(matcher)
    if len(lesson.artists) < LEAST:
        return weights
    pairs = _learn_pairs(matcher, lesson, from_nothing=from_nothing)
    taught = matcher.with_weights(replace(weights, pairs=pairs))
    return replace(taught.settings.weights, weights=_learn_signals(taught, lesson), version=version)


@dataclass(frozen=True, slots=True)
class Foresight:
    """How well later tie-ups were foretold from earlier ones: mean reciprocal rank among all brands.

    ``since`` is the year of the first tie-up foretold; ``before`` is by the weights there were, ``after`` by weights
    learned from the ``earlier`` tie-ups alone.
    """

    since: str
    earlier: int
    later: int
    before: float
    after: float


def foresee(matcher: Matcher, *, share: float = SHARE_LATER) -> Foresight | None:
    """Learn from the earlier tie-ups and foretell the later ones; None where too few are dated to tell.

    The later tie-ups are those of the last years that hold about ``share`` of the dated ones. They are taken away
    before anything is derived, so nothing of the future is learned from; undated ones count as earlier.
    """
    tie_ups = matcher.context().precedents
    years = np.array([year_of(relation) for relation in tie_ups.relations])
    dated = np.sort(years[~np.isnan(years)])
    if not len(dated):
        return None
    since = dated[min(int(np.ceil(len(dated) * (1.0 - share))), len(dated) - 1)]
    later = np.flatnonzero(years >= since)
    if len(years) - len(later) < LEAST:
        return None
    identities = frozenset(tie_ups.relations[place].identity for place in later)
    past = matcher.without(Removal(relations=identities))
    taught = past.with_weights(learn(past, version="foresight"))
    brands = Lesson.of(matcher).brands
    pairs = np.unique(np.column_stack([tie_ups.artists, matcher.context().history.brands_tied])[later], axis=0)
    ranks = [
        np.mean([1.0 / _rank(one, artist, brand, brands, pairs) for artist, brand in pairs.tolist()])
        for one in (past, taught)
    ]
    return Foresight(str(int(since)), len(years) - len(later), len(pairs), float(ranks[0]), float(ranks[1]))


def _rank(matcher: Matcher, artist: int, brand: int, brands: Rows, pairs: Rows) -> float:
    """Rank of a brand for an artist, its other later partners left out; ties share their mean rank."""
    others = pairs[(pairs[:, 0] == artist) & (pairs[:, 1] != brand), 1]
    rows = np.setdiff1d(brands, others)
    raw = matcher.score(Query(entity=matcher.snapshot.ids[artist], habit=1.0), rows).raw
    return float(rankdata(-raw)[rows == brand][0])


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
