"""Calendar lines as SVG: months across, a bar a term with its words, and what overlaps as a block of ink."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from markupsafe import Markup

from kyokan.platform.rules import Hold, Line

WIDTH, LANE, BAR, CLASH = 1120.0, 34.0, 24.0, 7.0
LEAST_MONTHS, MOST_MONTHS = 14, 30
TURN = 0.66  # of the width, from where on words stand left of their place

Days = tuple[str, str]
"""First and last day, as ISO dates; empty where open."""


@dataclass(frozen=True, slots=True)
class Scale:
    """From the first day shown to the last."""

    start: date
    end: date

    def x(self, day: str, otherwise: date) -> float:
        """Where a day stands, within the picture."""
        shown = date.fromisoformat(day) if day else otherwise
        share = (shown - self.start) / (self.end - self.start)
        return round(WIDTH * min(1.0, max(0.0, share)), 1)

    @property
    def months(self) -> list[date]:
        """First days of the months shown."""
        found, day = [], self.start
        while day < self.end:
            found.append(day)
            day = _next_month(day)
        return found


def scale_of(lines: Iterable[Line], today: date) -> Scale:
    """From the month before today to the last day of any term, within bounds."""
    start = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    ends = [span.until for line in lines for span in line.spans if span.until]
    last = date.fromisoformat(max(ends)) if ends else start
    end, count = start, 0
    while count < LEAST_MONTHS or (end <= last and count < MOST_MONTHS):
        end, count = _next_month(end), count + 1
    return Scale(start, end)


def head(scale: Scale, today: date, now: str) -> Markup:
    """The months with their years, and today."""
    parts = []
    for month in scale.months:
        x = scale.x(month.isoformat(), scale.start)
        year = Markup('<tspan class="year">{} </tspan>').format(month.year) if month.month == 1 else Markup()
        parts.append(Markup('<text x="{}" y="30" class="month">{}{}</text>').format(x + 3, year, month.month))
    at = scale.x(today.isoformat(), scale.start)
    parts.append(Markup('<text x="{}" y="13" class="today-words">{}</text>').format(at + 3, now))
    return _svg(36, Markup().join(parts), scale, today)


def drawn(
    line: Line, words: Mapping[str, str], shared: Mapping[str, Iterable[Days]], scale: Scale, today: date
) -> Markup:
    """The bars of one artist, one lane each; ``words`` and days ``shared`` with others are of each span by its key."""
    parts = [
        _bar(scale, "free", 0, days.since.isoformat(), days.until.isoformat(), max(1, len(line.spans)) * LANE - 10)
        for days in line.free
    ]
    for lane, span in enumerate(line.spans):
        style = "proposed" if span.hold is Hold.PROPOSED else "kept" if span.exclusive else "held"
        parts.append(_bar(scale, style, lane, span.since, span.until))
        days = [(since, until) for since, until in shared.get(span.key, ()) if since]
        parts += [_bar(scale, "clash", lane, since, until, foot=CLASH) for since, until in days]
    for lane, span in enumerate(line.spans):
        at = scale.x(span.since, scale.start)
        left = at > WIDTH * TURN
        x = scale.x(span.until, scale.end) - 6 if left else at + 6
        text = Markup('<text x="{}" y="{}" class="bar-words"{}>{}</text>')
        anchor = Markup(' text-anchor="end"') if left else Markup()
        parts.append(text.format(x, lane * LANE + 20, anchor, words[span.key]))
    return _svg(max(1, len(line.spans)) * LANE + 4, Markup().join(parts), scale, today)


def _bar(scale: Scale, style: str, lane: int, since: str, until: str, height: float = BAR, foot: float = 0.0) -> Markup:
    """A bar in a lane; with ``foot`` only so much of it, from its foot."""
    x, end = scale.x(since, scale.start), scale.x(until, scale.end)
    shape = Markup('<rect class="bar-{}" x="{}" y="{}" width="{}" height="{}"/>')
    top = lane * LANE + 5 + (height - foot if foot else 0)
    return shape.format(style, x, top, max(2.0, round(end - x, 1)), foot or height)


def _svg(height: float, inside: Markup, scale: Scale, today: date) -> Markup:
    grid = Markup('<path class="grid" d="{}"/>').format("".join(f"M{x} 0V{height}" for x in _grid(scale)))
    now = Markup('<path class="today" d="M{} 0V{}"/>').format(scale.x(today.isoformat(), scale.start), height)
    shape = Markup('<svg class="calendar" viewBox="0 0 {} {}" aria-hidden="true" focusable="false">{}{}{}</svg>')
    return shape.format(int(WIDTH), height, grid, inside, now)


@lru_cache(maxsize=8)
def _grid(scale: Scale) -> tuple[float, ...]:
    """Where the months begin, the same on every line of a page."""
    return tuple(scale.x(month.isoformat(), scale.start) for month in scale.months)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
