"""What the graph is made of: entities, relations, kansei values and where each came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

JsonScalar = str | int | float | bool | None
JsonValue = JsonScalar | list[Any] | dict[str, Any]


class EntityKind(StrEnum):
    """What a node is. People's side: artist, fan, segment. Things' side: brand, product."""

    ARTIST = "artist"
    FAN = "fan"
    SEGMENT = "segment"
    BRAND = "brand"
    PRODUCT = "product"
    WORK = "work"
    CATEGORY = "category"
    PLACE = "place"
    TAG = "tag"
    KANSEI = "kansei"


WITH_FANS = (EntityKind.ARTIST, EntityKind.BRAND, EntityKind.PRODUCT, EntityKind.SEGMENT)
"""Kinds whose fans make up an audience; a single fan is a person, not one."""


class RelationKind(StrEnum):
    """What an edge says, source first: an artist *evokes* a kansei attribute."""

    EVOKES = "evokes"  # any entity -> kansei; weight = intensity 0..1
    FOLLOWS = "follows"  # fan -> artist; weight = plays or 1
    LIKES = "likes"  # fan -> artist | brand | product
    BUYS = "buys"  # fan -> product
    KNOWS = "knows"  # fan -> fan
    MADE_BY = "made_by"  # product -> brand, work -> artist
    IN_CATEGORY = "in_category"  # artist | brand | product -> category
    IN_PLACE = "in_place"  # any -> place
    TAGGED = "tagged"  # any -> tag; weight = number of people or strength
    OVERLAPS = "overlaps"  # audiences share people; weight = strength 0..1; symmetric, stored once
    TIED_UP = "tied_up"  # artist -> brand | product; attributes: medium, category, exclusivity, outcome ...
    RIVAL_OF = "rival_of"  # brand -> brand, artist -> artist; symmetric, stored once
    RELATED = "related"  # anything else that is near; attributes["how"] says why


class Rights(StrEnum):
    """What may be done with a fact: shown and exported, or used inside only."""

    SHARE = "share"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a fact came from.

    ``imported_at`` (ISO 8601, UTC) tells when; it is left out of equality and of content hashes, so that importing
    the same file twice changes nothing. ``annotator`` names annotator, dictionary and encoder versions where a
    program made the fact; ``synthetic`` marks generated data, which every page and export labels.
    """

    source: str
    licence: str = ""
    rights: Rights = Rights.INTERNAL
    address: str = ""
    annotator: str = ""
    synthetic: bool = False
    imported_at: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A node.

    ``id`` is ``kind:slug`` and never changes; ``name`` is as the first source wrote it; ``name_ja`` and
    ``name_en`` are empty where not known. ``attributes`` are JSON values. ``provenance`` holds one record a source, the
    source that created the entity first.
    """

    id: str
    kind: EntityKind
    name: str
    name_ja: str = ""
    name_en: str = ""
    aliases: tuple[str, ...] = ()
    external_ids: Mapping[str, str] = field(default_factory=dict)
    text_ja: str = ""
    text_en: str = ""
    attributes: Mapping[str, JsonValue] = field(default_factory=dict)
    provenance: tuple[Provenance, ...]

    def label(self, lang: str) -> str:
        """The name to show in ``lang`` (``ja`` or ``en``)."""
        return (self.name_ja if lang == "ja" else self.name_en) or self.name

    def text(self, lang: str) -> str:
        """The description in ``lang``; empty where there is none."""
        return self.text_ja if lang == "ja" else self.text_en

    @property
    def synthetic(self) -> bool:
        """Whether any source of this entity is generated data."""
        return any(record.synthetic for record in self.provenance)

    def with_changes(self, **changes: Any) -> Entity:
        """A copy with some fields replaced."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """An edge; (kind, source, target, key) is its identity.

    ``weight`` and ``confidence`` are finite; confidence is in 0..1. ``since`` and ``until`` are ISO dates or years,
    empty where not known. ``key`` tells apart several edges of one kind between the same two ends (two campaigns, two
    survey years).
    """

    kind: RelationKind
    source: str
    target: str
    key: str = ""
    weight: float = 1.0
    confidence: float = 1.0
    since: str = ""
    until: str = ""
    attributes: Mapping[str, JsonValue] = field(default_factory=dict)
    provenance: Provenance

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """(kind, source, target, key)."""
        return (self.kind.value, self.source, self.target, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A piece of text behind a value: character offsets into the entity's text in ``lang``."""

    lang: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KanseiValue:
    """One attribute of a profile.

    A negated term ("派手さはない") is known and 0; an attribute without evidence is absent from the profile, never 0.
    ``source`` is ``lexicon``, ``embedding``, ``tags``, ``fused`` or ``human``; ``weight`` in ``tags`` maps the tag to
    its share of the evidence.
    """

    attribute: str
    intensity: float
    confidence: float
    negated: bool = False
    source: str = "fused"
    spans: tuple[Span, ...] = ()
    tags: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with one place of an import source."""

    file: str
    row: int | None
    column: str
    rule: str
    message: str
