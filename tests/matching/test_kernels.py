"""A kernel near one whose inverse is known answers as if it had been worked out and inverted by itself."""

from __future__ import annotations

import numpy as np
import pytest

from kyokan.matching.signals.kernels import GramChange, Kernel, Nearby
from kyokan.matching.signals.view import Floats, Rows

RIDGE = 1.0


def refused() -> Floats:
    raise AssertionError("the kernel was worked out")


def units(rows: Floats) -> Floats:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def told(new: Floats, old: Floats, kept: Rows | None = None) -> tuple[Kernel, Kernel]:
    """The kernel of ``new`` worked out, and the same from that of ``old``, which is never worked out."""
    before = Kernel(lambda: old @ old.T, RIDGE)
    change = GramChange(1.0, [(new, old if kept is None else old[kept])])
    nearby = Nearby(before.inverse, kept, change)
    return Kernel(lambda: new @ new.T, RIDGE), Kernel(refused, RIDGE, nearby)


@pytest.fixture
def described() -> Floats:
    """Thirty of unit length."""
    return units(np.random.default_rng(2).uniform(0.0, 1.0, (30, 6)))


def test_two_who_become_less_akin_are_solved_by_hand() -> None:
    """K = [[1, 1], [1, 1]] becomes the identity: (I + I)⁻¹ halves."""
    alike, apart = np.array([[1.0, 0.0], [1.0, 0.0]]), np.eye(2)
    _, near = told(apart, alike)
    np.testing.assert_allclose(near.times(np.array([[4.0], [2.0]])), [[2.0], [1.0]], atol=1e-12)


def test_a_slight_change_of_everybody_and_a_large_one_of_a_single_row_come_out_exactly(described: Floats) -> None:
    new = units(described * np.linspace(1.0, 1.001, 6))
    new[4] = units(np.eye(6)[:1])[0]
    whole, near = told(new, described)
    asked = np.eye(30)[:, :3]
    np.testing.assert_allclose(near.times(asked), whole.times(asked), atol=1e-12)


def test_rows_that_went_are_left_out_exactly(described: Floats) -> None:
    kept = np.delete(np.arange(30), [3, 17])
    asked = np.eye(28)[:, :2]
    for new in (described[kept], units(described[kept] + 0.1)):
        whole, near = told(new, described, kept)
        np.testing.assert_allclose(near.times(asked), whole.times(asked), atol=1e-12)


def test_what_nobody_is_akin_to_stays_nothing(described: Floats) -> None:
    _, near = told(units(described + 0.1), described)
    assert not near.times(np.zeros((30, 2))).any()


def test_a_kernel_that_has_little_to_do_with_the_one_before_is_worked_out() -> None:
    rng = np.random.default_rng(5)
    old, new = rng.normal(size=(200, 200)) * 30, rng.normal(size=(200, 200))
    nearby = Nearby(Kernel(lambda: old @ old.T, RIDGE).inverse, None, GramChange(1.0, [(new, old)]))
    asked = np.eye(200)[:, :1]
    assert nearby.times(asked) is None
    found = Kernel(lambda: new @ new.T, RIDGE, nearby).times(asked)
    np.testing.assert_allclose((new @ new.T + RIDGE * np.eye(200)) @ found, asked, atol=1e-9)
