"""The smallest fingerprints (36 px and under): filled outlines instead of rings."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from kyokan.web.fingerprint import cores
from kyokan.web.fingerprint.geometry import FULL, Arc, around, difference, point, sectors, value_at
from kyokan.web.fingerprint.profile import SectorProfile
from kyokan.web.fingerprint.svg import Pen, element, number, stroke
from kyokan.web.fingerprint.tiers import SILHOUETTE

HOLE = SILHOUETTE.r0
BASE, SPAN, GAIN = 19.0, 30.0, 1.12
WINDOW, OFFSETS = 13.0, 5
SURPLUS = 0.07
POINTS = 48
RING_RADIUS, RING_WIDTH = 30.0, 5.0
HOLE_PATH = f"M50 {number(50 - HOLE)}a{number(HOLE)} {number(HOLE)} 0 1 0 .01 0z"


def smoothed(values: Sequence[float | None]) -> list[float]:
    """F averaged over ±13° of what is known there, × 1.12 (at most 1), at equal angles; 0 where nothing is known."""
    outline = []
    for index in range(POINTS):
        angle = index * FULL / POINTS
        near = (value_at(values, (angle + WINDOW * k / OFFSETS) % FULL) for k in range(-OFFSETS, OFFSETS + 1))
        known = [value for value in near if value is not None]
        outline.append(min(1.0, GAIN * sum(known) / len(known)) if known else 0.0)
    return outline


def band(outline: Sequence[float], known: list[Arc]) -> str:
    """Path data of the filled band between the hole and the outline, on the known arcs only."""
    step = FULL / len(outline)
    if not difference([(0.0, FULL)], known):
        return _outline([index * step for index in range(len(outline))], outline) + "z" + HOLE_PATH
    data = ""
    for start, end in around(known):
        inner = [index * step for index in range(2 * len(outline)) if start < index * step < end]
        data += _outline([start, *inner, end], outline)
        data += _inner_edge(start, end) + "z"
    return data


def _inner_edge(start: float, end: float) -> str:
    """The way back along the hole, counter-clockwise."""
    (x2, y2), (x1, y1) = point(end, HOLE), point(start, HOLE)
    large = int(end - start > FULL / 2)
    r = number(HOLE)
    return f"L{number(x2)} {number(y2)}A{r} {r} 0 {large} 0 {number(x1)} {number(y1)}"


def _outline(angles: Sequence[float], outline: Sequence[float]) -> str:
    step = FULL / len(outline)
    places = []
    for angle in angles:
        at = (angle % FULL) / step
        low, fraction = int(at) % len(outline), at % 1
        value = outline[low] * (1 - fraction) + outline[(low + 1) % len(outline)] * fraction
        x, y = point(angle, BASE + SPAN * value)
        places.append(f"{x:.1f} {y:.1f}")
    return "M" + "L".join(places)


def known_arcs(*profiles: SectorProfile) -> list[Arc]:
    """Arcs on which every profile is known."""
    together = zip(*(profile.values for profile in profiles), strict=True)
    return sectors([all(value is not None for value in values) for values in together])


def single(profile: SectorProfile, css: str, ink: str) -> Markup:
    """One filled outline; where more than half is unknown, only the known pieces of a ring."""
    middle = cores.core(profile.kind, SILHOUETTE.core, f"{css}f", ink)
    known = known_arcs(profile)
    if profile.known * 2 < len(profile.values):
        lines, dots = Pen(RING_WIDTH).draw(around(known), RING_RADIUS)
        return stroke(lines + dots, css, ink, RING_WIDTH) + middle
    data = band(smoothed(profile.values), known)
    return element("path", class_=f"{css}f", d=data, fill=ink, fill_rule="evenodd") + middle


def overlay(a: SectorProfile, b: SectorProfile, *, one_ink: bool) -> Markup:
    """What both reach filled in ink, each side's surplus above .07 in its own ink around it."""
    first, second = smoothed(a.values), smoothed(b.values)
    both = [min(x, y) for x, y in zip(first, second, strict=True)]
    arcs = [known_arcs(a), known_arcs(b)]
    shapes = Markup()
    for profile, own, known in ((a, first, arcs[0]), (b, second, arcs[1])):
        outer = [x if x - y > SURPLUS else y for x, y in zip(own, both, strict=True)]
        letter, ink = cores.side(profile.kind)
        data = band(outer, known)
        if one_ink:
            dash = 4.4 if letter == "b" else None
            shapes += stroke(data.removesuffix(HOLE_PATH), "fp-k", cores.INK, 2.4, dash=dash)
        elif data:
            shapes += element("path", class_=f"fp-{letter}f", d=data, fill=ink, fill_rule="evenodd")
    data = band(both, known_arcs(a, b))
    if data:
        shapes += element("path", class_="fp-kf", d=data, fill=cores.INK, fill_rule="evenodd")
    return shapes + cores.pair(SILHOUETTE.core, a.kind, b.kind, one_ink=one_ink)
