"""How much oftener some artists chose something than all did, and what of it is left without each of some tie-ups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from kyokan.matching.signals.history import ROUNDING, History
from kyokan.matching.signals.view import Flags, Floats, Rows

PAIR = 2  # artists; where one of them goes, the other stays alone with the brand


def lift(chosen: Floats, total: Floats, others: Floats, rest: Floats, choices: int, prior: float) -> Floats:
    """(P, columns) ln of the share of a column among the tie-ups of some artists over its share among all others'.

    ``chosen`` of ``total`` (P, 1) tie-ups of the some and ``others`` of ``rest`` (P, 1) of all others fall on each
    column. Half a tie-up is added to each of the ``choices``, so that a column without any has a share too; ``prior``
    tie-ups of no preference stand behind the some.
    """
    share = (others + 0.5) / (rest + 0.5 * choices)
    return np.asarray(np.log((chosen + prior * share) / (total + prior) / share))


@dataclass(frozen=True, slots=True)
class Lost:
    """C tie-ups that a single pair does without, one at a time.

    ``own`` is the artist, whose own tie-ups do not count, and ``place`` the brand that is asked about, −1 for
    strangers; ``artist``, ``brand`` and ``weights`` (C,) tell the tie-ups, none of them the artist's own, and ``gone``
    (C,) those that were all between their two.
    """

    history: History
    own: int
    place: int
    artist: Rows
    brand: Rows
    weights: Floats
    gone: Flags

    @classmethod
    def of(cls, history: History, own: int, place: int, cells: Rows, weights: Floats) -> Self:
        """Of the artist that was learned as ``own`` (−1 for a stranger) with the brand learned as ``place``."""
        artist, brand = cells.T
        gone = history.ties[artist, brand] - weights <= ROUNDING
        return cls(history, own, place, artist, brand, weights, gone)

    def _left(self, columns: Floats) -> Floats:
        """(artists, …) with nothing of the artist's own."""
        left = columns.copy()
        left[self.own : self.own + 1 if self.own >= 0 else self.own] = 0.0
        return left

    @property
    def _here(self) -> Flags:
        """(C,) whether it is a tie-up of the brand itself."""
        return np.asarray(self.brand == self.place)

    @property
    def _with_brand(self) -> Floats:
        """(artists,) ties with the brand."""
        ties = self.history.ties
        return self._left(ties[:, self.place]) if self.place >= 0 else np.zeros(len(ties))

    @property
    def _takers(self) -> Rows:
        """(brands,) how many others each brand worked with."""
        return np.asarray(self.history.takers - self._worked)

    @property
    def _worked(self) -> Flags:
        """(brands,) which brands the artist worked with itself."""
        worked = self.history.worked
        return np.asarray(worked[self.own] if self.own >= 0 else np.zeros(worked.shape[1], dtype=np.bool_))

    @property
    def others(self) -> Floats:
        """(C,) ties of the others with the brand."""
        return np.asarray(self._with_brand.sum() - self._here * self.weights)

    @property
    def takers(self) -> Rows:
        """(C,) how many others the brand worked with."""
        whole = np.count_nonzero(self._with_brand > ROUNDING)
        return np.asarray(whole - self._here * self.gone)

    def partner(self, counted: Floats) -> Floats:
        """(C,) lift of the brand among artists who count ``counted`` (artists,)."""
        less = self._here * self.weights
        return self._lift(counted, self._with_brand[:, None], less[:, None], self.history.catalogue)[:, 0]

    def home(self, counted: Floats) -> Floats:
        """(C, 1 + homes) lift of each home of brands."""
        less = self.weights[:, None] * self.history.at_home[self.brand]
        return self._lift(counted, self._left(self.history.homes), less, self.history.markets)

    def lone(self, counted: Floats) -> Floats:
        """(C,) lift of brands that a single artist works with.

        Where a tie-up goes that was one of two artists', the other's brand becomes such a one.
        """
        takers, freed_by_own = self._takers, self._worked & (self.history.takers == PAIR)
        alone = self._left(self.history.lone[:, 0] + self.history.ties[:, freed_by_own].sum(axis=1))
        two = (takers[self.brand] == PAIR) & self.gone
        freed = np.array([self._freed(counted), self._freed(np.ones(len(alone)))]) * two
        taken = self.weights * (takers[self.brand] == 1)
        chosen = counted @ alone - counted[self.artist] * taken + freed[0]
        others = alone.sum() - taken + freed[1]
        found = lift(chosen, self._total(counted), others, self._rest, 2, self.history.prior)
        return np.asarray(found)

    def _freed(self, counted: Floats) -> Floats:
        """(C,) ties of the tie-up's brand with artists other than the tie-up's own."""
        ties = self.history.ties
        with_brand = self._left(counted) @ ties[:, self.brand]
        return np.asarray(with_brand - counted[self.artist] * ties[self.artist, self.brand])

    def _total(self, counted: Floats) -> Floats:
        return np.asarray(counted @ self._left(self.history.given[:, 0]) - counted[self.artist] * self.weights)

    @property
    def _rest(self) -> Floats:
        return np.asarray(self._left(self.history.given).sum() - self.weights)

    def _lift(self, counted: Floats, columns: Floats, less: Floats, choices: int) -> Floats:
        """(C, K) of columns (artists, K) that lose ``less`` (C, K)."""
        chosen = counted @ columns - counted[self.artist][:, None] * less
        others = columns.sum(axis=0) - less
        return lift(chosen, self._total(counted)[:, None], others, self._rest[:, None], choices, self.history.prior)
