"""How well the order of the sectors fits annotated data, and which order would fit better.

A circumplex holds when what lies near on the circle goes together and what lies opposite does not: the correlation of
two sectors over entities should fall with the angle between them (Guttman 1954; Browne 1992).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from kyokan.graph.dictionary.correlation import Floats, Profiles, sector_correlations
from kyokan.graph.dictionary.model import Dictionary

SHUFFLES = 2000
ROUNDING = 1e-9  # differences below it are rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class CircleFit:
    """The fit of an order of 2n sectors; a figure that cannot be had is NaN.

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
        """Plain values for JSON, None for NaN."""
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


def circle_fit(
    profiles: Profiles,
    dictionary: Dictionary,
    *,
    unknown: float | None = 0.0,
    seed: int = 0,
    shuffles: int = SHUFFLES,
) -> CircleFit:
    """How well the sector order fits ``profiles`` (M, A), attributes in dictionary order, NaN = unknown.

    ``unknown`` as in ``sector_correlations``. Same input and seed, same result.

    Raises:
        ValueError: ``profiles`` does not have one column for each attribute.
    """
    correlation = sector_correlations(profiles, dictionary, unknown=unknown)
    cosine = _cosines(len(correlation))
    rows, columns = _measured_pairs(correlation)
    steps = _steps(correlation)
    own = {sector.id: _rank_correlation(correlation[k], cosine[k]) for k, sector in enumerate(dictionary.sectors)}
    return CircleFit(
        entities=int((~np.isnan(np.asarray(profiles, dtype=np.float64)).all(axis=1)).sum()),
        pairs=len(rows),
        spearman=_rank_correlation(correlation[rows, columns], cosine[rows, columns]),
        p_value=_p_value(correlation, np.random.default_rng(seed), shuffles),
        steps=tuple(float(value) for value in steps),
        falls=_rank_correlation(steps, -np.arange(len(steps), dtype=np.float64)),
        sectors=dict(sorted(own.items(), key=lambda item: (np.nan_to_num(item[1], nan=-2.0), item[0]))),
    )


def suggest_order(
    profiles: Profiles, dictionary: Dictionary, *, unknown: float | None = 0.0, max_moves: int = 12
) -> SuggestedOrder:
    """Improve the order step by step, poles always opposite: swap or shift whole axes, or turn one around.

    Each step takes the move that raises Σ correlation × cos(angle) most (circular seriation by steepest ascent) until
    none does or ``max_moves`` are made, so the first few moves are the ones that matter most.
    """
    correlation = sector_correlations(profiles, dictionary, unknown=unknown)
    cosine = _cosines(len(correlation))
    rows, columns = _measured_pairs(correlation)
    mean = correlation[rows, columns].mean() if len(rows) else 0.0
    weights = np.nan_to_num(correlation - mean)
    ids = [sector.id for sector in dictionary.sectors]
    order, moves = list(range(len(ids))), list[str]()
    while len(moves) < max_moves:
        best, most, said = order, _agreement(weights, cosine, order) + ROUNDING, ""
        for candidate, move in _neighbours(order, ids):
            agreement = _agreement(weights, cosine, candidate)
            if agreement > most + ROUNDING:
                best, most, said = candidate, agreement, move
        if not said:
            break
        order = best
        moves.append(said)
    arranged = correlation[np.ix_(order, order)]
    rows, columns = _measured_pairs(arranged)
    return SuggestedOrder(
        order=tuple(ids[k] for k in order),
        spearman=_rank_correlation(arranged[rows, columns], cosine[rows, columns]),
        moves=tuple(moves),
    )


def fit_report(
    profiles: Profiles, dictionary: Dictionary, *, unknown: float | None = 0.0, seed: int = 0
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
    return round(float(value), 6) if np.isfinite(value) else None


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
        if not np.isnan(values).all():
            means[step - 1] = np.nanmean(values)
    return means


def _ranks(values: Floats) -> Floats:
    return np.asarray(rankdata(values.round(9)), dtype=np.float64)  # equal but for rounding shares a rank


def _rank_correlation(one: Floats, other: Floats) -> float:
    """Spearman's ρ where both are known; NaN where one of them never varies."""
    known = ~np.isnan(one) & ~np.isnan(other) & (other < 1 - ROUNDING)  # a sector is not paired with itself
    return _pearson(_ranks(one[known]), _ranks(other[known]))


def _pearson(one: Floats, other: Floats) -> float:
    if len(one) == 0:
        return float("nan")
    one, other = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / scale if scale > 0 else float("nan")


def _p_value(correlation: Floats, random: np.random.Generator, shuffles: int) -> float:
    """Share of shuffled orders that fit at least as well, counting the present one among them."""
    cosine = _cosines(len(correlation))
    rows, columns = _measured_pairs(correlation)
    ranks = _ranks(correlation[rows, columns])
    present = _pearson(ranks, _ranks(cosine[rows, columns]))
    if np.isnan(present):
        return float("nan")
    as_good = 1
    for _ in range(shuffles):
        place = random.permutation(len(correlation))
        as_good += _pearson(ranks, _ranks(cosine[place[rows], place[columns]])) >= present - ROUNDING
    return as_good / (shuffles + 1)


def _agreement(weights: Floats, cosine: Floats, order: Sequence[int]) -> float:
    return float((weights[np.ix_(order, order)] * cosine).sum())


def _neighbours(order: list[int], ids: Sequence[str]) -> Iterator[tuple[list[int], str]]:
    """Orders one move away, with the move in words."""
    half = len(order) // 2
    axes = list(zip(order[:half], order[half:], strict=True))
    for k, (left, right) in enumerate(axes):
        name, turned = f"{ids[left]}–{ids[right]}", (right, left)
        rest = axes[:k] + axes[k + 1 :]
        yield _laid_out([*axes[:k], turned, *axes[k + 1 :]]), f"turn {name} around"
        for other in range(k + 1, half):
            swapped = axes.copy()
            swapped[k], swapped[other] = axes[other], axes[k]
            yield _laid_out(swapped), f"swap {name} and {ids[axes[other][0]]}–{ids[axes[other][1]]}"
        for place in range(half):
            if abs(place - k) > 1:  # one place on is a swap of neighbours
                yield _laid_out([*rest[:place], axes[k], *rest[place:]]), f"move {name} to place {place + 1}"
                yield (
                    _laid_out([*rest[:place], turned, *rest[place:]]),
                    f"turn {name} around and move it to place {place + 1}",
                )


def _laid_out(axes: Sequence[tuple[int, int]]) -> list[int]:
    """Axes as an order of sectors: one pole of each, then the other in the same order."""
    return [left for left, _ in axes] + [right for _, right in axes]
