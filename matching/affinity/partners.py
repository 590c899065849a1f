"""Which companies an artist works with: past tie-ups carried over to similar artists and similar companies.

Every feature of a pair belongs to one signal and the score is a weighted sum of features, so the parts of the signals
add up to the score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.feature_extraction.text import TfidfVectorizer

Matrix = NDArray[np.float64]
Rows = NDArray[np.int64]

SIGNALS = ("precedent", "resonance", "meaning", "place", "popularity")

# Home markets that the texts name; everybody else is "abroad".
MARKETS = (("日本", "japan"), ("韓国", "korea"))
ARTIST_RIDGE, COMPANY_RIDGE = 3.0, 4.0
CATEGORY_RIDGE = 0.5
PRIOR_TIE_UPS = 5.0
PENALTY = 3.0  # of the weights, against overfitting; chosen by five-fold validation over artists

# Mixtures of kernels over artists for precedent, widest first: what makes two artists alike.
ARTIST_KERNELS: tuple[Mapping[str, float], ...] = (
    {"group": 0.5, "vectors": 1.0, "en": 1.0, "ja": 1.0, "words": 0.7, "market": 0.5},
    {"group": 1.0},
    {"vectors": 1.0, "en": 0.5, "ja": 0.5},
    {"words": 1.0},
    {"market": 1.0, "group": 0.3},
)
VECTORISERS: dict[str, dict[str, Any]] = {
    "text_en": {"stop_words": "english", "sublinear_tf": True, "min_df": 2},
    "text_ja": {"analyzer": "char", "ngram_range": (2, 3), "sublinear_tf": True, "min_df": 2},
    "words": {"token_pattern": r"\S+"},
    "audience": {"token_pattern": r"\S+"},
}
COMPANY_KERNEL = {"vectors": 1.0, "group": 0.5, "market": 0.3, "audience": 0.3}


@dataclass(frozen=True)
class Side:
    """What is known of all artists, or of all companies, one row each.

    ``group`` is the artist's type or the company's category; ``words`` are kansei words and ``audience`` audience
    words, separated by spaces; ``vectors`` (N, D) are encoded texts. ``learned`` are the rows that vocabularies, word
    weights and means are taken from; the others are only described with them.
    """

    group: tuple[str, ...]
    text_ja: tuple[str, ...]
    text_en: tuple[str, ...]
    words: tuple[str, ...]
    audience: tuple[str, ...]
    vectors: NDArray[np.float32]
    learned: Rows

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.group)

    @cached_property
    def market(self) -> Matrix:
        """(N, markets + 1) which home market the texts name; the last column is abroad."""
        texts = [f"{ja} {en}".lower() for ja, en in zip(self.text_ja, self.text_en, strict=True)]
        named = np.array([[any(word in text for word in words) for words in MARKETS] for text in texts], dtype=float)
        return np.column_stack([named, ~named.any(axis=1)])

    @cached_property
    def indicators(self) -> Matrix:
        """(N, groups) one column a group, groups in ascending order."""
        names = sorted(set(self.group))
        return np.array([[name == group for name in names] for group in self.group], dtype=float)

    @cached_property
    def centred(self) -> Matrix:
        """``vectors`` less their mean, unit length: nearness beyond what all have in common."""
        moved = self.vectors - self.vectors[self.learned].mean(axis=0)
        return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-12), dtype=float)

    @cached_property
    def kernels(self) -> dict[str, Matrix]:
        """(N, N) similarities by what they rest on."""
        return {
            "group": self.indicators @ self.indicators.T,
            "vectors": self.centred @ self.centred.T,
            "en": shared_terms(self, self, "text_en"),
            "ja": shared_terms(self, self, "text_ja"),
            "words": shared_terms(self, self, "words"),
            "audience": shared_terms(self, self, "audience"),
            "market": self.market @ self.market.T,
        }

    def mixed(self, weights: Mapping[str, float]) -> Matrix:
        """A weighted sum of kernels."""
        total: Matrix = sum((weight * self.kernels[name] for name, weight in weights.items()), np.zeros(()))
        return total


def shared_terms(left: Side, right: Side, field: str) -> Matrix:
    """(left, right) cosines of TF-IDF vectors of one text field; zeros where no term is learned.

    Words of English, character pairs and triples of Japanese (no dictionary needed), whole words of word lists.
    """
    try:
        counter = TfidfVectorizer(**VECTORISERS[field]).fit(
            [getattr(side, field)[row] for side in (left, right) for row in side.learned]
        )
    except ValueError:  # scikit-learn's word for an empty vocabulary
        return np.zeros((len(left), len(right)))
    terms = [counter.transform(getattr(side, field)) for side in (left, right)]
    return np.asarray((terms[0] @ terms[1].T).toarray(), dtype=float)


@dataclass(frozen=True)
class PairFeatures:
    """(artists, companies, features) with the name and the signal of each feature."""

    values: Matrix
    signals: tuple[str, ...]


def pair_features(artists: Side, companies: Side, known: Matrix) -> PairFeatures:
    """Features of every pair.

    Args:
        artists: A artists.
        companies: C companies.
        known: (A, C) tie-ups that may be learned from, 0 or 1; empty but for ``artists.learned`` and
            ``companies.learned``. The features of a learned artist leave its own tie-ups out, so that training sees
            what a new artist would see.
    """
    parts: list[tuple[str, Matrix]] = []
    precedent = _Precedent(artists, companies, known)
    smooth = companies.mixed(COMPANY_KERNEL)
    parts += [("precedent", precedent.carried(kernel, smooth, COMPANY_RIDGE)) for kernel in ARTIST_KERNELS]
    for kernel in ARTIST_KERNELS[:2]:
        parts.append(("precedent", precedent.carried(kernel, companies.kernels["group"], CATEGORY_RIDGE)))
        parts.append(("precedent", precedent.carried(kernel, np.eye(len(companies)), 0.0)))
    group_market = np.einsum("ag,am->agm", artists.indicators, artists.market).reshape(len(artists), -1)
    for members in (artists.indicators, group_market):
        parts.append(("precedent", precedent.lift(members, known)))
        parts.append(("precedent", precedent.lift(members, known @ companies.indicators) @ companies.indicators.T))
    count = known.sum(axis=0) - known  # those of others
    same_category = companies.indicators @ companies.indicators.T
    parts += [
        ("popularity", np.log1p(count)),
        ("popularity", (count == 0).astype(float)),
        ("popularity", np.log1p(count @ same_category)),
        ("popularity", np.broadcast_to(np.log(same_category.sum(axis=0)), known.shape)),
        ("meaning", artists.centred @ companies.centred.T),
        ("meaning", shared_terms(artists, companies, "text_en")),
        ("meaning", shared_terms(artists, companies, "text_ja")),
        ("resonance", shared_terms(artists, companies, "words")),
        ("place", artists.market @ companies.market.T),
        ("place", np.outer(artists.market[:, 0], companies.market[:, -1])),
        ("place", np.outer(artists.market[:, -1], companies.market[:, 0])),
    ]
    parts += [("popularity", np.broadcast_to(column, known.shape)) for column in companies.market.T]
    return PairFeatures(np.stack([values for _, values in parts], axis=-1), tuple(signal for signal, _ in parts))


@dataclass(frozen=True)
class _Precedent:
    """Tie-ups of the learned artists carried over to every artist; their own are left out of their own figures."""

    artists: Side
    companies: Side
    known: Matrix

    def carried(self, mixture: Mapping[str, float], between: Matrix, ridge: float) -> Matrix:
        """Two-step kernel ridge regression (Stock, Pahikkala, Airola, De Baets & Waegeman 2018).

        F = K_a (K_a + λ_a I)⁻¹ Y (K_c + λ_c I)⁻¹ K_c: a sum over past tie-ups, so that each is evidence of its own. For
        the training rows the first factor is the closed-form leave-one-out of ridge regression, (H Y − h Y) / (1 − h).
        """
        kernel, rows, columns = self.artists.mixed(mixture), self.artists.learned, self.companies.learned
        inverse = np.linalg.inv(kernel[np.ix_(rows, rows)] + ARTIST_RIDGE * np.eye(len(rows)))
        spread = self.known[rows]
        if ridge:
            among = between[np.ix_(columns, columns)] + ridge * np.eye(len(columns))
            spread = spread[:, columns] @ np.linalg.solve(among, between[columns])
        values: Matrix = kernel[:, rows] @ inverse @ spread
        own = np.diag(kernel[np.ix_(rows, rows)] @ inverse)[:, None]
        values[rows] = (values[rows] - own * spread) / (1 - own)
        return values

    def lift(self, members: Matrix, counts: Matrix) -> Matrix:
        """Log of how much more often artists of one's own group chose each column than all did, with a prior."""
        share = (counts.sum(axis=0) + 0.5) / (counts.sum() + 0.5 * counts.shape[1])
        chosen = members @ (members.T @ counts) / np.maximum(members.sum(axis=1, keepdims=True), 1)
        chosen -= counts * (members.sum(axis=1, keepdims=True) > 0)  # one's own; zero where not learned
        total = chosen.sum(axis=1, keepdims=True)
        lift: Matrix = np.log((chosen + PRIOR_TIE_UPS * share) / (total + PRIOR_TIE_UPS) / share)
        return lift


@dataclass(frozen=True)
class PartnerModel:
    """Weights of standardised features: score = Σ_f weight_f · (x_f − mean_f) / scale_f."""

    weights: Matrix
    mean: Matrix
    scale: Matrix
    signals: tuple[str, ...]

    @classmethod
    def fit(
        cls, features: PairFeatures, known: Matrix, rows: Rows, columns: Rows, without: frozenset[str] = frozenset()
    ) -> PartnerModel:
        """Conditional logit (McFadden 1974): each artist of ``rows`` picks partners among ``columns``.

        An artist with n partners counts as √n choices, so that the busiest few do not decide alone. Features of signals
        in ``without`` get weight 0.
        """
        seen = features.values[np.ix_(rows, columns)]
        flat = seen.reshape(-1, len(features.signals))
        mean, scale = flat.mean(axis=0), flat.std(axis=0) + 1e-9
        used = np.array([signal not in without for signal in features.signals], dtype=float)
        pairs = (seen - mean) / scale * used
        chosen = known[np.ix_(rows, columns)]
        chosen = chosen / np.sqrt(np.maximum(chosen.sum(axis=1, keepdims=True), 1))
        total = chosen.sum(axis=1, keepdims=True)

        def loss(weights: Matrix) -> tuple[float, Matrix]:
            scores = pairs @ weights
            scores -= scores.max(axis=1, keepdims=True)
            log_share = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
            slope = -np.einsum("ac,acf->f", chosen - total * np.exp(log_share), pairs) + PENALTY * weights
            return float(-(chosen * log_share).sum() + 0.5 * PENALTY * weights @ weights), slope

        fitted = minimize(loss, np.zeros(len(features.signals)), jac=True, method="L-BFGS-B").x
        return cls(weights=fitted * used, mean=mean, scale=scale, signals=features.signals)

    def contributions(self, features: PairFeatures) -> dict[str, Matrix]:
        """(A, C) part of each signal; the parts add up to ``scores``."""
        parts = (features.values - self.mean) / self.scale * self.weights
        return {
            signal: parts[..., [name == signal for name in self.signals]].sum(axis=-1)
            for signal in sorted(set(self.signals))
        }

    def scores(self, features: PairFeatures) -> Matrix:
        """(A, C) scores; higher fits better, comparable within an artist."""
        scores: Matrix = (features.values - self.mean) / self.scale @ self.weights
        return scores
