"""Figures of artists with brands from past tie-ups, and what a pair's figures are without each tie-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kyokan.matching.signals.history import ROUNDING, shares
from kyokan.matching.signals.lifts import PAIR, Lost, lift
from kyokan.matching.signals.view import Floats, Rows

if TYPE_CHECKING:
    from kyokan.matching.signals.partners import Ends, Partners

Pick = Callable[[Floats], Floats]
"""(learned artists, K) → (P, K): summed over some of the others, each counted as far as it counts for the artist."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """P artists with T things."""

    partners: Partners
    people: Ends
    things: Ends

    def figures(self) -> Floats:
        """(P, T, features) from all tie-ups but those of the artist itself.

        ``alike`` carries tie-ups over to kindred artists and similar brands by two-step kernel ridge regression,
        K_a (K_a + λ I)⁻¹ Y (K_b + μ I)⁻¹ K_b with kinship as kernel (Stock, Pahikkala, Airola, De Baets and Waegeman
        2018); for an artist with tie-ups, (H Y − h Y) / (1 − h), its closed-form leave-one-out. What an
        artist of n brands says of each counts 1 / √n, so that the busiest do not speak for everybody like them.

        Three figures are logs of how much oftener some artists chose something than all did, ``choice_prior`` tie-ups
        of no preference behind them: ``akin_partner`` this brand, artists counted by kinship; ``kind_partner`` this
        brand, artists of the same category and home; ``home`` a brand of such a home, artists of the same home.
        ``tie_ups`` is ln(1 + n) of the brand's tie-ups with others, ``first`` whether there are none and ``second``
        whether they are those of a single artist: together they say what a brand's habit is worth, and what is left for
        newcomers (Good 1953). ``venture`` is 0 for brands that worked with others; for the rest it is the log of how
        much oftener kindred artists than all worked with a brand that nobody else works with.
        """
        history = self.partners.history
        rest = self._all(history.given)
        others, takers = self._at(self._all, history.ties), self._at(self._all, history.took)
        return np.stack(
            [
                self._carried(),
                self._lift(self._among, others, rest),
                self._lift(self._of_kind, others, rest),
                np.log1p(np.maximum(others, 0.0)),
                takers == 0,
                takers == 1,
                (takers == 0) * self._venture(rest),
                self._home(rest),
            ],
            axis=-1,
        )

    # Tie-ups of the others --------------------------------------------------------------------------------------

    def _without_own(self, found: Floats, columns: Floats, counted: Callable[[Rows], Floats]) -> Floats:
        """``found`` less what those who were learned from have in it themselves; ``counted`` (P',) for oneself."""
        found = np.array(found, dtype=np.float64)
        mine = np.flatnonzero(self.people.place >= 0)
        found[mine] -= counted(mine)[:, None] * columns[self.people.place[mine]]
        return found

    def _all(self, columns: Floats) -> Floats:
        everybody = np.repeat(columns.sum(axis=0, keepdims=True), len(self.people.place), axis=0)
        return self._without_own(everybody, columns, lambda mine: np.ones(len(mine)))

    def _among(self, columns: Floats) -> Floats:
        """By kinship."""
        alike, place, history = self.people.alike, self.people.place, self.partners.history
        times = alike.always if columns is history.given or columns is history.lone else alike.times
        return self._without_own(times(columns), columns, lambda mine: alike.cells(mine, place[mine]))

    def _moulded(self, weigh: Callable[[Rows], Floats], columns: Floats) -> Floats:
        """By what ``weigh`` makes of moulds, (M, learned artists), worked out once a mould."""
        place = self.people.place
        moulds, cast = np.unique(self.people.mould, return_inverse=True)
        weights = weigh(moulds)
        return self._without_own((weights @ columns)[cast], columns, lambda mine: weights[cast[mine], place[mine]])

    def _of_kind(self, columns: Floats) -> Floats:
        return self._moulded(self.partners.history.same, columns)

    def _beside(self, columns: Floats) -> Floats:
        return self._moulded(self.partners.history.beside, columns)

    def _everybody(self, mine: Rows) -> Floats:
        return np.ones((len(mine), len(self.partners.history.people)))

    def _total(self, pick: Pick) -> Floats:
        return pick(self.partners.history.given)

    def _at(self, pick: Pick, ties: Floats) -> Floats:
        """(P, T) what is picked from the ties of each thing, in the order that is cheaper."""
        if len(self.people.place) < len(self.things.place):
            return self._stand(pick(ties))
        return pick(self._stand(ties))

    def _stand(self, values: Floats) -> Floats:
        """(R, brands) → (R, T): the brand that a thing is, 0 for one that never worked."""
        place = self.things.place
        return np.where(place >= 0, values[:, np.maximum(place, 0)], 0.0)

    def _freed(self, counted: Callable[[Rows], Floats]) -> Floats:
        """(P, 1) ties of brands that one artist alone works with once one's own tie-ups are left out.

        ``counted`` (P', learned artists) says how much each artist counts.
        """
        history, found = self.partners.history, np.zeros((len(self.people.place), 1))
        mine = np.flatnonzero(self.people.place >= 0)
        own = self.people.place[mine]
        two = np.flatnonzero((history.takers == PAIR) & np.any(history.worked[own], axis=0))
        if len(two):
            weights = np.array(counted(mine))
            weights[np.arange(len(mine)), own] = 0.0
            found[mine, 0] = ((weights @ history.ties[:, two]) * history.worked[np.ix_(own, two)]).sum(axis=1)
        return found

    # Figures ----------------------------------------------------------------------------------------------------

    def _lift(self, pick: Pick, others: Floats, rest: Floats) -> Floats:
        history = self.partners.history
        return lift(self._at(pick, history.ties), self._total(pick), others, rest, history.catalogue, history.prior)

    def _venture(self, rest: Floats) -> Floats:
        """(P, 1) lift of brands that a single artist works with, among kindred artists."""
        history, lone = self.partners.history, self.partners.history.lone
        kin = self._among(lone) + self._freed(self.people.alike.rows)
        everybody = self._all(lone) + self._freed(self._everybody)
        return lift(kin, self._total(self._among), everybody, rest, 2, history.prior)

    def _home(self, rest: Floats) -> Floats:
        """(P, T) NaN for a brief, which has no home."""
        history = self.partners.history
        if self.people.nowhere or self.things.nowhere:
            return np.full((len(self.people.place), len(self.things.place)), np.nan)
        at_home = history.moulds.at_home(self.things.mould)
        asked = np.flatnonzero(at_home.any(axis=0))  # one brand has few of all homes
        chosen, others = (pick(history.homes[:, asked]) for pick in (self._beside, self._all))
        found = lift(chosen, self._total(self._beside), others, rest, history.markets, history.prior)
        return np.asarray(found @ at_home[:, asked].T)

    def _carried(self) -> Floats:
        """(P, T) tie-ups carried over to kindred artists and brands, in the order of multiplication that is cheaper."""
        one, people, things = self.partners, self.people, self.things
        if len(people.place) <= len(things.place):
            return np.asarray(things.alike.times(one.brands.times((people.near @ one.history.shares).T)).T)
        spoken = one.history.shares @ things.far
        found = people.alike.times(one.artists.times(spoken))
        mine = np.flatnonzero(people.place >= 0)
        own = people.place[mine]
        if len(mine):
            weight = one.artists.for_itself[own, None]
            found[mine] = (found[mine] - weight * spoken[own]) / (1.0 - weight)
        return found

    # What is lost -----------------------------------------------------------------------------------------------

    def without(self, cells: Rows, weights: Floats) -> Floats:
        """(C, features) of a single pair without each of C tie-ups: its learned artist and brand, and its weight.

        None of them is one's own. An artist whose only tie-up it was is not learned from any more, nor is such a brand:
        what the remaining ones then say follows from the closed-form leave-one-out of each, without solving anew.
        """
        history, mould = self.partners.history, self.people.mould[:1]
        lost = Lost.of(history, int(self.people.place[0]), int(self.things.place[0]), cells, weights)
        kin = self.people.alike.rows(np.array([0]))[0]
        columns = [
            self._carried_without(cells[:, 0], cells[:, 1], weights),
            lost.partner(kin),
            lost.partner(history.same(mould)[0]),
            np.log1p(np.maximum(lost.others, 0.0)),
            lost.takers == 0,
            lost.takers == 1,
            (lost.takers == 0) * lost.lone(kin),
            self._home_without(lost),
        ]
        return np.column_stack(columns)

    def _home_without(self, lost: Lost) -> Floats:
        if self.people.nowhere or self.things.nowhere:
            return np.full(len(lost.weights), np.nan)
        history = self.partners.history
        own = history.moulds.at_home(self.things.mould)[0]
        return np.asarray(lost.home(history.beside(self.people.mould[:1])[0]) @ own)

    def _carried_without(self, artist: Rows, brand: Rows, weights: Floats) -> Floats:
        """(C,) ``alike`` of a single pair without each tie-up."""
        one, history, own = self.partners, self.partners.history, int(self.people.place[0])
        each = np.arange(len(weights))
        left = history.ties[artist]
        left[each, brand] -= weights
        near, far = (np.repeat(found[None, :], len(weights), axis=0) for found in (self._near, self._far))
        gone = np.flatnonzero(left.sum(axis=1) <= ROUNDING)
        if len(gone):
            instead = one.artists_for(artist[gone])
            back = instead[:, [own]] if own >= 0 else 0.0
            spoke = near[gone, artist[gone]][:, None]
            near[gone] = (near[gone] + spoke * instead) / (1.0 - spoke * back)
            near[gone, artist[gone]] = 0.0
            near[:, own : own + 1 if own >= 0 else own] = 0.0
        gone = np.flatnonzero(history.ties[:, brand].sum(axis=0) - weights <= ROUNDING)
        if len(gone):
            far[gone] += far[gone, brand[gone]][:, None] * one.brands_for(brand[gone]).T
            far[gone, brand[gone]] = 0.0
        changed = ((shares(left) - history.shares[artist]) * far).sum(axis=1)
        return np.asarray(((near @ history.shares) * far).sum(axis=1) + near[each, artist] * changed)

    @property
    def _near(self) -> Floats:
        return np.asarray(self.people.near[0])

    @property
    def _far(self) -> Floats:
        return np.asarray(self.things.far[:, 0])
