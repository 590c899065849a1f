"""Precedent: did artists like this one work with brands like that one?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kyokan.matching.ranking.model import Evidence
from kyokan.matching.signals.base import Side, SignalValues, Subject, with_rest
from kyokan.matching.signals.context import Context
from kyokan.matching.signals.view import Flags, Floats, Rows

HALF = 20.0  # tie-ups at which half of the doubt is gone
SHOWN = 5


def score(context: Context, subject: Subject, candidates: Rows) -> SignalValues:
    """Sum over past tie-ups of how alike both ends are to the pair in question.

        value(a, b) = Σ_t ω_t · (s(a, a_t) − s̄_a) · s(b, b_t) / n(b_t)^γ / unit

    s is ``Likeness`` to the power ``precedent_power``, s̄_a its mean over the subject's side of all tie-ups, ω the
    confidence × recency of the tie-up and n(b_t) the number of tie-ups of its far end. With s̄_a taken off, a
    brand that works with everybody gains nothing from it; γ divides what many tie-ups repeat. Only the
    ``precedent_neighbours`` ends most like the subject count. Tie-ups of the very two in question are left out, also
    those with a product of the same brand. Every tie-up has its exact part.

    Edge cases: unknown (0) without tie-ups, within one side, and where nobody resembles the subject at all. Asked
    by a brand the two ends change places.

    Example: one past tie-up (a', b'), s(a, a') = .6, mean .2, s(b, b') = .5, γ = 0: (.6 − .2) · .5 = .2.

    Reference: case-based reasoning by two-sided kernel regression (pairwise kernels, Ben-Hur and Noble 2005).
    """
    values = np.zeros(len(candidates))
    known = np.zeros(len(candidates), dtype=np.bool_)
    cross = context.cross(subject.side, candidates)
    for side in (Side.PEOPLE, Side.THINGS):
        here = np.flatnonzero(cross & (context.sides[candidates] == side))
        cases = _cases(context, subject, side) if len(here) else None
        if cases is not None:
            likeness = _far_likeness(context, candidates[here], cases)
            parts = likeness * cases.weights
            parts[_same_pair(context, subject, candidates[here], cases)] = 0.0
            values[here] = parts.sum(axis=1)
            known[here] = (likeness > 0).any(axis=1)
    amount = np.full(len(candidates), float(len(context.tie_ups)))
    return SignalValues.of(values / context.settings.precedent_unit, known, amount, HALF)


def evidence(context: Context, subject: Subject, candidate: int) -> tuple[Evidence, ...]:
    """The tie-ups that count most, with source addresses; each weight is what is lost without that tie-up."""
    rows = np.array([candidate])
    values = score(context, subject, rows)
    cases = _cases(context, subject, context.side(candidate))
    if not values.known[0] or cases is None:
        return ()
    likeness = _far_likeness(context, rows, cases)[0]
    parts = likeness * cases.weights / context.settings.precedent_unit
    parts[_same_pair(context, subject, rows, cases)[0]] = 0.0
    order = sorted(np.flatnonzero(parts), key=lambda place: (-abs(parts[place]), place))[:SHOWN]
    items = [
        _item(
            context,
            subject,
            candidate,
            int(cases.places[place]),
            float(parts[place]),
            float(cases.likeness[place]),
            float(likeness[place]),
        )
        for place in order
    ]
    return with_rest(items, float(values.values[0]), _rest_item(subject.id, context.id(candidate)))


@dataclass(frozen=True, slots=True)
class _Cases:
    """The tie-ups that speak for a subject: place in ``TieUps``, rows of both ends, likeness, weight before unit."""

    places: Rows
    near: Rows
    far: Rows
    likeness: Floats
    weights: Floats


def _cases(context: Context, subject: Subject, side: Side) -> _Cases | None:
    """Cases for candidates on ``side``."""
    tie_ups, settings = context.tie_ups, context.settings
    if not len(tie_ups):
        return None
    other = Side.PEOPLE if side is Side.THINGS else Side.THINGS
    near, far = tie_ups.ends(other), tie_ups.ends(side)
    people, place = np.unique(near, return_inverse=True)
    likeness = context.likeness.of(subject, people)
    if subject.row is not None:
        likeness[people == subject.row] = 1.0
    sharp = likeness**settings.precedent_power
    if not sharp.any():
        return None
    mean = float(sharp[place].mean())
    chosen = np.lexsort((people, -sharp))[: settings.precedent_neighbours]
    places = np.flatnonzero(np.isin(place, chosen))
    counts = np.unique(far, return_inverse=True, return_counts=True)
    repeats = counts[2][counts[1]].astype(np.float64) ** settings.precedent_popularity
    weights = (tie_ups.weights * (sharp[place] - mean) / repeats)[places]
    return _Cases(places, near[places], far[places], likeness[place][places], weights)


def _far_likeness(context: Context, candidates: Rows, cases: _Cases) -> Floats:
    """(C, cases) likeness of each candidate to the far end of each case, sharpened."""
    ends, place = np.unique(cases.far, return_inverse=True)
    sharp = context.likeness.between(candidates, ends) ** context.settings.precedent_power
    return np.asarray(sharp[:, place])


def _same_pair(context: Context, subject: Subject, candidates: Rows, cases: _Cases) -> Flags:
    """(C, cases) whether a case is a tie-up of the very two in question, brand and product taken as one."""
    if subject.row is None:
        return np.zeros((len(candidates), len(cases.far)), dtype=np.bool_)
    makers = np.where(context.profiles.brand_of >= 0, context.profiles.brand_of, np.arange(len(context.sides)))
    mine = makers[cases.near] == makers[subject.row]
    return np.asarray(mine[None, :] & (makers[cases.far][None, :] == makers[candidates][:, None]))


def _item(
    context: Context, subject: Subject, candidate: int, place: int, weight: float, near: float, far: float
) -> Evidence:
    relation = context.tie_ups.relations[place]
    ends = [context.view.row(relation.source), context.view.row(relation.target)]
    year = relation.since[:4]
    names = {lang: [context.label(row, lang) for row in ends] for lang in ("ja", "en")}
    return Evidence(
        kind="tie_up",
        ids=(relation.source, relation.target),
        weight=weight,
        note=f"{names['en'][0]} worked with {names['en'][1]}{f' in {year}' if year else ''}",
        note_ja=f"{names['ja'][0]}は{names['ja'][1]}と組んだ{f'（{year}年）' if year else ''}",
        detail={
            "relation": list(relation.identity),
            "since": relation.since,
            "source": relation.provenance.address or relation.provenance.source,
            "likeness": {subject.id: near, context.id(candidate): far},
        },
    )


def _rest_item(subject: str, candidate: str) -> Evidence:
    return Evidence(
        kind="tie_up",
        ids=(subject, candidate),
        weight=0.0,
        note="all other past tie-ups",
        note_ja="そのほかの過去のタイアップ",
        detail={"role": "rest"},
    )
