"""Moulds: entities with the same categories and the same homes, told apart from all others once for a whole graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from kyokan.matching.signals.view import Flags, Floats, Rows, Sparse


@dataclass(frozen=True, slots=True)
class Moulds:
    """``of_row`` (N,) the mould of each entity; ``kinds`` (M, C) and ``homes`` (M, H) what each mould has.

    The last mould has neither; it serves whoever is not in the graph. ``columns`` are the (C,) rows of the categories
    and the (H,) rows of the homes; ``places`` is how many of the latter are in use.
    """

    of_row: Rows
    kinds: Flags
    homes: Flags
    columns: tuple[Rows, Rows]
    places: int

    @classmethod
    def of(cls, categories: Sparse, places: Sparse) -> Self:
        """From (N, N) CSR matrices whose stored entries say who has what."""
        columns = (np.unique(categories.indices), np.unique(places.indices))
        kinds, homes = (_flags(matrix, used) for matrix, used in zip((categories, places), columns, strict=True))
        packed = np.packbits(np.hstack([kinds, homes, np.zeros((len(kinds), 1), dtype=np.bool_)]), axis=1)
        whole = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
        _, first, of_row = np.unique(whole, return_index=True, return_inverse=True)
        nobody = [np.zeros((1, flags.shape[1]), dtype=np.bool_) for flags in (kinds, homes)]
        return cls(
            of_row.reshape(-1).astype(np.int64),
            np.vstack([kinds[first], nobody[0]]),
            np.vstack([homes[first], nobody[1]]),
            columns,
            len(columns[1]),
        )

    def changed(self, rows: Iterable[int], categories: Sparse, places: Sparse) -> Self:
        """Those of other matrices, which differ in a few rows and have no column that is not in use here."""
        of_row, kinds, homes = self.of_row.copy(), self.kinds, self.homes
        for row in rows:
            flags = [
                np.isin(used, matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]])
                for matrix, used in zip((categories, places), self.columns, strict=True)
            ]
            same = np.flatnonzero(np.all(kinds[:-1] == flags[0], axis=1) & np.all(homes[:-1] == flags[1], axis=1))
            if not len(same):
                kinds, homes = np.insert(kinds, -1, flags[0], axis=0), np.insert(homes, -1, flags[1], axis=0)
            of_row[row] = same[0] if len(same) else len(kinds) - 2
        return replace(self, of_row=of_row, kinds=kinds, homes=homes, places=len(np.unique(places.indices)))

    @property
    def bare(self) -> int:
        """The mould without category and home."""
        return len(self.kinds) - 1

    def at_home(self, moulds: Rows) -> Floats:
        """(R, 1 + H) how the homes of moulds share them among them; the first column is for those without any."""
        homes = self.homes[moulds]
        held = np.hstack([~np.any(homes, axis=1, keepdims=True), homes]).astype(np.float64)
        return np.asarray(held / held.sum(axis=1, keepdims=True))

    def same(self, one: Rows, other: Rows) -> Floats:
        """(R, C) 1 where two moulds share a category and a home."""
        return _meet(self.kinds[one], self.kinds[other]) * self.share_home(one, other)

    def share_home(self, one: Rows, other: Rows) -> Floats:
        """(R, C) 1 where two moulds share a home, or neither has any."""
        left, right = self.homes[one], self.homes[other]
        none = np.logical_and.outer(~np.any(left, axis=1), ~np.any(right, axis=1))
        return np.asarray(np.where(none, 1.0, _meet(left, right)))


def _meet(one: Flags, other: Flags) -> Floats:
    return np.asarray(one.astype(np.float32) @ other.T.astype(np.float32) > 0, dtype=np.float64)


def _flags(matrix: Sparse, columns: Rows) -> Flags:
    """(N, columns) whether each row has an entry in each column."""
    found = np.zeros((matrix.shape[0], len(columns)), dtype=np.bool_)
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    found[rows, np.searchsorted(columns, matrix.indices)] = True
    return found
