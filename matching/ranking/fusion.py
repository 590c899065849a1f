"""Fusion: signals into one raw score by a weight and a monotone shape each, so that contributions add up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from scipy.special import expit

from kyokan.errors import SettingsError
from kyokan.matching.signals import SIGNALS
from kyokan.matching.signals.partners import PairWeights
from kyokan.matching.signals.view import Floats

TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Shape:
    """A non-decreasing piecewise linear curve through (0, 0), flat outside its knots.

    Raises:
        SettingsError: knots do not ascend, values descend, or 0 does not map to 0.
    """

    knots: tuple[float, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        ascending = all(low < high for low, high in zip(self.knots, self.knots[1:], strict=False))
        monotone = all(low <= high for low, high in zip(self.values, self.values[1:], strict=False))
        if len(self.knots) < 2 or len(self.knots) != len(self.values) or not ascending or not monotone:  # noqa: PLR2004
            raise SettingsError("shape", "needs two or more ascending knots with values that do not descend")
        if abs(float(self(np.zeros(1))[0])) > TINY:
            raise SettingsError("shape", "must map 0 to 0", "What chance gives may neither help nor harm")

    def __call__(self, values: Floats) -> Floats:
        """(C,) → (C,)."""
        return np.asarray(np.interp(values, self.knots, self.values))


# Linear where values usually lie, so that evidence taken away costs what it claimed; flatter beyond, so that no single
# signal decides alone.
PLAIN = Shape((-4.0, 0.0, 4.0, 8.0), (-4.0, 0.0, 4.0, 6.0))
# Precedent is learned in nats, of which e^raw makes a probability: straight as far as values reach.
NATS = Shape((-12.0, 0.0, 12.0), (-12.0, 0.0, 12.0))
# What is good for one side only has falling returns and costs in full where it is missing: two even gains
# beat one of the same sum, so a one-sided match falls while the parts still add up.
ONE_SIDED = Shape((-1.0, 0.0, 0.5, 1.5), (-1.0, 0.0, 0.35, 0.6))

DEFAULT_WEIGHTS: Mapping[str, float] = {
    "resonance": 0.6,
    "complement": 0.15,
    "meaning": 0.6,
    "fan_bridge": 1.0,
    "walk": 0.3,
    "precedent": 1.0,
    "reach": 0.3,
    "rivalry": -1.5,
}
DEFAULT_BASE = -1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionWeights:
    """Everything that may be learned: base, a weight and a shape for each signal, and how far each usually spreads.

    ``spread`` is the standard deviation of a signal's shaped value over pairs; it says how much is unknown while the
    signal is silent. ``pairs`` is what past tie-ups weigh within precedent. ``version`` names where the weights came
    from. Weights are ≥ 0, rivalry's ≤ 0.

    Raises:
        SettingsError: an unknown signal, or a weight of the wrong sign.
    """

    base: float = DEFAULT_BASE
    weights: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))
    shapes: Mapping[str, Shape] = field(default_factory=lambda: {"precedent": NATS, "reach": ONE_SIDED})
    spread: Mapping[str, float] = field(default_factory=dict)
    pairs: PairWeights = field(default_factory=PairWeights)
    version: str = "default-4"

    def __post_init__(self) -> None:
        for name in (*self.weights, *self.shapes, *self.spread):
            if name not in SIGNALS:
                raise SettingsError(f"signal {name!r}", "is unknown", f"Known are {', '.join(SIGNALS)}")
        for name, weight in self.weights.items():
            if not np.isfinite(weight) or (weight > 0 if name == "rivalry" else weight < 0):
                raise SettingsError(f"weight of {name}", f"is {weight}", "Rivalry may only cost, every other only gain")

    def weight(self, signal: str) -> float:
        """The weight of a signal; 0 where none is given."""
        return float(self.weights.get(signal, 0.0))

    def shape(self, signal: str) -> Shape:
        """The shape of a signal."""
        return self.shapes.get(signal, PLAIN)

    def contribution(self, signal: str, values: Floats) -> Floats:
        """(C,) weight · shape(value)."""
        return np.asarray(self.weight(signal) * self.shape(signal)(values))

    def scale(self, signal: str, value: float) -> float:
        """Contribution ÷ value: what one unit of evidence is worth at this value."""
        at = value if abs(value) > TINY else 1e-6
        return float(self.contribution(signal, np.array([at]))[0] / at)

    def doubt(self, signal: str) -> float:
        """Standard deviation of the contribution while the signal is silent."""
        return abs(self.weight(signal)) * float(self.spread.get(signal, 0.6))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, shapes as knots and values."""
        shapes = {name: {"knots": list(one.knots), "values": list(one.values)} for name, one in self.shapes.items()}
        return {
            "version": self.version,
            "base": self.base,
            "weights": dict(self.weights),
            "shapes": shapes,
            "spread": dict(self.spread),
            "pairs": self.pairs.to_json(),
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """The weights that ``to_json`` wrote; unknown keys are refused."""
        unknown = sorted(set(found) - {"version", "base", "weights", "shapes", "spread", "pairs"})
        if unknown:
            raise SettingsError(f"fusion weights key {unknown[0]!r}", "is unknown")
        try:
            shapes = {
                name: Shape(tuple(map(float, one["knots"])), tuple(map(float, one["values"])))
                for name, one in found.get("shapes", {}).items()
            }
            return cls(
                base=float(found["base"]),
                weights={name: float(weight) for name, weight in found["weights"].items()},
                shapes=shapes,
                spread={name: float(size) for name, size in found.get("spread", {}).items()},
                pairs=PairWeights.from_json(found["pairs"]) if "pairs" in found else PairWeights(),
                version=str(found.get("version", "")),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SettingsError("fusion weights", f"are not in the expected form ({error!r})") from error

    def save(self, path: Path) -> None:
        """Write as JSON; who reads it meanwhile has the old weights or the new ones, whole."""
        beside = path.with_name(f"{path.name}.new")
        beside.write_text(json.dumps(self.to_json(), indent=2, sort_keys=True) + "\n", encoding="utf-8")
        beside.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            SettingsError: no such file, or not weights.
        """
        try:
            return cls.from_json(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise SettingsError(str(path), f"cannot be read as fusion weights ({error})") from error


def logistic(raw: Floats | float) -> Any:
    """1 / (1 + e^−raw), the stated monotone map of the ranking score to 0..1."""
    return expit(np.asarray(raw, dtype=np.float64))
