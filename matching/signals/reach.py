"""Reach: whom would each side newly meet?"""

from __future__ import annotations

import numpy as np

from kyokan.matching.ranking.model import Benefit, Evidence
from kyokan.matching.signals.base import MIN_CELL, Side, SignalValues, Subject
from kyokan.matching.signals.context import Context
from kyokan.matching.signals.view import Floats, Rows, dense_row

HALF = 100.0  # people at which half of the doubt is gone
FLOOR, CEILING = -1.0, 1.5  # a very small audience costs, a very large one gains, but no more than this


def score(context: Context, subject: Subject, candidates: Rows, *, benefit: Benefit) -> SignalValues:
    """How large the audience is that one side brings and the other does not have yet.

        value = clip( ln((new + k) / (typical + k)) / unit ),    new = audience of the giver · (1 − shared part)

    For ``Benefit.BRAND`` the artist gives its fans to the brand, for ``Benefit.ARTIST`` the brand gives its own. An
    audience is the larger of the fans in the graph and the count its source states; typical is the median of the
    giver's side.
    The shared part is shared fans ÷ fans where at least 5 are shared, else the surveyed overlap, else 0.

    Edge cases: unknown (0) within one side, for a brief, and where the giver's audience is unknown or under 5.

    Example: k = 20, typical 80, the artist has 200 fans of whom 100 know the brand: ln(120 / 100) / unit.
    """
    cross = context.cross(subject.side, candidates)
    if subject.row is None or subject.side is Side.NONE:
        return SignalValues.unknown(len(candidates))
    new = _new_people(context, subject, subject.row, candidates, benefit)
    typical = context.typical_audience[Side.PEOPLE if benefit is Benefit.BRAND else Side.THINGS]
    settings = context.settings
    gain = np.log((new + settings.reach_prior) / (typical + settings.reach_prior)) / settings.reach_unit
    known = cross & (_giver_sizes(context, subject.row, candidates, benefit) > 0)
    return SignalValues.of(np.clip(gain, FLOOR, CEILING), known, new, HALF)


def evidence(context: Context, subject: Subject, candidate: int, *, benefit: Benefit) -> tuple[Evidence, ...]:
    """One item: how many people would be new, in tens, so that no small group is told."""
    rows = np.array([candidate])
    values = score(context, subject, rows, benefit=benefit)
    if not values.known[0] or subject.row is None:
        return ()
    new = int(round(float(_new_people(context, subject, subject.row, rows, benefit)[0]), -1))
    subject_gives = _subject_gives(context, subject.row, benefit)
    giver, receiver = (subject.row, candidate) if subject_gives else (candidate, subject.row)
    names = {lang: (context.label(giver, lang), context.label(receiver, lang)) for lang in ("ja", "en")}
    en = f"about {new} people" if new else "hardly anybody"
    ja = f"約{new}人が{names['ja'][1]}に新しく出会う" if new else f"ほとんどの人は{names['ja'][1]}をもう知っている"
    return (
        Evidence(
            kind="audience",
            ids=(context.id(giver), context.id(receiver)),
            weight=float(values.values[0]),
            note=f"{en} of {names['en'][0]} would be new to {names['en'][1]}",
            note_ja=f"{names['ja'][0]}の{ja}",
            detail={"new": new},
        ),
    )


def _subject_gives(context: Context, row: int, benefit: Benefit) -> bool:
    return (context.side(row) is Side.PEOPLE) == (benefit is Benefit.BRAND)


def _giver_sizes(context: Context, row: int, candidates: Rows, benefit: Benefit) -> Floats:
    givers = np.full(len(candidates), row) if _subject_gives(context, row, benefit) else candidates
    return np.asarray(context.audience_sizes[givers])


def _new_people(context: Context, subject: Subject, row: int, candidates: Rows, benefit: Benefit) -> Floats:
    """(C,) people of the giver whom the receiver does not have yet."""
    fans = context.audiences.fans
    shared = subject.once(context, "shared fans", lambda: context.audiences.shared_with_all(row))[candidates]
    of_giver = fans[row] if _subject_gives(context, row, benefit) else fans[candidates]
    surveyed = subject.once(context, "surveyed", lambda: dense_row(context.audiences.overlaps, row))[candidates]
    part = np.where(shared >= MIN_CELL, shared / np.maximum(of_giver, 1.0), surveyed)
    return np.asarray(_giver_sizes(context, row, candidates, benefit) * (1.0 - part))
