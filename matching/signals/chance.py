"""What a profile shares by chance with a population: exact, by each attribute's strengths in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from typing import Self

import numpy as np

from kyokan.matching.signals.view import Floats, Rows

APART = 2.0  # more than any strength, so that columns do not meet


class ChanceOverlap:
    """E[min(x_a, S_a)] over a population's strengths S, for any x: exact, by sorted columns and their running sums.

    Strengths are between 0 and 1; those above 0 stand in one array, each shifted by ``APART`` times its column, so that
    one search finds the place of many values in many columns.

    Args:
        columns: (K,) of the strengths above 0.
        values: (K,) those strengths.
        count: how many profiles they are of.
        width: number of columns.
    """

    def __init__(self, columns: Rows, values: Floats, count: int, width: int) -> None:
        order = np.lexsort((values, columns))
        self._columns, self._values = columns[order], values[order].astype(np.float64)
        self._shifted = self._values + APART * self._columns
        self._ends = np.searchsorted(self._columns, np.arange(width), side="right")
        self._starts = np.concatenate([[0], self._ends[:-1]])
        self._sums = np.concatenate([[0.0], np.cumsum(self._values)])
        self._apart: dict[int, tuple[Floats, Floats]] = {}  # columns that hold other strengths, with running sums
        self.count = count

    def changed(self, values: Mapping[int, Floats], count: int) -> Self:
        """That of ``count`` profiles where some columns hold other strengths above 0."""
        apart = dict(self._apart)
        for column, some in values.items():
            ascending = np.sort(some.astype(np.float64))
            apart[column] = (ascending, np.concatenate([[0.0], np.cumsum(ascending)]))
        other = copy(self)
        other.__dict__ |= {"_apart": apart, "count": count}
        return other

    def of(self, strengths: Floats) -> Floats:
        """(C, A) → (C, A) expected overlap, attribute by attribute."""
        expected = np.zeros(strengths.shape)
        touched = np.nonzero(strengths > 0)
        expected[touched] = self.sums(touched[1], strengths[touched]) / max(self.count, 1)
        return expected

    def with_population(self, other: ChanceOverlap) -> Floats:
        """(A,) Σ min over all pairs of a profile here and one of another population."""
        width = len(self._ends)
        found = np.bincount(other._columns, self.sums(other._columns, other._values), minlength=width)
        return self.with_columns(other, other._apart, np.asarray(found, dtype=np.float64))

    def with_columns(self, other: ChanceOverlap, columns: Iterable[int], known: Floats) -> Floats:
        """(A,) ``known`` as ``with_population`` gives it, some columns worked out anew."""
        found = known.copy()
        for column in columns:
            values = other.values(column)
            found[column] = self.sums(np.full(len(values), column), values).sum()
        return found

    def values(self, column: int) -> Floats:
        """Strengths above 0 in one column, ascending."""
        if column in self._apart:
            return self._apart[column][0]
        return np.asarray(self._values[self._starts[column] : self._ends[column]])

    def sums(self, columns: Rows, x: Floats) -> Floats:
        """(K,) Σ min(x, S) over the population, of strengths each of its column."""
        x = np.minimum(x, 1.0)  # nobody has more
        place = np.searchsorted(self._shifted, x + APART * columns)
        found = self._sums[place] - self._sums[self._starts[columns]] + x * (self._ends[columns] - place)
        for column, (values, sums) in self._apart.items():
            here = np.flatnonzero(columns == column)
            place = np.searchsorted(values, x[here])
            found[here] = sums[place] + x[here] * (len(values) - place)
        return np.asarray(found)
