"""Lines with a dot: a score in its range, a what-if against now, a ratio against 1."""

from __future__ import annotations

from markupsafe import Markup

from kyokan.web.fingerprint.svg import element

HEIGHT = 14
MIDDLE = HEIGHT / 2


def score_range(score: float, interval: tuple[float, float], label: str) -> Markup:
    """0 to 1 with ticks at the ends and half way; the range that holds 8 in 10 thick, the score as a dot."""
    low, high = interval
    drawn = _line(0, 1, "axis") + _ticks((0, 0.5, 1)) + _line(low, high, "thick") + _dot(score, "dot")
    return _svg(drawn, label)


def what_if(now: float, then: float, scale: tuple[float, float]) -> Markup:
    """○ as it is now, ● after the change, the difference thick between them. The figures stand beside."""
    low, high = scale
    now, then = ((score - low) / ((high - low) or 1.0) for score in (now, then))
    drawn = _line(0, 1, "axis") + _line(min(now, then), max(now, then), "mid") + _dot(now, "ring") + _dot(then, "dot")
    return _svg(drawn, None)


def ratio(value: float, highest: float) -> Markup:
    """How far a ratio is from 1, the tick, on a line from 0 to ``highest``."""
    one, place = 1 / highest, min(value, highest) / highest
    drawn = _line(0, 1, "axis") + _ticks((one,)) + _line(min(one, place), max(one, place), "mid") + _dot(place, "dot")
    return _svg(drawn, None)


def _percent(place: float) -> str:
    """Along the line; a dot's width of room is kept at both ends."""
    return f"{2 + 96 * min(1.0, max(0.0, place)):.2f}%"


def _line(start: float, end: float, css: str) -> Markup:
    return element("line", class_=css, x1=_percent(start), x2=_percent(end), y1=MIDDLE, y2=MIDDLE)


def _ticks(places: tuple[float, ...]) -> Markup:
    return Markup().join(
        element("line", class_="axis", x1=_percent(place), x2=_percent(place), y1=MIDDLE - 3, y2=MIDDLE + 3)
        for place in places
    )


def _dot(place: float, css: str) -> Markup:
    return element("circle", class_=css, cx=_percent(place), cy=MIDDLE, r=4)


def _svg(drawn: Markup, label: str | None) -> Markup:
    return element(
        "svg",
        drawn,
        class_="line",
        width="100%",
        height=HEIGHT,
        role="img" if label else None,
        aria_label=label,
        aria_hidden=None if label else "true",
    )
