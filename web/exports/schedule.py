"""The dates of a proposal along one line: sent, to be answered, from, until."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kyokan.web.exports.proposal import Paper


@dataclass(frozen=True, slots=True)
class Moment:
    """A date with its words; ``place`` is where on the line from the first (0) to the last (1)."""

    label: str
    date: str
    place: float


def moments(paper: Paper) -> list[Moment]:
    """The dates that are set, in order of time."""
    dated = (
        ("export.sent", (paper.seen["sent"] or "")[:10]),
        ("deal.expires", paper.seen["expires"]),
        ("deal.since", paper.offer["since"]),
        ("deal.until", paper.offer["until"]),
    )
    found = sorted((date.fromisoformat(day), str(paper.view.say(key))) for key, day in dated if day)
    if not found:
        return []
    first, last = found[0][0].toordinal(), found[-1][0].toordinal()
    return [Moment(label, day.isoformat(), (day.toordinal() - first) / max(1, last - first)) for day, label in found]
