"""Who worked with whom: past tie-ups as a matrix of artists and brands, and what artists of each kind chose."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from kyokan.matching.signals.base import Side
from kyokan.matching.signals.view import Floats, Rows

if TYPE_CHECKING:
    from kyokan.matching.signals.context import Context

ROUNDING = 1e-9


class History:
    """``ties`` (artists, brands) sums confidence × recency; products count as their brand.

    ``people`` and ``things`` are the rows learned from, ``brands_tied`` the brand of each tie-up, ``cells`` its place,
    ``kinds`` (brands, C) the categories of each brand.
    """

    def __init__(self, context: Context) -> None:
        tie_ups, makers = context.precedents, context.profiles.brand_of
        self.brands_tied = np.where(makers[tie_ups.things] >= 0, makers[tie_ups.things], tie_ups.things)
        self.prior = context.settings.kind_prior
        self.people, artist = np.unique(tie_ups.artists, return_inverse=True)
        self.things, brand = np.unique(self.brands_tied, return_inverse=True)
        self.cells = np.column_stack([artist, brand])
        self.ties = np.zeros((len(self.people), len(self.things)))
        np.add.at(self.ties, (artist, brand), tie_ups.weights)
        self.shares = shares(self.ties)
        self.catalogue = int(np.sum((context.sides == Side.THINGS) & (makers < 0)))
        self.moulds = context.moulds
        self.categories = self.moulds.kinds.shape[1]
        self.kinds = self.moulds.kinds[self.moulds.of_row[self.things]].astype(np.float64)

    @cached_property
    def same(self) -> Floats:
        """(moulds, artists) 1 where a mould and a learned artist share a category and a home."""
        return self.moulds.same(self.moulds.of_row[self.people])

    @cached_property
    def chosen(self) -> Floats:
        """(moulds, brands) tie-ups of the learned artists of each mould's kind."""
        return np.asarray(self.same @ self.ties)

    def learned(self, side: Side) -> Rows:
        """Rows learned from, on one side."""
        return self.people if side is Side.PEOPLE else self.things


def shares(ties: Floats) -> Floats:
    """(artists, brands) → each artist's row divided by √n, n the brands it worked with."""
    brands = np.count_nonzero(ties > ROUNDING, axis=1, keepdims=True)
    return np.asarray(ties / np.sqrt(np.maximum(brands, 1)))
