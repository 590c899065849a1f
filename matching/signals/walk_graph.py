"""The graph a walk goes over: what entities have in common, without fans and without tie-ups."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import scipy.sparse as sp

from kyokan.graph.model import EntityKind, RelationKind
from kyokan.matching.signals.base import Side
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


@dataclass(frozen=True)
class WalkGraph:
    """Symmetric (N, N) CSR ``S = D^-½ W D^-½`` with damped degrees D = Σ w + prior, and its unit.

    ``root`` (N,) is √degree, 0 for rows without edges; ``volume`` is the sum of the degrees; ``unit`` is the typical
    size (root mean square) of the walk's value between probe entities of the two sides.
    """

    step: Sparse
    root: Floats
    volume: float
    damping: float
    steps: int
    unit: float

    @classmethod
    def build(cls, view: GraphView, profiles: Profiles, sides: Rows, settings: SignalSettings) -> Self:
        """The walk's graph of a snapshot; cost O(edges + probes × edges × steps)."""
        weights = _weights(view, profiles)
        degree = np.asarray(weights.sum(axis=1)).ravel()
        damped = np.sqrt(np.where(degree > 0, degree + settings.walk_prior, 1.0))
        scale = sp.diags_array(1.0 / damped)
        step = sp.csr_array(scale @ weights @ scale)
        step.sort_indices()
        root = np.where(degree > 0, np.sqrt(degree), 0.0)
        graph = cls(step, root, float(degree.sum()), settings.walk_damping, settings.walk_steps, 1.0)
        return cls(step, root, graph.volume, graph.damping, graph.steps, graph._typical(sides, settings))

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

    def expected(self, seeds: Floats, *, first: int) -> Floats:
        """What ``reach`` would be if only degrees mattered: Σ c^l √d_a √d_b / volume."""
        if not self.volume:
            return np.zeros_like(seeds)
        share = sum(self.damping**length for length in range(first, self.steps + 1))
        return np.asarray(share * np.multiply.outer(self.root, self.root @ seeds) / self.volume)

    def _typical(self, sides: Rows, settings: SignalSettings) -> float:
        probes = [
            _spread(np.flatnonzero((sides == side) & (self.root > 0)), settings.walk_probes)
            for side in (Side.PEOPLE, Side.THINGS)
        ]
        people, things = (chosen if len(chosen) else probes[1 - place] for place, chosen in enumerate(probes))
        if not len(people):
            return 1.0
        seeds = np.zeros((self.step.shape[0], len(people)))
        seeds[people, np.arange(len(people))] = 1.0
        values = (self.reach(seeds, first=2) - self.expected(seeds, first=2))[things]
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
