"""A step of the waterfall on paper: one bar on a common scale, drawn with attributes alone."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from kyokan.web.exports.proposal import Step
from kyokan.web.fingerprint.cores import INK
from kyokan.web.fingerprint.svg import element

WIDE, HIGH, THICK = 620.0, 50.0, 26.0
NARROWEST = 3.0  # even the smallest contribution leaves a trace
COLOURS = {"artist": "#BF3C1B", "brand": "#0F6A86", "both": INK}
TINT = "#868D8B"  # the one beside black
HATCH = 7.0  # between the strokes of a loss


def step_bar(step: Step, scale: tuple[float, float], *, one_ink: bool = False) -> Markup:
    """A gain solid in the ink of whom it is good for, a loss hatched; in one ink the sides are grey and outlined."""
    if one_ink:
        colour = TINT if step.benefit == "artist" else INK
        return _bar(step.start, step.end, scale, colour, outlined=step.benefit == "brand" and step.end >= step.start)
    return _bar(step.start, step.end, scale, COLOURS[step.benefit])


def sum_bar(value: float, scale: tuple[float, float], *, outlined: bool = False) -> Markup:
    """From zero to a value: the base outlined, the sum solid."""
    return _bar(0.0, value, scale, INK, outlined=outlined)


def _bar(start: float, end: float, scale: tuple[float, float], colour: str, *, outlined: bool = False) -> Markup:
    low, high = scale
    zero, one, other = (WIDE * (value - low) / (high - low) for value in (0.0, start, end))
    left, width = min(one, other), max(abs(other - one), NARROWEST)
    top = (HIGH - THICK) / 2
    box: dict[str, Any] = {"x": left, "y": top, "width": width, "height": THICK}
    drawn = element("path", d=f"M{zero:.1f} 0V{HIGH:.0f}", stroke="#868D8B", stroke_width=2.0)
    if outlined:
        drawn += element("rect", **box, fill="#FFFFFF", stroke=colour, stroke_width=2.5)
    elif end < start:
        drawn += element("rect", **box, fill="#FFFFFF", stroke=colour, stroke_width=2.0) + _hatched(left, top, width)
    else:
        drawn += element("rect", **box, fill=colour)
    return element("svg", drawn, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDE:.0f} {HIGH:.0f}")


def _hatched(left: float, top: float, width: float) -> Markup:
    """Diagonal strokes that stay within the box."""
    strokes = ""
    at = left - THICK
    while at < left + width:
        start, end = max(at, left), min(at + THICK, left + width)
        if end > start:
            strokes += f"M{start:.1f} {top + THICK - (start - at):.1f}L{end:.1f} {top + THICK - (end - at):.1f}"
        at += HATCH
    return element("path", d=strokes, stroke=INK, stroke_width=1.6)
