"""Who worked with whom: past tie-ups as a matrix of artists and brands, and who is of one kind or at one home."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from kyokan.matching.signals.base import Side
from kyokan.matching.signals.view import Floats, Rows

if TYPE_CHECKING:
    from kyokan.matching.signals.context import Context

ROUNDING = 1e-9
FEW_MOULDS = 8  # up to so many, the tie-ups of their kinds are counted for them alone


class History:
    """``ties`` (artists, brands) sums confidence × recency; products count as their brand.

    ``people`` and ``things`` are the rows learned from, ``brands_tied`` the brand of each tie-up, ``cells`` its place,
    ``worked`` (artists, brands) whether the two ever did, ``takers`` (brands,) how many artists each brand worked with.

    Args:
        context: of whose tie-ups.
        before: the history of a graph with a few more facts.
    """

    def __init__(self, context: Context, before: History | None = None) -> None:
        tie_ups, makers = context.precedents, context.profiles.brand_of
        self.brands_tied = np.where(makers[tie_ups.things] >= 0, makers[tie_ups.things], tie_ups.things)
        self.prior = context.settings.choice_prior
        self.people, artist = np.unique(tie_ups.artists, return_inverse=True)
        self.things, brand = np.unique(self.brands_tied, return_inverse=True)
        if before is not None:  # the very same rows, by which what was worked out for them is known again
            self.people = before.people if np.array_equal(self.people, before.people) else self.people
            self.things = before.things if np.array_equal(self.things, before.things) else self.things
        self.cells = np.column_stack([artist, brand])
        self.ties = np.zeros((len(self.people), len(self.things)))
        np.add.at(self.ties, (artist, brand), tie_ups.weights)
        self.shares = shares(self.ties)
        self.worked = self.ties > ROUNDING
        self.takers = self.worked.sum(axis=0)
        self.catalogue = int(np.sum((context.sides == Side.THINGS) & (makers < 0)))
        self.moulds = context.moulds
        self.markets = 1 + self.moulds.places  # homes that a brand may have, or none
        self.at_home = self.moulds.at_home(self.moulds.of_row[self.things])

    @cached_property
    def took(self) -> Floats:
        """(artists, brands) 1 where the two ever worked together."""
        return self.worked.astype(np.float64)

    @cached_property
    def given(self) -> Floats:
        """(artists, 1) all tie-ups of each artist."""
        return np.asarray(self.ties.sum(axis=1, keepdims=True))

    @cached_property
    def lone(self) -> Floats:
        """(artists, 1) tie-ups of each artist with brands that nobody else works with."""
        return np.asarray((self.ties * (self.takers == 1)).sum(axis=1, keepdims=True))

    @cached_property
    def homes(self) -> Floats:
        """(artists, 1 + homes) tie-ups with brands of each home."""
        return np.asarray(self.ties @ self.at_home)

    def same(self, moulds: Rows) -> Floats:
        """(M, artists) 1 where a mould and a learned artist share a category and a home."""
        if len(moulds) > FEW_MOULDS:
            return self._same[moulds]
        return self.moulds.same(moulds, self.moulds.of_row[self.people])

    def beside(self, moulds: Rows) -> Floats:
        """(M, artists) 1 where a mould and a learned artist share a home, or neither has one."""
        if len(moulds) > FEW_MOULDS:
            return self._beside[moulds]
        return self.moulds.share_home(moulds, self.moulds.of_row[self.people])

    @cached_property
    def _same(self) -> Floats:
        """Of all moulds."""
        return self.moulds.same(np.arange(len(self.moulds.kinds)), self.moulds.of_row[self.people])

    @cached_property
    def _beside(self) -> Floats:
        """Of all moulds."""
        return self.moulds.share_home(np.arange(len(self.moulds.kinds)), self.moulds.of_row[self.people])

    def learned(self, side: Side) -> Rows:
        """Rows learned from, on one side."""
        return self.people if side is Side.PEOPLE else self.things


def shares(ties: Floats) -> Floats:
    """(artists, brands) → each artist's row divided by √n, n the brands it worked with."""
    brands = np.count_nonzero(ties > ROUNDING, axis=1, keepdims=True)
    return np.asarray(ties / np.sqrt(np.maximum(brands, 1)))
