"""Complement: which kansei does one bring that the other wants, as tie-ups that happened teach?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kyokan.matching.ranking.model import Evidence
from kyokan.matching.signals.base import Side, SignalValues, Subject, with_rest
from kyokan.matching.signals.profiles import Profiles, kansei_id
from kyokan.matching.signals.settings import SignalSettings
from kyokan.matching.signals.tie_ups import TieUps
from kyokan.matching.signals.view import Floats, Rows

if TYPE_CHECKING:
    from kyokan.matching.signals.context import Context

HALF = 100.0  # tie-ups at which half of the doubt about the learned table is gone
SHOWN = 5


@dataclass(frozen=True, slots=True)
class PairTable:
    """What tie-ups teach: ``table`` (A, A) artist attribute × thing attribute, and the mean profile of either end."""

    table: Floats
    mean_artist: Floats
    mean_thing: Floats


def learn(tie_ups: TieUps, profiles: Profiles, settings: SignalSettings) -> PairTable | None:
    """The table of attribute pairs, or None with fewer than ``complement_tie_ups`` tie-ups of two described ends.

    With strengths p of the artist and q of the thing of each tie-up, weighted ω (confidence × recency):

        n_ab = Σ ω p_a q_b      e_ab = Σ ω p_a · Σ ω q_b / Σ ω      M_ab = ln((n_ab + k) / (e_ab + k)),  M_aa = 0

    that is pointwise mutual information with k pseudo-observations of chance. The diagonal is left to resonance.
    """
    p, q = (profiles.strength[tie_ups.ends(side)].astype(np.float64) for side in (Side.PEOPLE, Side.THINGS))
    both = p.any(axis=1) & q.any(axis=1) & (tie_ups.weights > 0)
    if np.count_nonzero(both) < settings.complement_tie_ups:
        return None
    weights = tie_ups.weights[both][:, None]
    p, q, total = p[both], q[both], float(weights.sum())
    prior = settings.complement_prior
    mass_p, mass_q = (weights * p).sum(axis=0), (weights * q).sum(axis=0)
    table = np.log(((weights * p).T @ q + prior) / (np.outer(mass_p, mass_q) / total + prior))
    np.fill_diagonal(table, 0.0)
    return PairTable(table, mass_p / total, mass_q / total)


def score(context: Context, subject: Subject, candidates: Rows) -> SignalValues:
    """How well what the candidate brings goes with what the subject is.

        value = Σ_b q_b · want_b / unit,    want = (p − p̄) M    (an artist asks; for a thing: want = (p − q̄) Mᵀ)

    p̄ is the mean of the same side over past tie-ups: a want is what this subject's partners had beyond those of the
    average subject, so that attributes of all frequent partners gain nothing. The value is linear in the candidate's
    strengths, so each attribute it brings has an exact part.

    Edge cases: unknown (0) with too few tie-ups to learn from, within one side, and where either has no known kansei.
    A written brief stands opposite its candidates.

    Example: if quiet artists worked with luxurious brands twice as often as chance, M is about ln 2, and a quiet artist
    (p − p̄ = .5) gives a brand evoking luxurious at .8 the part .8 · .5 · ln 2 / unit.

    Reference: positive and negative pointwise mutual information (Church and Hanks 1990) with additive smoothing.
    """
    learned = context.complement
    cross = context.cross(subject.side, candidates)
    strength = context.profiles.strength[candidates]
    known = cross & strength.any(axis=1)
    if learned is None or not subject.strength.any() or not known.any():
        return SignalValues.unknown(len(candidates))
    values = np.zeros(len(candidates))
    for side in (Side.PEOPLE, Side.THINGS):
        here = known & (context.sides[candidates] == side)
        values[here] = strength[here] @ _wants(context, subject, side)
    amount = np.full(len(candidates), float(context.tie_ups.weights.sum()))
    return SignalValues.of(values / context.settings.complement_unit, known, amount, HALF)


def evidence(context: Context, subject: Subject, candidate: int) -> tuple[Evidence, ...]:
    """What the candidate brings, strongest first; each weight is what is lost when it stops evoking the attribute."""
    values = score(context, subject, np.array([candidate]))
    if not values.known[0]:
        return ()
    wants = _wants(context, subject, context.side(candidate))
    parts = context.profiles.strength[candidate] * wants / context.settings.complement_unit
    order = sorted(np.flatnonzero(parts), key=lambda column: (-abs(parts[column]), column))[:SHOWN]
    items = [_item(context, candidate, int(column), float(parts[column])) for column in order]
    return with_rest(items, float(values.values[0]), _rest_item(subject.id, context.id(candidate)))


def _wants(context: Context, subject: Subject, side: Side) -> Floats:
    """(A,) how much the subject wants each attribute of candidates on ``side``."""
    learned = context.complement
    if learned is None:
        return np.zeros(len(context.profiles.attributes))
    if side is Side.THINGS:
        return np.asarray((subject.strength - learned.mean_artist) @ learned.table)
    return np.asarray(learned.table @ (subject.strength - learned.mean_thing))


def _item(context: Context, candidate: int, column: int, weight: float) -> Evidence:
    ja, en = (context.attribute_label(column, lang) for lang in ("ja", "en"))
    q = round(float(context.profiles.strength[candidate, column]), 4)
    attribute = kansei_id(context.profiles.attributes[column])
    brands = context.profiles.voices(candidate, [column])
    often = weight > 0
    return Evidence(
        kind="attribute",
        ids=(attribute, context.id(candidate), *(context.id(row) for row in brands)),
        weight=weight,
        note=f"brings {en} ({q:.2f}), {'often' if often else 'seldom'} sought in past tie-ups like this",
        note_ja=f"{ja}（{q:.2f}）を持ち込む。似た過去のタイアップでは{'よく選ばれた' if often else 'まれだった'}",
        detail={"role": "brings", "attribute": attribute, "strengths": [q]},
    )


def _rest_item(subject: str, candidate: str) -> Evidence:
    return Evidence(
        kind="attribute",
        ids=(subject, candidate),
        weight=0.0,
        note="all other attributes it brings",
        note_ja="そのほかに持ち込む感性",
        detail={"role": "rest"},
    )
