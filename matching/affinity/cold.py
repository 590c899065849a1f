"""From what is known of an artist (tags) to the fans who would listen: models for artists without any fan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TagRidge:
    """Ridge regression from an artist's tags to its fans: W = (TᵀT + λI)⁻¹ TᵀY (Hoerl & Kennard 1970).

    The score of a fan is Σ_tag t_tag W_tag,fan, so each tag's share is exact.
    """

    weights: Matrix  # tags × fans

    @classmethod
    def fit(cls, tags: csr_array, fans: csr_array, *, ridge: float) -> TagRidge:
        """Fit on artists × tags and artists × fans."""
        gram = (tags.T @ tags).toarray()
        gram[np.diag_indices_from(gram)] += ridge
        factor = cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
        return cls(cho_solve(factor, (tags.T @ fans).toarray(), check_finite=False))

    def scores(self, tags: csr_array) -> Matrix:
        """Scores of artists × fans for artists × tags."""
        return np.asarray(tags @ self.weights, dtype=np.float64)
