"""When acts were active, as their texts tell it, and how much two acts are of one time."""

from __future__ import annotations

import re
from functools import cached_property

import numpy as np

from kyokan.graph.model import Entity
from kyokan.matching.signals.base import Side, Subject
from kyokan.matching.signals.view import Floats, GraphView, Rows

YEAR = re.compile(r"(?<!\d)(1[89]\d|20\d)\d(?!\d)")
APART = 15.0  # years; acts so far apart are of one time to 1 / e


class Times:
    """The middle of the decades that the texts of each act name, in years; NaN without any.

    Brands have none: the year of a foundation says nothing of who is asked today.
    """

    def __init__(self, view: GraphView, sides: Rows) -> None:
        self._view = view
        self._sides = sides

    @cached_property
    def middle(self) -> Floats:
        """(N,) years; NaN for brands, products and acts of no stated time."""
        found = np.full(len(self._sides), np.nan)
        for row in np.flatnonzero(self._sides == Side.PEOPLE).tolist():
            found[row] = middle_of(self._view.entity(row))
        return found

    @property
    def stated(self) -> bool:
        """Whether any act has a time."""
        return not np.isnan(self.middle).all()

    def of(self, subject: Subject, rows: Rows) -> Floats:
        """(R,) how much the subject is of one time with each row; a brief's time is the one that it names."""
        if subject.row is not None:
            own = self.middle[[subject.row]]
        else:
            own = np.array([middle_of(subject.text) if subject.text else np.nan])
        return np.asarray(_of_one_time(own, self.middle[rows])[0])

    def between(self, rows: Rows, others: Rows) -> Floats:
        """(R, O) e^(−|years between| / 15); 0 where either has no time."""
        return _of_one_time(self.middle[rows], self.middle[others])


def middle_of(entity: Entity) -> float:
    """Mean of the different decades that both texts name; NaN where they name none.

    >>> middle_of(Entity(id="artist:a", kind=EntityKind.ARTIST, name="a", text_en="From the 1970s to 1995."))
    1980.0
    """
    decades = {int(found) * 10 for lang in ("ja", "en") for found in YEAR.findall(entity.text(lang))}
    return float(np.mean(sorted(decades))) if decades else float("nan")


def _of_one_time(one: Floats, other: Floats) -> Floats:
    return np.nan_to_num(np.exp(-np.abs(one[:, None] - other[None, :]) / APART))
