"""Names of the sectors around a large fingerprint, with a tick at each ray."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from kyokan.web.fingerprint import cores
from kyokan.web.fingerprint.geometry import FULL, point
from kyokan.web.fingerprint.profile import STRONG, SectorProfile
from kyokan.web.fingerprint.svg import element, number, text

TICK, TICK_LENGTH = 50.5, 1.4
LEAD = 0.20
GAP_PX, FONT_PX = 9.0, 13.0
MARGIN_PX = (92.0, 30.0)
NEAR_UPRIGHT = 0.05


def single_classes(profile: SectorProfile, letter: str) -> list[str]:
    """Strong sectors bold in the entity's ink, the others quiet."""
    return [f"fp-l fp-l{letter}" if value and value >= STRONG else "fp-l" for value in profile.values]


def overlay_classes(a: SectorProfile, b: SectorProfile) -> list[str]:
    """Bold ink where both are strong; bold in a side's ink where it leads, or is strong and the other is not known."""
    classes = []
    letters = cores.side(a.kind)[0], cores.side(b.kind)[0]
    for x, y in zip(a.values, b.values, strict=True):
        css = "fp-l"
        if x is not None and y is not None:
            if min(x, y) >= STRONG:
                css = "fp-l fp-lk"
            elif abs(x - y) > LEAD:
                css = f"fp-l fp-l{letters[0] if x > y else letters[1]}"
        elif max(x or 0.0, y or 0.0) >= STRONG:
            css = f"fp-l fp-l{letters[1] if x is None else letters[0]}"
        classes.append(css)
    return classes


def labels(names: Sequence[str], classes: Sequence[str], unit: float) -> Markup:
    """Ticks and names; ``unit`` is the length of one px in the box, so that type keeps its size."""
    ticks, words = "", Markup()
    for index, (name, css) in enumerate(zip(names, classes, strict=True)):
        angle = index * FULL / len(names)
        (x1, y1), (x2, y2) = point(angle, TICK), point(angle, TICK + TICK_LENGTH)
        ticks += f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}"
        x, y = point(angle, TICK + TICK_LENGTH + GAP_PX * unit)
        aside = (x - cores.CENTRE) / cores.CENTRE
        anchor = "middle" if abs(aside) < NEAR_UPRIGHT else "start" if aside > 0 else "end"
        words += text(name, class_=css, x=x, y=y, text_anchor=anchor, dominant_baseline="central")
    ring = element("path", class_="fp-tick", d=ticks, stroke="#868D8B", stroke_width=1.2 * unit)
    return ring + element("g", words, class_="fp-names", font_size=FONT_PX * unit)
