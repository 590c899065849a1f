"""What a signal is: a question, its answer for all candidates at once, and the evidence for one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from kyokan.graph.encoder import Vectors
from kyokan.graph.model import Entity, EntityKind
from kyokan.matching.ranking.model import Benefit, Evidence
from kyokan.matching.signals.view import Flags, Floats, Rows

if TYPE_CHECKING:
    from kyokan.matching.signals.context import Context

T = TypeVar("T")
MIN_CELL = 5  # people; a smaller group is neither shown nor used as a number


class Side(IntEnum):
    """Which ink an entity is printed in; a written brief has none."""

    NONE = -1
    PEOPLE = 0  # artist, fan, segment
    THINGS = 1  # brand, product


SIDE_OF_KIND: Mapping[EntityKind, Side] = {
    EntityKind.ARTIST: Side.PEOPLE,
    EntityKind.FAN: Side.PEOPLE,
    EntityKind.SEGMENT: Side.PEOPLE,
    EntityKind.BRAND: Side.THINGS,
    EntityKind.PRODUCT: Side.THINGS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who asks, as the signals see it: an entity, a fan, a written brief or bare kansei weights.

    ``strength`` (A,) is intensity × confidence, 0 where unknown; ``wishes`` (A,) are the wanted (+) and avoided (−)
    attributes; ``vector`` (D,) is the text's, None without; ``text`` holds what
    was read: the entity itself, or a brief as one; ``seeds`` are the rows at which a walk starts and the
    share of each; ``liked`` are the rows a fan is known to like; ``habit`` is the share that
    habits of a brand, whoever the artist is, count. ``memo`` is what ``once`` keeps.
    """

    id: str
    row: int | None
    side: Side
    strength: Floats
    wishes: Floats
    vector: Vectors | None = None
    text: Entity | None = None
    seeds: Mapping[int, float] = field(default_factory=dict)
    liked: tuple[int, ...] = ()
    habit: float = 1.0
    memo: dict[tuple[object, str], Any] = field(init=False, default_factory=dict, compare=False, repr=False)

    def once(self, context: Context, name: str, make: Callable[[], T]) -> T:
        """What ``make`` gives, worked out once for this subject in this context, however many candidates ask for it."""
        key = (context, name)
        if key not in self.memo:
            self.memo[key] = make()
        found: T = self.memo[key]
        return found

    @property
    def described(self) -> bool:
        """Whether any kansei is known or wished."""
        return bool(self.strength.any() or self.wishes.any())


@dataclass(frozen=True, slots=True)
class SignalValues:
    """A signal's answer for C candidates.

    ``values`` (C,) is 0 where chance alone would put it and about 1 for a strong case; ``known`` (C,) is False where
    the signal has nothing to go by (the value is then 0); ``reliability`` (C,) in 0..1 grows with the amount of
    evidence, n / (n + k).
    """

    values: Floats
    known: Flags
    reliability: Floats

    @classmethod
    def unknown(cls, count: int) -> SignalValues:
        """Nothing to go by for any of ``count`` candidates."""
        return cls(np.zeros(count), np.zeros(count, dtype=np.bool_), np.zeros(count))

    def at(self, place: int) -> SignalValues:
        """The answer for one candidate alone."""
        one = slice(place, place + 1)
        return SignalValues(self.values[one], self.known[one], self.reliability[one])

    @classmethod
    def of(cls, values: Floats, known: Flags, amount: Floats, half: float) -> SignalValues:
        """Values with reliability amount / (amount + half); unknown ones are set to 0."""
        reliability = np.where(known, amount / (amount + half), 0.0)
        return cls(np.where(known, values, 0.0), known, reliability)


class ScoreFunction(Protocol):
    """Values of one signal for all candidates."""

    def __call__(self, context: Context, subject: Subject, candidates: Rows) -> SignalValues:
        """Score ``candidates`` (rows) for the subject."""
        ...


class EvidenceFunction(Protocol):
    """Reasons behind one value; their weights add up to the value exactly."""

    def __call__(self, context: Context, subject: Subject, candidate: int) -> tuple[Evidence, ...]:
        """Evidence for one candidate row, weights in units of the signal's value."""
        ...


NEGLIGIBLE = 1e-12  # what rounding leaves of a sum


def with_rest(items: Sequence[Evidence], value: float, rest: Evidence) -> tuple[Evidence, ...]:
    """The items, and ``rest`` weighted with what they leave of ``value``, so that the weights add up to it."""
    left = value - sum(item.weight for item in items)
    return (*items, replace(rest, weight=left)) if abs(left) > NEGLIGIBLE or not items else tuple(items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One question: its name, whom the answer is good for, how it is answered and what stands behind the answer."""

    name: str
    benefit: Benefit
    score: ScoreFunction
    evidence: EvidenceFunction
