"""What a licence lets leave: facts that a source lets be shown; what was made from several only where all do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from kyokan.graph.model import Entity, KanseiValue, Provenance, Relation, RelationKind, Rights
from kyokan.web.ports import Known

BY_FANS = (RelationKind.FOLLOWS, RelationKind.LIKES, RelationKind.BUYS)


def shareable(record: Provenance) -> bool:
    """Whether this record lets its fact be shown to others."""
    return record.rights is Rights.SHARE


class Leaving:
    """Decides what may stand in a document, fact by fact, by the snapshot of now: what was erased since stays away.

    Args:
        known: the snapshot.
    """

    def __init__(self, known: Known) -> None:
        self._known = known
        self._entities: dict[str, Entity] = {}
        self._named: dict[str, bool] = {}
        self._decided: dict[tuple[str, str], bool] = {}
        self._fans: dict[str, bool] = {}

    def name(self, entity_id: str) -> bool:
        """Whether an entity may be named: it is still known, and some source of it is free."""
        if entity_id not in self._named:
            known = entity_id in self._known
            self._named[entity_id] = known and any(map(shareable, self._entity(entity_id).provenance))
        return self._named[entity_id]

    def profile(self, entity: Entity) -> tuple[KanseiValue, ...]:
        """The kansei of an entity that may be shown."""
        from kyokan.graph.annotate import from_relations

        return from_relations(self._shared(RelationKind.EVOKES, source=entity.id))

    def evidence(self, item: Mapping[str, Any]) -> bool:
        """Whether one piece of evidence may be shown: every name, text and edge it rests on."""
        ids: list[str] = item["ids"]
        if not all(map(self.name, ids)):
            return False
        detail = item["detail"]
        if detail.get("texts"):
            return all(all(map(shareable, self._entity(one).provenance)) for one in ids)
        if item["kind"] == "audience":
            return all(map(self._free_of_fans, ids))
        if "relation" in detail:
            return any(map(shareable, self._stated(detail["relation"])))
        return all(self._joined(*pair) for pair in pairwise(ids))

    def records(self, item: Mapping[str, Any]) -> list[Provenance]:
        """Where a piece of evidence that may be shown comes from."""
        found = [record for one in item["ids"] for record in self._entity(one).provenance]
        if "relation" in item["detail"]:
            found += self._stated(item["detail"]["relation"])
        return found

    def match(self, match: Mapping[str, Any]) -> bool:
        """Whether everything behind a match's sentence may be shown."""
        return all(self.evidence(item) for part in match["contributions"] for item in part["evidence"])

    def _joined(self, one: str, other: str) -> bool:
        """Whether an edge between the two may be shown; two without an edge hide nothing."""
        if (one, other) not in self._decided:
            edges = [
                edge
                for kind in RelationKind
                for source, target in ((one, other), (other, one))
                for edge in self._known.relations(kind, source=source, target=target)
            ]
            self._decided[one, other] = not edges or any(shareable(edge.provenance) for edge in edges)
        return self._decided[one, other]

    def _free_of_fans(self, entity_id: str) -> bool:
        """Whether figures about the fans of this entity rest on shareable records alone."""
        if entity_id not in self._fans:
            edges = (edge for kind in BY_FANS for edge in self._known.relations(kind, target=entity_id))
            self._fans[entity_id] = all(shareable(edge.provenance) for edge in edges)
        return self._fans[entity_id]

    def _stated(self, relation: Sequence[str]) -> list[Provenance]:
        """The record of one relation, named by kind, source, target and key."""
        kind, source, target, key = relation
        found = self._known.relations(RelationKind(kind), source=source, target=target)
        return [one.provenance for one in found if one.key == key]

    def _shared(self, kind: RelationKind, *, source: str) -> Iterable[Relation]:
        return (one for one in self._known.relations(kind, source=source) if shareable(one.provenance))

    def _entity(self, entity_id: str) -> Entity:
        if entity_id not in self._entities:
            self._entities[entity_id] = self._known.entity(self._known.row(entity_id))
        return self._entities[entity_id]
