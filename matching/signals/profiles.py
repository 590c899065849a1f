"""Kansei profiles as the signals use them: strengths, how telling each attribute is, and the overlap chance gives."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from functools import cached_property
from typing import Self

import numpy as np
import scipy.sparse as sp

from kyokan.errors import UnknownEntityError
from kyokan.graph.dictionary import Dictionary
from kyokan.graph.model import RelationKind
from kyokan.matching.signals.base import Side
from kyokan.matching.signals.settings import SignalSettings
from kyokan.matching.signals.view import Flags, Floats, GraphView, Rows, Sparse

APART = 2.0  # more than any strength, so that columns do not meet
MANY_ROWS = 5000  # from so many, a sum over all attributes goes over those alone that are evoked
FEW_ROWS = 256  # up to so many, a figure is worked out for the rows asked for and not kept


class Profiles:
    """Strength = intensity × confidence, (N, A) float32, 0 where unknown.

    A product without a value of its own for an attribute takes its brand's at ``settings.inherited`` of its strength.
    Telling weight of attribute a over the n described artists, brands and products, with s pseudo-entities:

        telling_a = ln((n + s) / (Σ strength_a + s))

    which is 0 for what everybody evokes and grows for what few do (inverse document frequency, Spärck Jones 1972,
    with fractional counts).
    """

    def __init__(
        self, view: GraphView, sides: Rows, settings: SignalSettings, dictionary: Dictionary | None = None
    ) -> None:
        self._view = view
        self._dictionary = dictionary
        self._sides = sides
        intensity = np.asarray(view.kansei.intensity)
        self.known = ~np.isnan(intensity)
        self.own = np.where(self.known, intensity * np.asarray(view.kansei.confidence), 0.0).astype(np.float32)
        self.strength, self.brand_of = _inherit(
            self.own, self.known, view.matrix(RelationKind.MADE_BY), sides, settings
        )
        self.known_count = self.known.sum(axis=1)
        self.attributes = tuple(view.kansei.attributes)
        self.columns = {attribute: column for column, attribute in enumerate(self.attributes)}
        self._prior, self._inherited = settings.telling_prior, settings.inherited
        self._chances: dict[Side, ChanceOverlap] = {}
        self._chance_masses: dict[Side, Floats] = {}
        self._means: dict[Side, Floats] = {}
        self._typical_overlaps: dict[tuple[Side, Side], float] = {}

    def without(self, view: GraphView, rows: Rows, columns: Rows) -> Self:
        """The profiles of ``view``, where the values of some cells ((K,) rows and columns) are not known any more."""
        edited = copy(self)
        for derived in ("telling", "counts", "filled"):
            edited.__dict__.pop(derived, None)
        edited.__dict__ |= {"_view": view, "_typical_overlaps": {}, "_chance_masses": {}, "_means": {}}
        edited.known, edited.own, edited.strength = self.known.copy(), self.own.copy(), self.strength.copy()
        edited.known[rows, columns], edited.own[rows, columns] = False, 0.0
        edited.known_count = self.known_count.copy()
        edited.known_count[rows] = edited.known[rows].sum(axis=1)
        cells = np.unique(np.concatenate([np.column_stack([rows, columns]), self._heirs(rows, columns)]), axis=0)
        heirs, inherited = cells.T
        brand = self.brand_of[heirs]
        taken = np.where(brand >= 0, self._inherited * edited.own[brand, inherited], np.float32(0.0))
        edited.strength[heirs, inherited] = np.where(
            edited.known[heirs, inherited], edited.own[heirs, inherited], taken
        )
        edited.__dict__["_chances"] = {
            side: chance.changed(
                cells[self._on(side)[heirs]], self.strength, edited.strength, len(edited.population(side))
            )
            for side, chance in self._chances.items()
        }
        return edited

    def _heirs(self, rows: Rows, columns: Rows) -> Rows:
        """(H, 2) cells of the products of each row, which may have taken its value over."""
        order = np.argsort(self.brand_of, kind="stable")
        first, last = (np.searchsorted(self.brand_of[order], rows, side) for side in ("left", "right"))
        counts = last - first
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.column_stack([order[np.repeat(first, counts) + within], np.repeat(columns, counts)])

    @cached_property
    def counts(self) -> Rows:
        """(N,) how many attributes each evokes."""
        return np.asarray(np.count_nonzero(self.strength, axis=1), dtype=np.int64)

    @cached_property
    def filled(self) -> Sparse:
        """(N, A) CSR of the strengths above 0."""
        return sp.csr_array(self.strength.astype(np.float64))

    def mean(self, side: Side) -> Floats:
        """(A,) mean strength over the described entities of a side; zeros where there is none."""
        if side not in self._means:
            rows = self.population(side)
            self._means[side] = (
                self.strength[rows].mean(axis=0, dtype=np.float64) if len(rows) else np.zeros(len(self.attributes))
            )
        return self._means[side]

    @cached_property
    def telling(self) -> Floats:
        """(A,) how telling each attribute is, in nats."""
        described = self.population(Side.NONE)
        mass = self.strength[described].sum(axis=0, dtype=np.float64)
        return np.asarray(np.log((len(described) + self._prior) / (mass + self._prior)))

    def population(self, side: Side) -> Rows:
        """Rows of the described entities of one side; of both for ``Side.NONE``."""
        return np.flatnonzero(self._on(side) & (self.counts > 0))

    def _on(self, side: Side) -> Flags:
        """(N,) who stands on a side; on either for ``Side.NONE``."""
        return np.asarray(self._sides != Side.NONE if side is Side.NONE else self._sides == side)

    def chance(self, side: Side) -> ChanceOverlap:
        """What a profile shares by chance with those of one side."""
        if side not in self._chances:
            self._chances[side] = ChanceOverlap(self.strength[self.population(side)])
        return self._chances[side]

    def chance_mass(self, side: Side, rows: Rows) -> Floats:
        """(R,) telling-weighted chance overlap of rows with a side: what over-described entities share anyhow."""
        if len(rows) <= FEW_ROWS and side not in self._chance_masses:
            return np.asarray(self.chance(side).of(self.strength[rows]) @ self.telling)
        if side not in self._chance_masses:
            described = self.population(Side.NONE)
            self._chance_masses[side] = np.zeros(len(self.strength))
            self._chance_masses[side][described] = self.chance(side).of(self.strength[described]) @ self.telling
        return np.asarray(self._chance_masses[side][rows])

    def typical_overlap(self, one: Side, other: Side) -> float:
        """Mean telling-weighted overlap of the profiles of one side with those of another."""
        if (one, other) not in self._typical_overlaps:
            shared = self.chance(one).of_population(self.chance(other))
            self._typical_overlaps[one, other] = float(self.telling @ shared)
        return self._typical_overlaps[one, other]

    def voices(self, row: int, columns: Iterable[int]) -> tuple[int, ...]:
        """The brand of a product if it evokes one of ``columns``, so that the product would speak with its voice."""
        brand = int(self.brand_of[row])
        return (brand,) if brand >= 0 and self.own[brand, list(columns)].any() else ()

    def times(self, rows: Rows, weights: Floats) -> Floats:
        """(R,) Σ_a strength_a · weight_a of some rows, (A,) weights."""
        if len(rows) > MANY_ROWS:
            return np.asarray((self.filled @ weights)[rows])
        return np.asarray(self.strength[rows] @ weights)

    @cached_property
    def nodes(self) -> Rows:
        """(A,) row of each attribute's node, −1 where the graph has none."""
        return np.array([_row(self._view, kansei_id(attribute)) for attribute in self.attributes], dtype=np.int64)

    @cached_property
    def opposites(self) -> Rows:
        """(A,) column of each attribute's opposite (−1: none), from the dictionary, else the graph's nodes."""
        found = np.full(len(self.attributes), -1, dtype=np.int64)
        for column in range(len(self.attributes)):
            opposite = self._opposite(column)
            if opposite:
                found[column] = self.column(opposite)
        return found

    @cached_property
    def sectors(self) -> Rows:
        """(A,) which attributes are of one sector of the dictionary's circle, by a number below A for each."""
        slugs = [attribute.removeprefix("kansei:") for attribute in self.attributes]
        if self._dictionary is None or not all(slug in self._dictionary for slug in slugs):
            return np.arange(len(slugs))
        _, numbers = np.unique([self._dictionary.sector_index(slug) for slug in slugs], return_inverse=True)
        return np.asarray(numbers)

    def peaks(self, row: int) -> Floats:
        """(A,) the strongest intensity that a row is known to have in the sector of each attribute; 0 where unknown.

        This is what a fingerprint shows. What a product takes from its brand counts as it does for its strength.
        """
        intensity = np.asarray(self._view.kansei.intensity[row], dtype=np.float64)
        return self.peaks_of(np.where(self.known[row], intensity, self.strength[row]))

    def peaks_of(self, values: Floats) -> Floats:
        """(A,) values → (A,) the largest in the sector of each."""
        peaks = np.zeros(len(values))
        np.maximum.at(peaks, self.sectors, values)
        return np.asarray(peaks[self.sectors])

    def column(self, attribute: str) -> int:
        """The column of an attribute id, with or without ``kansei:``; −1 if there is none."""
        slug = attribute.removeprefix("kansei:")
        return self.columns.get(slug, self.columns.get(f"kansei:{slug}", -1))

    def label(self, column: int, lang: str) -> str:
        """The name of an attribute in ``lang``; its id where neither dictionary nor graph names it."""
        slug = self.attributes[column].removeprefix("kansei:")
        if self._dictionary is not None and slug in self._dictionary:
            return self._dictionary.get(slug).label[lang]
        node = int(self.nodes[column])
        return self._view.entity(node).label(lang) if node >= 0 else slug

    def _opposite(self, column: int) -> str | None:
        slug = self.attributes[column].removeprefix("kansei:")
        if self._dictionary is not None and slug in self._dictionary:
            return self._dictionary.get(slug).opposite
        node = int(self.nodes[column])
        opposite = self._view.entity(node).attributes.get("opposite") if node >= 0 else None
        return opposite if isinstance(opposite, str) else None


class ChanceOverlap:
    """E[min(x_a, S_a)] over a population's strengths S, for any x: exact, by sorted columns and their running sums.

    Strengths are between 0 and 1; those above 0 stand in one array, each shifted by ``APART`` times its column, so that
    one search finds the place of many values in many columns.
    """

    def __init__(self, strengths: Floats) -> None:
        columns, rows = np.nonzero(strengths.T > 0)
        values = strengths[rows, columns].astype(np.float64)
        order = np.lexsort((values, columns))
        self.hold(columns[order], values[order], len(strengths), strengths.shape[1])

    def hold(self, columns: Rows, values: Floats, count: int, width: int) -> None:
        """Keep the strengths above 0 of ``count`` profiles, ascending within ascending columns of ``width``."""
        self._count = max(count, 1)
        self._columns, self._values = columns, values
        self._shifted = values + APART * columns
        self._ends = np.searchsorted(columns, np.arange(width), side="right")
        self._sums = np.concatenate([[0.0], np.cumsum(values)])

    def changed(self, cells: Rows, before: Floats, after: Floats, count: int) -> Self:
        """That of ``count`` profiles once their strengths changed in some cells, (K, 2) of row and column."""
        old, new = (strengths[cells[:, 0], cells[:, 1]].astype(np.float64) for strengths in (before, after))
        gone = np.sort((old + APART * cells[:, 1])[old > 0])
        again = np.arange(len(gone)) - np.searchsorted(gone, gone)  # of equal ones, each takes away one
        kept = np.ones(len(self._values), dtype=np.bool_)
        kept[np.searchsorted(self._shifted, gone) + again] = False
        shifted = (new + APART * cells[:, 1])[new > 0]
        order = np.argsort(shifted)
        places = np.searchsorted(self._shifted[kept], shifted[order])
        columns = np.insert(self._columns[kept], places, cells[:, 1][new > 0][order])
        values = np.insert(self._values[kept], places, new[new > 0][order])
        other = copy(self)
        other.hold(columns, values, count, len(self._ends))
        return other

    def of(self, strengths: Floats) -> Floats:
        """(C, A) → (C, A) expected overlap, attribute by attribute."""
        expected = np.zeros(strengths.shape)
        touched = np.nonzero(strengths > 0)
        expected[touched] = self._of_columns(touched[1], strengths[touched])
        return expected

    def of_population(self, other: ChanceOverlap) -> Floats:
        """(A,) mean of ``of`` over another population: what two typical profiles share."""
        shared = self._of_columns(other._columns, other._values)
        return np.asarray(np.bincount(other._columns, shared, minlength=len(self._ends)) / other._count)

    def _of_columns(self, columns: Rows, x: Floats) -> Floats:
        x = np.minimum(x, 1.0)  # nobody has more
        place = np.searchsorted(self._shifted, x + APART * columns)
        starts = np.concatenate([[0], self._ends[:-1]])[columns]
        total = self._sums[place] - self._sums[starts] + x * (self._ends[columns] - place)
        return np.asarray(total / self._count)


def kansei_id(attribute: str) -> str:
    """The graph id of an attribute."""
    return attribute if attribute.startswith("kansei:") else f"kansei:{attribute}"


def _row(view: GraphView, entity_id: str) -> int:
    try:
        return view.row(entity_id)
    except UnknownEntityError:
        return -1


def _inherit(own: Floats, known: Sparse, made_by: Sparse, sides: Rows, settings: SignalSettings) -> tuple[Floats, Rows]:
    """Fill a product's unknown attributes from its brand; also the brand's row of each row, −1 without one."""
    brand_of = np.full(len(own), -1, dtype=np.int64)
    edges = made_by.tocoo()
    order = np.lexsort((-edges.col, edges.data, edges.row))  # the strongest edge is written last, ties by lower row
    brand_of[edges.row[order]] = edges.col[order]
    brand_of[sides != Side.THINGS] = -1
    products = np.flatnonzero((brand_of >= 0) & (sides[brand_of] == Side.THINGS))
    brand_of[np.setdiff1d(np.arange(len(own)), products)] = -1
    strength = own.copy()
    strength[products] = np.where(known[products], own[products], settings.inherited * own[brand_of[products]])
    return strength, brand_of
