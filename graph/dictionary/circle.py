"""How well the order of the sectors fits annotated data, and which order would fit better.

A circumplex holds when what lies near on the circle goes together and what lies opposite does not: the correlation of
two sectors over entities should fall with the angle between them (Guttman 1954; Browne 1992).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from kyokan.graph.dictionary.model import Dictionary

Floats = NDArray[np.float64]

MIN_PAIRS = 20  # entities in which both sectors are known, below which a correlation is not trusted
SHUFFLES = 2000
GAIN = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class CircleFit:
    """The fit of an order of 2n sectors.

    ``spearman`` is the rank correlation, over pairs of sectors, between their correlation over entities and the cosine
    of the angle between them: 1 for a perfect circle, 0 for a random order. ``p_value`` is the share of shuffled orders
    that fit as well. ``steps[k]`` is the mean correlation of sectors k + 1 steps apart; ``falls`` the rank correlation
    of ``steps`` with −k. ``sectors`` maps each sector to the same figure as ``spearman`` over its own pairs alone, the
    worst placed first.
    """

    entities: int
    pairs: int
    spearman: float
    p_value: float
    steps: tuple[float, ...]
    falls: float
    sectors: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what could not be measured is None."""
        return {
            "entities": self.entities,
            "pairs": self.pairs,
            "spearman": _plain(self.spearman),
            "p_value": _plain(self.p_value),
            "steps": [_plain(value) for value in self.steps],
            "falls": _plain(self.falls),
            "sectors": {sector: _plain(value) for sector, value in self.sectors.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedOrder:
    """An order of sector ids that fits better, its ``spearman``, and what was done to the present one, in turn."""

    order: tuple[str, ...]
    spearman: float
    moves: tuple[str, ...]


def sector_profiles(profiles: NDArray[np.floating[Any]], dictionary: Dictionary) -> Floats:
    """The strongest known attribute of each sector: (M, A) → (M, 2n), NaN where the sector is unknown."""
    values = np.asarray(profiles, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] != len(dictionary):  # noqa: PLR2004 - a matrix
        raise ValueError(
            f"profiles of shape {values.shape} do not have the {len(dictionary)} columns of the dictionary"
        )
    sector_of = np.array([dictionary.sector_index(attribute) for attribute in dictionary.ids])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a sector without any known value stays NaN
        columns = [np.nanmax(values[:, sector_of == k], axis=1) for k in range(len(dictionary.sectors))]
    return np.stack(columns, axis=1)


def sector_correlations(
    profiles: NDArray[np.floating[Any]], dictionary: Dictionary, *, unknown: float | None = None
) -> Floats:
    """Pearson correlations between sectors over entities, (2n, 2n); NaN where fewer than ``MIN_PAIRS`` know both.

    Each entity's mean over its known sectors is taken off first, as circumplex studies do, so that talkative
    descriptions do not make every sector go with every other. ``unknown`` stands in for unknown values; use 0 for
    tags, which only ever say what is there.
    """
    values = sector_profiles(profiles, dictionary)
    values = values[~np.isnan(values).all(axis=1)]
    if unknown is not None:
        values = np.where(np.isnan(values), unknown, values)
    known = ~np.isnan(values)
    centred = np.where(known, values - np.nanmean(values, axis=1, keepdims=True), 0.0)
    mask = known.astype(np.float64)
    count = mask.T @ mask
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (centred.T @ mask) / count  # of the row's sector over entities that know both
        square = ((centred**2).T @ mask) / count - mean**2
        covariance = (centred.T @ centred) / count - mean * mean.T
        correlation = covariance / np.sqrt(square * square.T)
    correlation[(count < MIN_PAIRS) | ~np.isfinite(correlation) | (square <= GAIN) | (square.T <= GAIN)] = np.nan
    return np.clip(correlation, -1.0, 1.0)


def circle_fit(
    profiles: NDArray[np.floating[Any]],
    dictionary: Dictionary,
    *,
    unknown: float | None = None,
    seed: int = 0,
    shuffles: int = SHUFFLES,
) -> CircleFit:
    """How well the sector order fits ``profiles`` (M, A), attributes in dictionary order, NaN = unknown.

    Figures that cannot be had (too few entities, no variation) are NaN. Same input and seed, same result.

    Raises:
        ValueError: ``profiles`` does not have one column for each attribute.
    """
    correlation = sector_correlations(profiles, dictionary, unknown=unknown)
    size = len(dictionary.sectors)
    cosine = _cosines(size)
    pairs = _measured_pairs(correlation)
    steps = _steps(correlation)
    own = {
        sector.id: _rank_correlation(correlation[k], cosine[k], np.arange(size) != k)
        for k, sector in enumerate(dictionary.sectors)
    }
    spearman = _spearman(correlation, cosine, pairs)
    return CircleFit(
        entities=int((~np.isnan(np.asarray(profiles, dtype=np.float64)).all(axis=1)).sum()),
        pairs=len(pairs[0]),
        spearman=spearman,
        p_value=_p_value(correlation, cosine, pairs, spearman, np.random.default_rng(seed), shuffles),
        steps=tuple(float(value) for value in steps),
        falls=_rank_correlation(steps, -np.arange(len(steps), dtype=np.float64), np.ones(len(steps), dtype=bool)),
        sectors=dict(sorted(own.items(), key=lambda item: (np.nan_to_num(item[1], nan=-2.0), item[0]))),
    )


def suggest_order(
    profiles: NDArray[np.floating[Any]],
    dictionary: Dictionary,
    *,
    unknown: float | None = None,
    max_moves: int = 12,
) -> SuggestedOrder:
    """Improve the order step by step, poles always opposite: swap or shift whole axes, or turn one around.

    Each step takes the move that raises Σ correlation × cos(angle) most (circular seriation by steepest ascent) until
    none does or ``max_moves`` are made, so the first few moves are the ones that matter most.
    """
    correlation = sector_correlations(profiles, dictionary, unknown=unknown)
    size = len(dictionary.sectors)
    cosine = _cosines(size)
    weights = correlation - np.nanmean(correlation) if np.isfinite(correlation).any() else correlation
    weights = np.where(np.isnan(weights), 0.0, weights)
    ids = [sector.id for sector in dictionary.sectors]
    order = list(range(size))
    moves: list[str] = []
    while len(moves) < max_moves:
        best, gained, said = order, GAIN, ""
        present = _agreement(weights, cosine, order)
        for candidate, move in _neighbours(order, ids):
            gain = _agreement(weights, cosine, candidate) - present
            if gain > gained + GAIN:
                best, gained, said = candidate, gain, move
        if not said:
            break
        order = best
        moves.append(said)
    arranged = correlation[np.ix_(order, order)]
    return SuggestedOrder(
        order=tuple(ids[k] for k in order),
        spearman=_spearman(arranged, cosine, _measured_pairs(arranged)),
        moves=tuple(moves),
    )


def fit_report(
    profiles: NDArray[np.floating[Any]], dictionary: Dictionary, *, unknown: float | None = None, seed: int = 0
) -> dict[str, Any]:
    """Fit of the present order and of a better one, as plain values for JSON."""
    suggested = suggest_order(profiles, dictionary, unknown=unknown)
    return {
        "dictionary": dictionary.version,
        "order": [sector.id for sector in dictionary.sectors],
        "fit": circle_fit(profiles, dictionary, unknown=unknown, seed=seed).to_dict(),
        "suggested": {
            "order": list(suggested.order),
            "spearman": _plain(suggested.spearman),
            "moves": list(suggested.moves),
        },
    }


def _plain(value: float) -> float | None:
    return round(value, 6) if np.isfinite(value) else None


def _cosines(size: int) -> Floats:
    """Cosine of the angle between each two of ``size`` places on a circle."""
    places = np.arange(size)
    return np.cos(2 * np.pi * (places[:, None] - places[None, :]) / size)


def _measured_pairs(correlation: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rows, columns = np.triu_indices(len(correlation), k=1)
    measured = ~np.isnan(correlation[rows, columns])
    return rows[measured], columns[measured]


def _steps(correlation: Floats) -> Floats:
    """Mean correlation at each of the n angular steps; NaN where no pair was measured."""
    size = len(correlation)
    means = np.full(size // 2, np.nan)
    for step in range(1, size // 2 + 1):
        values = np.array([correlation[k, (k + step) % size] for k in range(size)])
        if (~np.isnan(values)).any():
            means[step - 1] = np.nanmean(values)
    return means


def _ranks(values: Floats) -> Floats:
    return np.asarray(rankdata(values.round(9)), dtype=np.float64)  # equal but for rounding shares a rank


def _rank_correlation(one: Floats, other: Floats, chosen: NDArray[np.bool_]) -> float:
    chosen = chosen & ~np.isnan(one) & ~np.isnan(other)
    return _pearson(_ranks(one[chosen]), _ranks(other[chosen]))


def _pearson(one: Floats, other: Floats) -> float:
    one, other = one - one.mean() if len(one) else one, other - other.mean() if len(other) else other
    scale = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / scale if scale > 0 else float("nan")


def _spearman(correlation: Floats, cosine: Floats, pairs: tuple[NDArray[np.int64], NDArray[np.int64]]) -> float:
    return _pearson(_ranks(correlation[pairs]), _ranks(cosine[pairs]))


def _p_value(
    correlation: Floats,
    cosine: Floats,
    pairs: tuple[NDArray[np.int64], NDArray[np.int64]],
    spearman: float,
    random: np.random.Generator,
    shuffles: int,
) -> float:
    """Share of shuffled orders that fit at least as well, counting the present one among them."""
    if np.isnan(spearman):
        return float("nan")
    ranks = _ranks(correlation[pairs])
    as_good = 1
    for _ in range(shuffles):
        place = random.permutation(len(correlation))
        shuffled = _ranks(cosine[place[pairs[0]], place[pairs[1]]])
        as_good += _pearson(ranks, shuffled) >= spearman - GAIN
    return as_good / (shuffles + 1)


def _agreement(weights: Floats, cosine: Floats, order: Sequence[int]) -> float:
    return float((weights[np.ix_(order, order)] * cosine).sum())


def _neighbours(order: list[int], ids: Sequence[str]) -> Iterator[tuple[list[int], str]]:
    """Orders one move away, with the move in words."""
    half = len(order) // 2
    first, second = order[:half], order[half:]

    def name(k: int) -> str:
        return f"{ids[first[k]]}–{ids[second[k]]}"

    for k in range(half):
        near, far = first.copy(), second.copy()
        near[k], far[k] = far[k], near[k]
        yield near + far, f"turn {name(k)} around"
    for k in range(half):
        for other in range(k + 1, half):
            near, far = first.copy(), second.copy()
            near[k], near[other], far[k], far[other] = near[other], near[k], far[other], far[k]
            yield near + far, f"swap {name(k)} and {name(other)}"
    for k in range(half):
        near, far = first[:k] + first[k + 1 :], second[:k] + second[k + 1 :]
        for place in range(half):
            if abs(place - k) > 1:  # one place on is a swap of neighbours
                moved = [*near[:place], first[k], *near[place:]], [*far[:place], second[k], *far[place:]]
                yield moved[0] + moved[1], f"move {name(k)} to place {place + 1}"
                turned = [*near[:place], second[k], *near[place:]], [*far[:place], first[k], *far[place:]]
                yield turned[0] + turned[1], f"turn {name(k)} around and move it to place {place + 1}"
