"""The map of the kansei space: silhouettes where their kansei point to, and the ten nearest of the one in focus."""

from __future__ import annotations

import math
from dataclasses import dataclass

from flask import redirect, render_template
from werkzeug.wrappers import Response

from kyokan.graph.model import Entity, EntityKind
from kyokan.platform.desk.atlas import KINDS, Atlas
from kyokan.web.addresses import address_with
from kyokan.web.charts.atlas import Point, picture
from kyokan.web.parameters import Parameters
from kyokan.web.view import View, current

NEAREST = 10
DRAWN = 160
FIRST = 3  # of the nearest that the opening sentence names
ROOM = 0.094  # of the disc's radius between two silhouettes
WIDE_ROOM = 0.21  # the same on a narrow screen, where they are drawn larger


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One of the nearest, with how alike the two profiles are."""

    entity: Entity
    likeness: float


def show() -> str | Response:
    """The map; with an entity in focus those nearest to it."""
    parameters = Parameters.of_request(("entity", "q", "for", "view"))
    view = current()
    if parameters.empty():
        return redirect(address_with(drop=parameters.empty()))
    chosen = parameters.choice("for", ("", *(kind.value for kind in KINDS)), "")
    kinds = (EntityKind(chosen),) if chosen else KINDS
    typed = parameters.text("q")
    found = [hit.entity_id for hit in view.services.find(typed, KINDS, 1)] if typed else []
    if found:
        return redirect(address_with(q=None, entity=found[0]))
    given = parameters.text("entity")
    focus = view.entity(given) if given else None
    atlas = view.services.atlas()
    near = [Neighbour(view.entity(one), likeness) for one, likeness in near_to(atlas, focus, kinds)]
    points = points_of(view, atlas, focus, near, kinds)
    return render_template(
        "atlas.html",
        focus=focus,
        placed=focus is None or focus.id in atlas.ids,
        near=near,
        near_names=str(view.say("site.comma")).join(one.entity.label(view.lang) for one in near[:FIRST]),
        unknown_name=typed,
        kinds=KINDS,
        chosen=chosen,
        counted=atlas.count(kinds),
        drawn=len(points),
        roomy=sum(point.room for point in points),
        table=sorted((point.entity for point in points), key=lambda one: one.label(view.lang)),
        as_table=parameters.choice("view", ("map", "table"), "map") == "table",
        picture=picture(view, points, focus),
    )


def near_to(atlas: Atlas, focus: Entity | None, kinds: tuple[EntityKind, ...]) -> list[tuple[str, float]]:
    """The nearest of the one in focus; nobody without one."""
    return atlas.nearest(focus.id, NEAREST, kinds) if focus else []


def points_of(
    view: View, atlas: Atlas, focus: Entity | None, near: list[Neighbour], kinds: tuple[EntityKind, ...]
) -> list[Point]:
    """What is drawn: the one in focus, its nearest, then as many as leave room."""
    named = [*([focus.id] if focus else []), *(one.entity.id for one in near)]
    rows = atlas.apart(named, ROOM, kinds, DRAWN)
    places = [(atlas.ids[row], float(atlas.places[row, 0]), float(atlas.places[row, 1])) for row in rows]
    roomy = with_room([(x, y) for _, x, y in places])
    return [Point(view.entity(one), x, y, one in named, number in roomy) for number, (one, x, y) in enumerate(places)]


def with_room(places: list[tuple[float, float]]) -> set[int]:
    """Which of the places, taken in turn, stand apart from those taken before by what a narrow screen needs."""
    taken: dict[int, tuple[float, float]] = {}
    for number, place in enumerate(places):
        if all(math.dist(place, other) >= WIDE_ROOM for other in taken.values()):
            taken[number] = place
    return set(taken)
