"""Conflicts: terms that cannot stand beside each other as they are, gathered as somebody would settle them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from kyokan.platform.rules.spans import Span


class Severity(StrEnum):
    """How grave a conflict is, gravest first."""

    GRAVE = "grave"
    MIDDLE = "middle"
    LIGHT = "light"


class Clash(StrEnum):
    """What terms do to each other, gravest first."""

    EXCLUSIVE = "exclusive"
    FREE = "free"
    SAME_CATEGORY = "same_category"
    RIVALS = "rivals"  # two artists of one roster in one category at a time


SEVERITIES, CLASHES = list(Severity), list(Clash)
OF_ONE_ARTIST = frozenset({Clash.EXCLUSIVE, Clash.SAME_CATEGORY})
FOREVER = "9999-12-31"
ALONE = "alone"  # marks the key of a note under one term


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two terms with days in common, or one term with days kept free in it; ``since`` and ``until`` are these days."""

    clash: Clash
    spans: tuple[Span, ...]
    since: str
    until: str

    @property
    def severity(self) -> Severity:
        """The graver the more of it is agreed, and a step lighter where no exclusivity would be broken."""
        offers = sum(not span.firm for span in self.spans)
        lighter = self.clash in {Clash.SAME_CATEGORY, Clash.RIVALS}
        return SEVERITIES[min(offers + lighter, len(SEVERITIES) - 1)]


@dataclass(frozen=True, slots=True)
class Conflict:
    """All terms that meet each other in one thing: a category of an artist or of a roster, or days kept free.

    ``scope`` is that thing: a category by id or as the terms word it, or the first day kept free.
    """

    scope: str
    meetings: tuple[Meeting, ...]
    clash: Clash = field(init=False)
    severity: Severity = field(init=False)
    spans: tuple[Span, ...] = field(init=False)

    def __post_init__(self) -> None:
        set_once = object.__setattr__
        spans = {span.key: span for one in self.meetings for span in one.spans}.values()
        firmest_first = sorted(spans, key=lambda span: (not span.firm, span.since, span.until, span.key))
        set_once(self, "clash", min((one.clash for one in self.meetings), key=CLASHES.index))
        set_once(self, "severity", min((one.severity for one in self.meetings), key=SEVERITIES.index))
        set_once(self, "spans", tuple(firmest_first))

    @property
    def since(self) -> str:
        """The first day that any of them share; empty where it is open."""
        return min(one.since for one in self.meetings)

    @property
    def until(self) -> str:
        """The last such day; empty where it is open."""
        ends = [one.until for one in self.meetings]
        return "" if "" in ends else max(ends)

    @property
    def firm(self) -> int:
        """How many of the terms are more than offers."""
        return sum(span.firm for span in self.spans)

    def days(self) -> Mapping[str, list[tuple[str, str]]]:
        """Key of each term → the days that it shares with others, each stretch once."""
        found: dict[str, set[tuple[str, str]]] = {}
        for one in self.meetings:
            for span in one.spans:
                found.setdefault(span.key, set()).add((one.since, one.until))
        return {key: sorted(days) for key, days in found.items()}

    # Notes -----------------------------------------------------------------------------------------------------

    @property
    def key(self) -> str:
        """By which it is addressed; for two terms, or one, it stays as long as they meet."""
        if len(self.meetings) == 1:
            return self._pair(self.meetings[0])
        return self._under(min(span.key for span in self.spans))

    def own_keys(self) -> list[str]:
        """Under which a note on it is kept: one key a term, so that it stays while one of them is left."""
        return [self._under(span.key) for span in self.spans]

    def note_keys(self) -> Iterator[str]:
        """Every key under which a note on it, or on two of its terms, may be found."""
        yield from self.own_keys()
        yield from map(self._pair, self.meetings)

    def _under(self, span: str) -> str:
        kind = "terms" if self.clash in OF_ONE_ARTIST else self.clash.value
        return _digest(ALONE, kind, self.scope, span)

    def _pair(self, meeting: Meeting) -> str:
        names = sorted(span.key for span in meeting.spans)
        return _digest(meeting.clash, *names, meeting.since if meeting.clash is Clash.FREE else "")


def gathered(met: Iterable[tuple[str, Meeting]]) -> list[Conflict]:
    """Meetings by what they are about, each with all that hang together; gravest and firmest first.

    Args:
        met: what each meeting is about, with the meeting. Those of one artist hang together by their terms, rivals of
            a roster and days kept free by the days. Terms that meet in two categories make one conflict.
    """
    heaps: dict[tuple[str, str, bool], list[Meeting]] = {}
    for scope, one in met:
        artist = "" if one.clash is Clash.RIVALS else one.spans[0].artist
        heaps.setdefault((scope, artist, one.clash in OF_ONE_ARTIST), []).append(one)
    found = [
        Conflict(scope, part)
        for (scope, _, by_terms), heap in sorted(heaps.items())
        for part in (_sharing_terms(heap) if by_terms else _sharing_days(heap))
    ]
    return sorted(_widest(found), key=_gravest_first)


def _gravest_first(one: Conflict) -> tuple[int, int, int, str, int, str]:
    return SEVERITIES.index(one.severity), -one.firm, CLASHES.index(one.clash), one.since, -len(one.spans), one.key


def _sharing_days(heap: list[Meeting]) -> Iterator[tuple[Meeting, ...]]:
    """Meetings whose days run into each other."""
    part: list[Meeting] = []
    ends = ""
    for one in sorted(heap, key=lambda one: (one.since, one.until)):
        if part and one.since > ends:
            yield tuple(part)
            part = []
        ends = max(ends, one.until or FOREVER)
        part.append(one)
    yield tuple(part)


def _sharing_terms(heap: list[Meeting]) -> Iterator[tuple[Meeting, ...]]:
    """Meetings that hang together by terms that they share."""
    places: dict[str, int] = {}
    ends = [[places.setdefault(span.key, len(places)) for span in one.spans] for one in heap]
    one, other = np.array(ends).T
    edges = coo_array((np.ones(len(heap), dtype=np.int8), (one, other)), shape=(len(places), len(places)))
    count, part_of = connected_components(edges, directed=False)
    for part in range(count):
        yield tuple(meeting for meeting, row in zip(heap, ends, strict=True) if part_of[row[0]] == part)


def _widest(found: list[Conflict]) -> Iterator[Conflict]:
    """Without those whose terms all meet in another one of their sort as well."""
    seen: list[tuple[bool, frozenset[str]]] = []
    for one in sorted(found, key=lambda one: -len(one.spans)):
        sort, spans = one.clash in OF_ONE_ARTIST, frozenset(span.key for span in one.spans)
        if one.clash is not Clash.FREE:
            if any(sort == other and spans <= wider for other, wider in seen):
                continue
            seen.append((sort, spans))
        yield one


def _digest(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]
