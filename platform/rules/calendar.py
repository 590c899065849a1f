"""Who is bound when: the terms of deals, recorded tie-ups and days kept free, by artist, and where they conflict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from kyokan.graph.model import EntityKind, RelationKind
from kyokan.matching.ranking.constraints import Plan, first_day, last_day, meets_dates
from kyokan.matching.signals import Context
from kyokan.matching.signals.facts import words
from kyokan.platform.accounts.actor import Actor
from kyokan.platform.deals import Deals
from kyokan.platform.deals.service import Seen
from kyokan.platform.deals.steps import OPEN, Status
from kyokan.platform.rules.conflicts import Clash, Conflict, Meeting, gathered
from kyokan.platform.rules.entries import ArtistRules, Free
from kyokan.platform.rules.names import Categories, spellings
from kyokan.platform.rules.service import Rules
from kyokan.platform.rules.spans import Hold, Line, Span
from kyokan.platform.rules.windows import AGREED


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
        met: list[tuple[str, Meeting]] = []
        lines = list(lines)
        overlaps = _Overlaps(self._context())
        for line in lines:
            met += overlaps.of_one_artist(line.spans)
            met += [
                (days.since.isoformat(), one)
                for days in line.free
                for span in line.spans
                if (one := _in_free_days(span, days))
            ]
        met += overlaps.of_rivals(span for line in lines if line.own for span in line.spans if span.deal)
        return gathered(met)

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
    """Spans held against each other, what each is about looked up once.

    Args:
        context: the snapshot as it stands.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._names = Categories(context)

    def of_one_artist(self, spans: Iterable[Span]) -> Iterator[tuple[str, Meeting]]:
        """By category, terms of one artist with days, territory and medium in common."""
        for category, heap in self._by_category(spans).items():
            scopes = [(self._scope(one.territories, EntityKind.PLACE), self._scope(one.media, None)) for one in heap]
            for (one, its), (other, theirs) in combinations(zip(heap, scopes, strict=True), 2):
                apart = any(a and b and a.isdisjoint(b) for a, b in zip(its, theirs, strict=True))
                if one.brand != other.brand and not apart and _together(one, other):
                    clash = Clash.EXCLUSIVE if one.exclusive or other.exclusive else Clash.SAME_CATEGORY
                    yield category, _meeting(clash, one, other)

    def of_rivals(self, roster: Iterable[Span]) -> Iterator[tuple[str, Meeting]]:
        """By category, two artists of one roster who would stand for rivals at a time."""
        for category, heap in self._by_category(roster).items():
            for one, other in combinations(heap, 2):
                if one.artist != other.artist and one.brand != other.brand and _together(one, other):
                    yield category, _meeting(Clash.RIVALS, one, other)

    def _by_category(self, spans: Iterable[Span]) -> dict[str, list[Span]]:
        found: dict[str, list[Span]] = {}
        for span in spans:
            for category in self._categories(span):
                found.setdefault(category, []).append(span)
        return found

    def _categories(self, span: Span) -> Iterable[str]:
        """Categories by the words of the terms; by what the brand is where they say nothing."""
        if named := self._names.named(span.category):
            return map(self._context.id, named)
        if span.category:
            return (span.category.casefold(),)
        brand = self._context.find(span.brand)
        return map(self._context.id, self._context.categories_of(brand).tolist() if brand >= 0 else ())

    def _scope(self, words: Iterable[str], kind: EntityKind | None) -> frozenset[str]:
        return frozenset(name for word in words for name in spellings(self._context, word, kind))


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


def _meeting(clash: Clash, one: Span, other: Span) -> Meeting:
    ends = [span.until for span in (one, other) if span.until]
    return Meeting(clash, (one, other), max(one.since, other.since), min(ends, default=""))


def _in_free_days(span: Span, days: Free) -> Meeting | None:
    since, until = days.since.isoformat(), days.until.isoformat()
    dated = span.deal and (span.since or span.until)
    if not dated or not meets_dates(since, until, Plan(since=span.since, until=span.until, places=(), media=())):
        return None
    return Meeting(Clash.FREE, (span,), max(since, span.since), min(until, span.until or until))
