"""Resonance: which kansei do both evoke, weighted by how telling each is?"""

from __future__ import annotations

import numpy as np

from kyokan.matching.ranking.model import Evidence
from kyokan.matching.signals.base import Side, SignalValues, Subject, with_rest
from kyokan.matching.signals.context import Context
from kyokan.matching.signals.profiles import kansei_id
from kyokan.matching.signals.view import Floats, Rows

HALF = 4.0  # attributes known on both sides at which half of the doubt is gone
SHOWN = 8  # attributes listed one by one; the others are summed up in one last item


def score(context: Context, subject: Subject, candidates: Rows) -> SignalValues:
    """Telling overlap of two profiles beyond chance, less clashes of opposites, plus wishes.

    With strengths p of the subject and q of the candidate (intensity × confidence, unknown = 0) and telling weights t:

        overlap  = Σ_a t_a · min(p_a, q_a)
        chance   = F_S(q) · F_C(p) / G
        clash    = Σ_(a, o opposite) ½(t_a + t_o) · [min(p_a, q_o) + min(p_o, q_a)]
        wishes   = Σ_a t_a · w_a · (q_a − mean of the candidate's side)
        value    = (overlap − chance − clash_cost · clash + wishes) / unit

    F_S(q) is the mean overlap of q with the profiles of the subject's side, F_C(p) that of p with the candidate's side
    and G that of the two sides with each other: the expected count of a contingency table (row total × column total ÷
    grand total). A profile that evokes a little of everything is expected to overlap with everybody and gains nothing
    by it. The unit is a constant, so every attribute has an exact part.

    Edge cases: unknown (0) where either side has no known kansei; a query of wishes alone has no overlap, chance or
    clash; an attribute that everyone evokes has t = 0 and cannot count.

    Example: two artists evoke serene and bold; with t = 1 for both, p = (.8, 0), q = (.6, 0) and chance .2 the value is
    (.6 − .2) / unit.

    References: histogram intersection (Swain and Ballard 1991); inverse document frequency (Spärck Jones 1972).
    """
    profiles = context.profiles
    known = np.asarray(profiles.counts[candidates] > 0) & subject.described
    if not known.any():
        return SignalValues.unknown(len(candidates))
    total = _overlap(context, subject, candidates) - _chance(context, subject, candidates)
    total -= context.settings.clash * _clash(context, subject, candidates)
    total += _wished(context, subject, candidates)
    has = (subject.strength > 0) | (subject.wishes != 0)
    amount = np.minimum(profiles.counts[candidates], np.count_nonzero(has)).astype(np.float64)
    return SignalValues.of(total / context.settings.resonance_unit, known, amount, HALF)


def evidence(context: Context, subject: Subject, candidate: int) -> tuple[Evidence, ...]:
    """Attributes, strongest first; each weight is what the value loses when both ends forget the attribute."""
    rows = np.array([candidate])
    values = score(context, subject, rows)
    if not values.known[0]:
        return ()
    q = context.profiles.strength_of(candidate).astype(np.float64)
    unit = context.settings.resonance_unit
    overlap = context.profiles.telling * np.minimum(subject.strength, q)
    shared = (overlap - _chance_parts(context, subject, candidate)) / unit
    clash = np.zeros(len(q))
    columns, opposite, worth = _clashing(context, subject)
    clash[columns] = -context.settings.clash * worth * np.minimum(q[opposite], subject.strength[columns]) / unit
    wishes = context.profiles.telling * subject.wishes * q / unit
    pair = (context, subject, candidate)
    items = [_shared_item(*pair, a, shared[a]) for a in np.flatnonzero((subject.strength > 0) & (q > 0)).tolist()]
    items += [_clash_item(*pair, a, clash[a]) for a in np.flatnonzero(clash).tolist()]
    items += [_wish_item(*pair, a, wishes[a]) for a in np.flatnonzero(wishes).tolist()]
    items.sort(key=lambda item: (-abs(item.weight), item.ids))
    return with_rest(items[:SHOWN], float(values.values[0]), _rest_item(subject.id, context.id(candidate)))


def _overlap(context: Context, subject: Subject, candidates: Rows) -> Floats:
    """(C,) Σ_a t_a · min(p_a, q_a)."""
    columns = np.flatnonzero(subject.strength > 0)
    telling, own = context.profiles.telling[columns], subject.strength[columns]
    return context.profiles.cells.add_up(candidates, columns, lambda q, at: telling[at] * np.minimum(q, own[at]))


def _chance(context: Context, subject: Subject, candidates: Rows) -> Floats:
    """(C,) F_S(q) · F_C(p) / G."""
    if not subject.strength.any():
        return np.zeros(len(candidates))
    of_candidates = context.profiles.chance_mass(subject.side, candidates)
    share = np.zeros(len(candidates))
    for side in (Side.PEOPLE, Side.THINGS):
        here = context.sides[candidates] == side
        if here.any():
            own, grand = _subject_chance(context, subject, side)
            share[here] = own.sum() / grand if grand else 0.0
    return np.asarray(of_candidates * share)


def _subject_chance(context: Context, subject: Subject, side: Side) -> tuple[Floats, float]:
    """((A,) telling-weighted parts of F_C(p), G) for candidates of one side."""
    profiles = context.profiles

    def work_out() -> tuple[Floats, float]:
        own = profiles.telling * profiles.chance(side).of(subject.strength[None, :])[0]
        return own, profiles.typical_overlap(subject.side, side)

    return subject.once(context, f"chance of {side}", work_out)


def _chance_parts(context: Context, subject: Subject, candidate: int) -> Floats:
    """(A,) by how much the chance term shrinks when both ends forget an attribute."""
    profiles = context.profiles
    own, grand = _subject_chance(context, subject, context.side(candidate))
    theirs = profiles.telling * profiles.chance(subject.side).of(profiles.strengths(np.array([candidate])))[0]
    if not grand:
        return np.zeros(len(own))
    return np.asarray((own * theirs.sum() + theirs * own.sum() - own * theirs) / grand)


def _clash(context: Context, subject: Subject, candidates: Rows) -> Floats:
    """(C,) the subject's attributes against the candidates' opposites of them."""
    has, opposite, worth = _clashing(context, subject)
    own = subject.strength[has]
    return context.profiles.cells.add_up(candidates, opposite, lambda q, at: worth[at] * np.minimum(q, own[at]))


def _clashing(context: Context, subject: Subject) -> tuple[Rows, Rows, Floats]:
    """(K,) the subject's attributes with an opposite, the opposites, and what it costs where the two meet."""
    opposites, telling = context.profiles.opposites, context.profiles.telling
    has = np.flatnonzero((opposites >= 0) & (subject.strength > 0))
    return has, opposites[has], 0.5 * (telling[has] + telling[opposites[has]])


def _wished(context: Context, subject: Subject, candidates: Rows) -> Floats:
    """(C,) the wishes' part."""
    found = np.zeros(len(candidates))
    columns, profiles = np.flatnonzero(subject.wishes), context.profiles
    worth = profiles.telling[columns] * subject.wishes[columns]
    for side in (Side.PEOPLE, Side.THINGS) if len(columns) else ():
        here = context.sides[candidates] == side
        mean = profiles.mean(side)[columns]
        found[here] = profiles.cells.add_up(candidates[here], columns, lambda q, at: worth[at] * q) - worth @ mean
    return found


def _ids(context: Context, subject: Subject, candidate: int, *kansei: int) -> tuple[str, ...]:
    """Subject, attributes, candidate, and the brands whose values a product takes over."""
    middle = tuple(kansei_id(context.profiles.attributes[column]) for column in kansei)
    brands = context.profiles.voices(candidate, kansei)
    if subject.row is not None:
        brands = context.profiles.voices(subject.row, kansei) + brands
    return (subject.id, *middle, context.id(candidate), *(context.id(row) for row in dict.fromkeys(brands)))


def _shared_item(context: Context, subject: Subject, candidate: int, column: int, weight: float) -> Evidence:
    p, q = round(float(subject.strength[column]), 4), round(float(context.profiles.strength_of(candidate)[column]), 4)
    ja, en = (context.attribute_label(column, lang) for lang in ("ja", "en"))
    return Evidence(
        kind="attribute",
        ids=_ids(context, subject, candidate, column),
        weight=float(weight),
        note=f"both evoke {en} ({p:.2f} and {q:.2f})",
        note_ja=f"ともに{ja}（{p:.2f} と {q:.2f}）",
        detail={
            "role": "shared",
            "attribute": kansei_id(context.profiles.attributes[column]),
            "label": context.profiles.named(column),
            "strengths": [p, q],
        },
    )


def _clash_item(context: Context, subject: Subject, candidate: int, column: int, weight: float) -> Evidence:
    opposite = int(context.profiles.opposites[column])
    mine, theirs = ([context.attribute_label(one, lang) for lang in ("ja", "en")] for one in (column, opposite))
    return Evidence(
        kind="attribute",
        ids=_ids(context, subject, candidate, column, opposite),
        weight=float(weight),
        note=f"{mine[1]} meets its opposite {theirs[1]}",
        note_ja=f"{mine[0]}に対して反対の{theirs[0]}",
        detail={"role": "clash", "attribute": kansei_id(context.profiles.attributes[column])},
    )


def _wish_item(context: Context, subject: Subject, candidate: int, column: int, weight: float) -> Evidence:
    ja, en = (context.attribute_label(column, lang) for lang in ("ja", "en"))
    wanted = subject.wishes[column] > 0
    q = float(context.profiles.strength_of(candidate)[column])
    return Evidence(
        kind="attribute",
        ids=_ids(context, subject, candidate, column),
        weight=float(weight),
        note=f"evokes {en} ({q:.2f}), which is {'wanted' if wanted else 'to be avoided'}",
        note_ja=f"{'望まれる' if wanted else '避けたい'}{ja}（{q:.2f}）",
        detail={
            "role": "wanted" if wanted else "avoided",
            "attribute": kansei_id(context.profiles.attributes[column]),
        },
    )


def _rest_item(subject: str, candidate: str) -> Evidence:
    return Evidence(
        kind="attribute",
        ids=(subject, candidate),
        weight=0.0,
        note="all other attributes, against what two typical profiles share",
        note_ja="そのほかの感性と、ふつうに重なる分との差",
        detail={"role": "rest"},
    )
