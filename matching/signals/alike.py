"""Kinship of many entities with those that worked before: worked out for few, kept in a table for whole catalogues."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from kyokan.graph.model import EntityKind
from kyokan.matching.signals.base import Side
from kyokan.matching.signals.view import Flags, Floats, Rows

if TYPE_CHECKING:
    from kyokan.matching.signals.kinship import Kinship

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

    def cells(self, places: Rows, learned: Rows) -> Floats:
        """(P,) some cells."""
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

    def cells(self, places: Rows, learned: Rows) -> Floats:
        """(P,) some cells."""
        return self.values[places, learned]

    @property
    def resembling(self) -> Flags:
        """(R,) whether each resembles any of the learned ones."""
        return np.asarray(np.any(self.values > 0, axis=1))


class Beside:
    """What kinship is made of beside kansei, for every candidate of a side: ``values`` (R, L), 0 with oneself.

    In single precision, R × L × 4 bytes; the same in an edited copy in which nothing but kansei differs. ``own`` (R,)
    is the place of each candidate among the learned ones, −1 for strangers.

    Args:
        kinship: by which they are compared.
        side: on which they stand.
        rows: (R,) the candidates, ascending.
        learned: (L,) those they are compared with, ascending.
    """

    def __init__(self, kinship: Kinship, side: Side, rows: Rows, learned: Rows) -> None:
        self.rows, self.learned = rows, learned
        self.values = np.zeros((len(rows), len(learned)), dtype=np.float32)
        for start in range(0, len(rows), BLOCK):
            self.values[start : start + BLOCK] = kinship.beside_kansei(rows[start : start + BLOCK], learned, side)
        self.own = np.full(len(rows), -1, dtype=np.int64)
        among = np.flatnonzero(np.isin(learned, rows))
        self.own[np.searchsorted(rows, learned[among])] = among
        self.values[self.own >= 0, self.own[self.own >= 0]] = 0.0
        self.known = np.any(self.values > 0, axis=1)
        self._always: dict[int, tuple[Floats, Floats]] = {}

    def times(self, weights: Floats) -> Floats:
        """(R, K) the values times (L, K), summed in double precision."""
        found = np.empty((len(self.values), weights.shape[1]))
        for start in range(0, len(found), BLOCK):
            found[start : start + BLOCK] = self.values[start : start + BLOCK].astype(np.float64) @ weights
        return found

    def always(self, weights: Floats) -> Floats:
        """``times`` weights that are the same for every question: worked out once."""
        if id(weights) not in self._always:
            self._always[id(weights)] = (weights, self.times(weights))  # holding them keeps the id theirs
        return self._always[id(weights)][1]


class Table:
    """Kinship of every candidate of a side: s · F Gᵀ by kansei plus what is beside them, and 1 with oneself.

    F (R, A) and G (L, A) are the unit profiles of the candidates and of the learned ones, s is the share of kansei. F
    is sparse, so that F (Gᵀ W) costs little, and what-ifs, in which kansei differ, share all that is written down.
    """

    def __init__(self, kinship: Kinship, side: Side, beside: Beside) -> None:
        self.beside = beside
        self._units, self._learned = kinship.units(beside.rows), kinship.units(beside.learned)
        self._share = kinship.share_of_kansei(side)
        self._mine = np.flatnonzero(beside.own >= 0)
        with_itself = (self._units[self._mine] ** 2).sum(axis=1)
        self._missing = 1.0 - self._share * np.asarray(with_itself)[:, None]

    def times(self, weights: Floats) -> Floats:
        """(R, K) the table times (L, K), summed in double precision."""
        return self.beside.times(weights) + self._by_kansei(weights)

    def always(self, weights: Floats) -> Floats:
        """``times`` weights that are the same for every question."""
        return self.beside.always(weights) + self._by_kansei(weights)

    def rows(self, places: Rows) -> Floats:
        """(P, L) some rows of the table."""
        found = self.beside.values[places] + self._share * (self._units[places] @ self._learned.T).toarray()
        own = self.beside.own[places]
        mine = np.flatnonzero(own >= 0)
        found[mine, own[mine]] = 1.0
        return np.asarray(found, dtype=np.float64)

    def cells(self, places: Rows, learned: Rows) -> Floats:
        """(P,) some cells of the table."""
        by_kansei = (self._units[places] * self._learned[learned]).sum(axis=1)
        found = self.beside.values[places, learned] + self._share * by_kansei
        return np.where(self.beside.own[places] == learned, 1.0, found)

    @cached_property
    def known(self) -> Flags:
        """(R,) whether each resembles any of the learned ones, oneself among them."""
        by_kansei = self._units @ self._learned.sum(axis=0)
        return np.asarray(self.beside.known | (by_kansei > 0) | (self.beside.own >= 0))

    def of_rows(self, rows: Rows) -> Many:
        """The kinships of some rows of the graph."""
        return Many(self, np.searchsorted(self.beside.rows, rows))

    def _by_kansei(self, weights: Floats) -> Floats:
        """(R, K) what kansei add, and what is missing to 1 with oneself."""
        found = np.asarray(self._units @ (self._share * (self._learned.T @ weights)))
        found[self._mine] += self._missing * weights[self.beside.own[self._mine]]
        return found


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
        return self.table.rows(self.places[places])

    def cells(self, places: Rows, learned: Rows) -> Floats:
        """(P,) some cells."""
        return self.table.cells(self.places[places], learned)

    @property
    def resembling(self) -> Flags:
        """(R,) whether each resembles any of the learned ones."""
        return self.table.known[self.places]
