"""The loaded kansei dictionary: attributes in order, sectors on a circle, axes between opposites, terms by word."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from kyokan.errors import UnknownEntityError
from kyokan.graph.dictionary.entries import LANGS, Attribute, Axis, Role, Sector, Source, normalise_term, own_terms
from kyokan.graph.model import Entity, EntityKind, Provenance, Rights

TermIndex = Mapping[str, tuple[tuple[str, float, Role], ...]]
TagIndex = Mapping[str, tuple[tuple[str, float], ...]]


@dataclass(frozen=True)
class Dictionary:
    """The loaded dictionary; ``attributes`` keep the order of the file, which is the order of every profile column.

    ``version`` is the file's own, with ``+`` and 8 hexadecimal digits of the hash of a planner's own file if one was
    added.
    """

    version: str
    sectors: tuple[Sector, ...]
    axes: tuple[Axis, ...]
    attributes: tuple[Attribute, ...]
    sources: Mapping[str, Source]

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Attribute ids in order."""
        return tuple(attribute.id for attribute in self.attributes)

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {attribute_id: position for position, attribute_id in enumerate(self.ids)}

    @cached_property
    def _sector_positions(self) -> dict[str, int]:
        return {sector.id: position for position, sector in enumerate(self.sectors)}

    @cached_property
    def sector_positions(self) -> Mapping[str, int]:
        """Attribute → the position of its sector on the circle, as ``sector_index`` gives it, for all at once."""
        return {attribute.id: self._sector_positions[attribute.sector] for attribute in self.attributes}

    def __contains__(self, attribute_id: object) -> bool:
        return attribute_id in self._positions

    def __len__(self) -> int:
        return len(self.attributes)

    def index(self, attribute_id: str) -> int:
        """The column of an attribute.

        Raises:
            UnknownEntityError: the dictionary has no such attribute; the message names the nearest ids.
        """
        try:
            return self._positions[attribute_id]
        except KeyError:
            near = difflib.get_close_matches(attribute_id, self.ids, n=3)
            remedy = f"Near to it: {', '.join(near)}" if near else ""
            rule = f"is no kansei attribute of dictionary {self.version}"
            raise UnknownEntityError(attribute_id, rule, remedy) from None

    def get(self, attribute_id: str) -> Attribute:
        """The attribute of that id; raises UnknownEntityError as ``index`` does."""
        return self.attributes[self.index(attribute_id)]

    def sector_index(self, attribute_id: str) -> int:
        """The position of the attribute's sector on the circle, 0 at 12 o'clock."""
        return self._sector_positions[self.get(attribute_id).sector]

    def sector_of(self, attribute_id: str) -> Sector:
        """The sector the attribute belongs to."""
        return self.sectors[self.sector_index(attribute_id)]

    def axis_of(self, attribute_id: str) -> Axis:
        """The axis on whose one side the attribute lies."""
        return self.axes[self.sector_index(attribute_id) % len(self.axes)]

    def opposite(self, attribute_id: str) -> Attribute | None:
        """The attribute's opposite; None where none was named."""
        other = self.get(attribute_id).opposite
        return None if other is None else self.get(other)

    def members(self, sector_id: str) -> tuple[Attribute, ...]:
        """The attributes of a sector, the sector's own first."""
        members = [attribute for attribute in self.attributes if attribute.sector == sector_id]
        return tuple(sorted(members, key=lambda attribute: attribute.id != sector_id))

    def terms(self, lang: str) -> TermIndex:
        """Normalised term → ((attribute id, weight, role), …) in dictionary order.

        Labels are synonyms of weight 1, unless listed among the synonyms or cues with a weight of their own.
        Terms of weight 0 are left out.
        """
        return self._terms[lang]

    def tag_terms(self) -> TagIndex:
        """Normalised tag → ((attribute id, weight), …) in dictionary order.

        A tag listed under ``tags`` anywhere means exactly what is listed; any other synonym or cue of either language
        counts as a tag with its own weight. Several Latin words are also found written together ("darkambient").
        """
        return self._tag_terms

    @cached_property
    def _terms(self) -> dict[str, TermIndex]:
        return {lang: self._index_terms(lang) for lang in LANGS}

    def _index_terms(self, lang: str) -> TermIndex:
        found: dict[str, list[tuple[str, float, Role]]] = {}
        for attribute in self.attributes:
            for term, (weight, role) in own_terms(attribute, lang).items():
                if weight > 0:
                    found.setdefault(term, []).append((attribute.id, weight, role))
        return {term: tuple(entries) for term, entries in found.items()}

    @cached_property
    def _tag_terms(self) -> TagIndex:
        listed: dict[str, dict[str, float]] = {}
        for attribute in self.attributes:
            for entry in attribute.tags:
                listed.setdefault(normalise_term(entry.term), {})[attribute.id] = entry.weight
        words: dict[str, dict[str, float]] = {}
        for lang in LANGS:
            for term, entries in self.terms(lang).items():
                for attribute_id, weight, _ in entries:
                    known = words.setdefault(term, {})
                    known[attribute_id] = max(weight, known.get(attribute_id, 0.0))
        found: dict[str, tuple[tuple[str, float], ...]] = {}
        for tag, weights in (words | listed).items():
            ordered = sorted(weights.items(), key=lambda entry: self.index(entry[0]))
            found[tag] = tuple((attribute_id, weight) for attribute_id, weight in ordered if weight > 0)
        together = {tag.replace(" ", ""): entries for tag, entries in found.items() if " " in tag and tag.isascii()}
        return {tag: entries for tag, entries in (together | found).items() if entries}

    def to_entities(self) -> list[Entity]:
        """The attributes as nodes of the graph, ``kansei:<id>``, free to share."""
        provenance = (
            Provenance(source=f"kansei dictionary {self.version}", licence="Apache-2.0", rights=Rights.SHARE),
        )
        return [
            Entity(
                id=f"kansei:{attribute.id}",
                kind=EntityKind.KANSEI,
                name=attribute.label.ja,
                name_ja=attribute.label.ja,
                name_en=attribute.label.en,
                text_ja=attribute.definition.ja,
                text_en=attribute.definition.en,
                attributes={
                    "sector": attribute.sector,
                    "axis": self.axis_of(attribute.id).id,
                    "opposite": attribute.opposite,
                    "source": attribute.source,
                },
                provenance=provenance,
            )
            for attribute in self.attributes
        ]
