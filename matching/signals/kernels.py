"""Ridge regression over the entities learned from: what their kinship with each other makes of kinship with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotri

from kyokan.matching.signals.alike import Alike
from kyokan.matching.signals.view import Floats, Rows

FEW_ROWS = 32  # up to so many, systems of equations are solved from the inverse of the kernel before
ROUNDS = 24  # of conjugate gradients; past so many, a kernel has little to do with the one before
EXACT = 1e-13  # of what is asked, left over


class Kernel:
    """K, the symmetric (L, L) kinship of the learned with each other, under a ridge λ.

    Args:
        make: works K out.
        ridge: λ.
        nearby: the inverse of a kernel that differs little; with it a few rows are answered without working K out.
    """

    def __init__(self, make: Callable[[], Floats], ridge: float, nearby: Nearby | None = None) -> None:
        self._make, self._ridge, self._nearby = make, ridge, nearby

    @cached_property
    def alike(self) -> Floats:
        """(L, L): K."""
        return self._make()

    @cached_property
    def inverse(self) -> Floats:
        """(L, L): (K + λI)⁻¹."""
        found = self.alike.copy()
        found.flat[:: len(found) + 1] += self._ridge
        factor, failed = dpotrf(found, lower=True)
        if failed:  # kinship of texts is floored, so nothing holds K from having a large negative part
            return np.asarray(np.linalg.inv(found))
        half = np.tril(dpotri(factor, lower=True)[0])
        return np.asarray(half + np.tril(half, -1).T)

    @cached_property
    def for_itself(self) -> Floats:
        """(L,) how much each speaks for itself: the diagonal of K (K + λI)⁻¹."""
        return np.asarray(1.0 - self._ridge * self.inverse.diagonal())

    def times(self, columns: Floats) -> Floats:
        """(K + λI)⁻¹ times (L, C)."""
        found = self._nearby.times(columns) if self._nearby and self._lean(columns.shape[1]) else None
        return np.asarray(self.inverse @ columns) if found is None else found

    def near(self, alike: Alike) -> Floats:
        """(R, L) how much each of the learned speaks for entities of (R, L) kinship with them."""
        count = len(alike.resembling)
        return self.times(alike.rows(np.arange(count)).T).T if self._lean(count) else alike.times(self.inverse)

    def _lean(self, count: int) -> bool:
        return self._nearby is not None and count <= FEW_ROWS and "inverse" not in self.__dict__


@dataclass(frozen=True, slots=True)
class Nearby:
    """(K' + λI)⁻¹, given (K + λI)⁻¹ of a kernel from which K' lacks some rows and in which others are less kindred.

    ``kept`` are the rows of K that K' still has, None for all; ``change`` is K' less those of K.
    """

    inverse: Floats
    kept: Rows | None
    change: GramChange

    def times(self, columns: Floats) -> Floats | None:
        """(K' + λI)⁻¹ times (L', C), None where it is not found within ``ROUNDS``.

        Conjugate gradients, preconditioned by the inverse that is known (Hestenes and Stiefel 1952): exact after as
        many rounds as the change has ranks, and after two or three where it is slight. What K + λI makes of a direction
        is known from what the direction was made of, so nothing is multiplied by K.
        """
        found = self._before(columns)
        left = -self.change.times(found)
        least = EXACT * np.linalg.norm(columns, axis=0)
        way, made = np.zeros_like(found), np.zeros_like(found)
        last: Floats = np.zeros(found.shape[1])
        for _ in range(ROUNDS):
            if np.all(np.linalg.norm(left, axis=0) <= least):
                return found
            towards = self._before(left)
            size = _dots(left, towards)
            again = _share(size, last)
            way, made, last = towards + again * way, left + again * made, size
            whole = made + self.change.times(way)
            step = _share(size, _dots(way, whole))
            found, left = found + step * way, left - step * whole
        return None

    def _before(self, columns: Floats) -> Floats:
        """(K + λI)⁻¹ times columns, where K lacks the rows that went: by its Schur complement."""
        if self.kept is None:
            return np.asarray(self.inverse @ columns)
        gone = np.setdiff1d(np.arange(len(self.inverse)), self.kept)
        whole = self.inverse[:, self.kept] @ columns
        spoken = np.linalg.solve(self.inverse[np.ix_(gone, gone)], whole[gone])
        return np.asarray(whole[self.kept] - self.inverse[np.ix_(self.kept, gone)] @ spoken)


@dataclass(frozen=True)
class GramChange:
    """share · Σ (F' F'ᵀ − F Fᵀ) with nothing on its diagonal; factors are (L, K), dense or sparse, as (F', F)."""

    share: float
    factors: Sequence[tuple[Any, Any]] = ()

    def scaled(self, share: float) -> Self:
        """So many times this."""
        return type(self)(self.share * share, self.factors)

    @cached_property
    def _diagonals(self) -> list[Floats]:
        """(L, 1) of each F' F'ᵀ − F Fᵀ, its diagonal."""
        return [_squares(new) - _squares(old) for new, old in self.factors]

    def times(self, columns: Floats) -> Floats:
        """(L, L) times (L, C)."""
        found = np.zeros(columns.shape)
        for (new, old), diagonal in zip(self.factors, self._diagonals, strict=True):
            found += new @ (new.T @ columns) - old @ (old.T @ columns) - diagonal * columns
        return self.share * found


def _squares(factor: Any) -> Floats:
    """(L, 1) of F Fᵀ, its diagonal."""
    return np.asarray((factor * factor).sum(axis=1), dtype=np.float64).reshape(-1, 1)


def _dots(one: Floats, other: Floats) -> Floats:
    return np.asarray(np.einsum("lc,lc->c", one, other))


def _share(one: Floats, other: Floats) -> Floats:
    """One over the other, 0 over 0 being 0: a column that is found goes nowhere."""
    return np.asarray(np.divide(one, other, out=np.zeros_like(one), where=other != 0))
