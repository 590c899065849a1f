"""The vectors of a snapshot: one file an encoder, written beside the other columns."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from kyokan.errors import SnapshotError
from kyokan.graph.encoder import Encoder, Vectors
from kyokan.graph.model import EntityKind
from kyokan.graph.snapshot.snapshot import Snapshot, vector_file

BATCH = 256


def add_vectors(snapshot: Snapshot, encoder: Encoder, progress: Callable[[str, int, int], None] | None = None) -> None:
    """Write the vectors of an encoder into the snapshot's folder, unless they are there.

    The vector of an entity is the mean of those of its Japanese and its English text, brought back to length 1; zeros
    where it has neither. An encoder that keeps its vectors makes this cheap where few texts have changed.
    """
    with contextlib.suppress(SnapshotError):  # a torn file is written again
        if snapshot.vectors(encoder.name) is not None:
            return
    described = [entity for kind in EntityKind if kind is not EntityKind.FAN for entity in snapshot.rows(kind).tolist()]
    vectors = np.zeros((len(snapshot), encoder.dimensions), dtype=np.float32)
    for begin in range(0, len(described), BATCH):
        _encode(snapshot, encoder, described[begin : begin + BATCH], vectors)
        if progress is not None:
            progress("vectors", min(begin + BATCH, len(described)), len(described))
    _save(snapshot.directory, vector_file(encoder.name), vectors)


def _encode(snapshot: Snapshot, encoder: Encoder, rows: Sequence[int], vectors: Vectors) -> None:
    """Fill in the vectors of some rows."""
    entities = [(row, snapshot.entity(row)) for row in rows]
    texts = [(row, text) for row, entity in entities for text in (entity.text_ja, entity.text_en) if text.strip()]
    if not texts:
        return
    at = np.array([row for row, _ in texts])
    np.add.at(vectors, at, encoder.encode([text for _, text in texts]))
    at = np.unique(at)
    lengths = np.linalg.norm(vectors[at], axis=1, keepdims=True)
    vectors[at] = np.divide(vectors[at], lengths, out=np.zeros_like(vectors[at]), where=lengths > 0)


def _save(folder: Path, name: str, vectors: Vectors) -> None:
    """Write the file whole or not at all."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix="building-", delete=False) as file:
        np.save(file, vectors)
    Path(file.name).replace(folder / f"{name}.npy")
