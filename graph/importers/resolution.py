"""Finds which incoming entities are already known under the same or another name, and which only may be.

Levels, surest first; an entity found on one level is not looked for on the next:

1. the same id, or the same external id;
2. the same name (``normalise``), one of several being preferred where it is written exactly alike; names of fewer than
   four Latin letters must be written alike but for width, case and accents;
3. names that our list of known names, or an alias of either side, says mean the same;
4. the same name in another order or script, where both sides are known to come from the same country;
5. a reading of a kanji name, or a name without its bracketed part: never joined, only reported.

Two entities are never joined where a source tells them apart by its own ids; brands not where they are in unlike
fields, artists not where one is a musician and the other is not, products not where their makers differ. Where several
would do, none is taken. A person can always say more by an alias or an external id in a file of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kyokan.graph.importers.nameindex import Named, NameIndex
from kyokan.graph.importers.report import Outcome, Resolution
from kyokan.graph.importers.vocabulary import categories
from kyokan.graph.model import Entity, EntityKind, Relation, RelationKind
from kyokan.graph.names import fold_typing, normalise
from kyokan.graph.stores.protocol import GraphStore

RESOLVED_KINDS = (EntityKind.ARTIST, EntityKind.BRAND, EntityKind.PRODUCT)  # products last: they look at their makers
_BY_ID = ("same id", "same external id")
_BY_NAME = ("same name", "known names", "alias", "other order or script")
_GUESSED = "reading"
_LETTERS_THAT_TELL = 4

_Borne = tuple[str, str, frozenset[str]]


@dataclass(slots=True)
class Resolved:
    """Where every incoming entity goes: its id in the graph, and what the store holds under that id."""

    ids: dict[str, str] = field(default_factory=dict)
    stored: dict[str, Entity] = field(default_factory=dict)
    notes: list[Resolution] = field(default_factory=list)


def resolve(
    entities: Sequence[Entity],
    wishes: Mapping[str, str],
    relations: Iterable[Relation],
    sources: frozenset[str],
    store: GraphStore,
) -> Resolved:
    """Give every incoming entity its id in the graph.

    Args:
        entities: incoming, ids the source's own.
        wishes: the id that an entity would like to have, by its own id; one without a wish keeps its own.
        relations: incoming; makers and categories are taken from them.
        sources: names of all sources that are coming in.
        store: what is known so far; only read.
    """
    found = Resolved()
    facts = _Facts(relations, store)
    by_kind: dict[EntityKind, list[Entity]] = {}
    for entity in entities:
        by_kind.setdefault(entity.kind, []).append(entity)
    for kind in sorted(by_kind, key=lambda kind: (kind in RESOLVED_KINDS and 1 + RESOLVED_KINDS.index(kind), kind)):
        known = {entity.id: entity for entity in store.entities(kind)}
        if kind in RESOLVED_KINDS:
            _Pass(by_kind[kind], known, facts, sources, found).run()
        _settle_ids(by_kind[kind], wishes, known, found)
    found.notes = [replace(note, entity=found.ids[note.entity]) for note in found.notes]
    return found


def _settle_ids(
    incoming: Sequence[Entity], wishes: Mapping[str, str], known: Mapping[str, Entity], found: Resolved
) -> None:
    """Ids of the entities that were not found: the wish where it is free, else the source's own."""
    taken = set(known) | set(found.ids.values())
    for entity in incoming:
        if entity.id not in found.ids:
            wish = wishes.get(entity.id, entity.id)
            found.ids[entity.id] = entity.id if wish in taken else wish
            taken.add(found.ids[entity.id])
        if (final := found.ids[entity.id]) in known:
            found.stored[final] = known[final]


class _Facts:
    """What besides names tells entities apart: makers of products, families of categories."""

    def __init__(self, relations: Iterable[Relation], store: GraphStore) -> None:
        self._makers: dict[str, set[str]] = {}
        self._families: dict[str, set[str]] = {}
        self._known_makers: dict[str, set[str]] = {}
        self._known_families: dict[str, set[str]] = {}
        for relation in relations:
            self._note(relation, self._makers, self._families)
        for kind in (RelationKind.MADE_BY, RelationKind.IN_CATEGORY):
            for relation in store.relations(kind):
                self._note(relation, self._known_makers, self._known_families)

    @staticmethod
    def _note(relation: Relation, makers: dict[str, set[str]], families: dict[str, set[str]]) -> None:
        if relation.kind is RelationKind.MADE_BY:
            makers.setdefault(relation.source, set()).add(relation.target)
        elif relation.kind is RelationKind.IN_CATEGORY:
            category = categories().get(relation.target.partition(":")[2])
            if category and category.family:
                families.setdefault(relation.source, set()).add(category.family)

    def comparable(self, incoming: Entity, known: Entity, ids: Mapping[str, str]) -> bool:
        """False where the two cannot be one: another id in the same scheme, another maker."""
        if any(known.external_ids.get(scheme, value) != value for scheme, value in incoming.external_ids.items()):
            return False
        if incoming.kind is EntityKind.PRODUCT:
            return not self.makers(incoming, ids).isdisjoint(self._known_makers.get(known.id, ()))
        return True

    def makers(self, incoming: Entity, ids: Mapping[str, str]) -> frozenset[str]:
        """Graph ids of an incoming product's makers."""
        return frozenset(ids.get(maker, maker) for maker in self._makers.get(incoming.id, ()))

    def conflict(self, incoming: Entity, known: Entity) -> bool:
        """Whether the two are in fields that do not go together."""
        if incoming.kind is EntityKind.BRAND:
            ours, theirs = self._families.get(incoming.id, set()), self._known_families.get(known.id, set())
            return bool(ours and theirs and not ours & theirs)
        types = {incoming.attributes.get("type"), known.attributes.get("type")} - {None, ""}
        return incoming.kind is EntityKind.ARTIST and len(types) > 1


class _Pass:
    """One kind's entities through all levels."""

    def __init__(
        self,
        incoming: Sequence[Entity],
        known: Mapping[str, Entity],
        facts: _Facts,
        sources: frozenset[str],
        found: Resolved,
    ) -> None:
        self._incoming = incoming
        self._known = known
        self._facts = facts
        self._sources = sources
        self._found = found
        self._claimed: set[str] = set()
        self._names: dict[str, Named] = {}
        self._twins: Counter[_Borne] = Counter()
        self._settled: set[str] = set()

    def run(self) -> None:
        if not self._known:
            return
        index = NameIndex(self._known.values())
        self._match_ids(index)
        self._names = {entity.id: Named.of(entity) for entity in self._incoming if self._is_open(entity)}
        self._twins.update(
            bearer for entity in self._incoming if entity.id in self._names for bearer in self._borne(entity)
        )
        for level in (*_BY_NAME, _GUESSED):
            for entity in self._incoming:
                if entity.id in self._names and entity.id not in self._settled:
                    self._match_name(entity, level, index)

    def _match_ids(self, index: NameIndex) -> None:
        for entity in self._incoming:
            by_id = entity.id if entity.id in self._known else None
            by_external = next(index.by_external_id(entity.external_ids), None)
            if (match := by_id or by_external) and match not in self._claimed:
                self._take(entity, match, _BY_ID[0] if by_id else _BY_ID[1])

    def _is_open(self, entity: Entity) -> bool:
        """Whether names can still add something: not found yet, or found and known to this source alone."""
        match = self._found.ids.get(entity.id)
        return match is None or not self._is_shared(match)

    def _is_shared(self, known_id: str) -> bool:
        """Whether a source that is not coming in now knows the entity too."""
        return any(record.source not in self._sources for record in self._known[known_id].provenance)

    def _match_name(self, entity: Entity, level: str, index: NameIndex) -> None:
        named = self._names[entity.id]
        own = self._found.ids.get(entity.id)
        candidates = [
            known
            for known in (self._known[found] for found in index.candidates(named, level))
            if known.id != own
            and known.id not in self._claimed
            and self._facts.comparable(entity, known, self._found.ids)
        ]
        if not candidates:
            return
        self._settled.add(entity.id)
        match = None if own else self._choose(entity, level, candidates)
        if match:
            self._take(entity, match.id, level)
        else:
            self._note(Outcome.AMBIGUOUS, entity, level, [known.id for known in candidates])

    def _choose(self, entity: Entity, level: str, candidates: Sequence[Entity]) -> Entity | None:
        """The one candidate that the level lets join, if there is one."""
        fit = [known for known in candidates if not self._facts.conflict(entity, known)]
        if level == _GUESSED or not fit:
            return None
        written, *keys = self._borne(entity)
        alike = [known for known in fit if known.name == entity.name]
        if len(alike) == 1 and self._twins[written] == 1:
            return alike[0]
        if len(candidates) > 1 or any(self._twins[key] > 1 for key in keys):
            return None
        if level == _BY_NAME[0] and _is_short(entity.name) and fold_typing(entity.name) != fold_typing(fit[0].name):
            return None
        if level == _BY_NAME[-1]:
            origins = entity.attributes.get("origin"), fit[0].attributes.get("origin")
            return fit[0] if origins[0] and origins[0] == origins[1] else None
        return fit[0]

    def _borne(self, entity: Entity) -> list[_Borne]:
        """The name as it is written, then its keys, each with the makers: what two of one source may both bear."""
        makers = self._facts.makers(entity, self._found.ids)
        return [
            ("written", entity.name, makers),
            *(("key", key, makers) for key in sorted(self._names[entity.id].exact)),
        ]

    def _take(self, entity: Entity, match: str, rule: str) -> None:
        self._claimed.add(match)
        self._found.ids[entity.id] = match
        if self._is_shared(match):
            self._note(Outcome.MERGED, entity, rule)

    def _note(self, outcome: Outcome, entity: Entity, rule: str, candidates: Sequence[str] = ()) -> None:
        note = Resolution(outcome=outcome, name=entity.name, entity=entity.id, rule=rule, candidates=tuple(candidates))
        self._found.notes.append(note)


def _is_short(name: str) -> bool:
    """Whether so few Latin letters are left of the name that "M·A·C" and "mac" would be one."""
    key = normalise(name)
    return key.isascii() and len(key) < _LETTERS_THAT_TELL
