"""The cells of all profiles of which anything is known, row by row: a fraction of the whole table."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import cached_property
from typing import Any, Self

import numpy as np
import scipy.sparse as sp

from kyokan.matching.signals.view import Flags, Floats, Rows, Sparse

FEW_ROWS = 256  # up to so many, rows are filled in to add columns up


class Cells:
    """K cells (row, column), ascending: where an entity knows a value, and where a product may take its brand's.

    ``known`` (K,) says whether the value is its own; ``intensity``, ``own`` (intensity × confidence) and ``strength``
    (K,) float32 are 0 where unknown. Which cells there are never changes; an edited copy shares it.
    """

    def __init__(
        self, keys: Rows, known: Flags, intensity: Floats, own: Floats, strength: Floats, shape: tuple[int, int]
    ) -> None:
        self._keys, self._shape = keys, shape
        self.rows, self.columns = keys // shape[1], keys % shape[1]
        self._starts = np.searchsorted(keys, np.arange(shape[0] + 1) * shape[1])
        self._order = np.argsort(self.columns, kind="stable")
        self._begins = np.searchsorted(self.columns[self._order], np.arange(shape[1] + 1))
        self.known, self.intensity, self.own, self.strength = known, intensity, own, strength

    def but(self, places: Rows, *, known: bool = True, strength: Floats | None = None) -> Self:
        """A copy where some cells are ``known`` no more, or have another strength."""
        other = copy(self)
        other.__dict__.pop("filled", None)
        if not known:
            other.known, other.own = self.known.copy(), self.own.copy()
            other.known[places], other.own[places] = False, 0.0
        if strength is not None:
            other.strength = self.strength.copy()
            other.strength[places] = strength
        return other

    def find(self, rows: Rows, columns: Rows) -> Rows:
        """(C,) the place of each cell, −1 where there is none."""
        if not len(self._keys):
            return np.full(len(rows), -1)
        keys = rows * self._shape[1] + columns
        places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[places] == keys, places, -1)

    def of_column(self, column: int) -> Rows:
        """Places of the cells of a column, in order of their rows."""
        return self._order[self._begins[column] : self._begins[column + 1]]

    def of_rows(self, rows: Rows) -> tuple[Rows, Rows]:
        """Places of the cells of some rows, and which of the rows each belongs to."""
        first, counts = self._starts[rows], self._starts[rows + 1] - self._starts[rows]
        which = np.repeat(np.arange(len(rows)), counts)
        return np.arange(counts.sum()) + np.repeat(first - np.cumsum(counts) + counts, counts), which

    def fill(self, values: Floats | Flags, rows: Rows) -> Any:
        """(R, A) of (K,) values, zeros elsewhere."""
        places, which = self.of_rows(rows)
        found = np.zeros((len(rows), self._shape[1]), dtype=values.dtype)
        found[which, self.columns[places]] = values[places]
        return found

    def add_up(self, rows: Rows, columns: Rows, worth: Callable[[Floats, Rows | int], Floats]) -> Floats:
        """(R,) Σ over C columns of what ``worth`` makes of strengths, given the places of their columns; 0 of none."""
        if len(rows) <= FEW_ROWS:
            strengths = self.fill(self.strength, rows)[:, columns].astype(np.float64)
            return np.asarray(worth(strengths, np.arange(len(columns))).sum(axis=1))
        found: Floats = np.zeros(self._shape[0])
        for place, column in enumerate(columns.tolist()):
            here = self.of_column(column)
            found[self.rows[here]] += worth(self.strength[here].astype(np.float64), place)
        return found[rows]

    def sparse(self, rows: Rows) -> Sparse:
        """(R, A) CSR of the strengths of some rows."""
        places, which = self.of_rows(rows)
        starts = np.searchsorted(which, np.arange(len(rows) + 1))
        parts = (self.strength[places].astype(np.float64), self.columns[places], starts)
        return sp.csr_array(parts, shape=(len(rows), self._shape[1]))

    def unlike(self, other: Cells) -> Rows | None:
        """Rows that have other strengths in another copy, ascending; None where that is no copy."""
        if self._keys is not other._keys:
            return None
        return np.unique(self.rows[self.strength != other.strength])

    @cached_property
    def filled(self) -> Sparse:
        """(N, A) CSR of the strengths."""
        return sp.csr_array((self.strength.astype(np.float64), self.columns, self._starts), shape=self._shape)
