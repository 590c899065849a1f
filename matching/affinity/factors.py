"""Implicit matrix factorisation by alternating least squares, its last half-step kept open to exact explanation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Matrix = NDArray[np.float32]
BATCH = 4_000_000  # numbers gathered at once: keeps a batch near the cache


@dataclass(frozen=True, slots=True)
class Factors:
    """Rows × items as inner products of vectors: score(row, j) = x_row · y_j.

    Minimises Σ_observed (1 + c) (1 − x·y)² + Σ_unobserved (x·y)² + ridge Σ √n ‖x‖² (Hu, Koren & Volinsky 2008; the
    damping by a power of the number of observations n is that of Rendle et al. 2022). Given the items, a row is
    x = (YᵀY + Y_rᵀ diag(c) Y_r + ridge √n I)⁻¹ Σ_i (1 + c_i) y_i, so a score is an exact sum over the row's items.
    """

    confidence: csr_array  # c, rows × items
    rows: Matrix
    items: Matrix
    ridge: float

    @classmethod
    def fit(cls, confidence: csr_array, *, size: int, ridge: float, rounds: int, seed: int = 0) -> Factors:
        """Alternate ``rounds`` times from small random item vectors; ends with the rows, given the items."""
        by_row = csr_array(confidence.astype(np.float32))
        by_item = csr_array(by_row.T)
        start = np.random.default_rng(seed).standard_normal((by_row.shape[1], size)) * 0.1 / np.sqrt(size)
        items = start.astype(np.float32)
        for _ in range(rounds):
            rows = half_step(by_row, items, ridge)
            items = half_step(by_item, rows, ridge)
        return cls(by_row, half_step(by_row, items, ridge), items, ridge)

    def scores(self, first: int) -> Matrix:
        """Scores of the ``first`` rows for every item, shape (first, items)."""
        return np.asarray(self.rows[:first] @ self.items.T, dtype=np.float32)

    def explain(self, row: int, target: int) -> dict[int, float]:
        """Item → its share of the score of ``target`` for a fitted row; the shares add up to the score."""
        return shares(self.confidence, row, self.items, self.ridge, self.items[target])


def shares(confidence: csr_array, row: int, fixed: Matrix, ridge: float, target: Matrix) -> dict[int, float]:
    """Column → what it adds to the inner product of ``target`` and the row's vector found by :func:`half_step`."""
    start, stop = confidence.indptr[row], confidence.indptr[row + 1]
    own, weight = confidence.indices[start:stop], confidence.data[start:stop].astype(np.float64)
    vectors = fixed.astype(np.float64)
    system = vectors.T @ vectors + (vectors[own].T * weight) @ vectors[own]
    system[np.diag_indices_from(system)] += ridge * np.sqrt(len(own))
    share = (1.0 + weight) * (vectors[own] @ np.linalg.solve(system, target.astype(np.float64)))
    return {int(column): float(value) for column, value in zip(own, share, strict=True)}


def half_step(confidence: csr_array, fixed: Matrix, ridge: float) -> Matrix:
    """The best vector of each row of ``confidence`` given those of its columns; a row without entries gets zeros.

    Rows with the same number of entries m are solved together, in the space of the entries where m is the smaller
    side (Woodbury), on axes that make the Gram matrix of the columns diagonal.
    """
    spectrum, axes = np.linalg.eigh(fixed.T.astype(np.float64) @ fixed)
    turned = np.asarray(fixed @ axes, dtype=np.float32)
    solved = np.zeros((confidence.shape[0], fixed.shape[1]), dtype=np.float32)
    count = np.diff(confidence.indptr)
    for entries in np.unique(count[count > 0]):
        diagonal = (np.maximum(spectrum, 0.0) + ridge * np.sqrt(entries)).astype(np.float32)
        group = np.flatnonzero(count == entries)
        for rows in np.array_split(group, 1 + len(group) * int(entries) * fixed.shape[1] // BATCH):
            place = confidence.indptr[rows][:, None] + np.arange(entries)
            solved[rows] = _solve(turned[confidence.indices[place]], confidence.data[place], diagonal)
    return np.asarray(solved @ axes.T, dtype=np.float32)


def _solve(vectors: Matrix, weight: Matrix, diagonal: Matrix) -> Matrix:
    """Solve x = (diag + Vᵀ diag(w) V)⁻¹ Vᵀ (1 + w) for each of (batch, m, k) vectors and (batch, m) weights."""
    right = ((1.0 + weight)[:, None, :] @ vectors)[:, 0]
    entries, size = vectors.shape[1:]
    if entries >= size:
        system: Matrix = np.asarray(np.swapaxes(vectors * weight[:, :, None], 1, 2) @ vectors, dtype=np.float32)
        system[:, np.arange(size), np.arange(size)] += diagonal
        return np.asarray(np.linalg.solve(system, right[:, :, None])[:, :, 0])
    damped = vectors / diagonal
    inner = damped @ np.swapaxes(vectors, 1, 2)
    inner[:, np.arange(entries), np.arange(entries)] += 1.0 / weight
    found = np.linalg.solve(inner, damped @ right[:, :, None])
    return np.asarray(right / diagonal - (np.swapaxes(found, 1, 2) @ damped)[:, 0])
