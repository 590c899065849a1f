"""Who is bound when: the terms of deals, recorded tie-ups and days kept free, by artist, and where they conflict."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from kyokan.graph.model import EntityKind, RelationKind
from kyokan.matching.ranking.constraints import Plan, first_day, last_day, meets_dates
from kyokan.matching.signals import Context
from kyokan.matching.signals.facts import words
from kyokan.platform.accounts.actor import Actor
from kyokan.platform.deals import Deals
from kyokan.platform.deals.service import Seen
from kyokan.platform.deals.steps import OPEN, Status
from kyokan.platform.rules.entries import ArtistRules, Free
from kyokan.platform.rules.names import Categories, meets
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
    """One artist's line of a calendar.

    ``free`` is known to the artist's own side alone; ``own`` says that the reader is this side.
    """

    artist: str
    spans: tuple[Span, ...]
    free: tuple[Free, ...] = ()
    own: bool = False


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
        deals = [deal for deal in self._deals.of(actor) if deal["status"] in OPEN | AGREED]
        own = artists | {deal["artist"] for deal in deals if deal["artist_side"] == actor.organisation}
        held = [_held(deal) for deal in deals]
        artists |= {span.artist for span in held}
        recorded = [span for span in self._recorded() if (span.brand in brands if brands else span.artist in artists)]
        found: dict[str, list[Span]] = {artist: [] for artist in sorted(artists)}
        for span in sorted([*held, *recorded], key=lambda one: (one.since, one.until, one.key)):
            found.setdefault(span.artist, []).append(span)
        return [
            Line(artist=artist, spans=tuple(spans), free=getattr(kept.get(artist), "free", ()), own=artist in own)
            for artist, spans in found.items()
        ]

    def conflicts(self, lines: Iterable[Line]) -> list[Conflict]:
        """What cannot stand as it is, gravest first."""
        found: list[Conflict] = []
        lines = list(lines)
        overlaps = _Overlaps(self._context())
        for line in lines:
            found += [one for pair in combinations(line.spans, 2) if (one := overlaps.between(*pair))]
            found += [one for span in line.spans for days in line.free if (one := _in_free_days(span, days))]
        roster = [span for line in lines if line.own for span in line.spans if span.deal]
        found += [_conflict(Clash.RIVALS, Severity.LIGHT, *pair) for pair in overlaps.rivals(roster)]
        order = list(Severity)
        return sorted(found, key=lambda one: (order.index(one.severity), one.since, one.key))

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


class _Overlaps:
    """Spans held against each other, the categories of each looked up once.

    Args:
        context: the snapshot as it stands.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._names = Categories(context)
        self._known: dict[Span, frozenset[int | str]] = {}

    def between(self, one: Span, other: Span) -> Conflict | None:
        """Two spans of one artist in one category with days, territory and medium in common."""
        apart = self.categories(one).isdisjoint(self.categories(other))
        if one.brand == other.brand or apart or not _together(one, other):
            return None
        scopes = ((one.territories, other.territories, EntityKind.PLACE), (one.media, other.media, None))
        if any(mine and theirs and not meets(self._context, mine, theirs, kind) for mine, theirs, kind in scopes):
            return None
        bound = [span for span in (one, other) if span.exclusive]
        firm = all(span.hold is not Hold.PROPOSED for span in (one, other))
        severity = Severity.LIGHT if not bound else Severity.GRAVE if firm else Severity.MIDDLE
        clash = Clash.EXCLUSIVE if bound else Clash.SAME_CATEGORY
        return _conflict(clash, severity, one, other)

    def rivals(self, roster: Iterable[Span]) -> Iterator[tuple[Span, Span]]:
        """Two artists of one roster who would stand for rivals in one category at a time, each pair once."""
        by_category: dict[int | str, list[Span]] = {}
        for span in roster:
            for category in self.categories(span):
                by_category.setdefault(category, []).append(span)
        met: set[tuple[Span, Span]] = set()
        for category in sorted(by_category, key=str):
            for one, other in combinations(by_category[category], 2):
                apart = one.artist != other.artist and one.brand != other.brand
                if apart and (one, other) not in met and _together(one, other):
                    met.add((one, other))
                    yield one, other

    def categories(self, span: Span) -> frozenset[int | str]:
        """Categories by the words of the terms; by what the brand is where they say nothing."""
        if span not in self._known:
            brand = self._context.find(span.brand)
            own = self._context.categories_of(brand).tolist() if brand >= 0 else ()
            named: frozenset[int | str] = frozenset(self._names.named(span.category))
            self._known[span] = named or frozenset((span.category.casefold(),) if span.category else own)
        return self._known[span]


def _held(deal: Seen) -> Span:
    """A deal under way, under the terms on the table."""
    terms = deal["terms"][-1]
    return Span(
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
