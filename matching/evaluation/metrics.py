"""Ranking, retrieval and agreement measures, and the bootstrap interval of their means."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]


def top_k(scores: NDArray[np.floating], k: int) -> Rows:
    """Columns of the ``k`` highest scores of each row, best first, shape (rows, k).

    Equal scores stand in ascending order of column; ``-inf`` marks a column that is no candidate (it comes last and
    the caller's relevance must be 0 there).
    """
    k = min(k, scores.shape[1])
    best = np.argpartition(-scores, k - 1, axis=1)[:, :k] if k < scores.shape[1] else _all_columns(scores)
    # argpartition picks freely among ties on its border: take all columns at the border value, then the lowest.
    border = np.take_along_axis(scores, best, axis=1).min(axis=1)
    chosen = np.empty((scores.shape[0], k), dtype=np.int64)
    for row in range(scores.shape[0]):
        columns = np.flatnonzero(scores[row] >= border[row])
        order = np.lexsort((columns, -scores[row, columns]))
        chosen[row] = columns[order[:k]]
    return chosen


def _all_columns(scores: NDArray[np.floating]) -> Rows:
    return np.broadcast_to(np.arange(scores.shape[1]), scores.shape)


def ndcg(hits: ArrayLike, relevant: ArrayLike) -> Floats:
    """Normalised discounted cumulated gain with binary gain, one value a row.

    DCG = Σ_r hit_r / log2(r + 1) over ranks r = 1…k, divided by that of an ideal ranking of min(k, relevant) hits
    (Järvelin & Kekäläinen 2002). A row without anything relevant gives NaN.

    Args:
        hits: (rows, k) whether the item at each rank is relevant.
        relevant: (rows,) how many items are relevant in all.
    """
    found = np.asarray(hits, dtype=np.float64)
    count = np.asarray(relevant, dtype=np.int64)
    discount = 1.0 / np.log2(np.arange(found.shape[1]) + 2.0)
    ideal = np.concatenate([[0.0], np.cumsum(discount)])[np.minimum(count, found.shape[1])]
    with np.errstate(invalid="ignore"):
        return np.asarray((found @ discount) / ideal, dtype=np.float64)


def recall(hits: ArrayLike, relevant: ArrayLike) -> Floats:
    """Share of the relevant items that stand in the first k, one value a row; NaN where nothing is relevant."""
    with np.errstate(invalid="ignore"):
        return np.asarray(
            np.asarray(hits, dtype=np.float64).sum(axis=1) / np.asarray(relevant, dtype=np.float64), dtype=np.float64
        )


def coverage(recommended: ArrayLike, items: int) -> float:
    """Share of ``items`` that are recommended to anybody."""
    return len(np.unique(np.asarray(recommended))) / items


def gini(counts: ArrayLike) -> float:
    """Gini coefficient of exposure: 0 when all items are shown equally often, (n−1)/n when one takes all.

    G = Σ_i (2 i − n − 1) x_i / (n Σ x) with x ascending. Nothing shown at all gives 0.
    """
    x = np.sort(np.asarray(counts, dtype=np.float64))
    n = len(x)
    total = x.sum()
    if total == 0:
        return 0.0
    return float(((2 * np.arange(1, n + 1) - n - 1) * x).sum() / (n * total))


def auc(positive: ArrayLike, negative: ArrayLike) -> float:
    """Chance that a positive scores above a negative, ties counting one half (Mann–Whitney); NaN if a side is empty."""
    high = np.asarray(positive, dtype=np.float64)
    low = np.sort(np.asarray(negative, dtype=np.float64))
    if not len(high) or not len(low):
        return float("nan")
    below = np.searchsorted(low, high, side="left")
    equal = np.searchsorted(low, high, side="right") - below
    return float((below + 0.5 * equal).sum() / (len(high) * len(low)))


def average_precision(scores: ArrayLike, relevant: ArrayLike) -> float:
    """Mean of the precision at the rank of each relevant item; tied items share the worst rank of their group."""
    value = np.asarray(scores, dtype=np.float64)
    truth = np.asarray(relevant, dtype=bool)
    if not truth.any():
        return float("nan")
    ascending_all, ascending_true = np.sort(value), np.sort(value[truth])
    rank = len(value) - np.searchsorted(ascending_all, value[truth], side="left")
    hits = len(ascending_true) - np.searchsorted(ascending_true, value[truth], side="left")
    return float((hits / rank).mean())


def lrap(scores: ArrayLike, relevant: ArrayLike) -> Floats:
    """Label ranking average precision, one value a row (Tsoumakas et al. 2010): ``average_precision`` over labels."""
    value = np.asarray(scores, dtype=np.float64)
    truth = np.asarray(relevant, dtype=bool)
    return np.array([average_precision(row, known) for row, known in zip(value, truth, strict=True)])


def macro_average_precision(scores: ArrayLike, relevant: ArrayLike) -> float:
    """Mean over labels (columns) with at least one relevant row of their average precision over rows."""
    value = np.asarray(scores, dtype=np.float64)
    truth = np.asarray(relevant, dtype=bool)
    columns = np.flatnonzero(truth.any(axis=0))
    return float(np.mean([average_precision(value[:, column], truth[:, column]) for column in columns]))


def ranks(values: ArrayLike) -> Floats:
    """Ascending ranks from 1, ties sharing the mean of their ranks."""
    x = np.asarray(values, dtype=np.float64)
    ordered = np.sort(x)
    low = np.searchsorted(ordered, x, side="left")
    high = np.searchsorted(ordered, x, side="right")
    return np.asarray((low + high + 1) / 2.0, dtype=np.float64)


def pearson(x: ArrayLike, y: ArrayLike) -> float:
    """Pearson correlation; NaN where a side is constant or shorter than 2."""
    a = np.asarray(x, dtype=np.float64)
    b = np.asarray(y, dtype=np.float64)
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:  # noqa: PLR2004 - a correlation needs two points
        return float("nan")
    a, b = a - a.mean(), b - b.mean()
    return float((a @ b) / np.sqrt((a @ a) * (b @ b)))


def spearman(x: ArrayLike, y: ArrayLike) -> float:
    """Pearson correlation of ranks; NaN where a side is constant or shorter than 2."""
    return pearson(ranks(x), ranks(y))


def rank_of(scores: ArrayLike, target: int, candidates: ArrayLike | None = None) -> float:
    """Rank (1 = best) of ``scores[target]`` among ``candidates`` (default all); ties give the mean rank."""
    value = np.asarray(scores, dtype=np.float64)
    pool = value if candidates is None else value[np.asarray(candidates)]
    above = int((pool > value[target]).sum())
    equal = int((pool == value[target]).sum())
    return above + (equal + 1) / 2.0


def bootstrap(units: int, statistic: Callable[[Rows], float], seed: int, samples: int = 1000) -> tuple[float, float]:
    """Percentile 95 % interval of ``statistic(rows)`` over resamples of ``units`` with replacement (Efron 1979).

    Resamples without a value (NaN) are left out; NaN where there is no other.
    """
    generator = np.random.default_rng([seed, 95])
    drawn = [statistic(generator.integers(0, units, units)) for _ in range(samples)]
    known = np.array(drawn)[~np.isnan(drawn)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)


def bootstrap_mean(values: ArrayLike, seed: int, samples: int = 1000) -> tuple[float, float]:
    """Percentile 95 % interval of the mean of one value a unit (fan, artist, pair); NaN values are left out."""
    x = np.asarray(values, dtype=np.float64)
    x = x[~np.isnan(x)]
    if not len(x):
        return float("nan"), float("nan")
    return bootstrap(len(x), lambda rows: float(x[rows].mean()), seed, samples)


def bootstrap_auc(
    positive: Sequence[float] | Floats, negative: Sequence[float] | Floats, seed: int, samples: int = 500
) -> tuple[float, float]:
    """Percentile 95 % interval of :func:`auc`, positives and negatives resampled apart."""
    high = np.asarray(positive, dtype=np.float64)
    low = np.asarray(negative, dtype=np.float64)
    generator = np.random.default_rng([seed, 96])
    drawn = [
        auc(high[generator.integers(0, len(high), len(high))], low[generator.integers(0, len(low), len(low))])
        for _ in range(samples)
    ]
    bottom, top = np.percentile(drawn, [2.5, 97.5])
    return float(bottom), float(top)
