"""The graph a walk goes over: what entities have in common, without fans and without tie-ups."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Self

import numpy as np
import scipy.sparse as sp

from kyokan.graph.model import EntityKind, RelationKind
from kyokan.matching.signals.base import NEGLIGIBLE, Side
from kyokan.matching.signals.profiles import Profiles
from kyokan.matching.signals.settings import SignalSettings
from kyokan.matching.signals.view import Floats, GraphView, Rows, Sparse, place_of

# How much one edge of each kind counts. Fans' own edges stay out (a path must not show a person); tie-ups stay out, so
# that no walk can use the edge it is asked to foresee.
EDGE_WEIGHTS: dict[RelationKind, float] = {
    RelationKind.TAGGED: 0.5,
    RelationKind.IN_CATEGORY: 1.0,
    RelationKind.MADE_BY: 1.0,
    RelationKind.OVERLAPS: 1.0,
    RelationKind.IN_PLACE: 0.3,
    RelationKind.RELATED: 0.5,
}

FEW_ROWS = 64  # up to so many, a step goes over their edges alone
OUT_KEPT = 24  # rows whose walks are kept: both ends of a pair and what lies on its paths


class WalkGraph:
    """Symmetric (N, N) CSR ``S = D^-½ W D^-½`` with damped degrees D = Σ w + prior, and its unit.

    Args:
        weights: (N, N) CSR W, symmetric, columns ascending.
        sides: (N,) side of each row.
        settings: damping, steps and prior.
    """

    def __init__(self, weights: Sparse, sides: Rows, settings: SignalSettings) -> None:
        self.weights = weights
        self._hold(sides, settings)

    def _hold(self, sides: Rows, settings: SignalSettings) -> None:
        self.sides, self.settings = sides, settings
        self.damping, self.steps = settings.walk_damping, settings.walk_steps
        self._out: dict[int, Floats] = {}

    @classmethod
    def build(cls, view: GraphView, profiles: Profiles, sides: Rows, settings: SignalSettings) -> Self:
        """The walk's graph of a snapshot; cost O(edges + probes × edges × steps)."""
        return cls(_weights(view, profiles), sides, settings)

    def less(self, rows: Rows, columns: Rows, lost: Floats) -> WalkGraph:
        """The graph where the edges of K pairs of rows, each given once, have lost (K,) of their weight."""
        ends = (np.concatenate([rows, columns]), np.concatenate([columns, rows]))
        gone = sp.coo_array((np.tile(lost, 2), ends), shape=self.weights.shape).tocsr()
        weights = sp.csr_array(self.weights - gone)
        weights.data[weights.data < NEGLIGIBLE] = 0.0
        weights.eliminate_zeros()
        weights.sort_indices()
        return WalkGraph(weights, self.sides, self.settings)

    def weight(self, row: int, column: int) -> float:
        """Of the edge between two rows; 0 where there is none."""
        place = place_of(self.weights, row, column)
        return 0.0 if place is None else float(self.weights.data[place])

    @cached_property
    def degree(self) -> Floats:
        """(N,) sum of the weights at each row."""
        return np.asarray(self.weights.sum(axis=1)).ravel()

    @cached_property
    def scale(self) -> Floats:
        """(N,) D^-½."""
        return self._scale(self.degree)

    def _scale(self, degree: Floats) -> Floats:
        return np.asarray(1.0 / np.sqrt(np.where(degree > 0, degree + self.settings.walk_prior, 1.0)))

    @cached_property
    def step(self) -> Sparse:
        """(N, N) CSR ``S``."""
        step = self.weights.copy()
        step.data = np.repeat(self.scale, np.diff(step.indptr)) * step.data * self.scale[step.indices]
        return step

    def times(self, carried: Floats) -> Floats:
        """(N,) or (N, K): S times what is carried."""
        return np.asarray(self.step @ carried)

    def rows(self, rows: Rows) -> Sparse:
        """(R, N) CSR of some rows of S."""
        return self.step[rows]

    def neighbours(self, row: int) -> tuple[Rows, Floats]:
        """Rows that have an edge with one, ascending, and its row of S there."""
        start, end = self.step.indptr[row], self.step.indptr[row + 1]
        return self.step.indices[start:end], self.step.data[start:end]

    @cached_property
    def root(self) -> Floats:
        """(N,) √degree, 0 for rows without edges."""
        return np.sqrt(self.degree)

    @cached_property
    def volume(self) -> float:
        """Sum of the degrees."""
        return float(self.degree.sum())

    @cached_property
    def edges(self) -> Floats:
        """(N,) number of edges at each row."""
        return np.asarray(np.diff(self.weights.indptr), dtype=np.float64)

    def powers(self, rows: Rows, others: Rows) -> Floats:
        """(steps + 1, rows, others) of S^l between a few rows."""
        found = np.zeros((self.steps + 1, len(rows), len(others)))
        for place, other in enumerate(others.tolist()):
            carried = self._out_of_one(other)
            found[:-1, :, place] = carried[:, rows]
            found[-1, :, place] = self._near(rows) @ carried[-1]
        return found

    def _near(self, rows: Rows) -> Sparse:
        """(R, N) some rows of S; those of the probes, which every edit asks for, are kept."""
        for place, probes in enumerate(self.probes):
            if rows is probes:
                return self._near_probes[place]
        return self.rows(rows)

    @cached_property
    def _near_probes(self) -> list[Sparse]:
        return [self.rows(rows) for rows in self.probes]

    def _out_of_one(self, row: int) -> Floats:
        """(steps, N): S^l e_row for l = 0 … steps − 1; those of the rows asked for last are kept."""
        found = self._out.get(row)
        if found is None:
            if len(self._out) >= OUT_KEPT:
                self._out = {}
            found = np.zeros((self.steps, len(self.sides)))
            found[0, row] = 1.0
            for length in range(1, self.steps):
                found[length] = self._onward(found[length - 1])
            self._out[row] = found
        return found

    def reach(self, seeds: Floats, *, first: int, last: int | None = None) -> Floats:
        """(N,) or (N, K): Σ_{l = first..last} c^l S^l seeds, what walks of those lengths carry from the seeds."""
        carried = seeds
        total = np.zeros_like(seeds) if first else seeds.copy()
        for length in range(1, (self.steps if last is None else last) + 1):
            carried = self.damping * self.times(carried)
            if length >= first:
                total = total + carried
        return total

    def onward(self, end: int, *, first: int, last: int) -> Floats:
        """(N,) what walks of ``first`` to ``last`` steps carry from a row; ``reach`` of one seed."""
        carried: Floats = np.zeros(len(self.root))
        carried[end] = 1.0
        total = carried.copy() if not first else np.zeros(len(self.root))
        for length in range(1, last + 1):
            carried = self.damping * self._onward(carried)
            if length >= first:
                total = total + carried
        return total

    def _onward(self, carried: Floats) -> Floats:
        """(N,) ``S @ carried``; where few rows carry anything, over their edges alone, for ``S`` is symmetric."""
        rows = np.flatnonzero(carried)
        if len(rows) > FEW_ROWS:
            return self.times(carried)
        found = np.zeros(len(carried))
        for row in rows.tolist():
            near, steps = self.neighbours(row)
            found[near] += steps * carried[row]
        return found

    def expected(self, seeds: Floats, *, first: int) -> Floats:
        """What ``reach`` would be if only degrees mattered: Σ c^l √d_a √d_b / volume."""
        if not self.volume:
            return np.zeros_like(seeds)
        share = sum(self.damping**length for length in range(first, self.steps + 1))
        return np.asarray(share * np.multiply.outer(self.root, self.root @ seeds) / self.volume)

    def beyond_degrees(self, powers: Floats, ends: Rows, seeds: Rows, *, first: int = 2) -> Floats:
        """(ends, seeds) what walks of ``first`` steps or more carry, less what degrees alone carry.

        Args:
            powers: (steps + 1, ends, seeds) of S^l between them.
            ends: rows.
            seeds: rows.
            first: fewest steps that count.
        """
        damped = self.damping ** np.arange(first, self.steps + 1)
        expected = damped.sum() * np.outer(self.root[ends], self.root[seeds]) / (self.volume or 1.0)
        return np.asarray(np.tensordot(damped, powers[first:], axes=1) - expected)

    @cached_property
    def probes(self) -> tuple[Rows, Rows]:
        """Things and people whose walks say what is typical; of one side where the other has none."""
        found = [
            _spread(np.flatnonzero((self.sides == side) & (self.root > 0)), self.settings.walk_probes)
            for side in (Side.THINGS, Side.PEOPLE)
        ]
        things, people = (chosen if len(chosen) else found[1 - place] for place, chosen in enumerate(found))
        return things, people

    @cached_property
    def between_probes(self) -> Floats:
        """(steps + 1, things, people) of S^l between the probes.

        ``S`` is symmetric, so walks are taken half way from either end: S^l = (S^⌊l/2⌋)ᵀ S^⌈l/2⌉.
        """
        things, people = self.halves
        found = [_product(things[length // 2], people[length - length // 2]) for length in range(self.steps + 1)]
        return np.array(found)

    @cached_property
    def halves(self) -> list[list[Any]]:
        """Of things and of people: the probes' (P, N) rows of S^l up to half way; beyond l = 1 they are dense."""
        halves: list[list[Any]] = []
        for rows in self.probes:
            place = (np.ones(len(rows)), rows, np.arange(len(rows) + 1))
            carried = [sp.csr_array(place, shape=(len(rows), len(self.sides))), self.step[rows]]
            while len(carried) <= (self.steps + 1) // 2:
                carried.append(carried[-1] @ self.step)  # row by row: hubs are many, but those near a probe are few
            halves.append([*carried[:2], *(far.toarray() for far in carried[2:])])
        return halves

    @cached_property
    def unit(self) -> float:
        """Typical size (root mean square) of the walk's value between probe entities of the two sides."""
        return self._typical(self.between_probes) if len(self.probes[1]) else 1.0

    def _typical(self, powers: Floats) -> float:
        """Root mean square over things and people, given (steps + 1, things, people) of S^l; no row with itself."""
        things, people = self.probes
        values = self.beyond_degrees(powers, things, people)
        distinct = things[:, None] != people[None, :]
        size = float(np.sqrt(np.mean(values[distinct] ** 2))) if distinct.any() else 0.0
        return size or 1.0


def _product(one: Any, other: Any) -> Floats:
    """(R, C) of rows with rows, either of which may be sparse."""
    found: Any = one @ other.T
    return found if isinstance(found, np.ndarray) else np.asarray(found.toarray())


def weight_between(view: GraphView, profiles: Profiles, row: int, column: int) -> float:
    """The symmetric weight of one pair of rows, as ``WalkGraph.build`` would find it."""
    if row == column or {str(view.kinds[row]), str(view.kinds[column])} & {EntityKind.FAN.value}:
        return 0.0
    total = 0.0
    for one, other in ((row, column), (column, row)):
        for kind, weight in EDGE_WEIGHTS.items():
            matrix = view.matrix(kind)
            place = place_of(matrix, one, other)
            if place is not None:
                found = float(matrix.data[place])
                total += weight * (float(np.log1p(max(found, 0.0))) if kind is RelationKind.TAGGED else found)
        total += sum(
            profiles.own_between(one, attribute) for attribute in np.flatnonzero(profiles.nodes == other).tolist()
        )
    return max(total, 0.0)


def _weights(view: GraphView, profiles: Profiles) -> Sparse:
    """(N, N) symmetric edge weights."""
    size = len(view.ids)
    total = sp.csr_array((size, size), dtype=np.float64)
    for kind, weight in EDGE_WEIGHTS.items():
        edges = view.matrix(kind).astype(np.float64)
        edges.data = weight * (np.log1p(np.maximum(edges.data, 0)) if kind is RelationKind.TAGGED else edges.data)
        total = total + edges
    total = total + _evokes(view, profiles)
    fans = np.zeros(size, dtype=np.bool_)
    fans[view.rows(EntityKind.FAN)] = True
    keep = sp.diags_array((~fans).astype(np.float64))
    total = keep @ (total + total.T) @ keep
    result = sp.csr_array(total)
    result.data = np.clip(result.data, 0.0, None)
    result.setdiag(0.0)
    result.eliminate_zeros()
    result.sort_indices()
    return result


def _evokes(view: GraphView, profiles: Profiles) -> Sparse:
    """(N, N) entity → kansei with the entity's own strength."""
    size = len(view.ids)
    cells = profiles.cells
    nodes = profiles.nodes[cells.columns]
    here = np.flatnonzero((cells.own != 0) & (nodes >= 0))
    return sp.coo_array(
        (cells.own[here].astype(np.float64), (cells.rows[here], nodes[here])), shape=(size, size)
    ).tocsr()


def _spread(rows: Rows, count: int) -> Rows:
    """At most ``count`` rows, evenly spaced."""
    if len(rows) <= count:
        return rows
    return rows[np.linspace(0, len(rows) - 1, count).astype(np.int64)]
