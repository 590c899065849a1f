"""Precedent: did artists like this one work with brands like that one?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from kyokan.matching.ranking.model import Evidence
from kyokan.matching.signals.base import Side, SignalValues, Subject, with_rest
from kyokan.matching.signals.settings import SignalSettings
from kyokan.matching.signals.tie_ups import Likeness, TieUps
from kyokan.matching.signals.view import Flags, Floats, Rows

if TYPE_CHECKING:
    from kyokan.matching.signals.context import Context

HALF = 20.0  # tie-ups at which half of the doubt is gone
SHOWN = 5
PROBES = 100


def score(context: Context, subject: Subject, candidates: Rows) -> SignalValues:
    """Sum over past tie-ups of how alike both ends are to the pair in question.

        value(a, b) = Σ_t ω_t · (s(a, a_t) − s̄_a) · s(b, b_t) / n(b_t)^γ / (typical · unit)

    s is ``Likeness`` to the power ``precedent_power``, s̄_a its mean over the subject's side of all tie-ups, ω the
    confidence × recency of the tie-up and n(b_t) the number of tie-ups of its far end. With s̄_a taken off, a
    brand that works with everybody gains nothing from it; γ divides what many tie-ups repeat. Only the
    ``precedent_neighbours`` ends most like the subject count. Tie-ups of the very two in question are left out, also
    those with a product of the same brand. ``typical`` is the root mean square of the sum over pairs of those who ever
    tied up, with anyone else. Every tie-up has its exact part.

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
    return SignalValues.of(values / _scale(context), known, amount, HALF)


def evidence(context: Context, subject: Subject, candidate: int) -> tuple[Evidence, ...]:
    """The tie-ups that count most, with source addresses; each weight is what is lost without that tie-up.

    Without it the mean likeness s̄ is another, so all other tie-ups count a little more or less: that is part of the
    loss, and comes back in the last item.
    """
    rows = np.array([candidate])
    values = score(context, subject, rows)
    cases = _cases(context, subject, context.side(candidate))
    if not values.known[0] or cases is None:
        return ()
    likeness = _far_likeness(context, rows, cases)[0]
    parts = likeness * cases.weights / _scale(context)
    parts[_same_pair(context, subject, rows, cases)[0]] = 0.0
    plain = np.where(parts == 0.0, 0.0, likeness * cases.plain / _scale(context))
    parts = np.where(parts == 0.0, 0.0, parts - cases.shift * (plain.sum() - plain))
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
    """The tie-ups that speak for a subject: place in ``TieUps``, rows of both ends, likeness, weight before unit.

    ``plain`` is the weight without the factor (s − s̄); ``shift`` is by how much s̄ falls when the tie-up goes.
    """

    places: Rows
    near: Rows
    far: Rows
    likeness: Floats
    weights: Floats
    plain: Floats
    shift: Floats


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
    plain = _plain(tie_ups.weights, far, settings)[places]
    above = sharp[place][places] - mean
    shift = above / max(len(tie_ups) - 1, 1)
    return _Cases(places, near[places], far[places], likeness[place][places], plain * above, plain, shift)


def _plain(weights: Floats, far: Rows, settings: SignalSettings) -> Floats:
    """(T,) ω_t / n(b_t)^γ."""
    _, place, counts = np.unique(far, return_inverse=True, return_counts=True)
    return np.asarray(weights / counts[place].astype(np.float64) ** settings.precedent_popularity)


def typical_value(tie_ups: TieUps, likeness: Likeness, settings: SignalSettings) -> float:
    """Root mean square of the sum between artists and things that have tie-ups, but not with each other.

    Probes are at most ``PROBES`` of each side, evenly spaced; 1 where there is no such pair.
    """
    if not len(tie_ups):
        return 1.0
    near, far = (_Ends.of(tie_ups.ends(side), likeness, settings) for side in (Side.PEOPLE, Side.THINGS))
    above = near.sharp - near.sharp.mean(axis=1, keepdims=True)
    values = (above * _plain(tie_ups.weights, tie_ups.things, settings)) @ far.sharp.T
    tied = (near.probes[:, None] == tie_ups.artists).astype(np.float64) @ (far.probes[:, None] == tie_ups.things).T
    strangers = values[tied == 0]
    return float(np.sqrt(np.mean(strangers**2))) or 1.0 if len(strangers) else 1.0


@dataclass(frozen=True, slots=True)
class _Ends:
    """Some rows of one side with tie-ups, and (probes, T) how alike they are to that end of each, sharpened."""

    probes: Rows
    sharp: Floats

    @classmethod
    def of(cls, ends: Rows, likeness: Likeness, settings: SignalSettings) -> Self:
        rows, place = np.unique(ends, return_inverse=True)
        probes = rows[np.unique(np.linspace(0, len(rows) - 1, PROBES).astype(np.int64))]
        return cls(probes, likeness.between(probes, rows)[:, place] ** settings.precedent_power)


def _scale(context: Context) -> float:
    return context.precedent_typical * context.settings.precedent_unit


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
