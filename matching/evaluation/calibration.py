"""Whether stated probabilities come true: calibration error, and what answering only the surest gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from kyokan.matching.evaluation.metrics import Floats
from kyokan.matching.ranking.confidence import chance

BINS = 10
SHARES = (1.0, 0.8, 0.6, 0.4, 0.2)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Stated probabilities (n,), whether each came true (n,), and what each counts (n,)."""

    stated: Floats
    true: Floats
    weight: Floats

    @classmethod
    def of(cls, truth: Floats, scores: Floats) -> Self:
        """The confidence of every hidden pair, and of everything it could be confused with at even odds.

        Confidence is the probability that of a candidate and one drawn at random, this is the partner: each partner
        counts 1, and all that are none count 1 together.

        Args:
            truth: (A, C) above 0 where a pair is real; artists without one are not asked.
            scores: (A, C) raw scores.
        """
        rows = []
        for artist in np.flatnonzero(truth.any(axis=1)):
            partner = truth[artist] > 0
            sure = chance(scores[artist], scores[artist])
            weight = np.where(partner, 1.0, partner.sum() / max(np.count_nonzero(~partner), 1))
            rows.append(np.column_stack([sure, partner, weight]))
        found = np.concatenate(rows)
        return cls(found[:, 0], found[:, 1], found[:, 2])

    @classmethod
    def together(cls, parts: Sequence[Self]) -> Self:
        """That of several rounds of questions, each with candidates of its own."""
        return cls(*(np.concatenate(one) for one in zip(*((p.stated, p.true, p.weight) for p in parts), strict=True)))

    @property
    def error(self) -> float:
        """Expected calibration error: mean gap of stated and true share over ten bins of equal weight.

        Equal probabilities stand in one bin, whatever order they came in.

        Reference: Naeini, Cooper and Hauskrecht 2015, with equal-mass bins (Nixon et al. 2019).
        """
        _, place = np.unique(self.stated, return_inverse=True)
        mass = np.bincount(place, weights=self.weight)
        bins = np.minimum((np.cumsum(mass) - mass / 2) / mass.sum() * BINS, BINS - 1).astype(np.int64)[place]
        gaps = np.bincount(bins, weights=self.weight * (self.true - self.stated), minlength=BINS)
        return float(np.abs(gaps).sum() / mass.sum())

    def abstention(self) -> dict[str, float]:
        """Share of the pairs answered, the surest first → share of them told right."""
        order = np.argsort(-np.abs(self.stated - 0.5), kind="stable")
        weight, right = self.weight[order], (self.stated[order] > 0.5) == (self.true[order] > 0)  # noqa: PLR2004  # even odds
        answered = np.cumsum(weight) / weight.sum()
        return {
            f"{share:.0%}": round(float(np.average(right[kept], weights=weight[kept])), 4)
            for share in SHARES
            for kept in (answered <= share + 1e-9,)
            if kept.any()
        }
