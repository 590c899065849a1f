"""Kansei profiles as the signals use them: strengths, how telling each attribute is, and the overlap chance gives."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from functools import cached_property
from typing import Self

import numpy as np

from kyokan.errors import UnknownEntityError
from kyokan.graph.dictionary import Attribute, Dictionary
from kyokan.graph.model import RelationKind
from kyokan.matching.signals.base import Side
from kyokan.matching.signals.cells import Cells
from kyokan.matching.signals.chance import ChanceOverlap
from kyokan.matching.signals.settings import SignalSettings
from kyokan.matching.signals.view import NO_ROWS, Flags, Floats, GraphView, Rows, Sparse

MANY_ROWS = 5000  # from so many, a sum over all attributes goes over those alone that are evoked
FEW_ROWS = 256  # up to so many, a figure is worked out for the rows asked for and not kept
SHARE = 64  # or up to one in so many of all


class Profiles:
    """Strength = intensity × confidence of N entities and A attributes, float32, 0 where unknown.

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
        self._prior, self._inherited = settings.telling_prior, settings.inherited
        self.attributes = tuple(view.kansei.attributes)
        self.columns = {attribute: column for column, attribute in enumerate(self.attributes)}
        self.brand_of = _makers(view.matrix(RelationKind.MADE_BY), sides)
        self.cells = _read(view, self.brand_of, self._inherited)
        self.counts = np.bincount(self.cells.rows, self.cells.strength != 0, minlength=len(sides)).astype(np.int64)
        self._mass = self._sum(Side.NONE)
        self._chances: dict[Side, ChanceOverlap] = {}
        self._chance_sums: dict[Side, Floats] = {}
        self._chance_masses: dict[Side, Floats] = {}
        self._before: tuple[Profiles, Rows] | None = None
        self._overlaps: dict[tuple[Side, Side], Floats] = {}

    def without(self, view: GraphView, rows: Rows, columns: Rows, unmade: Rows = NO_ROWS) -> Self:
        """The profiles of ``view``, where the values of some cells ((K,) rows and columns) are not known any more.

        Args:
            view: the edited copy.
            rows: of the cells.
            columns: of the cells.
            unmade: products that have no brand any more, from which they could take values.
        """
        brand_of = self.brand_of.copy()
        brand_of[unmade] = -1
        gone = self.cells.find(rows, columns)
        known = self.cells.but(gone[gone >= 0], known=False)
        heirs = self.cells.find(*self._heirs(rows, columns))
        places = np.unique(np.concatenate([gone, heirs, self.cells.of_rows(unmade)[0]]))
        places = places[places >= 0]
        edited = copy(self)
        for derived in ("telling", "_by_brand"):
            edited.__dict__.pop(derived, None)
        cells = known.but(places, strength=self._taken(known, places, brand_of))
        edited.__dict__ |= {"_view": view, "brand_of": brand_of, "cells": cells, "_chance_masses": {}}
        edited.__dict__ |= {"_before": (self, np.unique(cells.columns[places]))}
        edited._follow(self, places)  # noqa: SLF001 - one of us
        return edited

    def _taken(self, cells: Cells, places: Rows, brand_of: Rows) -> Floats:
        """(P,) strengths of some cells: one's own, else what is taken from the brand."""
        brand = brand_of[cells.rows[places]]
        taken_at = np.where(brand >= 0, cells.find(np.maximum(brand, 0), cells.columns[places]), -1)
        taken = np.where(taken_at >= 0, self._inherited * cells.own[taken_at], np.float32(0.0))
        return np.where(cells.known[places], cells.own[places], taken)

    def _follow(self, before: Profiles, places: Rows) -> None:
        """Bring counts, sums and chance after those of ``before``, from which the strengths of some cells differ."""
        rows, columns = self.cells.rows[places], self.cells.columns[places]
        old, new = (cells.strength[places].astype(np.float64) for cells in (before.cells, self.cells))
        self.counts = before.counts.copy()
        np.add.at(self.counts, rows, (new != 0).astype(np.int64) - (old != 0))
        self._mass = before._mass.copy()
        np.add.at(self._mass, columns, np.where(self._sides[rows] == Side.NONE, 0.0, new - old))
        self._chances = {
            side: chance.changed(self._above(side, columns[self._on(side)[rows]]), len(self.population(side)))
            for side, chance in before._chances.items()
        }
        self._overlaps = {
            (one, other): self._chances[one].with_columns(self._chances[other], np.unique(columns).tolist(), known)
            for (one, other), known in before._overlaps.items()
        }

    def _above(self, side: Side, columns: Rows) -> dict[int, Floats]:
        """The strengths above 0 of a side in some columns."""
        found, on_side = {}, self._on(side)
        for column in np.unique(columns).tolist():
            here = self.cells.of_column(column)
            values = self.cells.strength[here]
            found[column] = values[(values > 0) & on_side[self.cells.rows[here]]]
        return found

    def _heirs(self, rows: Rows, columns: Rows) -> tuple[Rows, Rows]:
        """Rows and columns of the cells of the products of each row, which may have taken its value over."""
        order, brands = self._by_brand
        first, last = (np.searchsorted(brands, rows, side) for side in ("left", "right"))
        counts = last - first
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return order[np.repeat(first, counts) + within], np.repeat(columns, counts)

    @cached_property
    def _by_brand(self) -> tuple[Rows, Rows]:
        """Rows in order of their brands, and those brands."""
        order = np.argsort(self.brand_of, kind="stable")
        return order, self.brand_of[order]

    def strengths(self, rows: Rows) -> Floats:
        """(R, A) strengths of some rows."""
        return np.asarray(self.cells.fill(self.cells.strength, rows))

    def strength_of(self, row: int) -> Floats:
        """(A,) strengths of one row."""
        return np.asarray(self.strengths(np.array([row]))[0])

    def sparse(self, rows: Rows) -> Sparse:
        """(R, A) CSR of the strengths of some rows."""
        return self.cells.sparse(rows)

    def unlike(self, other: Profiles) -> Rows | None:
        """Rows that have other strengths in another copy, ascending; None where that is no copy."""
        return NO_ROWS if other is self else self.cells.unlike(other.cells)

    def mean(self, side: Side) -> Floats:
        """(A,) mean strength over the described entities of a side; zeros where there is none."""
        return np.asarray(self._sum(side) / max(len(self.population(side)), 1))

    def _sum(self, side: Side) -> Floats:
        """(A,) Σ strength over one side; over both for ``Side.NONE``."""
        counted = self._on(side)[self.cells.rows] * self.cells.strength.astype(np.float64)
        return np.bincount(self.cells.columns, counted, minlength=len(self.attributes)).astype(np.float64)

    @cached_property
    def telling(self) -> Floats:
        """(A,) how telling each attribute is, in nats."""
        described = np.count_nonzero(self._on(Side.NONE) & (self.counts > 0))
        return np.asarray(np.log((described + self._prior) / (self._mass + self._prior)))

    def population(self, side: Side) -> Rows:
        """Rows of the described entities of one side; of both for ``Side.NONE``."""
        return np.flatnonzero(self._on(side) & (self.counts > 0))

    def _on(self, side: Side) -> Flags:
        """(N,) who stands on a side; on either for ``Side.NONE``."""
        return np.asarray(self._sides != Side.NONE if side is Side.NONE else self._sides == side)

    def chance(self, side: Side) -> ChanceOverlap:
        """What a profile shares by chance with those of one side."""
        if side not in self._chances:
            cells = self.cells
            here = np.flatnonzero(self._on(side)[cells.rows] & (cells.strength > 0))
            count, width = len(self.population(side)), len(self.attributes)
            self._chances[side] = ChanceOverlap(cells.columns[here], cells.strength[here], count, width)
        return self._chances[side]

    def chance_mass(self, side: Side, rows: Rows) -> Floats:
        """(R,) telling-weighted chance overlap of rows with a side: what over-described entities share anyhow."""
        few = max(FEW_ROWS, len(self._sides) // SHARE)
        if len(rows) <= few and side not in self._chance_masses:
            return np.asarray(self.chance(side).of(self.strengths(rows)) @ self.telling)
        if side not in self._chance_masses:
            worth = self.telling / max(self.chance(side).count, 1)
            parts = self._sums_by_chance(side) * worth[self.cells.columns]
            masses = np.bincount(self.cells.rows, parts, minlength=len(self._sides))
            self._chance_masses[side] = masses.astype(np.float64)
        return np.asarray(self._chance_masses[side][rows])

    def _sums_by_chance(self, side: Side) -> Floats:
        """(K,) what the strength of each cell shares with all profiles of a side; an edited copy keeps none."""
        if self._before is not None:
            before, columns = self._before
            sums = before._sums_by_chance(side).copy()  # noqa: SLF001 - one of us
            return self._summed(side, sums, columns)
        if side not in self._chance_sums:
            columns = np.arange(len(self.attributes))
            self._chance_sums[side] = self._summed(side, np.zeros(len(self.cells.rows)), columns)
        return self._chance_sums[side]

    def _summed(self, side: Side, sums: Floats, columns: Rows) -> Floats:
        """``sums``, those of the cells of some columns worked out."""
        for column in columns.tolist():
            here = self.cells.of_column(column)
            sums[here] = self.chance(side).sums(np.full(len(here), column), self.cells.strength[here])
        return sums

    def typical_overlap(self, one: Side, other: Side) -> float:
        """Mean telling-weighted overlap of the profiles of one side with those of another."""
        if (one, other) not in self._overlaps:
            self._overlaps[one, other] = self.chance(one).with_population(self.chance(other))
        pairs = max(self.chance(one).count, 1) * max(self.chance(other).count, 1)
        return float(self.telling @ self._overlaps[one, other]) / pairs

    def voices(self, row: int, columns: Iterable[int]) -> tuple[int, ...]:
        """The brand of a product if it evokes one of ``columns``, so that the product would speak with its voice."""
        brand = int(self.brand_of[row])
        return (brand,) if brand >= 0 and self._own(brand)[list(columns)].any() else ()

    def own_between(self, row: int, column: int) -> float:
        """The strength of one's own in one cell, without what is taken from a brand."""
        place = int(self.cells.find(np.array([row]), np.array([column]))[0])
        return float(self.cells.own[place]) if place >= 0 else 0.0

    def _own(self, row: int) -> Floats:
        return np.asarray(self.cells.fill(self.cells.own, np.array([row]))[0])

    def times(self, rows: Rows, weights: Floats) -> Floats:
        """(R,) Σ_a strength_a · weight_a of some rows, (A,) weights."""
        if len(rows) > MANY_ROWS:
            return np.asarray((self.cells.filled @ weights)[rows])
        return np.asarray(self.strengths(rows) @ weights)

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
        here = np.array([row])
        known, intensity = (self.cells.fill(values, here)[0] for values in (self.cells.known, self.cells.intensity))
        return self.peaks_of(np.where(known, intensity, self.strength_of(row)).astype(np.float64))

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
        if entry := self._entry(column):
            return entry.label[lang]
        node = int(self.nodes[column])
        return self._view.entity(node).label(lang) if node >= 0 else self.attributes[column].removeprefix("kansei:")

    def named(self, column: int) -> dict[str, str]:
        """The name of an attribute by language, with the English ``noun`` where sentences say it by one."""
        names = {lang: self.label(column, lang) for lang in ("ja", "en")}
        entry = self._entry(column)
        return names | ({"noun": entry.noun} if entry and entry.noun else {})

    def _entry(self, column: int) -> Attribute | None:
        """What the dictionary says of an attribute."""
        slug = self.attributes[column].removeprefix("kansei:")
        return self._dictionary.get(slug) if self._dictionary is not None and slug in self._dictionary else None

    def _opposite(self, column: int) -> str | None:
        if entry := self._entry(column):
            return entry.opposite
        node = int(self.nodes[column])
        opposite = self._view.entity(node).attributes.get("opposite") if node >= 0 else None
        return opposite if isinstance(opposite, str) else None


def kansei_id(attribute: str) -> str:
    """The graph id of an attribute."""
    return attribute if attribute.startswith("kansei:") else f"kansei:{attribute}"


def _row(view: GraphView, entity_id: str) -> int:
    try:
        return view.row(entity_id)
    except UnknownEntityError:
        return -1


def _makers(made_by: Sparse, sides: Rows) -> Rows:
    """(N,) the brand's row of each product, −1 without one."""
    brand_of = np.full(len(sides), -1, dtype=np.int64)
    edges = made_by.tocoo()
    order = np.lexsort((-edges.col, edges.data, edges.row))  # the strongest edge is written last, ties by lower row
    brand_of[edges.row[order]] = edges.col[order]
    products = (sides == Side.THINGS) & (brand_of >= 0) & (sides[brand_of] == Side.THINGS)
    return np.where(products, brand_of, -1)


def _read(view: GraphView, brand_of: Rows, inherited: float) -> Cells:
    """Every cell that is known, and a product's unknown ones that its brand evokes."""
    intensity = np.asarray(view.kansei.intensity)
    width = intensity.shape[1]
    rows, columns = np.nonzero(~np.isnan(intensity))
    values = intensity[rows, columns].astype(np.float32)
    own = (values * np.asarray(view.kansei.confidence)[rows, columns]).astype(np.float32)
    starts = np.searchsorted(rows, np.arange(len(brand_of) + 1))
    products = np.flatnonzero(brand_of >= 0)
    first, counts = starts[brand_of[products]], np.diff(starts)[brand_of[products]]
    taken = np.arange(counts.sum()) + np.repeat(first - np.cumsum(counts) + counts, counts)
    heirs = np.repeat(products, counts) * width + columns[taken]
    keys = rows * width + columns
    new = ~np.isin(heirs, keys) & (own[taken] != 0)
    every = np.concatenate([keys, heirs[new]])
    order = np.argsort(every, kind="stable")
    blank = np.zeros(np.count_nonzero(new), dtype=np.float32)
    strength = np.concatenate([own, inherited * own[taken[new]]]).astype(np.float32)
    return Cells(
        every[order],
        (np.arange(len(every)) < len(keys))[order],
        np.concatenate([values, blank])[order],
        np.concatenate([own, blank])[order],
        strength[order],
        (len(brand_of), width),
    )
