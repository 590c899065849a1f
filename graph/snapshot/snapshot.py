"""The snapshot: an immutable, memory-mapped copy of the graph that every process computes on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from kyokan.errors import UnknownEntityError
from kyokan.graph.encoder import Vectors
from kyokan.graph.model import Entity, EntityKind, Relation, RelationKind
from kyokan.graph.snapshot.columns import open_array, open_texts, read_meta, torn
from kyokan.graph.snapshot.edges import Edges
from kyokan.graph.snapshot.kansei import KanseiColumns, open_kansei
from kyokan.graph.snapshot.naming import NameHit, NameIndex
from kyokan.graph.stores.codec import decode_entity, decode_relation

ENTITIES_KEPT = 4096


class Snapshot:
    """The graph as it stood at one moment; N entities, one row each, in ascending order of id.

    Entities and relations come back without ``Provenance.imported_at``, which is no part of the content.

    Args:
        directory: the folder of the snapshot.

    Raises:
        SnapshotError: the folder is missing, torn or of another version.

    Attributes:
        hash: ``sha256:…`` over all entities and relations and the dictionary version.
        dictionary: dictionary version.
        directory: the folder.
        ids: entity ids, ascending; the position is the row.
        kinds: (N,) kind of each row.
        kansei: the profiles.
    """

    def __init__(self, directory: Path) -> None:
        meta = read_meta(directory)
        self.directory = directory
        self.hash: str = meta["hash"]
        self.dictionary: str = meta["dictionary"]
        self._ids = open_texts(directory, "ids")
        self.ids: Sequence[str] = self._ids
        self.kinds: NDArray[np.str_] = open_array(directory, "kinds")
        self.kansei: KanseiColumns = open_kansei(directory, meta["attributes"])
        self._entities = open_texts(directory, "entities")
        self._relations = open_texts(directory, "relations")
        self._edges = Edges(directory, meta["relations"], len(self.ids))
        self._names = NameIndex(directory)
        self._vectors: dict[str, Vectors] = {}
        self._decoded = lru_cache(maxsize=ENTITIES_KEPT)(self._decode)

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, entity_id: object) -> bool:
        return entity_id in self._positions

    def __repr__(self) -> str:
        return f"<Snapshot {self.hash}, {len(self)} entities>"

    def row(self, entity_id: str) -> int:
        """The row of an entity.

        Raises:
            UnknownEntityError: the snapshot has no such entity.
        """
        row = self._positions.get(entity_id)
        if row is None:
            raise UnknownEntityError(entity_id, "no entity has this id", "Look it up by name")
        return row

    def rows(self, *kinds: EntityKind) -> NDArray[np.int64]:
        """Rows of these kinds, ascending; of all where none is given."""
        if not kinds:
            return np.arange(len(self))
        found = [self._rows_of_kind.get(kind.value, np.zeros(0, dtype=np.int64)) for kind in set(kinds)]
        return np.sort(np.concatenate(found))

    @cached_property
    def _rows_of_kind(self) -> dict[str, NDArray[np.int64]]:
        return {str(kind): np.flatnonzero(self.kinds == kind) for kind in np.unique(self.kinds)}

    def entity(self, row: int) -> Entity:
        """The entity of a row, decoded when it is first asked for."""
        return self._decoded(int(row))

    def _decode(self, row: int) -> Entity:
        return decode_entity(self._entities[row])

    def matrix(self, kind: RelationKind, *, transpose: bool = False) -> csr_array:
        """(N, N) weights of one kind, source by target, parallel edges summed; read-only.

        Args:
            kind: of relation.
            transpose: target by source instead; both are kept, so that neither costs anything.
        """
        return self._edges.matrix(kind, transpose=transpose)

    def relations(self, kind: RelationKind, *, source: str | None = None, target: str | None = None) -> list[Relation]:
        """Relations of one kind that match everything given, in order of identity, decoded now.

        Raises:
            UnknownEntityError: an end is not in the snapshot.
        """
        ends = [None if end is None else self.row(end) for end in (source, target)]
        return [decode_relation(self._relations[int(place)]) for place in self._edges.positions(kind, *ends)]

    def vectors(self, encoder: str) -> Vectors | None:
        """(N, D) unit vectors of the entities' texts by one encoder, zeros where there is no text; None if not made.

        Raises:
            SnapshotError: the file is torn.
        """
        if encoder not in self._vectors:
            name = vector_file(encoder)
            if not (self.directory / f"{name}.npy").exists():
                return None
            vectors = open_array(self.directory, name)
            if len(vectors) != len(self):
                raise torn(self.directory, f"{name}.npy has {len(vectors)} rows instead of {len(self)}")
            self._vectors[encoder] = vectors
        return self._vectors[encoder]

    def find(self, text: str, kinds: Sequence[EntityKind] = (), limit: int = 10) -> list[NameHit]:
        """Entities that a text may mean, best first: the same name, then names that hold it, then names like it.

        Fans are not found: they have pseudonyms, not names.
        """
        values = {kind.value for kind in kinds}
        hits = self._names.find(text, lambda row: not values or self.kinds[row] in values, limit)
        found = []
        for row, score, exact in hits:
            entity = self.entity(row)
            found.append(NameHit(entity.id, entity.kind, entity.name, score, exact))
        return found

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {entity_id: row for row, entity_id in enumerate(self._ids.all())}


def vector_file(encoder: str) -> str:
    """The name of an encoder's file, without ending: readable, and different for different encoders."""
    slug = re.sub(r"[^a-z0-9.]+", "-", encoder.casefold()).strip("-.")[:60]
    return f"vectors-{slug}-{hashlib.blake2b(encoder.encode(), digest_size=4).hexdigest()}"
