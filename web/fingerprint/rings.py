"""Fingerprints of 37 px and more: rings of ridges around a core."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from kyokan.web.fingerprint import cores
from kyokan.web.fingerprint.geometry import around, difference, intersection, reaching, sectors
from kyokan.web.fingerprint.profile import SectorProfile
from kyokan.web.fingerprint.silhouette import known_arcs
from kyokan.web.fingerprint.svg import Pen, element, stroke
from kyokan.web.fingerprint.tiers import Tier

LOW_WIDTH, LOW_DASH = 0.62, 1.5
SHARED_DROP, SHARED_DOT, SHARED_DOT_WIDTH = 0.30, 1.15, 0.52
AVOIDED = 0.26
THING_DASH = 2.1


def single(profile: SectorProfile, tier: Tier, css: str, ink: str) -> Markup:
    """Ridges of one entity or query, its coverage ring and its core."""
    rings = Markup().join(element("g", ring, class_=f"r{index}") for index, ring in _rings(profile, tier, css, ink))
    return rings + coverage([profile], tier, css, ink) + cores.core(profile.kind, tier.core, f"{css}f", ink)


def _rings(profile: SectorProfile, tier: Tier, css: str, ink: str) -> Iterator[tuple[int, Markup]]:
    width = tier.stroke * tier.step
    low = sectors(profile.low)
    pen, light, hair = Pen(width), Pen(width * LOW_WIDTH), Pen(AVOIDED * tier.step)
    for ring in range(tier.rings):
        radius = tier.radius(ring)
        arcs = reaching(profile.values, tier.level(ring))
        solid = "".join(pen.draw(around(difference(arcs, low)), radius))
        dotted = "".join(light.draw(around(intersection(arcs, low)), radius))
        drawn = stroke(solid, css, ink, width)
        drawn += stroke(dotted, css, ink, light.width, dash=light.width * LOW_DASH)
        if profile.avoided:
            inward = reaching(profile.avoided, 1 - tier.level(ring))
            drawn += stroke("".join(hair.draw(around(inward), radius)), css, ink, hair.width)
        if drawn:
            yield ring, drawn


def coverage(profiles: list[SectorProfile], tier: Tier, css: str, ink: str) -> Markup:
    """The inner ring: closed where every profile is known, open elsewhere; absent in the smallest tiers."""
    if not tier.coverage_width:
        return Markup()
    lines, dots = Pen(tier.coverage_width).draw(around(known_arcs(*profiles)), tier.r0 - tier.coverage_inset)
    return stroke(lines + dots, css, ink, tier.coverage_width)


def overlay(a: SectorProfile, b: SectorProfile, tier: Tier, *, one_ink: bool, focus: str | None) -> Markup:
    """Thick ink where both reach a ring, thin lines in a side's ink where one alone does.

    ``focus`` is "a" or "b" in a list whose rows all share the other side: the focused side's surplus is drawn
    stronger and the shared query's surplus as a hairline, so that rows differ by what each candidate brings.
    """
    step = tier.step
    thick = Pen(tier.shared * step, drop=SHARED_DROP, dot=SHARED_DOT)
    widths = {
        name: step * (tier.thin if focus is None else tier.focus if focus == name else tier.faint) for name in "ab"
    }
    parts = {"shared": "", "dots": "", "a": "", "b": ""}
    for ring in range(tier.rings):
        radius, level = tier.radius(ring), tier.level(ring)
        of = {"a": reaching(a.values, level), "b": reaching(b.values, level)}
        lines, dots = thick.draw(around(intersection(of["a"], of["b"])), radius)
        parts["shared"] += lines
        parts["dots"] += dots
        for name, other in (("a", "b"), ("b", "a")):
            parts[name] += "".join(Pen(widths[name]).draw(around(difference(of[name], of[other])), radius))
    drawn = Markup()
    same_side = cores.side(a.kind) == cores.side(b.kind)  # two brands: ink cannot tell them apart, dots do
    for name, profile in (("a", a), ("b", b)):
        letter, ink = cores.side(profile.kind)
        dotted = name == "b" if same_side else one_ink and letter == "b"
        dash = widths[name] * THING_DASH if dotted else None
        css = f"fp-{'k' if one_ink else letter} fp-thin-{letter}"
        drawn += stroke(parts[name], css, cores.INK if one_ink else ink, widths[name], dash=dash)
    drawn += stroke(parts["shared"], "fp-k", cores.INK, thick.width)
    drawn += stroke(parts["dots"], "fp-k", cores.INK, SHARED_DOT_WIDTH * step)
    drawn += coverage([a, b], tier, "fp-k", cores.INK)
    return drawn + cores.pair(tier.core, a.kind, b.kind, one_ink=one_ink)
