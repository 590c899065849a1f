"""Ridge regression over the entities learned from: what their kinship with each other makes of kinship with them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from scipy.linalg import lu_factor, lu_solve

from kyokan.matching.signals.alike import Alike
from kyokan.matching.signals.view import Floats

FEW_ROWS = 32  # up to so many, a system of equations is solved and nothing inverted


class Kernel:
    """K, the (L, L) kinship of the learned with each other, under a ridge λ.

    Args:
        alike: K.
        ridge: λ.
        once: asked of a few rows only and then thrown away, so that (K + λI)⁻¹ is not worth its while.
    """

    def __init__(self, alike: Floats, ridge: float, *, once: bool = False) -> None:
        self.alike, self._ridge, self._once = alike, ridge, once

    @cached_property
    def inverse(self) -> Floats:
        """(L, L): (K + λI)⁻¹."""
        return np.asarray(np.linalg.inv(self._ridged))

    @property
    def _ridged(self) -> Floats:
        found = self.alike.copy()
        found.flat[:: len(found) + 1] += self._ridge
        return found

    @cached_property
    def _factors(self) -> Any:
        """Triangular factors of K + λI: K is symmetric but for single precision, which the inverse sees too."""
        return lu_factor(self._ridged, overwrite_a=True, check_finite=False)

    def after(self, rows: Floats) -> Floats:
        """(R, L) times (K + λI)⁻¹."""
        return self._solved(rows.T, transposed=True).T if self._lean(len(rows)) else np.asarray(rows @ self.inverse)

    def before(self, columns: Floats) -> Floats:
        """(K + λI)⁻¹ times (L, C)."""
        return self._solved(columns) if self._lean(columns.shape[1]) else np.asarray(self.inverse @ columns)

    def near(self, alike: Alike) -> Floats:
        """(R, L) how much each of the learned speaks for entities of (R, L) kinship with them."""
        few = self._lean(len(alike.resembling))
        return self.after(alike.rows(np.arange(len(alike.resembling)))) if few else alike.times(self.inverse)

    def far(self, alike: Alike) -> Floats:
        """(L, R): ``near`` from the other end."""
        few = self._lean(len(alike.resembling))
        return self.before(alike.rows(np.arange(len(alike.resembling))).T) if few else alike.times(self.inverse.T).T

    def _lean(self, count: int) -> bool:
        return self._once and count <= FEW_ROWS and "inverse" not in self.__dict__

    def _solved(self, columns: Floats, *, transposed: bool = False) -> Floats:
        return np.asarray(lu_solve(self._factors, columns, trans=1 if transposed else 0, check_finite=False))
