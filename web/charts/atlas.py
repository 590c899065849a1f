"""The map as SVG: families at the rim, silhouettes as points, names at the one in focus and its nearest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup

from kyokan.graph.model import Entity
from kyokan.web.fingerprint.svg import element, text
from kyokan.web.view import View
from kyokan.web.wording import field_width

SIZE, RIM, DISC = 720.0, 336.0, 292.0
GLYPH = 24.0
LINE, EM = 16.0, 6.6  # height of a name, width of half a letter
# The families that the rim names, at the ray of the sector that each is called after.
FAMILIES = {
    "lively": "動",
    "radiant": "華",
    "warm": "温",
    "rustic": "素",
    "serene": "静",
    "composed": "端",
    "crisp": "凛",
    "forward": "新",
}


Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class Point:
    """An entity and its place in the unit disc, y upwards; ``named`` ones stand in full ink with their name.

    On a narrow screen only those with ``room`` are drawn, so large that a finger finds them.
    """

    entity: Entity
    x: float
    y: float
    named: bool
    room: bool = True


def picture(view: View, points: Sequence[Point], focus: Entity | None) -> Markup:
    """The map; each silhouette leads to the map around it."""
    drawn = _rim(view)
    taken = {point.entity.id: _around(point) for point in points if point.named}
    for point in sorted(points, key=lambda one: (one.named, bool(focus and one.entity.id == focus.id))):
        drawn += _point(view, point, focus)
    for point in points:
        if point.named:
            drawn += _name(view, point, focus, taken)
    label = str(view.say("atlas.spoken", count=len(points)))
    box = f"0 0 {SIZE:g} {SIZE:g}"
    css = "atlas focused" if focus else "atlas"
    return element("svg", drawn, class_=css, viewBox=box, role="group", aria_label=label)


def _at(point: Point) -> tuple[float, float]:
    return SIZE / 2 + DISC * point.x, SIZE / 2 - DISC * point.y


def _around(point: Point) -> Box:
    x, y = _at(point)
    return x - GLYPH / 2, y - GLYPH / 2, x + GLYPH / 2, y + GLYPH / 2


def _touch(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _rim(view: View) -> Markup:
    sectors = [sector.id for sector in view.dictionary.sectors]
    middle = SIZE / 2
    drawn = element("circle", class_="rim", cx=middle, cy=middle, r=DISC + GLYPH / 2 + 4, fill="none")
    for name, letter in FAMILIES.items():
        if name not in sectors:
            continue
        angle = 2 * math.pi * sectors.index(name) / len(sectors)
        x, y = middle + RIM * math.sin(angle), middle - RIM * math.cos(angle)
        written = letter if view.lang == "ja" else view.sectors[sectors.index(name)]
        drawn += text(written, class_="family", x=x, y=y + 7, text_anchor=_anchor(view, angle))
    return drawn


def _anchor(view: View, angle: float) -> str:
    """Words of Latin letters end at the rim's edge rather than cross it."""
    across = math.sin(angle)
    if view.lang == "ja" or abs(across) < math.sin(math.pi / 5):
        return "middle"
    return "end" if across > 0 else "start"


def _point(view: View, point: Point, focus: Entity | None) -> Markup:
    x, y = _at(point)
    here = bool(focus and point.entity.id == focus.id)
    css = ("there" if here else "near" if point.named else "other") + ("" if point.room else " fine")
    touched = element("circle", class_="touched", cx=x, cy=y, r=GLYPH / 2) if point.room else Markup()
    title = element("title", Markup("{}").format(point.entity.label(view.lang)))
    plate = element("circle", class_="plate", cx=x, cy=y, r=GLYPH / 2 + 3) if point.named else Markup()
    ring = element("circle", class_="focus-ring", cx=x, cy=y, r=GLYPH / 2 + 6) if here else Markup()
    glyph = element("svg", view.glyph(point.entity, GLYPH), x=x - GLYPH / 2, y=y - GLYPH / 2, overflow="visible")
    link = url_for("atlas", entity=point.entity.id)
    return element(
        "a", title + touched + plate + ring + glyph, href=link, class_=css, tabindex="-1", aria_hidden="true"
    )


def _name(view: View, point: Point, focus: Entity | None, taken: dict[str, Box]) -> Markup:
    """The name beside the silhouette, outwards, or inwards where there it would cover another; else the list has it."""
    x, y = _at(point)
    label = point.entity.label(view.lang)
    width = EM * field_width(label)
    here = bool(focus and point.entity.id == focus.id)
    reach = GLYPH / 2 + (10 if here else 6)
    for outwards in (True, False):
        right = (point.x >= 0) is outwards
        left = x + reach if right else x - reach - width
        box = (left, y - LINE / 2, left + width, y + LINE / 2)
        others = (other for name, other in taken.items() if name != point.entity.id)
        if box[0] >= 0 and box[2] <= SIZE and not any(_touch(box, other) for other in others):
            taken[f"name of {point.entity.id}"] = box
            css = "map-name there" if here else "map-name"
            start = left if right else left + width
            return text(label, class_=css, x=start, y=y + 4.5, text_anchor="start" if right else "end")
    if here:  # the one that everything is about is named in any case: below it
        return text(label, class_="map-name there", x=x, y=y + GLYPH / 2 + 22, text_anchor="middle")
    return Markup()
