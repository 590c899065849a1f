"""Where each ring of a fingerprint carries ink: arcs of the circle on which the value reaches the ring.

Angles are degrees clockwise from 12 o'clock. Between two known rays the value runs along a cosine,
F = a(1 − w) + b·w with w = (1 − cos πf)/2, so a ring's arcs have closed-form ends. Next to an unknown ray the value is
held for half a sector and then ends: the unknown sector stays without ink.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Arc = tuple[float, float]
FULL = 360.0
TOUCHING = 1e-9


def reaching(values: Sequence[float | None], level: float) -> list[Arc]:
    """Arcs on which the value is ``level`` or more, ascending and disjoint, within 0..360."""
    step = FULL / len(values)
    arcs: list[Arc] = []
    for index, here in enumerate(values):
        if here is None:
            continue
        ray = index * step
        following = values[(index + 1) % len(values)]
        if following is not None:
            arcs += _joined(here, following, ray, step, level)
        elif here >= level:
            arcs.append((ray, ray + step / 2))
        if values[index - 1] is None and here >= level:
            start = (ray - step / 2) % FULL
            arcs.append((start, start + step / 2))
    return merged(arcs)


def _joined(a: float, b: float, ray: float, step: float, level: float) -> list[Arc]:
    """The part between two neighbouring known rays on which the cosine from ``a`` to ``b`` reaches ``level``."""
    if a >= level and b >= level:
        return [(ray, ray + step)]
    if a < level and b < level:
        return []
    crossing = ray + step * math.acos(1 - 2 * (level - a) / (b - a)) / math.pi
    return [(ray, crossing)] if a >= level else [(crossing, ray + step)]


def value_at(values: Sequence[float | None], angle: float) -> float | None:
    """F at an angle; None inside an unknown sector's gap."""
    step = FULL / len(values)
    index = int(angle // step) % len(values)
    fraction = (angle % step) / step
    a, b = values[index], values[(index + 1) % len(values)]
    if a is None or b is None:
        return a if fraction < 0.5 else b  # noqa: PLR2004
    weight = (1 - math.cos(math.pi * fraction)) / 2
    return a * (1 - weight) + b * weight


def sectors(flags: Sequence[bool]) -> list[Arc]:
    """Arcs covered by the flagged sectors, each half a sector to either side of its ray."""
    return reaching([1.0 if flag else None for flag in flags], 1.0)


def merged(arcs: list[Arc]) -> list[Arc]:
    """The same arcs ascending, those that touch or overlap joined."""
    result: list[Arc] = []
    for start, end in sorted(arcs):
        if result and start <= result[-1][1] + TOUCHING:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def intersection(first: list[Arc], second: list[Arc]) -> list[Arc]:
    """Arcs that lie in both."""
    return [(max(a, c), min(b, d)) for a, b in first for c, d in second if min(b, d) - max(a, c) > TOUCHING]


def difference(first: list[Arc], second: list[Arc]) -> list[Arc]:
    """Arcs of ``first`` outside ``second``."""
    result: list[Arc] = []
    for start, end in first:
        position = start
        for c, d in second:
            if d <= position or c >= end:
                continue
            if c - position > TOUCHING:
                result.append((position, c))
            position = max(position, d)
        if end - position > TOUCHING:
            result.append((position, end))
    return result


def around(arcs: list[Arc]) -> list[Arc]:
    """Arcs for drawing: one that ends at 360 goes on with the one that starts at 0 (its end is then above 360)."""
    if len(arcs) > 1 and arcs[0][0] <= TOUCHING and arcs[-1][1] >= FULL - TOUCHING:
        return [*arcs[1:-1], (arcs[-1][0], arcs[0][1] + FULL)]
    return arcs


def point(angle: float, radius: float, centre: float = 50.0) -> tuple[float, float]:
    """Cartesian place of an angle and a radius in the 100 × 100 box."""
    turn = math.radians(angle)
    return centre + radius * math.sin(turn), centre - radius * math.cos(turn)
