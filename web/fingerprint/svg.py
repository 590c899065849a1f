"""SVG primitives: numbers, elements, strokes made of arcs. Presentation attributes and classes only."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

from kyokan.web.fingerprint.geometry import FULL, TOUCHING, Arc, point


def number(value: float) -> str:
    """Two decimals, no trailing zeros, no minus zero."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(tag: str, content: str = "", **attributes: str | float | None) -> Markup:
    """One element; ``_`` in an attribute's name becomes ``-`` (a trailing one is dropped), None leaves it out."""
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value if isinstance(value, str) else number(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{tag}{written}>{content}</{tag}>") if content else Markup(f"<{tag}{written}/>")  # noqa: S704


def text(content: str, **attributes: str | float | None) -> Markup:
    """A text element; the content is escaped."""
    return element("text", escape(content), **attributes)


def circle_path(radius: float) -> str:
    """Path data of a full circle around the centre."""
    r = number(radius)
    return f"M50 {number(50 - radius)}a{r} {r} 0 1 1-.01 0z"


def arc_path(start: float, end: float, radius: float) -> str:
    """Path data of an arc, clockwise."""
    (x1, y1), (x2, y2) = point(start, radius), point(end, radius)
    large = int(end - start > FULL / 2)
    r = number(radius)
    return f"M{number(x1)} {number(y1)}A{r} {r} 0 {large} 1 {number(x2)} {number(y2)}"


def dot_path(angle: float, radius: float) -> str:
    """Path data of a dot: a line without length, which a round cap makes visible."""
    x, y = point(angle, radius)
    return f"M{number(x)} {number(y)}h0"


@dataclass(frozen=True, slots=True)
class Pen:
    """How runs become ink: ``width`` of the stroke, runs under ``drop`` widths left out, under ``dot`` widths a dot."""

    width: float
    drop: float = 0.0
    dot: float = 1.0

    def draw(self, arcs: Iterable[Arc], radius: float) -> tuple[str, str]:
        """Path data of the lines and of the dots.

        Each run is shortened by half a stroke at both ends, so that its round caps end where the value does.
        """
        lines, dots = "", ""
        cap = math.degrees(self.width / 2 / radius)
        for start, end in arcs:
            length = math.radians(end - start) * radius
            if end - start >= FULL - TOUCHING:
                lines += circle_path(radius)
            elif length < self.drop * self.width:
                continue
            elif length < self.dot * self.width:
                dots += dot_path((start + end) / 2, radius)
            else:
                lines += arc_path(start + cap, end - cap, radius)
        return lines, dots


def stroke(data: str, css: str, ink: str, width: float, *, dash: float | None = None) -> Markup:
    """A stroked path; ``dash`` is the distance of the dots of a dotted line."""
    if not data:
        return Markup()
    dashes = f"0 {number(dash)}" if dash else None
    return element("path", class_=css, d=data, stroke=ink, stroke_width=width, stroke_dasharray=dashes)
