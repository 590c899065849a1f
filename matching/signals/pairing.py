"""Figures of artists with brands from past tie-ups, and what a pair's figures are without each tie-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kyokan.matching.signals.history import ROUNDING, shares
from kyokan.matching.signals.view import Floats, Rows

if TYPE_CHECKING:
    from kyokan.matching.signals.partners import Ends, Partners


@dataclass(frozen=True, slots=True)
class Pairing:
    """P artists with T things."""

    partners: Partners
    people: Ends
    things: Ends

    def figures(self) -> Floats:
        """(P, T, features) from all tie-ups but those of the artist itself.

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
        history, (kinds, member) = self.partners.history, self._member
        rest, total = self._counts(lambda ties: ties.sum(axis=1, keepdims=True))
        others, chosen = self._counts(self._stand)
        by_kind = self._counts(lambda ties: ties @ kinds)
        return np.stack(
            [
                self._carried(),
                _lift(chosen, total, others, rest, history.catalogue, history.prior),
                _lift(by_kind[1], total, by_kind[0], rest, history.categories, history.prior) @ member.T,
                np.log1p(np.maximum(others, 0.0)),
                others <= ROUNDING,
                self._home,
            ],
            axis=-1,
        )

    def _counts(self, columns: Callable[[Floats], Floats]) -> tuple[Floats, Floats]:
        """(P, columns) tie-ups of all others, and of those of one's kind, on what ``columns`` makes of the brands."""
        history, own, mould = self.partners.history, self.people.place, self.people.mould
        others = np.repeat(columns(history.ties.sum(axis=0)[None, :]), len(own), axis=0)
        moulds, cast = np.unique(mould, return_inverse=True)
        chosen = columns(history.chosen(moulds))[cast]
        mine = np.flatnonzero(own >= 0)
        taken = columns(history.ties[own[mine]])
        others[mine] -= taken
        chosen[mine] -= history.same(moulds)[cast[mine], own[mine]][:, None] * taken
        return others, chosen

    def _carried(self) -> Floats:
        """(P, T) tie-ups carried over to similar artists and brands, in the order of multiplication that is cheaper."""
        one, people, things = self.partners, self.people, self.things
        if len(people.place) <= len(things.place):
            return np.asarray(things.alike.times(one.brands.after(people.near @ one.history.shares).T).T)
        spoken = one.history.shares @ things.far
        found = people.alike.times(one.artists.before(spoken))
        mine = np.flatnonzero(people.place >= 0)
        own = people.place[mine]
        if len(mine):
            weight = np.einsum("ra,ar->r", people.alike.rows(mine), one.artists.inverse[:, own])[:, None]
            found[mine] = (found[mine] - weight * spoken[own]) / (1.0 - weight)
        return found

    @property
    def _home(self) -> Floats:
        """(P, T) whether both share a home."""
        known = not self.people.nowhere and not self.things.nowhere
        return self.partners.history.moulds.share_home(self.people.mould, self.things.mould) * known

    @property
    def _member(self) -> tuple[Floats, Floats]:
        """(brands, K) categories of the learned brands and (T, K) the share of each in a thing, those in use alone."""
        moulds = self.partners.history.moulds
        member = moulds.kinds[self.things.mould]
        columns = np.flatnonzero(member.any(axis=0))
        chosen = member[:, columns].astype(np.float64)
        return self.partners.history.kinds[:, columns], chosen / np.maximum(chosen.sum(axis=1, keepdims=True), 1.0)

    def _stand(self, values: Floats) -> Floats:
        """(R, brands) → (R, T): the brand that a thing is, 0 for one that never worked."""
        place = self.things.place
        return np.where(place >= 0, values[:, np.maximum(place, 0)], 0.0)

    def without(self, cells: Rows, weights: Floats) -> Floats:
        """(C, features) of a single pair without each of C tie-ups: its learned artist and brand, and its weight.

        None of them is one's own. An artist whose only tie-up it was is not learned from any more, nor is such a brand:
        what the remaining ones then say follows from the closed-form leave-one-out of each, without solving anew.
        """
        history, mould = self.partners.history, int(self.people.mould[0])
        artist, brand = cells.T
        own, place = int(self.people.place[0]), int(self.things.place[0])
        kinds, member = self._member
        same = history.same(np.array([mould]))[0].copy()
        same[own : own + 1 if own >= 0 else own] = 0.0
        mine = history.ties[own] if own >= 0 else np.zeros(history.ties.shape[1])
        others = history.ties.sum(axis=0) - mine
        chosen = same @ history.ties
        here = (brand == place)[:, None] * weights[:, None]  # what the brand itself loses
        lost, of_kind = weights[:, None] * kinds[brand], same[artist][:, None]
        total = chosen.sum() - of_kind * weights[:, None]
        rest = others.sum() - weights[:, None]
        partner = self._stand(others[None, :]) - here
        by_partner = _lift(
            self._stand(chosen[None, :]) - of_kind * here, total, partner, rest, history.catalogue, history.prior
        )
        by_category = _lift(
            chosen @ kinds - of_kind * lost, total, others @ kinds - lost, rest, history.categories, history.prior
        )
        columns = [
            self._carried_without(artist, brand, weights)[:, None],
            by_partner,
            by_category @ member.T,
            np.log1p(np.maximum(partner, 0.0)),
            partner <= ROUNDING,
            np.repeat(self._home, len(cells), axis=0),
        ]
        return np.hstack(columns)

    def _carried_without(self, artist: Rows, brand: Rows, weights: Floats) -> Floats:
        """(C,) ``alike`` of a single pair without each tie-up."""
        one, history, own = self.partners, self.partners.history, int(self.people.place[0])
        each = np.arange(len(weights))
        left = history.ties[artist]
        left[each, brand] -= weights
        near, far = (np.repeat(found[None, :], len(weights), axis=0) for found in (self._near, self._far))
        gone = np.flatnonzero(left.sum(axis=1) <= ROUNDING)
        if len(gone):
            instead = one.artists_for[artist[gone]]
            back = instead[:, [own]] if own >= 0 else 0.0
            spoke = near[gone, artist[gone]][:, None]
            near[gone] = (near[gone] + spoke * instead) / (1.0 - spoke * back)
            near[gone, artist[gone]] = 0.0
            near[:, own : own + 1 if own >= 0 else own] = 0.0
        gone = np.flatnonzero(history.ties.sum(axis=0)[brand] - weights <= ROUNDING)
        if len(gone):
            far[gone] += far[gone, brand[gone]][:, None] * one.brands_for[:, brand[gone]].T
            far[gone, brand[gone]] = 0.0
        changed = ((shares(left) - history.shares[artist]) * far).sum(axis=1)
        return np.asarray(((near @ history.shares) * far).sum(axis=1) + near[each, artist] * changed)

    @property
    def _near(self) -> Floats:
        return np.asarray(self.people.near[0])

    @property
    def _far(self) -> Floats:
        return np.asarray(self.things.far[:, 0])


def _lift(chosen: Floats, total: Floats, others: Floats, rest: Floats, choices: int, prior: float) -> Floats:
    """(P, columns) ln of the share of a column among the tie-ups of one's kind over its share among all others'.

    ``chosen`` of ``total`` (P, 1) tie-ups of one's kind and ``others`` of ``rest`` (P, 1) of all others fall on each
    column. Half a tie-up is added to each of the ``choices``, so that a column without any has a share too.
    """
    share = (others + 0.5) / (rest + 0.5 * choices)
    return np.asarray(np.log((chosen + prior * share) / (total + prior) / share))
