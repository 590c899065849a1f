"""Who is in which category, and which categories an artist sells in; edited row by row where few facts go."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import scipy.sparse as sp

from kyokan.graph.model import RelationKind
from kyokan.matching.signals.base import Side
from kyokan.matching.signals.view import GraphView, Rows, Sparse

Identity = tuple[str, str, str, str]


def filled_categories(view: GraphView) -> Sparse:
    """(N, N) CSR of 0/1, entity × category; a product without one has its brand's, a brand its products'."""
    own, made_by = (_ones(view.matrix(kind)) for kind in (RelationKind.IN_CATEGORY, RelationKind.MADE_BY))
    without = sp.diags_array((np.diff(own.indptr) == 0).astype(np.float64))
    filled = sp.csr_array(own + without @ (made_by @ own) + without @ (sp.csr_array(made_by.T) @ own))
    filled.eliminate_zeros()
    return _ones(filled)


def sold_categories(view: GraphView, sides: Rows, categories: Sparse) -> Sparse:
    """(N, N) CSR of 0/1, artist × category of the products the artist makes."""
    made = sp.csr_array(view.matrix(RelationKind.MADE_BY).T)
    people, things = (sp.diags_array((sides == side).astype(np.float64)) for side in (Side.PEOPLE, Side.THINGS))
    return sp.csr_array(people @ made @ things @ categories)


def touched_by(before: GraphView, relations: Collection[Identity]) -> list[int]:
    """Rows whose categories may differ once some relations are gone: either end, and who takes a category over."""
    found: set[int] = set()
    for kind, source, target, _ in relations:
        if kind == RelationKind.IN_CATEGORY:
            row = before.row(source)
            found |= {row, *_entries(before.matrix(RelationKind.MADE_BY), row)}
            found |= {*_entries(before.matrix(RelationKind.MADE_BY, transpose=True), row)}
        elif kind == RelationKind.MADE_BY:
            found |= {before.row(source), before.row(target)}
    return sorted(found)


def refilled(view: GraphView, categories: Sparse, rows: Iterable[int]) -> Sparse:
    """``filled_categories`` of an edited copy, given those of the whole graph and the rows where they may differ."""
    own, made_by = view.matrix(RelationKind.IN_CATEGORY), view.matrix(RelationKind.MADE_BY)
    makes = view.matrix(RelationKind.MADE_BY, transpose=True)
    found = {}
    for row in rows:
        mine = _entries(own, row)
        others = [one for near in (made_by, makes) for end in _entries(near, row) for one in _entries(own, end)]
        found[row] = np.unique(np.array(mine or others, dtype=np.int64))
    return with_rows(categories, found)


def with_rows(matrix: Sparse, rows: Mapping[int, Rows]) -> Sparse:
    """A CSR matrix of 0/1 where some rows have ones in other columns."""
    parts, counts, last = [], np.diff(matrix.indptr).astype(np.int64), 0
    for row in sorted(rows):
        parts += [matrix.indices[matrix.indptr[last] : matrix.indptr[row]], rows[row].astype(matrix.indices.dtype)]
        counts[row], last = len(rows[row]), row + 1
    indices = np.concatenate([*parts, matrix.indices[matrix.indptr[last] :]])
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(matrix.indptr.dtype)
    return sp.csr_array((np.ones(len(indices)), indices, starts), shape=matrix.shape)


def _entries(matrix: Sparse, row: int) -> list[int]:
    found: list[int] = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]].tolist()
    return found


def _ones(matrix: Sparse) -> Sparse:
    found = sp.csr_array(matrix).astype(np.float64)
    found.data = np.ones_like(found.data)
    return found
