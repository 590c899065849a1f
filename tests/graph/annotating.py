"""An annotator that reads two words, for tests of what becomes of its profiles."""

from kyokan.graph.model import Entity, EntityKind, KanseiValue, Provenance, Relation, RelationKind


class WordAnnotator:
    """Says "calm" of every text with the word, and of every entity so tagged; counts what it is asked."""

    def __init__(self, version="words 1") -> None:
        self.version = version
        self.asked = []

    def profile(self, entity, tags):
        self.asked.append(entity.id)
        found = []
        if "quiet" in entity.text_en:
            found.append(KanseiValue(attribute="kansei:quiet", intensity=0.5, confidence=1.0))
        if "calm" in tags:
            found.append(KanseiValue(attribute="kansei:calm", intensity=min(1.0, tags["calm"]), confidence=1.0))
        return tuple(found)

    def to_relations(self, entity, profile):
        own = Provenance(source="annotator", annotator=self.version)
        return [
            Relation(
                kind=RelationKind.EVOKES,
                source=entity.id,
                target=value.attribute,
                weight=value.intensity,
                provenance=own,
            )
            for value in profile
        ]

    def entities(self):
        own = (Provenance(source="dictionary"),)
        return [
            Entity(id=f"kansei:{word}", kind=EntityKind.KANSEI, name=word, provenance=own) for word in ("calm", "quiet")
        ]


def evoked(store):
    return {(r.source, r.target): r.weight for r in store.relations(RelationKind.EVOKES)}


def correct(store, entity_id, weight):
    """Put a person's value in the place of the first one that was read."""
    stored = next(store.relations(RelationKind.EVOKES, source=entity_id))
    own = {"attributes": {"source": "human"}, "provenance": Provenance(source="planner")}
    corrected = Relation(kind=stored.kind, source=stored.source, target=stored.target, weight=weight, **own)
    store.write(relations=[corrected])
