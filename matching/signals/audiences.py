"""Who likes what, counted: fan incidence, audience sizes, shared fans; never a fan's id."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import scipy.sparse as sp

from kyokan.graph.model import EntityKind, RelationKind
from kyokan.matching.signals.base import MIN_CELL
from kyokan.matching.signals.view import Floats, GraphView, Rows, Sparse, dense_row

FAN_RELATIONS = (RelationKind.FOLLOWS, RelationKind.LIKES, RelationKind.BUYS)


class Audiences:
    """Fans (rows of kind fan) × entities (N) as 0/1, a brand's fans being those of the brand or any of its products."""

    def __init__(self, view: GraphView, sides: Rows) -> None:
        self._view = view
        self._size = len(sides)
        self.fan_rows = view.rows(EntityKind.FAN)

    @cached_property
    def likes(self) -> Sparse:
        """(N, F) CSR of 0/1: entity × fan."""
        shape = (self._size, self._size)
        total = sp.csr_array(shape, dtype=np.float64)
        for kind in FAN_RELATIONS:
            total = total + self._view.matrix(kind)
        by_entity = sp.csr_array(total.T)[:, self.fan_rows]
        made_by = sp.csr_array(self._view.matrix(RelationKind.MADE_BY))
        to_brand = sp.csr_array(made_by.T)  # brand × product
        merged = sp.csr_array(by_entity + to_brand @ by_entity)
        merged.eliminate_zeros()
        merged.data[:] = 1.0
        return merged

    @cached_property
    def fans(self) -> Floats:
        """(N,) number of fans in the graph."""
        return np.asarray(np.diff(self.likes.indptr), dtype=np.float64)

    @cached_property
    def active(self) -> float:
        """Number of fans who like anything."""
        return float(np.count_nonzero(np.bincount(self.likes.indices, minlength=len(self.fan_rows))))

    def shared(self, rows: Rows, candidates: Rows) -> Floats:
        """(R, C) fans that each row shares with each candidate."""
        return np.asarray((self.likes[rows] @ self.likes[candidates].T).todense())

    def shared_with_all(self, row: int) -> Floats:
        """(N,) fans that a row shares with each entity."""
        return np.asarray(self.likes @ dense_row(self.likes, row))

    @cached_property
    def overlaps(self) -> Sparse:
        """(N, N) symmetric strength in 0..1 with which audiences overlap, repeated surveys averaged.

        An overlap with a product also counts for its brand, at its strongest.
        """
        surveys: dict[tuple[int, int], list[float]] = {}
        for relation in self._view.relations(RelationKind.OVERLAPS):
            ends = sorted((self._view.row(relation.source), self._view.row(relation.target)))
            surveys.setdefault((ends[0], ends[1]), []).append(min(relation.weight, 1.0) * relation.confidence)
        size = self._size
        pairs = np.array(list(surveys), dtype=np.int64).reshape(-1, 2)
        strengths = np.array([float(np.mean(values)) for values in surveys.values()])
        direct = sp.coo_array((strengths, (pairs[:, 0], pairs[:, 1])), shape=(size, size)).tocsr()
        symmetric = direct + direct.T
        lifted = _strongest(self._view.matrix(RelationKind.MADE_BY), sp.csr_array(symmetric))
        result = symmetric.maximum(lifted).maximum(lifted.T)
        return sp.csr_array(result)

    def sizes(self, stated: Floats) -> Floats:
        """(N,) people in each audience: fans in the graph or the ``stated`` count if larger; 0 under 5."""
        sizes = np.maximum(self.fans, stated)
        return np.where(sizes >= MIN_CELL, sizes, 0.0)


def _strongest(made_by: Sparse, overlaps: Sparse) -> Sparse:
    """(N, N) for each brand (column) the strongest overlap of its products with each row."""
    products = made_by.tocoo()
    size = made_by.shape[0]
    best: dict[tuple[int, int], float] = {}
    for product, brand in zip(products.row.tolist(), products.col.tolist(), strict=True):
        start, end = overlaps.indptr[product], overlaps.indptr[product + 1]
        for other, strength in zip(
            overlaps.indices[start:end].tolist(), overlaps.data[start:end].tolist(), strict=True
        ):
            if other != brand:
                best[other, brand] = max(best.get((other, brand), 0.0), strength)
    if not best:
        return sp.csr_array((size, size), dtype=np.float64)
    pairs = np.array(list(best), dtype=np.int64)
    return sp.coo_array((np.array(list(best.values())), (pairs[:, 0], pairs[:, 1])), shape=(size, size)).tocsr()
