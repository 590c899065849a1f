"""The waterfall of a score: base, gains and losses one under the other, and their sum."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from kyokan.matching.ranking.model import Contribution, Match
from kyokan.web.fingerprint.svg import element
from kyokan.web.marks import INKS, in_order

HEIGHT, BAR = 40, 15
NARROWEST = 0.4  # percent; even the smallest contribution leaves a trace


@dataclass(frozen=True, slots=True)
class Step:
    """A row: from ``start`` to ``end`` in units of the ranking score."""

    part: Contribution | None
    start: float
    end: float
    svg: Markup


def waterfall(match: Match) -> tuple[Step, list[Step], Step]:
    """Base, one step a signal in fixed order, and the sum, each with its bar on one scale."""
    parts = in_order(match.contributions)
    places = [match.base]
    for part in parts:
        places.append(places[-1] + part.contribution)
    low, high = min(0.0, *places), max(0.0, *places)
    span = (high - low) or 1.0

    def percent(value: float) -> float:
        return 100 * (value - low) / span

    zero = percent(0)
    base = Step(None, 0.0, match.base, _bar(zero, percent(match.base), "step-base", zero, percent(match.base)))
    steps = []
    for part, start, end in zip(parts, places[:-1], places[1:], strict=True):
        css = f"step-{INKS[part.benefit]}" if part.contribution >= 0 else "step-loss"
        steps.append(Step(part, start, end, _bar(percent(start), percent(end), css, zero, percent(end))))
    total = Step(None, 0.0, places[-1], _bar(zero, percent(places[-1]), "step-sum", zero, None))
    return base, steps, total


def _bar(start: float, end: float, css: str, zero: float, link: float | None) -> Markup:
    """One row's bar with the zero line; ``link`` is where a dotted line leads on to the next row."""
    left, width = min(start, end), max(abs(end - start), NARROWEST)
    top = (HEIGHT - BAR) / 2
    drawn = element("line", class_="zero", x1=f"{zero:.2f}%", x2=f"{zero:.2f}%", y1=0, y2=HEIGHT)
    drawn += element("rect", class_=css, x=f"{left:.2f}%", y=top, width=f"{width:.2f}%", height=BAR)
    if link is not None:
        x = f"{link:.2f}%"
        drawn += element("line", class_="link", x1=x, x2=x, y1=top + BAR, y2=HEIGHT)
    return element("svg", drawn, class_="fall", width="100%", height=HEIGHT, aria_hidden="true")
