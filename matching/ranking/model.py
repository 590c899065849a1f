"""A question and its answer: query, matches, contributions and the evidence behind each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

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
    """What is asked: a signal (entity, brief, kansei) and a filter (kinds, categories, places, exclusions).

    ``kansei`` maps attribute ids to weights in −1..1 (wanted, avoided). ``without_signals`` and ``without_attributes``
    are the what-if toggles. ``diversity`` in 0..1 trades score for variety; ``exposure`` in 0..1 is the share of places
    kept for little-known candidates. ``entity`` is an id; a name is resolved before a query is made.
    """

    entity: str | None = None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one signal adds to the ranking score; ``value`` is the signal's own figure before weighting."""

    signal: str
    contribution: float
    value: float
    benefit: Benefit
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """The reason in one sentence that can be read aloud."""

    ja: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One proposed pair. ``base + Σ contribution`` is the raw score; ``score`` is its logistic, in 0..1.

    ``score_artist`` and ``score_brand`` count only what is good for that side or both. ``interval`` is the range that
    holds the score in 8 of 10 cases.
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
    contributions: tuple[Contribution, ...] = ()
    sentence: Sentence = field(default_factory=lambda: Sentence(ja="", en=""))

    @property
    def raw(self) -> float:
        """``base + Σ contribution``."""
        return self.base + sum(part.contribution for part in self.contributions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterfactual:
    """The score of the pair once one thing is taken away; ``kind`` is attribute, signal, path or constraint."""

    kind: str
    id: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The whole answer. ``set_aside`` holds blocked, rival and too-little-known candidates, with their reasons."""

    status: Status
    query: Query
    entity: Entity | None
    snapshot: str
    encoder: str
    dictionary: str
    took_ms: float
    matches: tuple[Match, ...] = ()
    set_aside: tuple[Match, ...] = ()
    candidates: tuple[Entity, ...] = ()
    counterfactuals: tuple[Counterfactual, ...] = ()
    considered: int = 0
    note: Sentence | None = None
