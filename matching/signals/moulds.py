"""Moulds: entities with the same categories and the same homes, told apart from all others once for a whole graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from kyokan.matching.signals.view import Flags, Floats, Rows, Sparse


@dataclass(frozen=True, slots=True)
class Moulds:
    """``of_row`` (N,) the mould of each entity; ``kinds`` (M, C) and ``homes`` (M, H) what each mould has.

    The last mould has neither; it serves whoever is not in the graph.
    """

    of_row: Rows
    kinds: Flags
    homes: Flags

    @classmethod
    def of(cls, categories: Sparse, places: Sparse) -> Self:
        """From (N, N) CSR matrices whose stored entries say who has what."""
        kinds, homes = _flags(categories), _flags(places)
        packed = np.packbits(np.hstack([kinds, homes, np.zeros((len(kinds), 1), dtype=np.bool_)]), axis=1)
        _, first, of_row = np.unique(packed, axis=0, return_index=True, return_inverse=True)
        nobody = [np.zeros((1, flags.shape[1]), dtype=np.bool_) for flags in (kinds, homes)]
        return cls(
            of_row.reshape(-1).astype(np.int64),
            np.vstack([kinds[first], nobody[0]]),
            np.vstack([homes[first], nobody[1]]),
        )

    @property
    def bare(self) -> int:
        """The mould without category and home."""
        return len(self.kinds) - 1

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


def _flags(matrix: Sparse) -> Flags:
    """(N, columns in use) whether each row has an entry in each column that has any."""
    columns, place = np.unique(matrix.indices, return_inverse=True)
    found = np.zeros((matrix.shape[0], len(columns)), dtype=np.bool_)
    found[np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)), place] = True
    return found
