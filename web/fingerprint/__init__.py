"""The kansei fingerprint: one generated picture for every entity, and the overlay of two.

Both functions are pure and cached; the SVG carries classes and presentation attributes only. The attributes hold the
inks of the light theme, so the same SVG serves as a picture on its own; on a page the style sheet repaints the classes.
"""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup

from kyokan.web.fingerprint import cores, labels, rings, silhouette
from kyokan.web.fingerprint.profile import SectorProfile, brought, empty, query_profile, shared
from kyokan.web.fingerprint.sectors import core_kind, sector_profile, wanted_profile
from kyokan.web.fingerprint.svg import element, number
from kyokan.web.fingerprint.tiers import LABELS_FROM, SILHOUETTE, Tier, tier_for
from kyokan.web.fingerprint.words import describe, describe_overlay

__all__ = [
    "SectorProfile",
    "brought",
    "core_kind",
    "describe",
    "describe_overlay",
    "empty",
    "overlay",
    "query_profile",
    "sector_profile",
    "shared",
    "single",
    "wanted_profile",
]

CACHED = 4096


@lru_cache(maxsize=CACHED)
def single(
    profile: SectorProfile,
    size: float,
    *,
    label: str | None = None,
    names: tuple[str, ...] = (),
    one_ink: bool = False,
) -> Markup:
    """The fingerprint of one entity or query.

    Args:
        profile: the sectors' values.
        size: width of the square box in px; picks the tier. Names add a margin around it.
        label: what it says in words; without one, beside a name, the picture is hidden from assistive technology.
        names: the sectors' names, drawn from 300 px on.
        one_ink: for print and for colour vision: ink alone.
    """
    tier = tier_for(size)
    letter, ink = ("k", cores.INK) if one_ink else cores.side(profile.kind)
    css = f"fp-{letter}"
    drawn = silhouette.single(profile, css, ink) if tier is SILHOUETTE else rings.single(profile, tier, css, ink)
    around = Markup()
    if names and size >= LABELS_FROM:
        around = labels.labels(names, labels.single_classes(profile, letter), 100 / size)
    return _svg(drawn, around, size, tier, label)


@lru_cache(maxsize=CACHED)
def overlay(
    a: SectorProfile,
    b: SectorProfile,
    size: float,
    *,
    label: str | None = None,
    names: tuple[str, ...] = (),
    one_ink: bool = False,
    focus: str | None = None,
) -> Markup:
    """Two fingerprints laid over each other; arguments as in ``single``.

    Args:
        a: the people's side, or the first of two on one side.
        b: the things' side, or the second.
        size: width of the square box in px.
        label: what it says in words.
        names: the sectors' names.
        one_ink: ink alone; the things' side is dotted.
        focus: ``a`` or ``b``: the side a list compares, drawn stronger than the side all rows share.
    """
    tier = tier_for(size)
    if tier is SILHOUETTE:
        drawn = silhouette.overlay(a, b, one_ink=one_ink)
    else:
        drawn = rings.overlay(a, b, tier, one_ink=one_ink, focus=focus)
    around = Markup()
    if names and size >= LABELS_FROM:
        around = labels.labels(names, labels.overlay_classes(a, b), 100 / size)
    return _svg(drawn, around, size, tier, label)


def _svg(drawn: Markup, around: Markup, size: float, tier: Tier, label: str | None) -> Markup:
    wide, high = labels.MARGIN_PX if around else (0.0, 0.0)
    x, y = wide * 100 / size, high * 100 / size
    return element(
        "svg",
        element("g", drawn, fill="none", stroke_linecap="round") + around,
        xmlns="http://www.w3.org/2000/svg",
        class_=f"fp fp-{tier.name}" + (" fp-named" if around else ""),
        viewBox=" ".join(number(value) for value in (-x, -y, 100 + 2 * x, 100 + 2 * y)),
        width=size + 2 * wide,
        height=size + 2 * high,
        role="img" if label else None,
        aria_label=label,
        aria_hidden=None if label else "true",
        focusable=None if label else "false",
    )
