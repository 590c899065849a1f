"""Profiles as evokes relations of the graph and back, and the corrections of people, which outlive re-annotation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kyokan.graph.model import Entity, KanseiValue, Provenance, Relation, RelationKind, Rights, Span

PREFIX = "kansei:"
HUMAN = "human"


def to_relations(entity_id: str, profile: Sequence[KanseiValue], provenance: Provenance) -> tuple[Relation, ...]:
    """One evokes relation a value: weight = intensity; what lies behind it in the attributes."""
    return tuple(
        Relation(
            kind=RelationKind.EVOKES,
            source=entity_id,
            target=PREFIX + value.attribute,
            weight=value.intensity,
            confidence=value.confidence,
            attributes=_evidence(value),
            provenance=provenance,
        )
        for value in profile
    )


def from_relations(relations: Iterable[Relation]) -> tuple[KanseiValue, ...]:
    """The profile that evokes relations keep, strongest first, negated last; other relations are passed over."""
    values = [_value(relation) for relation in relations if relation.kind is RelationKind.EVOKES]
    return tuple(sorted(values, key=lambda value: (-value.intensity, value.negated, value.attribute)))


def merge_with_corrections(fresh: Sequence[Relation], stored: Iterable[Relation]) -> tuple[Relation, ...]:
    """Relations of a new annotation, with each that a person corrected (attribute source = human) as it is stored."""
    corrected = {
        relation.identity: relation
        for relation in stored
        if relation.kind is RelationKind.EVOKES and relation.attributes.get("source") == HUMAN
    }
    kept = [relation for relation in fresh if relation.identity not in corrected]
    return (*kept, *(corrected[identity] for identity in sorted(corrected)))


def made_from(entity: Entity, annotator: str) -> Provenance:
    """Provenance of facts that a program read from an entity: the strictest rights of all its sources."""
    records = entity.provenance
    free = all(record.rights is Rights.SHARE for record in records)
    return Provenance(
        source="; ".join(dict.fromkeys(record.source for record in records)),
        licence="; ".join(dict.fromkeys(record.licence for record in records if record.licence)),
        rights=Rights.SHARE if free else Rights.INTERNAL,
        annotator=annotator,
        synthetic=entity.synthetic,
    )


def _evidence(value: KanseiValue) -> dict[str, Any]:
    evidence: dict[str, Any] = {"source": value.source, "negated": value.negated}
    if value.spans:
        evidence["spans"] = [[span.lang, span.start, span.end, span.text] for span in value.spans]
    if value.tags:
        evidence["tags"] = {tag: round(share, 4) for tag, share in sorted(value.tags.items())}
    return evidence


def _value(relation: Relation) -> KanseiValue:
    spans: Any = relation.attributes.get("spans") or ()
    tags: Any = relation.attributes.get("tags") or {}
    return KanseiValue(
        attribute=relation.target.removeprefix(PREFIX),
        intensity=relation.weight,
        confidence=relation.confidence,
        negated=bool(relation.attributes.get("negated")),
        source=str(relation.attributes.get("source", "fused")),
        spans=tuple(Span(lang=lang, start=start, end=end, text=text) for lang, start, end, text in spans),
        tags=dict(tags),
    )
