"""A walk's graph with a few other edges: what changes is worked out between a few rows, not over the whole graph."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property

import numpy as np

from kyokan.matching.signals.profiles import Profiles
from kyokan.matching.signals.view import Floats, GraphView, Rows, Sparse
from kyokan.matching.signals.walk_graph import EDGE_WEIGHTS, WalkGraph, weight_between
from kyokan.matching.signals.walk_less import LessWalk, ThinnedWalk

MOST_ENDS = 24  # rows with other edges up to which the small matrices are cheaper than a graph made anew


class EditedWalk(LessWalk):
    """``before`` where some pairs of rows have other weights; all that ``WalkGraph`` promises.

    With Q the columns of the identity for the t rows whose edges change, ρ by how much D^-½ grows there and ε (t, t)
    what those edges lose of S,

        S' = (I + QρQᵀ) (S − QεQᵀ) (I + QρQᵀ) = S + QρQᵀS + SQρQᵀ + QKQᵀ,    K = ρ QᵀSQ ρ − (1 + ρ) ε (1 + ρ)

    so that every S'^l e_b = S^l e_b + Σ_i S^i Q β_i, and its part at any row follows from powers of S between that row,
    b and the t rows.

    Args:
        before: the graph.
        pairs: row and column → the new weight, each pair once and only those of existing edges.
    """

    def __init__(self, before: WalkGraph, pairs: Mapping[tuple[int, int], float]) -> None:
        self._pairs = dict(pairs)
        ends: Rows = np.unique(np.array(list(pairs), dtype=np.int64))
        self._lost, gone = np.zeros((len(ends), len(ends))), np.zeros(len(ends))
        for (row, column), weight in pairs.items():
            one, other = np.searchsorted(ends, (row, column))
            self._lost[one, other] = self._lost[other, one] = before.weight(row, column) - weight
            gone[[one, other]] += not weight
        self._lessen(before, ends, self._lost.sum(axis=1), gone)

    @cached_property
    def weights(self) -> Sparse:
        """(N, N) CSR W; made only where somebody goes over the whole graph."""
        pairs = np.array(list(self._pairs), dtype=np.int64)
        one, other = np.searchsorted(self._ends, pairs.T)
        return self._before.less(pairs[:, 0], pairs[:, 1], self._lost[one, other]).weights

    def weight(self, row: int, column: int) -> float:
        """Of the edge between two rows; 0 where there is none."""
        found = self._pairs.get((row, column), self._pairs.get((column, row)))
        return self._before.weight(row, column) if found is None else found

    @cached_property
    def between_probes(self) -> Floats:
        """(steps + 1, things, people) of S'^l between the probes."""
        if self.probes is self._before.probes:
            return self._edited(self._before.between_probes, *self.probes)
        return super().between_probes

    def powers(self, rows: Rows, others: Rows) -> Floats:
        """(steps + 1, rows, others) of S'^l between a few rows."""
        return self._edited(self._before.powers(rows, others), rows, others)

    def _edited(self, before: Floats, rows: Rows, others: Rows) -> Floats:
        """(steps + 1, rows, others) of S'^l, given those of S."""
        from_rows, from_others, within = (self._before.powers(some, self._ends) for some in (rows, others, self._ends))
        to_others = from_others.transpose(0, 2, 1)
        scale = self._before.scale[self._ends]
        grown = self.scale[self._ends] / scale
        more = grown[:, None] - 1.0
        kept = more * within[1] * more.T - np.outer(grown * scale, grown * scale) * self._lost
        found, parts = before.copy(), np.zeros((self.steps + 1, len(self._ends), len(others)))
        for length in range(1, self.steps + 1):
            here = to_others[length - 1] + np.einsum("iqp,ipo->qo", within[:length], parts[:length])
            there = to_others[length] + np.einsum("iqp,ipo->qo", within[1 : length + 1], parts[:length])
            parts = np.concatenate([np.zeros((1, *parts.shape[1:])), parts[:-1]])
            parts[0] = more * there + kept @ here
            parts[1] += more * here
            found[length] += np.einsum("irq,iqo->ro", from_rows[: length + 1], parts[: length + 1])
        return found


def edited_walk(
    before: WalkGraph,
    view: GraphView,
    profiles: tuple[Profiles, Profiles],
    cells: tuple[Rows, Rows],
    relations: Collection[tuple[str, str, str, str]],
    *,
    lasting: bool,
) -> WalkGraph | None:
    """The graph without some cells of the profiles and some relations; None where it had better be built anew.

    Args:
        before: the graph with them.
        view: the edited copy.
        profiles: with and without the cells.
        cells: (K,) rows and columns of the profiles.
        relations: identities.
        lasting: the graph is kept and edited in its turn, and many rows have other edges.
    """
    was, now = profiles
    nodes = was.nodes[cells[1]]
    kept = nodes >= 0
    rows, columns, nodes = cells[0][kept], cells[1][kept], nodes[kept]
    edges = [(view.row(source), view.row(target)) for kind, source, target, _ in relations if kind in EDGE_WEIGHTS]
    lost = was.cells.own[was.cells.find(rows, columns)]
    if lasting:
        return None if edges else ThinnedWalk(before, rows, nodes, lost)
    pairs = {(min(pair), max(pair)) for pair in (*zip(rows.tolist(), nodes.tolist(), strict=True), *edges)}
    if len({end for pair in pairs for end in pair}) <= MOST_ENDS:
        weights = {pair: weight_between(view, now, *pair) for pair in sorted(pairs)}
        changed = {pair: weight for pair, weight in weights.items() if weight != before.weight(*pair)}
        return EditedWalk(before, changed) if changed else before
    return None if edges else before.less(rows, nodes, lost.astype(np.float64))
