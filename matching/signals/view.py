"""What matching reads of a snapshot: the part of the contract that an edited copy must also keep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kyokan.graph.encoder import Vectors
from kyokan.graph.model import Entity, EntityKind, Relation, RelationKind

Rows = NDArray[np.int64]
Floats = NDArray[np.floating[Any]]
Flags = NDArray[np.bool_]

# scipy's stubs describe sparse arrays by shape and scalar type; here every one is a float CSR array of (N, N).
Sparse = Any

NO_ROWS: Rows = np.zeros(0, dtype=np.int64)


def dense_row(matrix: Sparse, row: int) -> Floats:
    """(N,) one row of a sparse matrix with zeros filled in, without the cost of slicing it."""
    found = np.zeros(matrix.shape[1])
    start, end = matrix.indptr[row], matrix.indptr[row + 1]
    found[matrix.indices[start:end]] = matrix.data[start:end]
    return found


def place_of(matrix: Sparse, row: int, column: int) -> int | None:
    """Where an entry of a CSR matrix with ascending columns is kept; None where there is none."""
    start, end = int(matrix.indptr[row]), int(matrix.indptr[row + 1])
    place = start + int(np.searchsorted(matrix.indices[start:end], column))
    return place if place < end and matrix.indices[place] == column else None


class KanseiView(Protocol):
    """Profiles in columns; NaN is unknown."""

    @property
    def attributes(self) -> Sequence[str]:
        """Attribute ids, the position is the column."""
        ...

    @property
    def intensity(self) -> NDArray[np.float32]:
        """(N, A) in 0..1; NaN where unknown."""
        ...

    @property
    def confidence(self) -> NDArray[np.float32]:
        """(N, A) in 0..1."""
        ...


class GraphView(Protocol):
    """The columns of a snapshot, or of a copy from which some evidence was taken away."""

    @property
    def hash(self) -> str:
        """Content hash."""
        ...

    @property
    def dictionary(self) -> str:
        """Version of the kansei dictionary."""
        ...

    @property
    def ids(self) -> Sequence[str]:
        """Ascending; the position is the row."""
        ...

    @property
    def kinds(self) -> NDArray[np.str_]:
        """Kind of each row."""
        ...

    @property
    def kansei(self) -> KanseiView:
        """Profiles."""
        ...

    def row(self, entity_id: str) -> int:
        """Row of an id; UnknownEntityError."""
        ...

    def rows(self, *kinds: EntityKind) -> Rows:
        """Rows of those kinds, ascending."""
        ...

    def entity(self, row: int) -> Entity:
        """The entity of a row, decoded on demand."""
        ...

    def matrix(self, kind: RelationKind, *, transpose: bool = False) -> Sparse:
        """(N, N) weights of one relation, parallel edges summed."""
        ...

    def relations(self, kind: RelationKind, *, source: str | None = None, target: str | None = None) -> list[Relation]:
        """Relations of one kind, by end where given."""
        ...

    def vectors(self, encoder: str) -> Vectors | None:
        """(N, D) of one encoder; rows of zeros where there is no text."""
        ...
