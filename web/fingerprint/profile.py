"""What a fingerprint is drawn from: one value a sector, or not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

KINDS = ("artist", "segment", "brand", "product", "page", "query")
PEOPLE = frozenset({"artist", "segment"})
THINGS = frozenset({"brand", "product"})
LOW_CONFIDENCE = 0.5
STRONG = 0.46  # from here a value stands out by itself


@dataclass(frozen=True, slots=True)
class SectorProfile:
    """Values of the sectors, clockwise from 12 o'clock.

    ``values`` are in 0..1, or None where nothing is known; a negated term is known and 0. ``confidence`` (0..1) has the
    same length. ``kind`` is one of ``KINDS``. ``avoided``, for a query only, holds how strongly a sector is avoided.

    Raises:
        ValueError: lengths differ, a number is outside 0..1, or the kind is not known.
    """

    values: tuple[float | None, ...]
    confidence: tuple[float, ...]
    kind: str
    avoided: tuple[float | None, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"a fingerprint has no core for kind {self.kind!r}")
        if len(self.values) < 2 or len(self.confidence) != len(self.values):  # noqa: PLR2004
            raise ValueError("a fingerprint needs two sectors or more and one confidence for each")
        if self.avoided and len(self.avoided) != len(self.values):
            raise ValueError("avoided sectors must be as many as the sectors")
        for number in (*self.values, *self.confidence, *self.avoided):
            if number is not None and not 0 <= number <= 1:
                raise ValueError(f"a sector's value must be in 0..1, not {number}")

    @property
    def known(self) -> int:
        """Number of sectors of which something is known."""
        return sum(value is not None for value in self.values)

    @property
    def low(self) -> tuple[bool, ...]:
        """Which known sectors stand on little evidence."""
        return tuple(
            value is not None and confidence < LOW_CONFIDENCE
            for value, confidence in zip(self.values, self.confidence, strict=True)
        )

    def strongest(self, count: int = 4) -> list[int]:
        """Indices of the strongest known sectors above 0, strongest first, ties in the order of the circle."""
        ranked = sorted((-value, index) for index, value in enumerate(self.values) if value)
        return [index for _, index in ranked[:count]]


def shared(a: SectorProfile, b: SectorProfile, count: int = 4) -> list[int]:
    """Sectors that both evoke, by the weaker of the two values, strongest first.

    Where one leads by more than the other has, it brings the sector.
    """
    weaker = [
        (-min(x, y), index)
        for index, (x, y) in enumerate(zip(a.values, b.values, strict=True))
        if x and y is not None and abs(x - y) <= min(x, y)
    ]
    return [index for value, index in sorted(weaker)[:count] if value < 0]


def brought(a: SectorProfile, b: SectorProfile, count: int = 4, margin: float = 0.07) -> list[int]:
    """Sectors in which ``a`` leads ``b`` by more than ``margin``, widest lead first.

    What is told as `shared` is left out. After those known of both come the ones of which nothing is known of ``b``,
    where ``a`` is ``STRONG`` or more.
    """
    leads, alone, told = [], [], shared(a, b, count)
    for index, (x, y) in enumerate(zip(a.values, b.values, strict=True)):
        if index in told:
            continue
        if x is not None and y is not None and x - y > margin:
            leads.append((round(y - x, 9), index))
        elif x is not None and y is None and x >= STRONG:
            alone.append((-x, index))
    return [index for _, index in (*sorted(leads), *sorted(alone))[:count]]


def empty(kind: str, sectors: int) -> SectorProfile:
    """A profile of which nothing is known."""
    return SectorProfile((None,) * sectors, (0.0,) * sectors, kind)


def query_profile(weights: Sequence[float | None]) -> SectorProfile:
    """The profile of a query: weights in −1..1, wanted above 0, avoided below, None where nothing was said."""
    wanted = tuple(weight if weight is not None and weight >= 0 else None for weight in weights)
    avoided = tuple(-weight if weight is not None and weight < 0 else None for weight in weights)
    return SectorProfile(wanted, (1.0,) * len(wanted), "query", avoided)
