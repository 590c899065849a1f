"""Kinship: how much what one entity did says of another; likeness, and for acts also whether they are of one time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kyokan.matching.signals.base import Side, Subject
from kyokan.matching.signals.kernels import GramChange
from kyokan.matching.signals.view import Floats, Rows, Sparse

if TYPE_CHECKING:
    from kyokan.matching.signals.context import Context

DESCRIPTIONS = 3.0  # what likeness is a mean of; time counts as one more


class Kinship:
    """In 0..1, for two of one side: of brands their likeness, of acts (3 · likeness + one time) / 4.

    Who sang in the seventies was asked by those who advertised in the seventies; no description of an image tells that.
    Where no act at all has a time, only likeness is left.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def of(self, subject: Subject, rows: Rows, side: Side) -> Floats:
        """(R,) kinship of the subject, standing on ``side``, with each row."""
        alike = self._context.likeness.of(subject, rows)
        return _mean(alike, self._context.times.of(subject, rows)) if self._timed(side) else alike

    def between(self, rows: Rows, others: Rows, side: Side) -> Floats:
        """(R, O) kinship of rows with others of one side; everybody's with itself is 1."""
        alike = self._context.likeness.between(rows, others)
        if not self._timed(side):
            return alike
        found = _mean(alike, self._context.times.between(rows, others))
        found[rows[:, None] == others[None, :]] = 1.0
        return found

    def beside_kansei(self, rows: Rows, others: Rows, side: Side) -> Floats:
        """(R, O) kinship less what kansei add to it; with oneself it says nothing."""
        alike = self._context.likeness.beside_kansei(rows, others)
        return _mean(alike, self._context.times.between(rows, others)) if self._timed(side) else alike

    def same_beside_kansei(self, before: Kinship) -> bool:
        """Whether nothing but kansei is otherwise than it was."""
        return self._context.likeness.same_beside_kansei(before._context.likeness)

    def share_of_kansei(self, side: Side) -> float:
        """What a cosine of kansei counts in kinship."""
        share = self._context.likeness.share
        return share * DESCRIPTIONS / (DESCRIPTIONS + 1.0) if self._timed(side) else share

    def units(self, rows: Rows) -> Sparse:
        """(R, A) CSR of unit profiles, whose products are the cosines of kansei."""
        return self._context.likeness.units(rows)

    def change(self, before: Kinship, rows: Rows, side: Side) -> GramChange | None:
        """By how much rows are otherwise akin to each other than they were; None where it has to be worked out."""
        change = self._context.likeness.change(before._context.likeness, rows)
        timed = change is not None and self._timed(side)
        return change.scaled(DESCRIPTIONS / (DESCRIPTIONS + 1.0)) if change is not None and timed else change

    def _timed(self, side: Side) -> bool:
        return side is Side.PEOPLE and self._context.times.stated


def _mean(alike: Floats, of_one_time: Floats) -> Floats:
    return np.asarray((DESCRIPTIONS * alike + of_one_time) / (DESCRIPTIONS + 1.0))
