"""Kyokan's own mark: the silhouette overlay of one fixed pair; also the favicon, ``static/mark.svg``."""

from __future__ import annotations

from markupsafe import Markup

from kyokan.web.fingerprint import SectorProfile, overlay

_PEOPLE = (
    *(0.38, 0.36, 0.26, 0.30, 0.20, 0.74, 0.82, 0.64, 0.70, 0.45, 0.50, 0.78),
    *(0.90, 0.42, 0.62, 0.50, 0.36, 0.55, 0.40, 0.16, 0.12, 0.44, 0.24, 0.14),
)
_THINGS = (
    *(0.46, 0.40, 0.62, 0.52, 0.36, 0.50, 0.46, 0.52, 0.24, 0.16, 0.20, 0.62),
    *(0.46, 0.40, 0.36, 0.66, 0.56, 0.52, 0.24, 0.30, 0.50, 0.86, 0.66, 0.46),
)
SURE = (1.0,) * 24


def logo(size: float = 32, *, one_ink: bool = False) -> Markup:
    """The mark at a size in px, hidden from assistive technology: the name stands beside it."""
    people, things = SectorProfile(_PEOPLE, SURE, "artist"), SectorProfile(_THINGS, SURE, "brand")
    return overlay(people, things, size, one_ink=one_ink)
