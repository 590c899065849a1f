"""How far attributes lie apart on the circle of sectors, and what they share by that."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kyokan.graph.dictionary import Dictionary

OPPOSITE_REACH = 1  # sectors beside the opposite one that count as opposite too

Floats = NDArray[np.float64]


def shares_by_distance(dictionary: Dictionary, shares: tuple[float, float, float]) -> Floats:
    """(attributes, attributes) a share for each pair by its sectors (the same, the next, the opposite ones), else 0.

    An attribute has the share of the same sector with itself.
    """
    sectors = np.array([dictionary.sector_index(attribute) for attribute in dictionary.ids], dtype=np.int64)
    apart = np.abs(sectors[:, None] - sectors[None, :])
    apart = np.minimum(apart, len(dictionary.sectors) - apart)
    opposite = apart >= len(dictionary.sectors) // 2 - OPPOSITE_REACH
    return np.select([apart == 0, apart == 1, opposite], shares, default=0.0)
