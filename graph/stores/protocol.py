"""What every graph store promises; one contract suite holds each store to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Protocol, Self

from kyokan.graph.encoder import Vectors
from kyokan.graph.model import Entity, EntityKind, Relation, RelationKind


@dataclass(frozen=True, slots=True)
class Changes:
    """What a write did, counted by kind (entity and relation kinds share the mapping)."""

    added: Mapping[str, int] = field(default_factory=dict)
    updated: Mapping[str, int] = field(default_factory=dict)
    unchanged: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Path:
    """A walk through the graph: entity ids, and the relation between each neighbouring two."""

    entities: tuple[str, ...]
    relations: tuple[Relation, ...]


class GraphStore(Protocol):
    """Entities and relations kept safe.

    Every write is one transaction: all of it or none of it. Writing the same thing twice changes nothing and is
    counted as unchanged (``Provenance.imported_at`` does not count). Iterators yield in ascending order of id, or of
    ``Relation.identity``, whatever the insertion order. A relation may only name entities that exist (in the store or
    in the same write); otherwise StoreError names it and nothing is written.
    """

    @property
    def url(self) -> str:
        """The store's address without any secret."""
        ...

    def revision(self) -> int:
        """A number that grows with every write that changed something; 0 for an empty store."""
        ...

    def write(self, entities: Iterable[Entity] = (), relations: Iterable[Relation] = ()) -> Changes:
        """Insert or replace by identity, atomically."""
        ...

    def delete(self, entity_ids: Iterable[str] = (), relations: Iterable[tuple[str, str, str, str]] = ()) -> int:
        """Remove entities with all their relations, and relations by identity; returns how many rows went.

        Unknown ids are passed over. Erasing a fan is ``delete([fan_id])``.
        """
        ...

    def entity(self, entity_id: str) -> Entity | None:
        """The entity of that id."""
        ...

    def entities(self, kind: EntityKind | None = None, ids: Sequence[str] | None = None) -> Iterator[Entity]:
        """Entities by kind or ids, streamed."""
        ...

    def relations(
        self, kind: RelationKind | None = None, source: str | None = None, target: str | None = None
    ) -> Iterator[Relation]:
        """Relations that match everything given, streamed."""
        ...

    def records(self, of: Literal["entities", "relations"]) -> Iterator[str]:
        """Canonical texts, as ``encode_entity`` and ``encode_relation`` give them, of everything, streamed in order."""
        ...

    def search(self, text: str, kinds: Sequence[EntityKind] = (), limit: int = 10) -> list[Entity]:
        """Entities whose names or aliases contain the words of ``text``, best first (full-text index)."""
        ...

    def paths(self, source: str, target: str, max_hops: int = 3, limit: int = 10) -> list[Path]:
        """Shortest simple paths between two entities, any direction, fans left out; shorter first, then stronger."""
        ...

    def put_vectors(self, encoder: str, ids: Sequence[str], vectors: Vectors) -> None:
        """Keep the vectors of entities for one encoder (replacing those of another)."""
        ...

    def nearest(self, vector: Vectors, kind: EntityKind, limit: int = 10) -> list[tuple[str, float]]:
        """Ids of one kind with the cosine nearest to ``vector``, best first."""
        ...

    def count_entities(self) -> dict[str, int]:
        """Number of entities by kind, kinds in ascending order, none of them 0."""
        ...

    def count_relations(self) -> dict[str, int]:
        """Number of relations by kind, kinds in ascending order, none of them 0."""
        ...

    def close(self) -> None:
        """Let go of files and connections; closing twice does nothing."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
