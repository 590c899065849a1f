"""What past tie-ups say of any artist with any brand: eight figures a pair, without the artist's own tie-ups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from kyokan.errors import SettingsError
from kyokan.matching.signals.alike import KINDS, Alike, Beside, Few, Table
from kyokan.matching.signals.base import Side, Subject
from kyokan.matching.signals.kernels import Kernel, Nearby
from kyokan.matching.signals.pairing import Pairing
from kyokan.matching.signals.view import Floats, Rows

if TYPE_CHECKING:
    from kyokan.matching.signals.context import Context
    from kyokan.matching.signals.kinship import Kinship

FEATURES = ("alike", "akin_partner", "kind_partner", "tie_ups", "first", "second", "venture", "home")

FEW_ROWS = 5000  # up to so many, kinship is worked out for the rows asked for and not kept
HABITS = ("tie_ups", "first", "second")  # figures of the brand alone, whoever the artist is


@dataclass(frozen=True, slots=True)
class Worth:
    """What one unit of a figure is worth, and the mean of the figure over the pairs learned from."""

    weight: float
    mean: float


# As `kyokan learn` finds them on the tie-ups of the demo catalogue, rounded.
DEFAULT_PAIRS: Mapping[str, Worth] = {
    "alike": Worth(100.0, 0.002),
    "akin_partner": Worth(0.1, -1.6),
    "kind_partner": Worth(0.2, -2.3),
    "tie_ups": Worth(0.6, 0.15),
    "first": Worth(0.0, 0.75),
    "second": Worth(-0.6, 0.15),
    "venture": Worth(0.8, -0.05),
    "home": Worth(0.6, -1.6),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PairWeights:
    """What past tie-ups weigh: Σ weight · (figure − mean), in nats of how much likelier than chance a tie-up becomes.

    Raises:
        SettingsError: an unknown figure, or a weight that is no number.
    """

    worth: Mapping[str, Worth] = field(default_factory=lambda: dict(DEFAULT_PAIRS))

    def __post_init__(self) -> None:
        for name, worth in self.worth.items():
            if name not in FEATURES:
                known = f"Known are {', '.join(FEATURES)}; remove weights that another version learned"
                raise SettingsError(f"figure {name!r}", "is unknown", known)
            if not np.isfinite([worth.weight, worth.mean]).all():
                raise SettingsError(f"worth of {name}", f"is {worth.weight} at {worth.mean}", "Give numbers")

    @classmethod
    def of(cls, weights: Floats, means: Floats) -> Self:
        """From (features,) weights and means in the order of ``FEATURES``."""
        pairs = zip(FEATURES, weights.tolist(), means.tolist(), strict=True)
        return cls(worth={name: Worth(weight, mean) for name, weight, mean in pairs})

    @property
    def weights(self) -> Floats:
        """(features,) in the order of ``FEATURES``; 0 where none is given."""
        return np.array([self.worth[name].weight if name in self.worth else 0.0 for name in FEATURES])

    def __call__(self, features: Floats, habit: float = 1.0) -> Floats:
        """(…, features) → (…); ``habit`` is the share that figures of the brand alone count.

        A figure that is NaN is unknown and counts as its mean.
        """
        means = np.array([self.worth[name].mean if name in self.worth else 0.0 for name in FEATURES])
        share = np.where(np.isin(FEATURES, HABITS), habit, 1.0)
        return np.asarray(np.nan_to_num(features - means) @ (self.weights * share))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {name: {"weight": worth.weight, "mean": worth.mean} for name, worth in self.worth.items()}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """What ``to_json`` wrote."""
        return cls(worth={name: Worth(float(one["weight"]), float(one["mean"])) for name, one in found.items()})


class Ends:
    """R entities of one side as past tie-ups see them.

    ``place`` (R,) is the row among the learned artists or brands, −1 for strangers; ``alike`` (R, learned) kinship with
    them; ``mould`` (R,) says which categories and homes each has. A brief is ``nowhere``: it has no home to
    share, which is not the same as a home that nobody stated.
    """

    def __init__(self, partners: Partners, place: Rows, alike: Alike, mould: Rows, *, nowhere: bool = False) -> None:
        self._partners = partners
        self.place = place
        self.alike = alike
        self.mould = mould
        self.nowhere = nowhere

    @cached_property
    def near(self) -> Floats:
        """(R, learned artists) how much each learned artist speaks for these artists; nobody for itself."""
        return left_out(self._partners.artists.near(self.alike), self.place)

    @cached_property
    def far(self) -> Floats:
        """(learned brands, R) how much each learned brand speaks for these brands."""
        return np.asarray(self._partners.brands.near(self.alike).T)


class Partners:
    """What a history of tie-ups says of any artist with any brand.

    Args:
        context: of whose history.
        before: of a graph with a few more facts; taken over where the same artists or brands worked and are as kindred,
            and solved from where they are less so.
        lasting: many questions follow, for which a kernel inverted once is cheaper than one solved from that before.
    """

    def __init__(self, context: Context, before: Partners | None = None, *, lasting: bool = False) -> None:
        self.history = context.history
        self._context = context
        self._before, self._lasting = before, lasting
        self._tables: dict[Side, Table] = {}

    @cached_property
    def artists(self) -> Kernel:
        """Kinship of the learned artists with each other."""
        return self._kernel(Side.PEOPLE, self._context.settings.artist_ridge)

    @cached_property
    def brands(self) -> Kernel:
        """Kinship of the learned brands with each other."""
        return self._kernel(Side.THINGS, self._context.settings.brand_ridge)

    def _kernel(self, side: Side, ridge: float) -> Kernel:
        rows, before, kinship = self.history.learned(side), self._before, self._context.kinship
        nearby = None
        if before is not None:
            was, change = before.history.learned(side), kinship.change(before.kinship, rows, side)
            kernel = before.artists if side is Side.PEOPLE else before.brands
            if change is not None and not change.factors and rows is was:
                return kernel
            if change is not None and not self._lasting and np.isin(rows, was).all():
                kept = None if rows is was else np.searchsorted(was, rows)
                nearby = Nearby(kernel.inverse, kept, change)
        return Kernel(lambda: kinship.between(rows, rows, side), ridge, nearby)

    @property
    def kinship(self) -> Kinship:
        """By which those who worked before are compared."""
        return self._context.kinship

    def artists_for(self, places: Rows) -> Floats:
        """(R, artists) by whom each of some learned artists would be foretold, were it new."""
        return left_out(self.artists.times(self.artists.alike[:, places]).T, places)

    def brands_for(self, places: Rows) -> Floats:
        """(brands, R) by whom each of some learned brands would be foretold, were it new."""
        return left_out(self.brands.times(self.brands.alike[:, places]).T, places).T

    def of_rows(self, rows: Rows, side: Side) -> Ends:
        """Entities of the graph; products stand where their brand stands."""
        learned = self.history.learned(side)
        if len(rows) <= FEW_ROWS:
            return self._ends(rows, side, Few(self._context.kinship.between(rows, learned, side)))
        return self._ends(rows, side, self.table(side).of_rows(rows))

    def table(self, side: Side) -> Table:
        """Kinship of every candidate of a side with those learned from."""
        if side not in self._tables:
            self._tables[side] = Table(self._context.kinship, side, self._beside(side))
        return self._tables[side]

    def _beside(self, side: Side) -> Beside:
        before, kinship, learned = self._before, self._context.kinship, self.history.learned(side)
        same = before is not None and kinship.same_beside_kansei(before.kinship)
        if before is not None and same and before.history.learned(side) is learned:
            return before.table(side).beside
        return Beside(kinship, side, self._context.view.rows(*KINDS[side]), learned)

    def of_subject(self, subject: Subject, side: Side) -> Ends:
        """Who asks, standing on ``side``; a brief or a fan is nobody that worked before."""
        alike = Few(self._context.kinship.of(subject, self.history.learned(side), side)[None, :])
        if subject.row is not None:
            return self._ends(np.array([subject.row], dtype=np.int64), side, alike)
        return Ends(self, np.array([-1]), alike, np.array([self.history.moulds.bare]), nowhere=True)

    def _ends(self, rows: Rows, side: Side, alike: Alike) -> Ends:
        """Rows with what they are known to be like."""
        makers, learned = self._context.profiles.brand_of[rows], self.history.learned(side)
        own = np.where(makers >= 0, makers, rows) if side is Side.THINGS else rows
        found = np.minimum(np.searchsorted(learned, own), len(learned) - 1)
        place = np.where(learned[found] == own, found, -1)
        return Ends(self, place, alike, self.history.moulds.of_row[rows])

    def pair(self, people: Ends, things: Ends) -> Pairing:
        """Every one of P artists with every one of T brands or products."""
        return Pairing(self, people, things)


def left_out(weights: Floats, own: Rows) -> Floats:
    """Weights of ridge regression as if each row had not been learned from itself.

    The closed-form leave-one-out: those of the others grow by 1 / (1 − h), h the weight of one's own; ``own`` (R,) is
    one's column, −1 without.
    """
    found = np.array(weights, dtype=np.float64)
    rows = np.flatnonzero(own >= 0)
    found[rows] /= 1.0 - found[rows, own[rows]][:, None]
    found[rows, own[rows]] = 0.0
    return found
