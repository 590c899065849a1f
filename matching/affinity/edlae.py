"""Closed-form linear autoencoder over items (EDLAE), solved in the space of rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Edlae:
    """A fitted item–item model: score(row, j) = Σ_i row_i B_ij with B_jj = 0.

    Formula: with R (rows × items) and D = diag(ridge + p / (1 − p) · Σ_r R_rj²), P = (RᵀR + D)⁻¹ and
    B = I − P diag(P)⁻¹ (Steck, "Autoencoders that don't overfit towards the identity", NeurIPS 2020; D = ridge · I is
    EASE, Steck 2019). Rows are far fewer than items, so P is never built: with K = I + R D⁻¹ Rᵀ and Z = K⁻¹ R D⁻¹,
    P = D⁻¹ − D⁻¹ Rᵀ Z (Woodbury), and the scores of the fitted rows are R − Z diag(P)⁻¹.

    Rows may be fans (what each listened to) with tags stacked below (which artists carry each tag): a link B_ij is then
    the exact sum of what the shared fans and the shared tags carry, see :meth:`link`.
    """

    rows: csr_array
    damping: NDArray[np.float64]  # D, one an item
    carried: Matrix  # Z, rows × items
    precision: NDArray[np.float64]  # diag(P), one an item

    @classmethod
    def fit(cls, rows: csr_array, *, ridge: float, dropout: float = 0.0) -> Edlae:
        """Solve for rows × items weights; ``ridge`` > 0, ``dropout`` in 0..1 (exclusive)."""
        energy = np.asarray(rows.power(2).sum(axis=0), dtype=np.float64).ravel()
        damping = ridge + dropout / (1.0 - dropout) * energy
        scaled = csr_array(rows.multiply(1.0 / damping[None, :]))
        kernel = (scaled @ rows.T).toarray()
        kernel[np.diag_indices_from(kernel)] += 1.0
        factor = cho_factor(kernel, lower=True, overwrite_a=True, check_finite=False)
        carried = cho_solve(factor, scaled.toarray(), overwrite_b=True, check_finite=False)
        explained = np.asarray(rows.multiply(carried).sum(axis=0), dtype=np.float64).ravel()
        return cls(rows, damping, carried.astype(np.float32), (1.0 - explained) / damping)

    def scores(self, first: int) -> Matrix:
        """Scores of the ``first`` rows for every item, shape (first, items); known items are scored like the others."""
        return np.asarray(self.rows[:first].toarray() - self.carried[:first] / self.precision, dtype=np.float32)

    def link(self, source: int, target: int) -> NDArray[np.float64]:
        """What each row carries of B[source, target]; the sum over rows is the weight itself."""
        column = self.rows[:, [source]].toarray().ravel()
        weight = self.carried[:, target] / (self.damping[source] * self.precision[target])
        return np.asarray(column * weight, dtype=np.float64)

    def explain(self, row: int, target: int) -> dict[int, float]:
        """Item → its share of the score of ``target`` for a fitted row; the shares add up to the score."""
        start, stop = self.rows.indptr[row], self.rows.indptr[row + 1]
        return {
            int(item): float(weight * self.link(int(item), target).sum())
            for item, weight in zip(self.rows.indices[start:stop], self.rows.data[start:stop], strict=True)
            if item != target
        }


def item_weights(rows: csr_array, *, ridge: float, dropout: float = 0.0) -> NDArray[np.float64]:
    """The same model solved in the space of items, for many rows and few items: B, items × items with zero diagonal."""
    gram = (rows.T @ rows).toarray().astype(np.float64)
    gram[np.diag_indices_from(gram)] += ridge + dropout / (1.0 - dropout) * np.diag(gram)
    factor = cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
    precision = cho_solve(factor, np.eye(gram.shape[0]), overwrite_b=True, check_finite=False)
    weights = -precision / np.diag(precision)
    np.fill_diagonal(weights, 0.0)
    return np.asarray(weights, dtype=np.float64)
