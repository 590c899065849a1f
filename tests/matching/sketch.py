"""A pencil for small graphs: sketched in a few lines, kept in a real SQLite store, read through a real snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kyokan.graph.encoder import Encoder
from kyokan.graph.model import Entity, EntityKind, Provenance, Relation, RelationKind
from kyokan.graph.snapshot import Snapshot, build_snapshot
from kyokan.graph.stores.sqlite import SqliteStore

SOURCE = Provenance(source="test", address="https://example.org/source")


@dataclass
class Terms:
    """A dictionary as far as a snapshot asks: a version and attribute ids in order."""

    ids: Sequence[str]
    version: str = "test-1"


@dataclass
class Sketch:
    """Entities and relations being drawn; ``snapshot`` keeps them in a store and reads them back."""

    folder: Path
    attributes: tuple[str, ...] = ("serene", "bold", "warm", "nostalgic")
    opposites: Mapping[str, str] = field(default_factory=lambda: {"serene": "bold", "bold": "serene"})
    entities: dict[str, Entity] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)

    def add(self, entity_id: str, kansei: Mapping[str, float] | None = None, **parts: Any) -> str:
        """An entity, with the kansei it evokes at full confidence (or a pair of intensity and confidence)."""
        slug = entity_id.partition(":")[2]
        given = {"name": slug, "name_ja": slug, "name_en": slug.title()} | parts
        self.entities[entity_id] = Entity(
            id=entity_id, kind=EntityKind(entity_id.partition(":")[0]), provenance=(SOURCE,), **given
        )
        for attribute, value in (kansei or {}).items():
            intensity, confidence = value if isinstance(value, tuple) else (value, 1.0)
            self.edge(RelationKind.EVOKES, entity_id, f"kansei:{attribute}", weight=intensity, confidence=confidence)
        return entity_id

    def edge(self, kind: RelationKind | str, source: str, target: str, **parts: Any) -> None:
        """A relation; ends that were not drawn yet are drawn bare."""
        for end in (source, target):
            if end not in self.entities and not end.startswith("kansei:"):
                self.add(end)
        given = {"provenance": SOURCE} | parts
        self.relations.append(Relation(kind=RelationKind(kind), source=source, target=target, **given))

    def fans(self, first: int, last: int, *liked: str, kind: str = "likes") -> None:
        """Fans ``first`` to ``last`` − 1 like each of ``liked``."""
        for number in range(first, last):
            for entity_id in liked:
                self.edge(kind, f"fan:{number:04d}", entity_id)

    def store(self, name: str = "graph") -> SqliteStore:
        """The graph in a store of its own."""
        for attribute in self.attributes:
            opposite = self.opposites.get(attribute)
            self.add(f"kansei:{attribute}", attributes={"opposite": opposite} if opposite else {})
        store = SqliteStore(str(self.folder / f"{name}.db"))
        store.write(self.entities.values(), self.relations)
        return store

    def snapshot(self, encoder: Encoder | None = None, name: str = "graph") -> Snapshot:
        """The graph as matching reads it."""
        with self.store(name) as store:
            return build_snapshot(store, self.folder / "snapshots", dictionary=Terms(self.attributes), encoder=encoder)
