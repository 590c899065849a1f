"""Who is bound when: the terms of deals, recorded tie-ups and days kept free, by artist, and where they conflict."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np

from kyokan.graph.model import EntityKind, RelationKind
from kyokan.matching.ranking.constraints import Plan, first_day, last_day, meets_dates
from kyokan.matching.signals import Context
from kyokan.matching.signals.facts import words
from kyokan.platform.accounts.actor import Actor
from kyokan.platform.deals import Deals
from kyokan.platform.deals.steps import OPEN, Status
from kyokan.platform.rules.entries import ArtistRules, Free
from kyokan.platform.rules.names import meets
from kyokan.platform.rules.service import Rules
from kyokan.platform.rules.windows import AGREED


class Hold(StrEnum):
    """How firmly a span is held."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    RECORDED = "recorded"  # a tie-up of the graph


class Severity(StrEnum):
    """How grave a conflict is, gravest first."""

    GRAVE = "grave"
    MIDDLE = "middle"
    LIGHT = "light"


class Clash(StrEnum):
    """What two spans do to each other."""

    EXCLUSIVE = "exclusive"
    SAME_CATEGORY = "same_category"
    FREE = "free"
    RIVALS = "rivals"  # two artists of one roster in one category at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A term that somebody is bound for; ``since`` and ``until`` are ISO dates, empty where open."""

    artist: str
    brand: str
    hold: Hold
    category: str
    territories: tuple[str, ...]
    media: tuple[str, ...]
    since: str
    until: str
    exclusive: bool
    deal: str = ""

    @property
    def key(self) -> str:
        """What tells it from others."""
        return self.deal or f"{self.artist} {self.brand} {self.since}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two spans that cannot both hold as they stand, or one and days kept free; the days that they share."""

    clash: Clash
    severity: Severity
    spans: tuple[Span, ...]
    since: str
    until: str

    @property
    def key(self) -> str:
        """Under which its resolution is noted; the same conflict has the same key tomorrow."""
        named = "|".join(
            [self.clash, *sorted(span.key for span in self.spans), self.since if self.clash is Clash.FREE else ""]
        )
        return hashlib.sha256(named.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One artist's line of a calendar; ``free`` is known to the artist's own side alone."""

    artist: str
    spans: tuple[Span, ...]
    free: tuple[Free, ...] = ()


class Calendar:
    """Spans and conflicts of an organisation, from what it may see.

    Args:
        deals: gives each side its deals.
        rules: whom a side represents.
        context: the snapshot as it stands, with recorded tie-ups.
    """

    def __init__(self, deals: Deals, rules: Rules, context: Callable[[], Context]) -> None:
        self._deals = deals
        self._rules = rules
        self._context = context

    def lines(self, actor: Actor) -> list[Line]:
        """One line an artist: all of an artist side's roster, else the artists of the actor's deals."""
        kept = {one.entity: one.rules for one in self._rules.roster(actor)}
        artists = {entity for entity, rules in kept.items() if isinstance(rules, ArtistRules)}
        brands = set(kept) - artists
        held = list(self._held(actor))
        artists |= {span.artist for span in held}
        recorded = [span for span in self._recorded() if (span.brand in brands if brands else span.artist in artists)]
        found: dict[str, list[Span]] = {artist: [] for artist in sorted(artists)}
        for span in sorted([*held, *recorded], key=lambda one: (one.since, one.until, one.key)):
            found.setdefault(span.artist, []).append(span)
        return [
            Line(artist=artist, spans=tuple(spans), free=getattr(kept.get(artist), "free", ()))
            for artist, spans in found.items()
        ]

    def conflicts(self, lines: Iterable[Line]) -> list[Conflict]:
        """What cannot stay as it is, gravest first."""
        found: list[Conflict] = []
        lines = list(lines)
        for line in lines:
            found += [one for pair in combinations(line.spans, 2) if (one := self._between(*pair))]
            found += [one for span in line.spans for days in line.free if (one := _in_free_days(span, days))]
        everybody = [span for line in lines for span in line.spans if span.deal]
        found += [one for pair in combinations(everybody, 2) if (one := self._rivals(*pair))]
        order = list(Severity)
        return sorted(found, key=lambda one: (order.index(one.severity), one.since, one.key))

    def _held(self, actor: Actor) -> Iterator[Span]:
        """The deals under way that the actor sees, under the terms on the table."""
        for deal in self._deals.of(actor):
            if deal["status"] not in OPEN | AGREED:
                continue
            terms = deal["terms"][-1]
            yield Span(
                artist=deal["artist"],
                brand=deal["brand"],
                hold=Hold.AGREED if Status(deal["status"]) in AGREED else Hold.PROPOSED,
                category=terms["category"],
                territories=tuple(terms["territories"]),
                media=tuple(terms["media"]),
                since=terms["since"] or "",
                until=terms["until"] or "",
                exclusive=terms["exclusive"],
                deal=deal["id"],
            )

    def _recorded(self) -> Iterator[Span]:
        """Exclusive tie-ups of the graph that have not ended."""
        today = self._rules.today()
        for relation in self._context().view.relations(RelationKind.TIED_UP):
            stated = relation.attributes
            until = relation.until or str(stated.get("until") or "")
            if stated.get("exclusive") is not True or not until or last_day(until) < today:
                continue
            yield Span(
                artist=relation.source,
                brand=relation.target,
                hold=Hold.RECORDED,
                category=", ".join(words(stated.get("category"))),
                territories=words(stated.get("territory")),
                media=words(stated.get("media")) or words(stated.get("medium")),
                since=first_day(relation.since),
                until=last_day(until),
                exclusive=True,
            )

    def _between(self, one: Span, other: Span) -> Conflict | None:
        """Two spans of one artist in one category with days, territory and medium in common."""
        if one.brand == other.brand or not self._same_category(one, other) or not _together(one, other):
            return None
        context = self._context()
        scopes = ((one.territories, other.territories, EntityKind.PLACE), (one.media, other.media, None))
        if any(mine and theirs and not meets(context, mine, theirs, kind) for mine, theirs, kind in scopes):
            return None
        bound = [span for span in (one, other) if span.exclusive]
        firm = all(span.hold is not Hold.PROPOSED for span in (one, other))
        severity = Severity.LIGHT if not bound else Severity.GRAVE if firm else Severity.MIDDLE
        clash = Clash.EXCLUSIVE if bound else Clash.SAME_CATEGORY
        return _conflict(clash, severity, one, other)

    def _rivals(self, one: Span, other: Span) -> Conflict | None:
        """Two artists of one roster who would stand for rivals in one category at a time."""
        apart = one.artist != other.artist and one.brand != other.brand
        if not apart or not self._same_category(one, other) or not _together(one, other):
            return None
        return _conflict(Clash.RIVALS, Severity.LIGHT, one, other)

    def _same_category(self, one: Span, other: Span) -> bool:
        """By the words of the terms; by what the brands are where a term says nothing."""
        context = self._context()
        named = [set(self._categories(context, span)) for span in (one, other)]
        return bool(named[0] & named[1])

    def _categories(self, context: Context, span: Span) -> Iterator[str]:
        if span.category:
            known = context.view.rows(EntityKind.CATEGORY).tolist()
            ids = [context.id(row) for row in known]
            found = [one for one in ids if meets(context, (span.category,), (one,), EntityKind.CATEGORY)]
            yield from found or [span.category.casefold()]
        elif (row := context.find(span.brand)) >= 0:
            yield from (context.id(int(one)) for one in np.asarray(context.categories_of(row)))


def _together(one: Span, other: Span) -> bool:
    return meets_dates(one.since, one.until, Plan(since=other.since, until=other.until, places=(), media=()))


def _conflict(clash: Clash, severity: Severity, one: Span, other: Span) -> Conflict:
    ends = [span.until for span in (one, other) if span.until]
    return Conflict(
        clash=clash,
        severity=severity,
        spans=(one, other),
        since=max(one.since, other.since),
        until=min(ends, default=""),
    )


def _in_free_days(span: Span, days: Free) -> Conflict | None:
    since, until = days.since.isoformat(), days.until.isoformat()
    dated = span.deal and (span.since or span.until)
    if not dated or not meets_dates(since, until, Plan(since=span.since, until=span.until, places=(), media=())):
        return None
    severity = Severity.GRAVE if span.hold is Hold.AGREED else Severity.MIDDLE
    return Conflict(clash=Clash.FREE, severity=severity, spans=(span,), since=max(since, span.since), until=until)
