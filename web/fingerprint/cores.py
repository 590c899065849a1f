"""The core of a fingerprint: its shape says what kind of thing it is, its ink whose side it is on."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from kyokan.web.fingerprint.profile import PEOPLE, THINGS
from kyokan.web.fingerprint.svg import element

CENTRE = 50.0
ARTIST, BRAND, INK, PAPER = "#BF3C1B", "#0F6A86", "#15181C", "#F6F7F4"


def side(kind: str) -> tuple[str, str]:
    """Class suffix and ink (light theme; the style sheet sets the others) of the side a kind is on."""
    if kind in PEOPLE:
        return "a", ARTIST
    return ("b", BRAND) if kind in THINGS else ("k", INK)


def core(kind: str, size: float, css: str, ink: str) -> Markup:
    """● artist, ∴ fan segment, ■ brand, ◆ product, ☰ page, ＋ query; ``size`` is the radius of ●."""
    paint = {"class_": css, "fill": ink}
    match kind:
        case "artist":
            return disc(CENTRE, CENTRE, size, paint)
        case "segment":
            return _three(CENTRE, size, paint)
        case "brand":
            return _box(CENTRE, CENTRE, size * 1.72, size * 1.72, paint)
        case "product":
            return diamond(CENTRE, size * 1.25, css, ink)
        case "page":
            bars = (_box(CENTRE, CENTRE + dy * size, size * 2, size * 0.42, paint) for dy in (-0.8, 0, 0.8))
            return Markup().join(bars)
        case _:
            return _plus(CENTRE, size, paint)


def diamond(cx: float, half: float, css: str, ink: str) -> Markup:
    """A square on its point."""
    data = f"M{cx:g} {CENTRE - half:g}l{half:g} {half:g} {-half:g} {half:g} {-half:g} {-half:g}z"
    return element("path", class_=css, d=data, fill=ink)


def pair(size: float, first: str, second: str, *, one_ink: bool) -> Markup:
    """The two cores of an overlay, side by side: the first side's left, the second's right.

    In one ink the things' core is hollow, so that the two stay apart where their shapes are a few pixels wide.
    """
    radius = size * 0.76
    return _small(first, CENTRE - radius * 1.02, radius, one_ink=one_ink) + _small(
        second, CENTRE + radius * 1.02, radius, one_ink=one_ink
    )


def _small(kind: str, cx: float, radius: float, *, one_ink: bool) -> Markup:
    """One of two cores: ● or ∴ for people, ■ or ◆ for things, ＋ for a query."""
    letter, ink = side(kind)
    css, ink = f"fp-{'k' if one_ink else letter}f", INK if one_ink else ink
    paint = {"class_": css, "fill": ink}
    if kind == "segment":
        return _three(cx, radius, paint)
    if letter == "a":
        return disc(cx, CENTRE, radius, paint)
    if letter == "k":
        return _plus(cx, radius, paint)
    if kind == "product":
        return diamond(cx, radius * 1.12, css, ink)
    if one_ink:
        line = radius * 0.4
        half = (radius * 1.7 - line) / 2
        data = f"M{cx - half:g} {CENTRE - half:g}h{2 * half:g}v{2 * half:g}h{-2 * half:g}z"
        return element("path", class_="fp-k", d=data, stroke=INK, stroke_width=line)
    return _box(cx, CENTRE, radius * 1.7, radius * 1.7, paint)


def _three(cx: float, size: float, paint: Mapping[str, str]) -> Markup:
    """Three dots that stand together."""
    places = ((0, -0.66), (-0.66, 0.48), (0.66, 0.48))
    return Markup().join(disc(cx + dx * size, CENTRE + dy * size, size * 0.46, paint) for dx, dy in places)


def _plus(cx: float, size: float, paint: Mapping[str, str]) -> Markup:
    """Two crossing bars."""
    bars = ((size * 0.5, size * 2.1), (size * 2.1, size * 0.5))
    return Markup().join(_box(cx, CENTRE, width, height, paint) for width, height in bars)


def disc(cx: float, cy: float, radius: float, paint: Mapping[str, str]) -> Markup:
    """A filled circle."""
    return element("circle", cx=cx, cy=cy, r=radius, class_=paint["class_"], fill=paint["fill"])


def _box(cx: float, cy: float, width: float, height: float, paint: Mapping[str, str]) -> Markup:
    """A rectangle around a centre."""
    x, y = cx - width / 2, cy - height / 2
    return element("rect", x=x, y=y, width=width, height=height, class_=paint["class_"], fill=paint["fill"])
