"""Short ways to write down small graphs."""

from __future__ import annotations

from typing import Any

from kyokan.graph.model import Entity, EntityKind, Provenance, Relation, RelationKind, Rights

SOURCE = Provenance(source="a test", licence="CC0-1.0", rights=Rights.SHARE, imported_at="2026-11-22T10:00:00Z")


def entity(entity_id: str, name: str = "", **fields: Any) -> Entity:
    """An entity; its kind is the first half of the id, its name the second unless given."""
    kind, _, slug = entity_id.partition(":")
    return Entity(**{"id": entity_id, "kind": EntityKind(kind), "name": name or slug, "provenance": (SOURCE,)} | fields)


def relation(kind: str, source: str, target: str, weight: float = 1.0, **fields: Any) -> Relation:
    """A relation of full confidence unless told otherwise."""
    return Relation(
        **{"kind": RelationKind(kind), "source": source, "target": target, "weight": weight, "provenance": SOURCE}
        | fields
    )
