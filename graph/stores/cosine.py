"""Vectors of entities: what a store accepts, and the exact order of nearness both stores answer with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kyokan.errors import StoreError
from kyokan.graph.encoder import Vectors


def checked_vectors(ids: Sequence[str], vectors: Vectors) -> Vectors:
    """The vectors as float32 of shape (len(ids), D).

    Raises:
        StoreError: another shape, a number that is not finite, or an id given twice.
    """
    kept = np.asarray(vectors, dtype=np.float32)
    if kept.ndim != 2 or len(kept) != len(ids) or (len(ids) and not kept.shape[1]):  # noqa: PLR2004 - rows and columns
        raise StoreError("vectors", f"shape is ({len(ids)}, D) for {len(ids)} ids, not {kept.shape}")
    if not np.isfinite(kept).all():
        raise StoreError("vectors", "every number is finite")
    if len(set(ids)) != len(ids):
        raise StoreError("vectors", "an id stands once")
    return kept


def nearest_rows(
    vector: Vectors, ids: Sequence[str], vectors: Sequence[Vectors], limit: int
) -> list[tuple[str, float]]:
    """Ids with the cosine of their vector to ``vector``, best first, equal ones in order of id.

    Raises:
        StoreError: lengths differ.
    """
    query = np.asarray(vector, dtype=np.float64)
    if not ids or not query.any():
        return []
    matrix = np.asarray(vectors, dtype=np.float64)
    if query.shape != matrix.shape[1:]:
        raise StoreError("vector", f"length is {matrix.shape[1]} as stored, not {query.size}")
    # einsum adds up each row on its own, so that a row's cosine does not depend on the rows beside it.
    scores = np.einsum("ij,j->i", matrix, query) / (np.linalg.norm(matrix, axis=1) * np.linalg.norm(query))
    ranked = sorted(zip((-scores).tolist(), ids, strict=True))
    return [(entity_id, -score) for score, entity_id in ranked[:limit]]
