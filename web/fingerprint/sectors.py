"""From a profile of many attributes to the sectors of the circle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kyokan.graph.dictionary import Dictionary
from kyokan.graph.model import KanseiValue
from kyokan.web.fingerprint.profile import SectorProfile, query_profile

CORES = {"artist": "artist", "fan": "segment", "segment": "segment", "brand": "brand", "product": "product"}


def core_kind(kind: str) -> str:
    """The core that stands for an entity kind; works, places and the like are shown as pages."""
    return CORES.get(kind, "page")


def plain_id(attribute: str) -> str:
    """The dictionary's id of an attribute given as ``kansei:serene`` or ``serene``."""
    return attribute.removeprefix("kansei:")


def sector_profile(values: Iterable[KanseiValue], dictionary: Dictionary, kind: str) -> SectorProfile:
    """The strongest known attribute of each sector speaks for it, with its own confidence.

    Attributes that this dictionary does not have are left out; a sector without any stays unknown.
    """
    strongest: dict[int, KanseiValue] = {}
    positions = dictionary.sector_positions
    for value in values:
        index = positions.get(plain_id(value.attribute))
        if index is None:
            continue
        held = strongest.get(index)
        if held is None or (value.intensity, value.confidence) > (held.intensity, held.confidence):
            strongest[index] = value
    count = len(dictionary.sectors)
    return SectorProfile(
        tuple(strongest[i].intensity if i in strongest else None for i in range(count)),
        tuple(strongest[i].confidence if i in strongest else 0.0 for i in range(count)),
        core_kind(kind),
    )


def wanted_profile(weights: Mapping[str, float], dictionary: Dictionary) -> SectorProfile:
    """The fingerprint of wanted and avoided kansei: the weight of largest size speaks for its sector."""
    sectors: list[float | None] = [None] * len(dictionary.sectors)
    for attribute, weight in weights.items():
        index = dictionary.sector_index(plain_id(attribute))
        held = sectors[index]
        if held is None or abs(weight) > abs(held):
            sectors[index] = weight
    return query_profile(sectors)
