"""What every page shows alike: names with their language, fingerprints, kinds, the colophon."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from flask import current_app, g
from markupsafe import Markup

from kyokan.errors import KyokanError
from kyokan.graph.dictionary import Dictionary
from kyokan.graph.languages import language_of, spoken
from kyokan.graph.model import Entity, KanseiValue, RelationKind
from kyokan.matching.ranking.model import Match, Place, Proposal, Query, Standing
from kyokan.platform.accounts import Actor
from kyokan.platform.clock import here
from kyokan.web.fingerprint import (
    SectorProfile,
    core_kind,
    describe,
    describe_overlay,
    overlay,
    sector_profile,
    single,
)
from kyokan.web.fingerprint.profile import PEOPLE
from kyokan.web.ports import Known, Services
from kyokan.web.wording import catalogue, licence_keys, say

LIST_PX, LARGE_PX = 84, 400


@dataclass
class View:
    """One request's way of showing things."""

    services: Services
    lang: Literal["ja", "en"]
    one_ink: bool = False
    started: float = field(default_factory=time.perf_counter)

    @cached_property
    def known(self) -> Known:
        """The snapshot; the same for the whole request."""
        return self.services.snapshot()

    @cached_property
    def dictionary(self) -> Dictionary:
        """The kansei dictionary."""
        return self.services.dictionary

    @cached_property
    def sectors(self) -> tuple[str, ...]:
        """Names of the sectors, clockwise."""
        return tuple(sector.label(self.lang) for sector in self.dictionary.sectors)

    def say(self, key: str, **values: Any) -> Markup:
        """The text of a key."""
        heard = {name: self.spoken(value) if type(value) is str else value for name, value in values.items()}
        return say(self.lang, key, **heard)

    def spoken(self, written: str) -> str:
        """A text as this page's reader has it: their half of one in both languages."""
        return spoken(written, self.lang)

    def in_full(self, written: str) -> Markup:
        """All of a text that binds or answers its reader: their half first, the other in brackets and its language."""
        mine = self.spoken(written)
        if mine == written:
            return self.foreign(written)
        other = "en" if self.lang == "ja" else "ja"
        marked = Markup('<span lang="{}">{}</span>').format(other, spoken(written, other))
        around = '{}<span class="gloss">（{}）</span>' if self.lang == "ja" else '{} <span class="gloss">({})</span>'
        return Markup(around).format(mine, marked)  # noqa: S704 - ours; what is filled in is escaped

    def entity(self, entity_id: str) -> Entity:
        """An entity by id; raises UnknownEntityError."""
        return self.known.entity(self.known.row(entity_id))

    def name(self, entity: Entity) -> Markup:
        """The name to show, marked with its language where that is not the page's."""
        return self.foreign(entity.label(self.lang))

    def foreign(self, written: str) -> Markup:
        """A text as this page's reader has it, marked with its language where that is not the page's."""
        heard = self.spoken(written)
        lang = language_of(heard)
        if lang == self.lang or (self.lang == "ja" and heard.isascii()):
            return Markup("{}").format(heard)
        return Markup('<span lang="{}">{}</span>').format(lang, heard)

    def source(self, name: str) -> Markup:
        """A source's name in words where we have them, else as it calls itself."""
        if name == f"kansei dictionary {self.dictionary.version}":
            return self.say("dictionary.source", version=self.dictionary.version)
        key = f"source.{name.replace('-', '_')}"
        return self.say(key) if key in catalogue() else self.foreign(name)

    def licence(self, written: str) -> Markup:
        """A source's terms in words where we have them; what an identifier names ("CC BY 4.0") stays as it is."""
        key = licence_keys().get(written)
        return self.say(key) if key else self.foreign(written)

    def kind(self, entity: Entity) -> Markup:
        """Its kind, with its category where one is recorded."""
        kind = self.say(f"kind.{entity.kind.value}")
        found = self.category(entity)
        if not found:
            return kind
        category = found.label(self.lang)
        return kind + self.say("site.stop") + (category if self.lang == "ja" else category.lower())

    def category(self, entity: Entity) -> Entity | None:
        """The first of its categories; None where none is recorded."""
        edges = self.known.relations(RelationKind.IN_CATEGORY, source=entity.id)
        return self.entity(edges[0].target) if edges else None

    def standing(self, match: Match | Place) -> Markup:
        """Why a candidate stands outside the ranking; with the date until which, where there is one."""
        if match.standing is Standing.BLOCKED and match.blocked_until:
            return self.say("standing.blocked_until", date=match.blocked_until)
        return self.say(f"standing.{match.standing.value}")

    def reason(self, match: Match | Place) -> str:
        """Why, as far as its reader may know, without the standing, which is said before it."""
        said: str = getattr(match.reason, self.lang, "")
        return said.removeprefix(self.standing(match)).lstrip("。. ")

    def values(self, entity: Entity) -> tuple[KanseiValue, ...]:
        """The kansei profile of an entity."""
        kept: dict[str, tuple[KanseiValue, ...]] = g.setdefault("profiles", {})
        if entity.id not in kept:
            kept[entity.id] = self.services.profile(entity.id, self.known)
        return kept[entity.id]

    def profile(self, entity: Entity) -> SectorProfile:
        """The sectors of an entity."""
        return sector_profile(self.values(entity), self.dictionary, entity.kind.value)

    def glyph(self, entity: Entity, size: float = LIST_PX, *, large: bool = False) -> Markup:
        """Its fingerprint: hidden from assistive technology beside a name, in words where it stands large."""
        return self.picture(self.profile(entity), entity.label(self.lang), size, large=large)

    def picture(self, profile: SectorProfile, name: str, size: float, *, large: bool = False) -> Markup:
        """The fingerprint of a profile."""
        label = describe(profile, name, self.sectors, self.lang) if large else None
        return single(profile, size, label=label, names=self.sectors if large else (), one_ink=self.one_ink)

    @property
    def reader(self) -> Actor | None:
        """Who reads the page; None for who is not signed in."""
        found: Actor | None = g.get("actor")
        return found

    def looked_at(self, people: Entity, things: Entity) -> Proposal:
        """The match of a pair, whatever its standing, without what-ifs."""
        query = Query(entity=people.id, kinds=(things.kind,), top=1)
        return self.services.look(query, (things.id,), actor=self.reader)

    def pair(self, first: Entity, second: Entity) -> tuple[Entity, Entity]:
        """People's side first, so that the same ink always stands for the same side."""
        if core_kind(second.kind.value) in PEOPLE and core_kind(first.kind.value) not in PEOPLE:
            return second, first
        return first, second

    def overlay(
        self, first: Entity, second: Entity, size: float = LIST_PX, *, focus: Entity | None = None, large: bool = False
    ) -> Markup:
        """Two fingerprints laid over each other; ``focus`` is the one a list compares."""
        a, b = self.pair(first, second)
        one, two = self.profile(a), self.profile(b)
        label = None
        if large:
            label = describe_overlay(one, two, (a.label(self.lang), b.label(self.lang)), self.sectors, self.lang)
        side = None if focus is None else "a" if focus.id == a.id else "b"
        names = self.sectors if large else ()
        return overlay(one, two, size, label=label, names=names, one_ink=self.one_ink, focus=side)

    def day(self, kept: str) -> str:
        """The date here of a time that is kept in ISO 8601; empty where there is none."""
        return here(kept, self.services.clock).date().isoformat() if kept else ""

    def moment(self, kept: float | str) -> str:
        """A time as people here read it, to the minute with its zone; kept in ISO 8601 or in seconds since 1970."""
        clock = self.services.clock
        shown = here(kept, clock) if isinstance(kept, str) else datetime.fromtimestamp(kept, clock().tzinfo)
        return f"{shown:%Y-%m-%d %H:%M %Z}"

    @property
    def stamp(self) -> str:
        """The snapshot's hash, shortened; empty where the store is away, so that the error page still stands."""
        try:
            digest = self.known.hash
        except KyokanError:
            return ""
        return f"{digest[:11]}…{digest[-4:]}"

    @property
    def demo(self) -> bool:
        """Whether generated data is shown."""
        try:
            return self.services.demo
        except KyokanError:
            return False

    @property
    def milliseconds(self) -> int:
        """Time since the request began."""
        return max(1, round(1000 * (time.perf_counter() - self.started)))


def current() -> View:
    """The view of this request."""
    if "view" not in g:
        g.view = View(current_app.extensions["kyokan"], g.lang, one_ink=g.ink == "one")
    view: View = g.view
    return view
