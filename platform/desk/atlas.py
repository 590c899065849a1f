"""The map of the kansei space: where each described entity lies on the circle of sectors, and who is near whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kyokan.graph.dictionary import Dictionary
from kyokan.graph.model import EntityKind

if TYPE_CHECKING:
    from kyokan.graph.snapshot import Snapshot

KINDS = (EntityKind.ARTIST, EntityKind.BRAND, EntityKind.PRODUCT)
FEWEST = 3  # known sectors from which an entity has a place
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Atlas:
    """The described entities of one snapshot, in order of id.

    ``places`` (N, 2): x to the right, y upwards, within the unit disc. The direction is that in which an entity's
    sectors stand out against those of all others, by the circle of the dictionary; how far out is its rank by how much
    they do, so that the disc is evenly filled. ``known`` (N,) counts known sectors; ``profiles`` (N, A) are unit rows.
    """

    snapshot: str
    ids: tuple[str, ...]
    kinds: NDArray[np.str_]
    places: Floats
    known: NDArray[np.int64]
    profiles: Floats

    def nearest(self, entity_id: str, count: int, kinds: Collection[EntityKind] = KINDS) -> list[tuple[str, float]]:
        """The entities whose kansei are most alike, with the cosine of the two profiles; ties by id.

        An entity without a place has nobody near.
        """
        if entity_id not in self.ids:
            return []
        own = self.ids.index(entity_id)
        likeness = self.profiles @ self.profiles[own]
        meant = self._of(kinds)
        meant[own] = False
        rows = np.flatnonzero(meant)
        order = rows[np.argsort(-likeness[rows].round(9), kind="stable")][:count]
        return [(self.ids[row], float(likeness[row])) for row in order.tolist()]

    def apart(self, first: Sequence[str], least: float, kinds: Collection[EntityKind], most: int) -> list[int]:
        """Rows that can be drawn without touching: ``first`` in any case, then the best described that leave room.

        Args:
            first: ids that are drawn whatever is near them.
            least: smallest distance of two places, of the disc's radius.
            kinds: who is drawn besides.
            most: how many at most.
        """
        by_id = {entity_id: number for number, entity_id in enumerate(self.ids)}
        drawn = [by_id[one] for one in first if one in by_id]
        meant = self._of(kinds)
        meant[drawn] = False
        rows = np.flatnonzero(meant)
        rest = rows[np.argsort(-self.known[rows], kind="stable")].tolist()
        for number in rest:
            if len(drawn) >= most:
                break
            gaps = self.places[drawn] - self.places[number]
            if not drawn or float(np.hypot(gaps[:, 0], gaps[:, 1]).min()) >= least:
                drawn.append(number)
        return drawn

    def count(self, kinds: Collection[EntityKind]) -> int:
        """How many of some kinds have a place."""
        return int(self._of(kinds).sum())

    def _of(self, kinds: Collection[EntityKind]) -> NDArray[np.bool_]:
        return np.isin(self.kinds, [kind.value for kind in kinds])


def draw_up(snapshot: Snapshot, dictionary: Dictionary) -> Atlas:
    """The map of a snapshot; the same snapshot gives the same map."""
    rows = snapshot.rows(*KINDS)
    intensity = np.asarray(snapshot.kansei.intensity[rows], dtype=np.float64)
    sectors = _by_sector(intensity, dictionary)
    known = np.isfinite(sectors).sum(axis=1)
    enough = known >= FEWEST
    rows, intensity, sectors, known = rows[enough], intensity[enough], sectors[enough], known[enough]
    strength = np.nan_to_num(intensity)
    lengths = np.linalg.norm(strength, axis=1, keepdims=True)
    profiles = np.divide(strength, lengths, out=np.zeros_like(strength), where=lengths > 0)
    ids = tuple(snapshot.ids[int(row)] for row in rows)
    kinds = np.array([one.partition(":")[0] for one in ids], dtype=np.str_)
    return Atlas(snapshot.hash, ids, kinds, _places(sectors), known, profiles)


def _by_sector(intensity: Floats, dictionary: Dictionary) -> Floats:
    """(N, S) the strongest known attribute of each sector; NaN where none is known."""
    columns = [[dictionary.index(one.id) for one in dictionary.members(sector.id)] for sector in dictionary.sectors]
    strongest = [np.max(np.where(np.isfinite(part), part, -1.0), axis=1) for part in (intensity[:, c] for c in columns)]
    values = np.stack(strongest, axis=1)
    return np.where(values < 0, np.nan, values)


def _places(sectors: Floats) -> Floats:
    """(N, 2) direction: Σ over known sectors of (value − mean of the sector) · its ray; radius: √(rank / N)."""
    count, rays = sectors.shape
    if not count:
        return np.zeros((0, 2))
    angles = 2 * np.pi * np.arange(rays) / rays  # clockwise from the top
    known = np.isfinite(sectors)
    filled = np.where(known, sectors, 0.0)
    means = filled.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    against = np.where(known, sectors - means, 0.0)
    summed = np.stack([against @ np.sin(angles), against @ np.cos(angles)], axis=1).round(9)
    lengths = np.hypot(summed[:, 0], summed[:, 1])
    rank = np.empty(count)
    rank[np.argsort(lengths, kind="stable")] = np.arange(count)
    unit = np.divide(summed, lengths[:, None], out=np.zeros_like(summed), where=lengths[:, None] > 0)
    return np.asarray(unit * np.sqrt((rank + 0.5) / count)[:, None])
