"""A walk's graph that lost edges: what is otherwise in it, told beside the graph before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from kyokan.matching.signals.base import NEGLIGIBLE, Side
from kyokan.matching.signals.view import Floats, Rows, Sparse, place_of
from kyokan.matching.signals.walk_graph import WalkGraph

STEPS = 4  # of the walks whose length half way is worked out beside the graph before


class LessWalk(WalkGraph):
    """``before`` where the edges of some rows have less weight: degrees, and what follows from them."""

    _before: WalkGraph
    _ends: Rows

    def _lessen(self, before: WalkGraph, ends: Rows, lost: Floats, gone: Floats) -> None:
        """Hold what each of the (T,) ends lost of its degree, and how many of its edges are gone."""
        self._hold(before.sides, before.settings)
        self._before, self._ends, self._lost_at, self._gone_at = before, ends, lost, gone

    @cached_property
    def edges(self) -> Floats:
        """(N,) number of edges at each row."""
        return self._but(self._before.edges, self._before.edges[self._ends] - self._gone_at)

    @cached_property
    def degree(self) -> Floats:
        """(N,) sum of the weights at each row."""
        left = self._before.degree[self._ends] - self._lost_at
        left[(self.edges[self._ends] == 0) | (left < NEGLIGIBLE)] = 0.0
        return self._but(self._before.degree, left)

    @cached_property
    def scale(self) -> Floats:
        """(N,) D^-½."""
        return self._but(self._before.scale, self._scale(self.degree[self._ends]))

    @cached_property
    def root(self) -> Floats:
        """(N,) √degree, 0 for rows without edges."""
        return self._but(self._before.root, np.sqrt(self.degree[self._ends]))

    def _but(self, before: Floats, ends: Floats) -> Floats:
        found = before.copy()
        found[self._ends] = ends
        return found

    @cached_property
    def probes(self) -> tuple[Rows, Rows]:
        """Things and people whose walks say what is typical."""
        gone = self.root[self._ends] == 0
        return super().probes if np.any(self.sides[self._ends[gone]] != Side.NONE) else self._before.probes


class ThinnedWalk(LessWalk):
    """``before`` where many pairs of rows have lost weight, so many that no small matrices tell it.

    With e by how much D^-½ grows at each row, E its diagonal matrix, and Λ what those edges lose of S, both sparse in
    what differs from nothing lost,

        S' = E (S − Λ) E

    Args:
        before: the graph.
        rows: (K,) of the pairs, each given once and only those of existing edges.
        columns: (K,) likewise.
        lost: (K,) how much of its weight each loses.
    """

    def __init__(self, before: WalkGraph, rows: Rows, columns: Rows, lost: Floats) -> None:
        places = _places(before.weights, rows, columns)
        kept = np.flatnonzero(places >= 0)
        rows, columns, lost, places = rows[kept], columns[kept], lost[kept].astype(np.float64), places[kept]
        held = before.weights.data[places]
        gone = held - lost < NEGLIGIBLE
        lost = np.where(gone, held, lost)
        self._lost = _symmetric(rows, columns, lost, len(before.sides))
        self._lost_steps = _symmetric(rows, columns, before.step.data[places] * (lost / held), len(before.sides))
        self._pairs = (rows, columns, lost)
        ends, place = np.unique(np.concatenate([rows, columns]), return_inverse=True)
        less, fewer = (np.bincount(place, np.tile(part, 2)).astype(np.float64) for part in (lost, gone))
        self._lessen(before, ends, less, fewer)

    @cached_property
    def weights(self) -> Sparse:
        """(N, N) CSR W; made only where somebody goes over the whole graph."""
        return self._before.less(*self._pairs).weights

    def weight(self, row: int, column: int) -> float:
        """Of the edge between two rows; 0 where there is none."""
        place = place_of(self._lost, row, column)
        return self._before.weight(row, column) - (float(self._lost.data[place]) if place is not None else 0.0)

    @cached_property
    def _grown(self) -> Floats:
        """(N,) e; 1 for rows that have no edge left."""
        ends = self.scale[self._ends] / self._before.scale[self._ends]
        return self._but(np.ones(len(self.sides)), np.where(self.degree[self._ends] > 0, ends, 1.0))

    def times(self, carried: Floats) -> Floats:
        """(N,) or (N, K): S' times what is carried."""
        grown = self._grown if carried.ndim == 1 else self._grown[:, None]
        spread = grown * carried
        return np.asarray(grown * (self._before.times(spread) - self._lost_steps @ spread))

    def rows(self, rows: Rows) -> Sparse:
        """(R, N) CSR of some rows of S'."""
        return self._stacked([self.neighbours(row) for row in rows.tolist()])

    def neighbours(self, row: int) -> tuple[Rows, Floats]:
        """Rows that had an edge with one, ascending, and its row of S' there."""
        near, steps = self._left(row)
        return near, self._grown[row] * steps * self._grown[near]

    def _left(self, row: int) -> tuple[Rows, Floats]:
        """Rows that had an edge with one, ascending, and its row of S − Λ there."""
        near, steps = self._before.neighbours(row)
        start, end = self._lost_steps.indptr[row], self._lost_steps.indptr[row + 1]
        steps = steps.copy()
        steps[np.searchsorted(near, self._lost_steps.indices[start:end])] -= self._lost_steps.data[start:end]
        return near, steps

    def _stacked(self, rows: list[tuple[Rows, Floats]]) -> Sparse:
        """(R, N) CSR of rows told by where they are not 0, and what they are there."""
        starts = np.cumsum([0, *(len(near) for near, _ in rows)])
        near, steps = (np.concatenate(parts) for parts in zip(*rows, strict=True))
        return sp.csr_array((steps, near, starts), shape=(len(rows), len(self.sides)))

    @cached_property
    def between_probes(self) -> Floats:
        """(steps + 1, things, people) of S'^l between the probes: what is otherwise than in the graph before.

        Two steps from a probe differ in few columns, and so four steps between two of them differ by their part there.
        """
        if self.probes is not self._before.probes or self.steps != STEPS:
            return super().between_probes
        halves = zip(self.probes, self._before.halves, strict=True)
        things, people = (self._half(rows, half[2]) for rows, half in halves)
        near, near_people = (self.rows(rows) for rows in self.probes)
        found = self._before.between_probes.copy()
        found[1] = near[:, self.probes[1]].toarray()
        found[2] = (near @ near_people.T).toarray()
        reached = np.unique(near.indices)
        found[3] = near[:, reached] @ people.at(reached).T
        other = np.unique(np.concatenate([np.flatnonzero(self._grown != 1), things.more.indices, people.more.indices]))
        found[4] -= things.before[:, other] @ people.before[:, other].T
        found[4] *= np.outer(things.scale, people.scale)
        found[4] += things.at(other) @ people.at(other).T
        return found

    def _half(self, rows: Rows, before: Floats) -> _Half:
        """Two steps from the probes of one side: e (S² + D) e with D = ((S − Λ) E² − S) S − (S − Λ) E² Λ."""
        through = self._stacked([self._left(row) for row in rows.tolist()])
        through.data *= self._grown[through.indices] ** 2
        changed = sp.csr_array(through - self._before.rows(rows))
        changed.eliminate_zeros()
        more = sp.csr_array(changed @ self._before.step - through @ self._lost_steps)
        return _Half(before, more, self._grown[rows], self._grown)


@dataclass(frozen=True, slots=True)
class _Half:
    """Two steps from P probes: ``before`` (P, N) of S², ``more`` (P, N) CSR of D, ``scale`` (P,) and ``grown`` (N,)."""

    before: Floats
    more: Sparse
    scale: Floats
    grown: Floats

    def at(self, columns: Rows) -> Floats:
        """(P, C) of S'²."""
        found = self.before[:, columns] + self.more[:, columns].toarray()
        return np.asarray(self.scale[:, None] * found * self.grown[columns])


def _places(matrix: Sparse, rows: Rows, columns: Rows) -> Rows:
    """(K,) where entries of a symmetric CSR matrix are kept, −1 for none; there are few different columns."""
    found = np.full(len(rows), -1)
    for column in np.unique(columns).tolist():
        here = np.flatnonzero(columns == column)
        start, end = int(matrix.indptr[column]), int(matrix.indptr[column + 1])
        held = matrix.indices[start:end]
        place = np.minimum(np.searchsorted(held, rows[here]), max(len(held) - 1, 0))
        found[here] = np.where(held[place] == rows[here], start + place, -1) if len(held) else -1
    return found


def _symmetric(rows: Rows, columns: Rows, values: Floats, size: int) -> Sparse:
    """(N, N) CSR with each value at its pair of rows, either way round."""
    ends = (np.concatenate([rows, columns]), np.concatenate([columns, rows]))
    found = sp.coo_array((np.tile(values, 2), ends), shape=(size, size)).tocsr()
    found.sort_indices()
    return found
