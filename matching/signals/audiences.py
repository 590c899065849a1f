"""Who likes what, counted: fan incidence, audience sizes, shared fans; never a fan's id."""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import scipy.sparse as sp

from kyokan.graph.model import EntityKind, RelationKind
from kyokan.matching.signals.base import MIN_CELL
from kyokan.matching.signals.categories import Identity, with_rows
from kyokan.matching.signals.view import Floats, GraphView, Rows, Sparse, dense_row

FAN_RELATIONS = (RelationKind.FOLLOWS, RelationKind.LIKES, RelationKind.BUYS)


class Audiences:
    """Fans (rows of kind fan) × entities (N) as 0/1, a brand's fans being those of the brand or any of its products."""

    def __init__(self, view: GraphView, sides: Rows) -> None:
        self._view = view
        self._size = len(sides)
        self.fan_rows = view.rows(EntityKind.FAN)

    @cached_property
    def own(self) -> Sparse:
        """(N, F) CSR: entity × fan of the entity itself, not of what it makes."""
        shape = (self._size, self._size)
        total = sp.csr_array(shape, dtype=np.float64)
        for kind in FAN_RELATIONS:
            total = total + self._view.matrix(kind)
        return sp.csr_array(total.T)[:, self.fan_rows]

    @cached_property
    def likes(self) -> Sparse:
        """(N, F) CSR of 0/1: entity × fan."""
        to_brand = sp.csr_array(self._view.matrix(RelationKind.MADE_BY, transpose=True))  # brand × product
        merged = sp.csr_array(self.own + to_brand @ self.own)
        merged.eliminate_zeros()
        merged.data[:] = 1.0
        merged.sort_indices()
        return merged

    def without(self, view: GraphView, relations: Collection[Identity]) -> Self:
        """The audiences of an edited copy in which nobody lost a fan, but some surveys and products are gone."""
        edited = copy(self)
        edited.__dict__["_view"] = view
        edited.__dict__.pop("overlaps", None)
        edited.__dict__["surveys"] = self.surveys.without(relations)
        brands = {view.row(target) for kind, _, target, _ in relations if kind == RelationKind.MADE_BY}
        if brands:
            edited.__dict__.pop("fans", None)
            edited.__dict__["active"] = self.active  # a product keeps the fans that its brand loses
            edited.__dict__["likes"] = with_rows(self.likes, {row: self._fans_of(view, row) for row in brands})
        return edited

    def _fans_of(self, view: GraphView, brand: int) -> Rows:
        """Places among the fans of those of a brand and of what it makes."""
        made = view.matrix(RelationKind.MADE_BY, transpose=True)
        family = [brand, *made.indices[made.indptr[brand] : made.indptr[brand + 1]].tolist()]
        own = self.own
        parts = [(own.indptr[row], own.indptr[row + 1]) for row in family]
        return np.unique(np.concatenate([own.indices[a:b][own.data[a:b] != 0] for a, b in parts]))

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
    def surveys(self) -> Surveys:
        """Surveyed overlaps of audiences."""
        return Surveys.read(self._view)

    @cached_property
    def overlaps(self) -> Sparse:
        """(N, N) symmetric strength in 0..1 with which audiences overlap, repeated surveys averaged.

        An overlap with a product also counts for its brand, at its strongest.
        """
        direct = self.surveys.mean(self._size)
        symmetric = sp.csr_array(direct + direct.T)
        lifted = _strongest(self._view.matrix(RelationKind.MADE_BY), symmetric)
        result = symmetric.maximum(lifted).maximum(lifted.T)
        return sp.csr_array(result)

    def sizes(self, stated: Floats) -> Floats:
        """(N,) people in each audience: fans in the graph or the ``stated`` count if larger; 0 under 5."""
        sizes = np.maximum(self.fans, stated)
        return np.where(sizes >= MIN_CELL, sizes, 0.0)


@dataclass(frozen=True, slots=True)
class Surveys:
    """S surveys of overlap: rows of both ends, the lower first, strength in 0..1 and identity."""

    ends: Rows
    strengths: Floats
    identities: tuple[Identity, ...]

    @classmethod
    def read(cls, view: GraphView) -> Self:
        """All surveys of a view."""
        relations = view.relations(RelationKind.OVERLAPS)
        ends = [sorted((view.row(relation.source), view.row(relation.target))) for relation in relations]
        strengths = [min(relation.weight, 1.0) * relation.confidence for relation in relations]
        return cls(
            np.array(ends, dtype=np.int64).reshape(-1, 2),
            np.array(strengths, dtype=np.float64),
            tuple(relation.identity for relation in relations),
        )

    def without(self, relations: Collection[Identity]) -> Self:
        """Those that are left."""
        gone = {one for one in relations if one[0] == RelationKind.OVERLAPS}
        if not gone:
            return self
        kept = [place for place, one in enumerate(self.identities) if one not in gone]
        return type(self)(self.ends[kept], self.strengths[kept], tuple(self.identities[place] for place in kept))

    def mean(self, size: int) -> Sparse:
        """(size, size) CSR of the mean strength of each pair, once for each."""
        shape = (size, size)
        total, count = (
            sp.coo_array((values, tuple(self.ends.T)), shape=shape).tocsr()
            for values in (self.strengths, np.ones(len(self.strengths)))
        )
        total.data = total.data / count.data
        return total


def _strongest(made_by: Sparse, overlaps: Sparse) -> Sparse:
    """(N, N) for each brand (column) the strongest overlap of its products with each row."""
    products = made_by.tocoo()
    first, counts = overlaps.indptr[products.row], np.diff(overlaps.indptr)[products.row].astype(np.int64)
    places = np.arange(counts.sum()) + np.repeat(first - np.cumsum(counts) + counts, counts)
    others, brands = overlaps.indices[places].astype(np.int64), np.repeat(products.col, counts).astype(np.int64)
    apart = others != brands
    others, brands, strengths = others[apart], brands[apart], overlaps.data[places][apart]
    order = np.lexsort((strengths, brands, others))  # the strongest of each pair stands last
    others, brands, strengths = others[order], brands[order], strengths[order]
    last = np.ones(len(others), dtype=np.bool_)
    last[:-1] = (others[1:] != others[:-1]) | (brands[1:] != brands[:-1])
    return sp.coo_array((strengths[last], (others[last], brands[last])), shape=made_by.shape).tocsr()
