"""Relations as columns: the edges of each kind in order of identity, and their weights as sparse matrices."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from kyokan.graph.model import RelationKind
from kyokan.graph.snapshot.columns import open_array

Ranges = Mapping[str, tuple[int, int]]


class EdgeWriter:
    """Gathers the ends and weights of relations, which come in order of identity."""

    def __init__(self) -> None:
        self._sources = array("i")
        self._targets = array("i")
        self._weights = array("d")
        self._begins: dict[str, int] = {}

    def add(self, kind: str, source: int, target: int, weight: float) -> None:
        """Take in one relation between two rows."""
        if kind not in self._begins:
            self._begins[kind] = len(self._weights)
        self._sources.append(source)
        self._targets.append(target)
        self._weights.append(weight)

    def write(self, folder: Path, rows: int) -> dict[str, tuple[int, int]]:
        """Write the columns for ``rows`` entities; returns the range of each kind among the edges."""
        sources, targets = (np.array(ends, dtype=np.int32) for ends in (self._sources, self._targets))
        weights = np.array(self._weights, dtype=np.float64)
        ends = [*list(self._begins.values())[1:], len(weights)]
        ranges = {kind: (begin, end) for (kind, begin), end in zip(self._begins.items(), ends, strict=False)}
        forward, backward, by_target = [], [], [np.empty(0, dtype=np.int32)]
        for begin, end in ranges.values():
            part = slice(begin, end)
            matrix = coo_array((weights[part], (sources[part], targets[part])), shape=(rows, rows)).tocsr()
            forward.append(matrix)
            backward.append(matrix.T.tocsr())
            by_target.append(np.argsort(targets[part], kind="stable").astype(np.int32))
        np.save(folder / "edge_sources.npy", sources)
        np.save(folder / "edge_targets.npy", targets)
        np.save(folder / "edge_by_target.npy", np.concatenate(by_target))
        _write_matrices(folder, "forward", forward, rows)
        _write_matrices(folder, "backward", backward, rows)
        return ranges


def _write_matrices(folder: Path, name: str, matrices: Sequence[csr_array], rows: int) -> None:
    """The matrices of all kinds one after the other, with (K, rows + 1) row starts counted within each kind."""
    for matrix in matrices:
        matrix.sort_indices()
    starts = np.array([matrix.indptr for matrix in matrices], dtype=np.int32).reshape(len(matrices), rows + 1)
    empty = np.empty(0)
    np.save(folder / f"{name}_starts.npy", starts)
    np.save(folder / f"{name}_columns.npy", np.concatenate([empty, *(m.indices for m in matrices)]).astype(np.int32))
    np.save(folder / f"{name}_weights.npy", np.concatenate([empty, *(m.data for m in matrices)]))


class Edges:
    """The columns that ``EdgeWriter`` wrote, memory-mapped.

    Args:
        folder: of the snapshot.
        ranges: each kind's range among the edges, in the order written.
        rows: number of entities.
    """

    def __init__(self, folder: Path, ranges: Ranges, rows: int) -> None:
        self._ranges = {kind: (int(begin), int(end)) for kind, (begin, end) in ranges.items()}
        self._rows = rows
        columns = [open_array(folder, f"edge_{name}") for name in ("sources", "targets", "by_target")]
        self._columns = {  # as plain arrays over the same pages, of which slices cost little
            kind: [np.asarray(column[begin:end]) for column in columns]
            for kind, (begin, end) in self._ranges.items()
            if begin < end
        }
        self._matrices = {
            (kind, transpose): matrix
            for transpose, name in ((False, "forward"), (True, "backward"))
            for kind, matrix in zip(self._ranges, _open_matrices(folder, name, rows), strict=True)
        }

    def matrix(self, kind: RelationKind, *, transpose: bool) -> csr_array:
        """(N, N) weights, source by target (target by source with ``transpose``); parallel edges summed."""
        found = self._matrices.get((kind.value, transpose))
        return csr_array((self._rows, self._rows), dtype=np.float64) if found is None else found

    def positions(self, kind: RelationKind, source: int | None, target: int | None) -> NDArray[np.int64]:
        """Places of the edges of one kind that match, ascending."""
        if kind.value not in self._columns:
            return np.empty(0, dtype=np.int64)
        (begin, end), (sources, targets, by_target) = self._ranges[kind.value], self._columns[kind.value]
        if source is not None:
            first, last = np.searchsorted(sources, [source, source + 1])
            places = np.arange(first, last)
            places = places if target is None else places[targets[first:last] == target]
        elif target is not None:
            first, last = np.searchsorted(targets, [target, target + 1], sorter=by_target)
            places = by_target[first:last].astype(np.int64)
        else:
            places = np.arange(end - begin)
        return places + begin


def _open_matrices(folder: Path, name: str, rows: int) -> list[csr_array]:
    starts, columns, weights = (open_array(folder, f"{name}_{part}") for part in ("starts", "columns", "weights"))
    matrices = []
    begin = 0
    for indptr in starts:
        end = begin + int(indptr[-1])
        matrices.append(csr_array((weights[begin:end], columns[begin:end], indptr), shape=(rows, rows)))
        begin = end
    return matrices
