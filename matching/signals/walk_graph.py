"""The graph a walk goes over: what entities have in common, without fans and without tie-ups."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import scipy.sparse as sp

from kyokan.graph.model import EntityKind, RelationKind
from kyokan.matching.signals.base import NEGLIGIBLE, Side
from kyokan.matching.signals.profiles import Profiles
from kyokan.matching.signals.settings import SignalSettings
from kyokan.matching.signals.view import Floats, GraphView, Rows, Sparse

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


@dataclass(frozen=True)
class WalkGraph:
    """Symmetric (N, N) CSR ``S = D^-½ W D^-½`` with damped degrees D = Σ w + prior, and its unit.

    ``root`` (N,) is √degree, 0 for rows without edges; ``volume`` is the sum of the degrees; ``unit`` is the typical
    size (root mean square) of the walk's value between probe entities of the two sides.
    """

    weights: Sparse
    step: Sparse
    root: Floats
    volume: float
    damping: float
    steps: int
    unit: float

    @classmethod
    def build(cls, view: GraphView, profiles: Profiles, sides: Rows, settings: SignalSettings) -> Self:
        """The walk's graph of a snapshot; cost O(edges + probes × edges × steps)."""
        return cls._of(_weights(view, profiles), sides, settings)

    @classmethod
    def _of(cls, weights: Sparse, sides: Rows, settings: SignalSettings) -> Self:
        degree = np.asarray(weights.sum(axis=1)).ravel()
        scale = 1.0 / np.sqrt(np.where(degree > 0, degree + settings.walk_prior, 1.0))
        step = weights.copy()
        step.data = np.repeat(scale, np.diff(weights.indptr)) * weights.data * scale[weights.indices]
        root = np.where(degree > 0, np.sqrt(degree), 0.0)
        graph = cls(weights, step, root, float(degree.sum()), settings.walk_damping, settings.walk_steps, 1.0)
        return replace(graph, unit=graph._typical(sides, settings))

    def without(self, before: Profiles, rows: Rows, columns: Rows, sides: Rows, settings: SignalSettings) -> Self:
        """The graph once some cells ((K,) rows and columns) of the profiles ``before`` are not known any more."""
        weights = self.weights.copy()
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            node = int(before.nodes[column])
            for one, other in ((row, node), (node, row)) if node >= 0 else ():
                start, end = weights.indptr[one], weights.indptr[one + 1]
                place = start + int(np.searchsorted(weights.indices[start:end], other))
                if place < end and weights.indices[place] == other:
                    left = weights.data[place] - float(before.own[row, column])
                    weights.data[place] = left if left > NEGLIGIBLE else 0.0
        weights.eliminate_zeros()
        return self._of(weights, sides, settings)

    @cached_property
    def edges(self) -> Floats:
        """(N,) number of edges at each row."""
        return np.asarray(np.diff(self.step.indptr), dtype=np.float64)

    def reach(self, seeds: Floats, *, first: int, last: int | None = None) -> Floats:
        """(N,) or (N, K): Σ_{l = first..last} c^l S^l seeds, what walks of those lengths carry from the seeds."""
        carried = seeds
        total = np.zeros_like(seeds) if first else seeds.copy()
        for length in range(1, (self.steps if last is None else last) + 1):
            carried = self.damping * (self.step @ carried)
            if length >= first:
                total = total + carried
        return total

    def onward(self, end: int, *, first: int, last: int) -> Floats:
        """(N,) what walks of ``first`` to ``last`` steps carry from a row; ``reach`` of one seed."""
        carried: Floats = np.zeros(len(self.root))
        carried[end] = 1.0
        total = carried.copy() if not first else np.zeros(len(self.root))
        for length in range(1, last + 1):
            rows = np.flatnonzero(carried)
            carried = self.damping * (self._out_of(rows, carried) if len(rows) <= FEW_ROWS else self.step @ carried)
            if length >= first:
                total = total + carried
        return total

    def _out_of(self, rows: Rows, carried: Floats) -> Floats:
        """``S @ carried`` where few rows carry anything: over their edges alone, for ``S`` is symmetric."""
        found = np.zeros(len(carried))
        for row in rows.tolist():
            start, end = self.step.indptr[row], self.step.indptr[row + 1]
            found[self.step.indices[start:end]] += self.step.data[start:end] * carried[row]
        return found

    def expected(self, seeds: Floats, *, first: int) -> Floats:
        """What ``reach`` would be if only degrees mattered: Σ c^l √d_a √d_b / volume."""
        if not self.volume:
            return np.zeros_like(seeds)
        share = sum(self.damping**length for length in range(first, self.steps + 1))
        return np.asarray(share * np.multiply.outer(self.root, self.root @ seeds) / self.volume)

    def _between(self, ends: Rows, seeds: Rows) -> Floats:
        """(ends, seeds) what ``reach`` beyond one step carries, less what degrees alone carry.

        ``S`` is symmetric, so walks are taken half way from either end: S^l = (S^⌊l/2⌋)ᵀ S^⌈l/2⌉.
        """
        halves = []
        for rows in (ends, seeds):
            carried = [np.zeros(0), np.ascontiguousarray(self.step[rows].toarray().T)]
            while len(carried) <= (self.steps + 1) // 2:
                carried.append(self.step @ carried[-1])
            halves.append(carried)
        total = np.zeros((len(ends), len(seeds)))
        for length in range(2, self.steps + 1):
            total += self.damping**length * (halves[0][length // 2].T @ halves[1][length - length // 2])
        share = sum(self.damping**length for length in range(2, self.steps + 1))
        return np.asarray(total - share * np.outer(self.root[ends], self.root[seeds]) / self.volume)

    def _typical(self, sides: Rows, settings: SignalSettings) -> float:
        probes = [
            _spread(np.flatnonzero((sides == side) & (self.root > 0)), settings.walk_probes)
            for side in (Side.PEOPLE, Side.THINGS)
        ]
        people, things = (chosen if len(chosen) else probes[1 - place] for place, chosen in enumerate(probes))
        if not len(people):
            return 1.0
        values = self._between(things, people)
        distinct = things[:, None] != people[None, :]
        size = float(np.sqrt(np.mean(values[distinct] ** 2))) if distinct.any() else 0.0
        return size or 1.0


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
    rows, columns = np.nonzero(profiles.own * (profiles.nodes >= 0))
    ends = (rows, profiles.nodes[columns])
    return sp.coo_array((profiles.own[rows, columns].astype(np.float64), ends), shape=(size, size)).tocsr()


def _spread(rows: Rows, count: int) -> Rows:
    """At most ``count`` rows, evenly spaced."""
    if len(rows) <= count:
        return rows
    return rows[np.linspace(0, len(rows) - 1, count).astype(np.int64)]
