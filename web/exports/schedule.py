"""The dates of a proposal along one line: sent, to be answered, from, until."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kyokan.web.exports.proposal import Paper
from kyokan.web.wording import plain

SINCE, UNTIL = "deal.since", "deal.until"


@dataclass(frozen=True, slots=True)
class Moment:
    """A date with its words; ``place`` is where on the line from the first (0) to the last (1)."""

    name: str
    label: str
    date: str
    place: float


def moments(paper: Paper) -> list[Moment]:
    """The dates that are set, in order of time."""
    dated = (
        ("export.sent", paper.view.day(paper.seen["sent"] or "")),
        ("deal.expires", paper.seen["expires"]),
        (SINCE, paper.offer["since"]),
        (UNTIL, paper.offer["until"]),
    )
    found = sorted((date.fromisoformat(day), key) for key, day in dated if day)
    if not found:
        return []
    first, last = found[0][0].toordinal(), found[-1][0].toordinal()
    return [
        Moment(key, plain(paper.view.say(key)), day.isoformat(), (day.toordinal() - first) / max(1, last - first))
        for day, key in found
    ]


def running(points: Sequence[Moment]) -> tuple[float, float] | None:
    """From where to where on the line the tie-up runs; None where it has no beginning or no end yet."""
    places = {point.name: point.place for point in points}
    return (places[SINCE], places[UNTIL]) if {SINCE, UNTIL} <= places.keys() else None
