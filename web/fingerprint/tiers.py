"""Size tiers: how many rings and how wide a stroke a size in pixels can carry."""

from __future__ import annotations

from dataclasses import dataclass

RIM = 49.0


@dataclass(frozen=True, slots=True)
class Tier:
    """Measures in the 100 × 100 box; strokes are shares of the distance between rings.

    ``largest`` is the last size in px it serves. ``shared`` and ``thin`` are the strokes of an overlay; ``focus``
    replaces ``thin`` for the side that a list compares, ``faint`` for its other side.
    """

    name: str
    largest: float
    rings: int
    r0: float
    stroke: float
    core: float
    shared: float
    thin: float
    coverage_inset: float = 0.0
    coverage_width: float = 0.0

    @property
    def step(self) -> float:
        """Distance between rings."""
        return (RIM - self.r0) / self.rings

    @property
    def focus(self) -> float:
        """Stroke of what the compared side brings, as a share of the step."""
        return 0.5

    @property
    def faint(self) -> float:
        """Stroke of what the side that stays the same down a list brings, as a share of the step."""
        return 0.16

    def radius(self, ring: int) -> float:
        """Radius of a ring's centre line."""
        return self.r0 + (ring + 0.5) * self.step

    def level(self, ring: int) -> float:
        """The value from which a ring carries ink."""
        return (ring + 0.5) / self.rings


SILHOUETTE = Tier("s", 36, 0, 17, 0, 9.5, 0, 0)
TIERS = (
    SILHOUETTE,
    Tier("4", 56, 4, 16, 0.60, 7, 0.80, 0.34),
    Tier("5", 110, 5, 17, 0.56, 5.4, 0.80, 0.30, 3.4, 1.2),
    Tier("7", 220, 7, 15, 0.52, 4.4, 0.78, 0.26, 2.4, 0.7),
    Tier("10", float("inf"), 10, 13, 0.46, 3.4, 0.76, 0.22, 2.4, 0.7),
)
LABELS_FROM = 300


def tier_for(size: float) -> Tier:
    """The tier that serves a size in px."""
    return next(tier for tier in TIERS if size <= tier.largest)
