"""A question and its answer: query, matches, contributions and the evidence behind each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, overload

from kyokan.graph.model import Entity, EntityKind


class Status(StrEnum):
    """How a question ended."""

    OK = "ok"
    EMPTY = "empty"  # understood, nothing passes the filters
    NEEDS_INPUT = "needs_input"  # the name may mean several entities
    PARTIAL = "partial"  # answered with a part missing; the reason says which
    ABSTAINED = "abstained"  # too little is known of the query itself


class Standing(StrEnum):
    """Whether a pair can be proposed."""

    OPEN = "open"
    BLOCKED = "blocked"
    RIVAL = "rival"
    TOO_LITTLE_KNOWN = "too_little_known"


class Benefit(StrEnum):
    """Whom a contribution is good for."""

    ARTIST = "artist"
    BRAND = "brand"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked: a signal (entity or audience, brief, kansei) and a filter (kinds, categories, places, exclusions).

    ``audience`` holds ids of artists, brands, products or segments: their fans ask, as the mean of what is named.
    ``kansei`` maps attribute ids to weights in −1..1 (wanted, avoided). ``without_signals`` and ``without_attributes``
    are the what-if toggles. ``diversity`` in 0..1 trades score for variety; ``exposure`` in 0..1 is the share of places
    kept for little-known candidates. ``habit`` in 0..1 is how far a brand's readiness to work with anybody counts: 1
    ranks by what is likeliest to happen, 0 by what is particular to the pair. ``entity`` is an id; a name is resolved
    before a query is made. ``places``, ``media``, ``since`` and ``until`` (ISO dates) also say what is planned, which
    exclusivity is held against. ``include_partners`` keeps those who worked together before; their own tie-up is never
    evidence for them.
    """

    entity: str | None = None
    audience: tuple[str, ...] = ()
    text: str | None = None
    kinds: tuple[EntityKind, ...] = ()
    top: int = 10
    kansei: Mapping[str, float] = field(default_factory=dict)
    categories: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    exclude: tuple[str, ...] = ()
    without_signals: frozenset[str] = frozenset()
    without_attributes: frozenset[str] = frozenset()
    diversity: float = 0.2
    exposure: float = 0.0
    habit: float = 0.3
    include_partners: bool = True

    @property
    def asks(self) -> bool:
        """Whether anything is asked from which to answer."""
        return bool(self.entity or self.audience or self.text or self.kansei)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One reason. ``weight`` is its share of the contribution; the weights of a contribution add up to it.

    ``kind`` is attribute, path, text, tie_up or audience; ``ids`` are the graph ids it rests on, in path order;
    ``note`` is a short phrase in English, ``note_ja`` in Japanese.
    """

    kind: str
    ids: tuple[str, ...]
    weight: float
    note: str
    note_ja: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The stable shape of one reason."""
        return {
            "kind": self.kind,
            "ids": list(self.ids),
            "weight": self.weight,
            "note": self.note,
            "note_ja": self.note_ja,
            "detail": dict(self.detail),
        }


class Gathered(Sequence[Evidence]):
    """Evidence that is sought when somebody first looks at it: a list of matches shows little of theirs."""

    def __init__(self, gather: Callable[[], tuple[Evidence, ...]]) -> None:
        self._gather = gather
        self._items: tuple[Evidence, ...] | None = None

    @property
    def items(self) -> tuple[Evidence, ...]:
        """All of it."""
        if self._items is None:
            self._items = self._gather()
        return self._items

    @overload
    def __getitem__(self, place: int) -> Evidence: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Evidence, ...]: ...
    def __getitem__(self, place: int | slice) -> Evidence | tuple[Evidence, ...]:
        return self.items[place]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Evidence]:
        return iter(self.items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self.items == tuple(other)

    def __hash__(self) -> int:
        return hash(self.items)

    def __repr__(self) -> str:
        return repr(self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one signal adds to the ranking score; ``value`` is the signal's own figure before weighting."""

    signal: str
    contribution: float
    value: float
    benefit: Benefit
    evidence: Sequence[Evidence] = ()

    def to_json(self) -> dict[str, Any]:
        """The stable shape of a contribution."""
        return {
            "signal": self.signal,
            "contribution": self.contribution,
            "value": self.value,
            "for": self.benefit.value,
            "evidence": [item.to_json() for item in self.evidence],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """The reason in one sentence that can be read aloud."""

    ja: str
    en: str

    def to_json(self) -> dict[str, str]:
        """Both languages."""
        return {"ja": self.ja, "en": self.en}


@dataclass(frozen=True, kw_only=True)  # without slots, so that the sentence can be kept once it is said
class Match:
    """One proposed pair. ``base + Σ contribution`` is the raw score; ``score`` is its logistic, in 0..1.

    ``score_artist`` and ``score_brand`` count only what is good for that side or both. ``interval`` is the range that
    holds the score in 8 of 10 cases. ``confidence`` is the probability that of this candidate and one drawn at random,
    this is the one that ties up. ``partners_since`` is the year of the first tie-up of the two, empty where the
    year is unknown, None where there was none. ``say`` puts the sentence together.
    """

    rank: int
    entity: Entity
    score: float
    base: float
    score_artist: float
    score_brand: float
    confidence: float
    coverage: float
    interval: tuple[float, float]
    standing: Standing = Standing.OPEN
    reason: Sentence | None = None
    blocked_until: str | None = None
    exposure_slot: bool = False
    partners_since: str | None = None
    contributions: tuple[Contribution, ...] = ()
    say: Callable[[], Sentence] = field(repr=False, compare=False)

    @cached_property
    def sentence(self) -> Sentence:
        """The reason in one sentence, put together when somebody first reads it: a table shows none."""
        return self.say()

    @property
    def raw(self) -> float:
        """``base + Σ contribution``."""
        return self.base + sum(part.contribution for part in self.contributions)

    def to_json(self) -> dict[str, Any]:
        """The stable shape of a match; figures are not rounded."""
        return {
            "rank": self.rank,
            "entity": entity_json(self.entity),
            "score": self.score,
            "base": self.base,
            "raw": self.raw,
            "score_artist": self.score_artist,
            "score_brand": self.score_brand,
            "confidence": self.confidence,
            "coverage": self.coverage,
            "interval": list(self.interval),
            "standing": self.standing.value,
            "reason": self.reason.en if self.reason else None,
            "reason_ja": self.reason.ja if self.reason else None,
            "blocked_until": self.blocked_until,
            "exposure_slot": self.exposure_slot,
            "partners_since": self.partners_since,
            "contributions": [part.to_json() for part in self.contributions],
            "sentence": self.sentence.to_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a candidate stands for a question, without the evidence; fields as in ``Match``, ``entity`` an id.

    ``rank`` is 0 where no ranking was asked for, or where the candidate stands outside it.
    """

    entity: str
    rank: int
    score: float
    confidence: float
    interval: tuple[float, float]
    standing: Standing = Standing.OPEN
    reason: Sentence | None = None
    blocked_until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterfactual:
    """The score of the pair once one thing is taken away; ``kind`` is attribute, signal, path or constraint."""

    kind: str
    id: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The whole answer.

    ``set_aside`` holds blocked, rival and too-little-known candidates, with their reasons; ``facets`` how many
    candidates each category and place would leave.
    """

    status: Status
    query: Query
    entity: Entity | None
    audience: tuple[Entity, ...] = ()
    snapshot: str
    encoder: str
    dictionary: str
    took_ms: float
    matches: tuple[Match, ...] = ()
    set_aside: tuple[Match, ...] = ()
    candidates: tuple[Entity, ...] = ()
    counterfactuals: tuple[Counterfactual, ...] = ()
    considered: int = 0
    facets: Mapping[str, int] = field(default_factory=dict)
    note: Sentence | None = None

    def to_json(self) -> dict[str, Any]:
        """The stable shape of an answer; the keys of ``filters`` are those that were set."""
        return {
            "status": self.status.value,
            "query": self.question(),
            "candidates": [entity_json(entity) for entity in self.candidates],
            "snapshot": self.snapshot,
            "encoder": self.encoder,
            "dictionary": self.dictionary,
            "took_ms": self.took_ms,
            "considered": self.considered,
            "facets": dict(self.facets),
            "note": self.note.to_json() if self.note else None,
            "matches": [match.to_json() for match in self.matches],
            "set_aside": [match.to_json() for match in self.set_aside],
            "counterfactuals": [
                {"without": {"kind": one.kind, "id": one.id}, "score": one.score} for one in self.counterfactuals
            ],
        }

    def question(self) -> dict[str, Any]:
        """What was asked, as plain JSON."""
        return {
            "entity": entity_json(self.entity) if self.entity else None,
            "audience": [entity_json(entity) for entity in self.audience],
            "text": self.query.text,
            "for": [kind.value for kind in self.query.kinds],
            "top": self.query.top,
            "filters": _filters(self.query),
        }


def entity_json(entity: Entity) -> dict[str, str]:
    """An entity as answers name it."""
    return {
        "id": entity.id,
        "kind": entity.kind.value,
        "name": entity.name,
        "name_ja": entity.name_ja,
        "name_en": entity.name_en,
    }


def _filters(query: Query) -> dict[str, Any]:
    """What else was asked, as plain JSON; only what differs from asking nothing."""
    asked: dict[str, Any] = {
        "kansei": dict(sorted(query.kansei.items())),
        "categories": list(query.categories),
        "places": list(query.places),
        "media": list(query.media),
        "since": query.since,
        "until": query.until,
        "exclude": list(query.exclude),
        "without_signals": sorted(query.without_signals),
        "without_attributes": sorted(query.without_attributes),
    }
    usual = Query()
    settings = ("diversity", "exposure", "habit", "include_partners")
    changed = {name: getattr(query, name) for name in settings if getattr(query, name) != getattr(usual, name)}
    return {name: value for name, value in asked.items() if value} | changed
