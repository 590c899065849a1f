"""What past tie-ups say of any artist with any brand: six figures a pair, the artist's own tie-ups always left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import scipy.sparse as sp

from kyokan.errors import SettingsError
from kyokan.graph.model import RelationKind
from kyokan.matching.signals.base import Side, Subject
from kyokan.matching.signals.view import Flags, Floats, Rows, Sparse

if TYPE_CHECKING:
    from kyokan.matching.signals.context import Context

FEATURES = ("alike", "kind_partner", "kind_category", "tie_ups", "first", "home")

ROUNDING = 1e-9
HABITS = ("tie_ups", "first")  # figures of the brand alone, whoever the artist is


@dataclass(frozen=True, slots=True)
class Worth:
    """What one unit of a figure is worth, and the mean of the figure over the pairs learned from."""

    weight: float
    mean: float


# As `kyokan learn` finds them on the tie-ups of the demo catalogue, rounded.
DEFAULT_PAIRS: Mapping[str, Worth] = {
    "alike": Worth(30.0, 0.0),
    "kind_partner": Worth(0.2, 0.0),
    "kind_category": Worth(0.35, 0.0),
    "tie_ups": Worth(1.15, 0.0),
    "first": Worth(0.0, 0.0),
    "home": Worth(1.3, 0.0),
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
                raise SettingsError(f"figure {name!r}", "is unknown", f"Known are {', '.join(FEATURES)}")
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
        """(…, features) → (…); ``habit`` is the share that figures of the brand alone count."""
        means = np.array([self.worth[name].mean if name in self.worth else 0.0 for name in FEATURES])
        share = np.where(np.isin(FEATURES, HABITS), habit, 1.0)
        return np.asarray((features - means) @ (self.weights * share))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {name: {"weight": worth.weight, "mean": worth.mean} for name, worth in self.worth.items()}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """What ``to_json`` wrote."""
        return cls(worth={name: Worth(float(one["weight"]), float(one["mean"])) for name, one in found.items()})


@dataclass(frozen=True, slots=True)
class Ends:
    """R entities of one side as past tie-ups see them.

    ``place`` (R,) is the row among the learned artists or brands, −1 for strangers; ``alike`` (R, learned) likeness to
    them; ``kinds`` (R, N) categories and ``homes`` (R, N) places, 0 or 1. A brief is ``nowhere``: it has no home to
    share, which is not the same as a home that nobody stated.
    """

    place: Rows
    alike: Floats
    kinds: Sparse
    homes: Sparse
    nowhere: bool = False


class Partners:
    """Past tie-ups in a matrix: ``ties`` (artists, brands) sums confidence × recency; products count as their brand.

    ``people`` and ``things`` are the rows learned from, ``brands_tied`` the brand of each tie-up, ``cells`` its place.
    """

    def __init__(self, context: Context) -> None:
        tie_ups, makers = context.precedents, context.profiles.brand_of
        self.brands_tied = np.where(makers[tie_ups.things] >= 0, makers[tie_ups.things], tie_ups.things)
        self._context = context
        self.prior = context.settings.kind_prior
        self.people, artist = np.unique(tie_ups.artists, return_inverse=True)
        self.things, brand = np.unique(self.brands_tied, return_inverse=True)
        self.cells = np.column_stack([artist, brand])
        self.ties = np.zeros((len(self.people), len(self.things)))
        np.add.at(self.ties, (artist, brand), tie_ups.weights)
        self.catalogue = int(np.sum((context.sides == Side.THINGS) & (makers < 0)))
        self.categories = len(np.unique(context.categories.indices))
        self._homes = _ones(context.view.matrix(RelationKind.IN_PLACE))
        artists = context.likeness.between(self.people, self.people).astype(np.float64)
        brands = context.likeness.between(self.things, self.things).astype(np.float64)
        settings = context.settings
        self._artist_inverse = np.linalg.inv(artists + settings.artist_ridge * np.eye(len(artists)))
        self._brand_inverse = np.linalg.inv(brands + settings.brand_ridge * np.eye(len(brands)))
        self._learned_people = self._ends(self.people, Side.PEOPLE, artists)
        # (artists, artists) and (brands, brands): by whom each would be foretold, were it new.
        self.artists_for = self._near(self._learned_people)
        self.brands_for = _left_out(self._brand_inverse @ brands)

    def of_rows(self, rows: Rows, side: Side) -> Ends:
        """Entities of the graph; products stand where their brand stands."""
        return self._ends(rows, side, self._context.likeness.between(rows, self._learned(side)).astype(np.float64))

    def of_subject(self, subject: Subject, side: Side) -> Ends:
        """Who asks, standing on ``side``; a brief or a fan is nobody that worked before."""
        alike = self._context.likeness.of(subject, self._learned(side))[None, :]
        if subject.row is not None:
            return self._ends(np.array([subject.row], dtype=np.int64), side, alike)
        nothing = sp.csr_array((1, len(self._context.sides)))
        return Ends(np.array([-1]), alike, nothing, nothing, nowhere=True)

    def _ends(self, rows: Rows, side: Side, alike: Floats) -> Ends:
        """Rows with what they are known to be like."""
        makers, learned = self._context.profiles.brand_of[rows], self._learned(side)
        own = np.where(makers >= 0, makers, rows) if side is Side.THINGS else rows
        found = np.minimum(np.searchsorted(learned, own), len(learned) - 1)
        place = np.where(learned[found] == own, found, -1)
        return Ends(place, alike, self._context.categories[rows], self._homes[rows])

    def _learned(self, side: Side) -> Rows:
        return self.people if side is Side.PEOPLE else self.things

    def pair(self, people: Ends, things: Ends) -> Pairing:
        """Every one of P artists with every one of T brands or products."""
        columns = np.flatnonzero(np.bincount(things.kinds.indices, minlength=things.kinds.shape[1]))
        return Pairing(
            partners=self,
            near=self._near(people),
            far=np.asarray(self._brand_inverse @ things.alike.T),
            same=self._same_kind(people),
            own=people.place,
            stands=np.asarray(things.place == np.arange(len(self.things))[:, None], dtype=np.float64),
            kinds=self._context.categories[self.things][:, columns].toarray(),
            member=things.kinds[:, columns].toarray(),
            home=_meet(people.homes, things.homes) * (not people.nowhere and not things.nowhere),
        )

    def _near(self, people: Ends) -> Floats:
        """(P, learned artists) how much each learned artist speaks for these; nobody for itself."""
        return _left_out(people.alike @ self._artist_inverse, people.place)

    def _same_kind(self, people: Ends) -> Floats:
        """(P, learned artists) 1 where both share a category and a home, 0 for oneself."""
        learned = self._learned_people
        alike = np.asarray((people.kinds @ learned.kinds.T).toarray() > 0) & (_meet(people.homes, learned.homes) > 0)
        rows = np.flatnonzero(people.place >= 0)
        alike[rows, people.place[rows]] = False
        return alike.astype(np.float64)


@dataclass(frozen=True, slots=True)
class Pairing:
    """P artists with T things, as far as their figures do not depend on which tie-ups there are.

    ``near`` (P, artists) how much each learned artist speaks for these, ``far`` (brands, T) likewise; ``same``
    (P, artists) who is of one kind; ``own`` (P,) one's place among the artists, −1 without; ``stands`` (brands, T)
    which brand a thing is; ``kinds`` (brands, K) and ``member`` (T, K) categories; ``home`` (P, T).
    """

    partners: Partners
    near: Floats
    far: Floats
    same: Floats
    own: Rows
    stands: Floats
    kinds: Floats
    member: Floats
    home: Floats

    def figures(self, ties: Floats | None = None) -> Floats:
        """(P, T, features) from all tie-ups but those of the artist itself; ``ties`` in place of all.

        ``alike`` carries tie-ups over to similar artists and similar brands by two-step kernel ridge regression,
        K_a (K_a + λ I)⁻¹ Y (K_b + μ I)⁻¹ K_b with likeness as kernel (Stock, Pahikkala, Airola, De Baets and Waegeman
        2018); for an artist with tie-ups, (H Y − h Y) / (1 − h), its closed-form leave-one-out. What an
        artist of n brands says of each counts 1 / √n, so that the busiest do not speak for everybody like them.
        ``kind_partner`` and ``kind_category`` are logs of how much oftener artists of the same category and home chose
        this brand, or its category, than all did, with ``kind_prior`` tie-ups of no preference. ``tie_ups`` is
        ln(1 + n) of the brand's tie-ups with others and ``first`` whether there are none: together they say what a
        brand's habit is worth, and what is left for newcomers (Good 1953). ``home`` is 1 where both share a place, or
        neither has one.
        """
        ties = self.partners.ties if ties is None else ties
        count = (ties @ self.stands).sum(axis=0) - self._own(ties @ self.stands)
        members = np.maximum(self.member.sum(axis=1, keepdims=True), 1.0)
        by_kind = self._lift(ties, self.kinds, self.partners.categories) @ (self.member / members).T
        return np.stack(
            [
                self.near @ shares(ties) @ self.far,
                self._lift(ties, self.stands, self.partners.catalogue),
                by_kind,
                np.log1p(np.maximum(count, 0.0)),
                count <= ROUNDING,
                self.home,
            ],
            axis=-1,
        )

    def less(self, artist: int, brand: int, weight: float) -> Floats:
        """(P, T, features) without a tie-up of one learned artist with one brand.

        An artist whose only tie-up it was is not learned from any more, nor is such a brand: what the remaining ones
        then say follows from the closed-form leave-one-out of each, without solving anew.
        """
        ties = self.partners.ties.copy()
        ties[artist, brand] -= weight
        near, far = self.near, self.far
        if ties[artist].sum() <= ROUNDING:
            others = self.partners.artists_for[artist]
            back = np.where(self.own >= 0, others[self.own], 0.0)[:, None]
            near = (near + near[:, [artist]] * others) / (1.0 - near[:, [artist]] * back)
            near[:, artist] = 0.0
            rows = np.flatnonzero(self.own >= 0)
            near[rows, self.own[rows]] = 0.0
        if ties[:, brand].sum() <= ROUNDING:
            far = far + self.partners.brands_for[:, [brand]] * far[[brand]]
            far[brand] = 0.0
        return replace(self, near=near, far=far).figures(ties)

    def _own(self, counts: Floats) -> Floats:
        """(P, columns) of (artists, columns): one's own, 0 without."""
        return np.where(self.own[:, None] >= 0, counts[self.own], 0.0)

    def _lift(self, ties: Floats, stands: Floats, choices: int) -> Floats:
        """(P, columns) ln of the share of a column among the tie-ups of one's kind over its share among all others'.

        ``stands`` (brands, columns). Half a tie-up is added to each of the ``choices``, so that a column without any
        has a share too.
        """
        counts, prior = ties @ stands, self.partners.prior
        own = self._own(counts)
        rest = ties.sum() - self._own(ties.sum(axis=1, keepdims=True))
        share = (counts.sum(axis=0) - own + 0.5) / (rest + 0.5 * choices)
        chosen, total = self.same @ counts, (self.same @ ties).sum(axis=1, keepdims=True)
        return np.asarray(np.log((chosen + prior * share) / (total + prior) / share))


def shares(ties: Floats) -> Floats:
    """(artists, brands) → each artist's row divided by √n, n the brands it worked with."""
    brands = np.count_nonzero(ties > ROUNDING, axis=1, keepdims=True)
    return np.asarray(ties / np.sqrt(np.maximum(brands, 1)))


def _left_out(weights: Floats, own: Rows | None = None) -> Floats:
    """Weights of ridge regression as if each row (column, without ``own``) had not been learned from itself.

    The closed-form leave-one-out: those of the others grow by 1 / (1 − h), h the weight of one's own.
    """
    if own is None:
        return _left_out(weights.T, np.arange(len(weights))).T
    found = np.array(weights, dtype=np.float64)
    rows = np.flatnonzero(own >= 0)
    found[rows] /= 1.0 - found[rows, own[rows]][:, None]
    found[rows, own[rows]] = 0.0
    return found


def _meet(one: Sparse, other: Sparse) -> Floats:
    """(R, C) 1 where two share a column, or neither has any."""
    shared: Flags = np.asarray((one @ other.T).toarray() > 0)
    none = (np.diff(one.indptr) == 0)[:, None] & (np.diff(other.indptr) == 0)[None, :]
    return np.asarray(shared | none, dtype=np.float64)


def _ones(matrix: Sparse) -> Sparse:
    found = sp.csr_array(matrix).astype(np.float64)
    found.data = np.ones_like(found.data)
    return found
