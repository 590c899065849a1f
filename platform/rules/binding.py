"""How rules and running deals bind: which pairs they close, said in words that give nothing private away.

A reason says whose rule it was and of which sort. It never says what the rule holds: no figure, no list, no other
party. What is taken by a running deal and what is kept free read alike, and to whoever is no party of that deal the
clause is told as wide as its category: neither territory, medium, first day nor partner can be found by asking around.
A visitor without an account is told one sentence for all of it, and what a visitor plans is held against no rule:
whoever may ask without a name may ask about everybody, day by day.
The fee floor is no part of this: no answer to others depends on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from kyokan.graph.dictionary import Dictionary
from kyokan.graph.model import EntityKind
from kyokan.matching.ranking.constraints import Decision, Plan, meets_dates, same_house
from kyokan.matching.signals import Context, Side
from kyokan.matching.signals.view import Flags, Rows
from kyokan.platform.rules.entries import ArtistRules, BrandRules, SideRules
from kyokan.platform.rules.keepers import house_in
from kyokan.platform.rules.names import Categories, bound, in_categories, meets, rows_of, tied_up_in
from kyokan.platform.rules.reasons import AT_PRESENT, WHY, Bar, Sort, Window, clause, not_available

STANDS_FOR = 0.5  # from this intensity on, something evokes a kansei strongly enough to be avoided for it

UNPLANNED = Plan(since="", until="", places=(), media=())


@dataclass(frozen=True, slots=True)
class Binding:
    """The rules in force as one question asks of them.

    ``rules`` are by entity, ``keepers`` the organisations that represent them; ``dictionary`` says which attributes a
    sector holds; ``today`` is the day from which a plan without dates is taken to run; ``visitor`` says that nobody who
    is known asks.
    """

    dictionary: Dictionary
    today: str
    rules: Mapping[str, SideRules] = field(default_factory=dict)
    windows: tuple[Window, ...] = ()
    keepers: Mapping[str, str] = field(default_factory=dict)
    visitor: bool = False

    def __call__(self, context: Context, subject: int | None, candidates: Rows, plan: Plan) -> dict[int, Decision]:
        """Candidates that a rule of either side or a running deal closes, by row."""
        return {row: bar.decision for row, bar in self.bars(context, subject, candidates, plan).items()}

    def bars(self, context: Context, subject: int | None, candidates: Rows, plan: Plan) -> dict[int, Bar]:
        """As calling it, with whose rule it was; of several the gravest is told.

        Args:
            context: the snapshot.
            subject: row of who asks; None for a brief, which only what is planned can close.
            candidates: (C,) rows.
            plan: dates, territories and media; without dates a plan has no days that could be kept free.
        """
        if not self.visitor:
            return self._bars(context, subject, candidates, plan)
        found = self._bars(context, subject, candidates, UNPLANNED)
        return {row: replace(bar, reason=AT_PRESENT, until=None) for row, bar in found.items()}

    def _bars(self, context: Context, subject: int | None, candidates: Rows, plan: Plan) -> dict[int, Bar]:
        found: dict[int, Bar] = {}
        categories = Categories(context)
        for window in self.windows:
            found |= dict(self._taken(context, categories, window, subject, candidates, plan))
        here = np.zeros(len(context.sides), dtype=np.bool_)
        here[candidates] = True
        for entity, rules in self.rules.items():
            own = rows_of(context, entity)
            asked, asks = own[here[own]], subject is not None and subject in own
            if not (len(asked) or asks):
                continue
            planned = self._planned(context, entity, rules, plan)
            if planned:
                found |= dict.fromkeys((candidates if asks else asked).tolist(), planned)
            if asks:
                found |= dict(self._partners(context, entity, rules, candidates))
            elif subject is not None:
                refusals = dict(self._partners(context, entity, rules, np.array([subject], dtype=np.int64)))
                found |= dict.fromkeys(asked.tolist(), refusals[subject]) if refusals else {}
        return found

    # What was agreed -----------------------------------------------------------------------------------------

    def _taken(
        self,
        context: Context,
        categories: Categories,
        window: Window,
        subject: int | None,
        candidates: Rows,
        plan: Plan,
    ) -> Iterator[tuple[int, Bar]]:
        """Pairs of the artist, or of its group, with things of the category that a running deal keeps to itself."""
        artist, partner = context.find(window.artist), context.find(window.brand)
        if artist < 0 or subject is None or not self._in_force(context, window, plan):
            return
        if window.keeper and self.keepers.get(house_in(context, window.brand)) != window.keeper:
            return
        told = window.open and partner >= 0
        reason = clause(context, window, partner) if told else not_available(window.until)
        bar = Bar(entity=window.artist, sort=Sort.TAKEN, until=window.until or None, reason=reason)
        kept = categories.kept(window.category, partner)

        def keeps_out(thing: int) -> bool:
            if told and same_house(context, partner, thing):
                return False
            return not kept or not kept.isdisjoint(context.categories_of(thing).tolist())

        if bound(context, subject, artist):
            things = candidates[context.sides[candidates] == Side.THINGS].tolist()
            yield from ((row, bar) for row in things if keeps_out(row))
        elif context.side(subject) is Side.THINGS and keeps_out(subject):
            yield from ((row, bar) for row in candidates.tolist() if bound(context, row, artist))

    def _in_force(self, context: Context, window: Window, plan: Plan) -> bool:
        """Whether a window meets a plan; for whoever is no party it meets everything until its end."""
        starts = plan.since if plan.since and plan.since > self.today else self.today
        if not window.open:
            return not window.until or starts <= window.until
        within = Plan(since=starts, until=plan.until, places=(), media=())
        if not meets_dates(window.since, window.until, within):
            return False
        stated = ((window.territories, plan.places, EntityKind.PLACE), (window.media, plan.media, None))
        return all(not bound or not planned or meets(context, bound, planned, kind) for bound, planned, kind in stated)

    # What a side will not do ---------------------------------------------------------------------------------

    def _planned(self, context: Context, entity: str, rules: SideRules, plan: Plan) -> Bar | None:
        """What of a plan an artist's side will not do, whoever asks."""
        if not isinstance(rules, ArtistRules):
            return None
        if rules.media and meets(context, rules.media, plan.media, None):
            return Bar(entity=entity, sort=Sort.MEDIUM, reason=WHY[Sort.MEDIUM])
        if rules.territories and meets(context, rules.territories, plan.places, EntityKind.PLACE):
            return Bar(entity=entity, sort=Sort.TERRITORY, reason=WHY[Sort.TERRITORY])
        days = replace(plan, until=plan.until or plan.since)  # without a last day, the first one speaks for it
        for free in sorted(rules.free if days.until else (), key=lambda one: one.until, reverse=True):
            until = free.until.isoformat()
            if meets_dates(free.since.isoformat(), until, days):
                return Bar(entity=entity, sort=Sort.FREE, reason=not_available(until), until=until)
        return None

    def _partners(self, context: Context, entity: str, rules: SideRules, partners: Rows) -> Iterator[tuple[int, Bar]]:
        """Partners that a side's rules refuse."""
        side = Side.THINGS if isinstance(rules, ArtistRules) else Side.PEOPLE
        partners = partners[context.sides[partners] == side]
        tests = self._artist_tests if isinstance(rules, ArtistRules) else self._brand_tests
        for sort, refused in tests(context, rules, partners):  # type: ignore[arg-type]
            for row in partners[refused].tolist():
                yield row, Bar(entity=entity, sort=sort, reason=WHY[sort])

    def _artist_tests(self, context: Context, rules: ArtistRules, partners: Rows) -> Iterator[tuple[Sort, Flags]]:
        """(P,) whether each partner is refused, by sort; the gravest last."""
        yield Sort.KANSEI, self._evokes(context, rules.kansei, partners)
        yield Sort.CATEGORY, in_categories(context, rules.categories, partners)
        houses = [row for row in map(context.find, rules.companies) if row >= 0]
        same = [any(same_house(context, house, row) for house in houses) for row in partners.tolist()]
        yield Sort.COMPANY, np.array(same, dtype=np.bool_)

    def _brand_tests(self, context: Context, rules: BrandRules, partners: Rows) -> Iterator[tuple[Sort, Flags]]:
        """(P,) whether each artist is refused, by sort; the gravest last."""
        if rules.known:
            yield Sort.KNOWN, self._known_sectors(context, partners) < rules.known
        yield Sort.RAIL, self._evokes(context, rules.kansei, partners)
        yield Sort.RAIL, tied_up_in(context, rules.topics, partners)
        named = [row for row in map(context.find, rules.artists) if row >= 0]
        left_out = [any(bound(context, row, one) for one in named) for row in partners.tolist()]
        yield Sort.RAIL, np.array(left_out, dtype=np.bool_)

    def _evokes(self, context: Context, kansei: Iterable[str], rows: Rows) -> Flags:
        """(R,) whether each row evokes a member of one of the sectors, as its fingerprint shows."""
        columns = [column for sector in kansei for column in self._columns(context, sector)]
        shown = np.asarray(context.view.kansei.intensity)[rows][:, columns]
        return np.asarray((np.nan_to_num(shown) >= STANDS_FOR).any(axis=1))

    def _known_sectors(self, context: Context, rows: Rows) -> Rows:
        """(R,) of how many sectors something is known."""
        shown = ~np.isnan(np.asarray(context.view.kansei.intensity))[rows]
        sectors = [shown[:, list(self._columns(context, one.id))].any(axis=1) for one in self.dictionary.sectors]
        return np.asarray(np.sum(sectors, axis=0), dtype=np.int64)

    def _columns(self, context: Context, sector: str) -> list[int]:
        name = sector.removeprefix("kansei:")
        members = [one.id for one in self.dictionary.members(name)] if name in self.dictionary else [name]
        return [column for column in map(context.profiles.column, members) if column >= 0]
