"""Kinship of many entities with those that worked before: worked out for few, kept in a table for whole catalogues."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np

from kyokan.graph.model import EntityKind
from kyokan.matching.signals.base import Side
from kyokan.matching.signals.view import Flags, Floats, Rows

if TYPE_CHECKING:
    from kyokan.matching.signals.context import Context

BLOCK = 2048  # rows worked on at a time, so that they stay in the processor's cache
KINDS = {Side.PEOPLE: (EntityKind.ARTIST,), Side.THINGS: (EntityKind.BRAND, EntityKind.PRODUCT)}


class Alike(Protocol):
    """(R, L) kinship of R entities with the L learned ones of their side."""

    def times(self, weights: Floats) -> Floats:
        """(R, K) the kinships times (L, K)."""
        ...

    def always(self, weights: Floats) -> Floats:
        """``times`` weights that are the same for every question."""
        ...

    def rows(self, places: Rows) -> Floats:
        """(P, L) some rows."""
        ...

    @property
    def resembling(self) -> Flags:
        """(R,) whether each resembles any of the learned ones."""
        ...


@dataclass(frozen=True, slots=True)
class Few:
    """Worked out for the question."""

    values: Floats

    def times(self, weights: Floats) -> Floats:
        """(R, K) the kinships times (L, K)."""
        return np.asarray(self.values @ weights)

    always = times

    def rows(self, places: Rows) -> Floats:
        """(P, L) some rows."""
        return self.values[places]

    @property
    def resembling(self) -> Flags:
        """(R,) whether each resembles any of the learned ones."""
        return np.asarray(np.any(self.values > 0, axis=1))


@dataclass(frozen=True, slots=True)
class Table:
    """Kinship of every candidate of a side, in single precision: ``values`` (rows of the side, L)."""

    values: Floats
    known: Flags
    place: Rows
    _always: dict[int, tuple[Floats, Floats]] = field(default_factory=dict)

    @classmethod
    def of(cls, context: Context, side: Side, learned: Rows) -> Self:
        """Work the table out, block by block; rows × L × 4 bytes."""
        rows = context.view.rows(*KINDS[side])
        values = np.zeros((len(rows), len(learned)), dtype=np.float32)
        for start in range(0, len(rows), BLOCK):
            values[start : start + BLOCK] = context.kinship.between(rows[start : start + BLOCK], learned, side)
        place = np.full(len(context.sides), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        return cls(values, np.any(values > 0, axis=1), place)

    def times(self, weights: Floats) -> Floats:
        """The table times (L, K), summed in double precision."""
        found = np.empty((len(self.values), weights.shape[1]))
        for start in range(0, len(found), BLOCK):
            found[start : start + BLOCK] = self.values[start : start + BLOCK].astype(np.float64) @ weights
        return found

    def always(self, weights: Floats) -> Floats:
        """``times`` weights that are the same for every question: worked out once."""
        if id(weights) not in self._always:
            self._always[id(weights)] = (weights, self.times(weights))  # holding them keeps the id theirs
        return self._always[id(weights)][1]

    def of_rows(self, rows: Rows) -> Many:
        """The kinships of some rows of the graph."""
        return Many(self, self.place[rows])


@dataclass(frozen=True, slots=True)
class Many:
    """Rows of a table."""

    table: Table
    places: Rows

    def times(self, weights: Floats) -> Floats:
        """(R, K) the kinships times (L, K), summed in double precision."""
        return self.table.times(weights)[self.places]

    def always(self, weights: Floats) -> Floats:
        """``times`` weights that are the same for every question."""
        return self.table.always(weights)[self.places]

    def rows(self, places: Rows) -> Floats:
        """(P, L) some rows."""
        return self.table.values[self.places[places]].astype(np.float64)

    @property
    def resembling(self) -> Flags:
        """(R,) whether each resembles any of the learned ones."""
        return self.table.known[self.places]
