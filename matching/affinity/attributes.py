"""Further tags of an artist, from its other tags, from who listens to it and from who tags it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array, hstack

Matrix = NDArray[np.float32]
Rows = NDArray[np.int64]

SOURCES = ("tags", "listeners", "taggers")

# Chosen on splits of the training part (seeds 10 to 13); figures are flat around them.
COUNT_SHARE = 0.5  # of the logarithm of how many users gave a tag, beside that it was given at all
LISTENERS, TAGGERS = 0.5, 0.7  # weight of a listener and of a tagger beside a tag
RIDGE, DROPOUT = 30.0, 0.3
TAG_SIDE = 0.25  # weight of the comparison over artists beside that over tags


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtistFacts:
    """What is known of artists, one row each.

    ``tagged`` (artists × tags) counts the users who gave a tag, ``plays`` (artists × fans) the plays of a fan,
    ``taggings`` (artists × users) the tags that a user gave the artist.
    """

    tagged: csr_array
    plays: csr_array
    taggings: csr_array

    def columns(self, without: frozenset[str] = frozenset()) -> dict[str, csr_array]:
        """Source → artists × columns on one scale; a tag given once is 1."""
        plays = LISTENERS * self.plays.log1p()
        heard = np.log1p(self.plays.data).mean() if self.plays.nnz else 1.0
        tags = csr_array(self.tagged, copy=True)
        tags.data = 1.0 + COUNT_SHARE * np.log(tags.data)
        sources = {"tags": tags, "listeners": plays / heard, "taggers": TAGGERS * self.taggings.log1p()}
        return {name: csr_array(sources[name]) for name in SOURCES if name not in without}


@dataclass(frozen=True, slots=True, kw_only=True)
class TagModel:
    """Scores of all tags for an artist: a sum over what is known of it, so that every share is exact.

    The raw score of artist a and tag t is Σ_i x_ai B_it with B of a linear autoencoder whose own tag is left out
    (Steck, NeurIPS 2020) over the stacked columns [tags | listeners | taggers]; only B's columns of tags are solved
    for. It is then compared twice, with the artist's other tags and with the tag's other artists:
    score = (raw − mean_a) / spread_a + g (raw − mean_t) / spread_t. So a tag that fits everybody a little does not
    crowd out one that fits this artist much more than others. ``centre`` and ``spread`` are mean_t and spread_t.
    """

    known: csr_array  # artists × columns
    ends: Mapping[str, tuple[int, int]]  # source → its columns
    weights: Matrix  # B, columns × tags
    centre: NDArray[np.float64]
    spread: NDArray[np.float64]
    tag_side: float = TAG_SIDE

    @classmethod
    def fit(cls, facts: ArtistFacts, *, without: frozenset[str] = frozenset(), tag_side: float = TAG_SIDE) -> TagModel:
        """Learn from all artists; ``without`` names sources that are not read (``tags`` always are)."""
        columns = facts.columns(without - {"tags"})
        ends, start = {}, 0
        for name, block in columns.items():
            ends[name] = (start, start + block.shape[1])
            start += block.shape[1]
        known = csr_array(hstack(list(columns.values()))).astype(np.float32)
        weights = weights_towards(known, facts.tagged.shape[1])
        described = known[np.flatnonzero(np.diff(facts.tagged.indptr))]
        raw = np.asarray(described @ weights, dtype=np.float32)
        centre = raw.mean(axis=0, dtype=np.float64) if len(raw) else np.zeros(weights.shape[1])
        spread = raw.std(axis=0, dtype=np.float64) if len(raw) else np.zeros(weights.shape[1])
        return cls(known=known, ends=ends, weights=weights, centre=centre, spread=_divisor(spread), tag_side=tag_side)

    def scores(self, artists: Rows) -> Matrix:
        """(artists, tags) scores; tags that the artist has are scored like the others."""
        raw = np.asarray(self.known[artists] @ self.weights, dtype=np.float64)
        own = (raw - raw.mean(axis=1, keepdims=True)) / _divisor(raw.std(axis=1, keepdims=True))
        return np.asarray(own + self.tag_side * (raw - self.centre) / self.spread, dtype=np.float32)

    def explain(self, artist: int, tag: int) -> tuple[dict[str, float], dict[int, float]]:
        """Source → its share of the score, and tag → its share of the source ``tags``.

        The shares and ``base`` add up to the score: the score is a straight line in the raw sum. Listeners and taggers
        are only ever summed up, never named.
        """
        row = self.known[[artist]].tocsr()
        raw = np.asarray(row @ self.weights, dtype=np.float64)[0]
        spread = float(_divisor(raw.std()))
        slope = 1.0 / spread + self.tag_side / self.spread[tag]
        shares = slope * row.data * self.weights[row.indices, tag].astype(np.float64)
        total = {
            name: float(shares[(row.indices >= start) & (row.indices < stop)].sum())
            for name, (start, stop) in self.ends.items()
        }
        total["base"] = float(-raw.mean() / spread - self.tag_side * self.centre[tag] / self.spread[tag])
        tags = {
            int(column): float(share)
            for column, share in zip(row.indices, shares, strict=True)
            if column < len(self.centre) and column != tag
        }
        return total, tags


def weights_towards(rows: csr_array, targets: int, *, ridge: float = RIDGE, dropout: float = DROPOUT) -> Matrix:
    """B of EDLAE for the first ``targets`` columns alone, columns × targets, B_tt = 0.

    P = (RᵀR + ridge · I + p / (1 − p) · diag(RᵀR))⁻¹ and B = −P / diag(P); solving for some columns of P costs a
    third of the whole.
    """
    gram = (rows.T @ rows).toarray()
    gram[np.diag_indices_from(gram)] *= 1.0 / (1.0 - dropout)
    gram[np.diag_indices_from(gram)] += ridge
    unit = np.zeros((gram.shape[0], targets), dtype=gram.dtype)
    own = np.arange(targets)
    unit[own, own] = 1.0
    factor = cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
    precision = cho_solve(factor, unit, overwrite_b=True, check_finite=False)
    weights = -precision / precision[own, own]
    weights[own, own] = 0.0
    return np.asarray(weights, dtype=np.float32)


def _divisor(spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """A spread to divide by; 1 where nothing varies."""
    return np.where(spread > 0, spread, 1.0)
