"""The kansei columns: one row an entity, one column an attribute of the dictionary, unknown apart from zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kyokan.graph.snapshot.columns import open_array

PREFIX = "kansei:"
HUMAN = "human"


@dataclass(frozen=True)
class KanseiColumns:
    """Profiles of all entities.

    Attributes:
        attributes: attribute ids in dictionary order (``serene``, without ``kansei:``), length A.
        intensity: (N, A) in 0..1; NaN where nothing is known, 0 where the attribute is known to be absent.
        confidence: (N, A) in 0..1; 0 where nothing is known.
    """

    attributes: tuple[str, ...]
    intensity: NDArray[np.float32]
    confidence: NDArray[np.float32]


class KanseiWriter:
    """Gathers *evokes* relations into columns.

    Several relations may give one value: what a person set wins, then the more confident, then the first in order of
    identity. A negated cue is known and 0. Attributes that the dictionary lacks are left out.
    """

    def __init__(self, attributes: Sequence[str]) -> None:
        self._columns = {PREFIX + attribute: column for column, attribute in enumerate(attributes)}
        self._best: dict[tuple[int, int], tuple[bool, float, float]] = {}

    def add(self, row: int, relation: Mapping[str, Any]) -> None:
        """Take in one *evokes* relation, as its record says it, of the entity in ``row``."""
        column = self._columns.get(relation["target"])
        if column is None:
            return
        attributes = relation.get("attributes", {})
        intensity = 0.0 if attributes.get("negated") else min(max(relation["weight"], 0.0), 1.0)
        found = (attributes.get("source") == HUMAN, relation["confidence"], intensity)
        held = self._best.get((row, column))
        if held is None or found[:2] > held[:2]:
            self._best[row, column] = found

    def write(self, folder: Path, rows: int) -> None:
        """Write both columns for ``rows`` entities."""
        shape = (rows, len(self._columns))
        intensity = np.full(shape, np.nan, dtype=np.float32)
        confidence = np.zeros(shape, dtype=np.float32)
        if self._best:
            at = tuple(np.array(list(self._best), dtype=np.int64).T)
            values = np.array([(value, sure) for _, sure, value in self._best.values()], dtype=np.float32)
            intensity[at], confidence[at] = values[:, 0], values[:, 1]
        np.save(folder / "kansei_intensity.npy", intensity)
        np.save(folder / "kansei_confidence.npy", confidence)


def open_kansei(folder: Path, attributes: Sequence[str]) -> KanseiColumns:
    """The columns that ``KanseiWriter`` wrote."""
    intensity, confidence = (open_array(folder, f"kansei_{name}") for name in ("intensity", "confidence"))
    return KanseiColumns(tuple(attributes), intensity, confidence)
