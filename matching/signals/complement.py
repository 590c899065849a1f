"""Complement: which kansei does one bring that the other wants, as tie-ups that happened teach?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kyokan.matching.ranking.model import Evidence
from kyokan.matching.signals.base import Side, SignalValues, Subject, with_rest
from kyokan.matching.signals.profiles import Profiles, kansei_id
from kyokan.matching.signals.tie_ups import TieUps
from kyokan.matching.signals.view import Flags, Floats, Rows

if TYPE_CHECKING:
    from kyokan.matching.signals.context import Context

HALF = 100.0  # tie-ups at which half of the doubt about the learned table is gone
SHOWN = 8


@dataclass(frozen=True, slots=True)
class PairTable:
    """Weighted counts of what past tie-ups brought together.

    ``pairs`` (A, A) = Σ ω p_a q_b, artist attribute × thing attribute; ``artist`` and ``thing`` (A,) the sums of either
    end; ``total`` = Σ ω; ``count`` the tie-ups behind them.
    """

    pairs: Floats
    artist: Floats
    thing: Floats
    total: float
    count: int

    def __sub__(self, other: PairTable) -> PairTable:
        return PairTable(
            self.pairs - other.pairs,
            self.artist - other.artist,
            self.thing - other.thing,
            self.total - other.total,
            self.count - other.count,
        )

    def __add__(self, other: PairTable) -> PairTable:
        return PairTable(
            self.pairs + other.pairs,
            self.artist + other.artist,
            self.thing + other.thing,
            self.total + other.total,
            self.count + other.count,
        )

    def lift(self, prior: float) -> Floats:
        """(A, A) M_ab = ln((n_ab + k) / (e_ab + k)) with e_ab = Σ ω p_a · Σ ω q_b / Σ ω, and M_aa = 0.

        Pointwise mutual information with k pseudo-observations of chance; the diagonal is left to resonance.
        """
        chance = np.outer(self.artist, self.thing) / self.total
        table = np.log((np.maximum(self.pairs, 0.0) + prior) / (chance + prior))
        np.fill_diagonal(table, 0.0)
        return np.asarray(table)


def count_pairs(tie_ups: TieUps, profiles: Profiles, chosen: Flags | None = None) -> PairTable:
    """The counts over all tie-ups whose two ends are described, or over the chosen ones among them."""
    places = np.flatnonzero(tie_ups.weights > 0 if chosen is None else chosen & (tie_ups.weights > 0))
    ends = [tie_ups.ends(side)[places] for side in (Side.PEOPLE, Side.THINGS)]
    taken = np.all([profiles.counts[rows] > 0 for rows in ends], axis=0)
    p, q = (profiles.sparse(rows[taken]) for rows in ends)
    weights = tie_ups.weights[places[taken]]
    return PairTable(
        (p * weights[:, None]).T @ q.toarray(),
        p.T @ weights,
        q.T @ weights,
        float(weights.sum()),
        int(np.count_nonzero(taken)),
    )


def count_without(table: PairTable, tie_ups: tuple[TieUps, TieUps], profiles: tuple[Profiles, Profiles]) -> PairTable:
    """``count_pairs`` where some tie-ups are gone or their ends evoke something else.

    Args:
        table: the counts before.
        tie_ups: before and after; the later are among the earlier.
        profiles: before and after.
    """
    (before, after), (was, now) = tie_ups, profiles
    changed = was.unlike(now)
    places = after.places_of(before)
    kept = np.flatnonzero(places >= 0)
    same = np.zeros(len(before), dtype=np.bool_)
    same[kept] = before.weights[kept] == after.weights[places[kept]]
    if changed is None or not same[kept].all():
        return count_pairs(after, now)
    same &= ~(np.isin(before.artists, changed) | np.isin(before.things, changed))
    if same.all():
        return table
    again = np.ones(len(after), dtype=np.bool_)
    again[places[same]] = False
    return table - count_pairs(before, was, ~same) + count_pairs(after, now, again)


def score(context: Context, subject: Subject, candidates: Rows) -> SignalValues:
    """How well what the candidate brings goes with what the subject is.

        value = Σ_b q_b · want_b / (typical · unit),    want = (p − p̄) M    (asked by a thing: (p − q̄) Mᵀ)

    M is ``PairTable.lift`` over the tie-ups of others: the subject's own teach nothing about itself. p̄ is the mean of
    the same side over those tie-ups: a want is what partners of the like had beyond those of the average subject, so
    that attributes of all frequent partners gain nothing. The value is linear in the candidate's
    strengths, so each attribute it brings has an exact part. ``typical`` is the root mean square of the same sum over
    all pairs of those who ever tied up, a figure of the whole graph.

    Edge cases: unknown (0) with too few tie-ups to learn from, within one side, and where either has no known kansei.
    A written brief stands opposite its candidates.

    Example: if quiet artists worked with luxurious brands twice as often as chance, M is about ln 2, and a quiet artist
    (p − p̄ = .5) gives a brand evoking luxurious at .8 the part .8 · .5 · ln 2 / unit.

    Reference: positive and negative pointwise mutual information (Church and Hanks 1990) with additive smoothing.
    """
    cross = context.cross(subject.side, candidates)
    known = cross & (context.profiles.counts[candidates] > 0)
    if _learned(context, subject) is None or not subject.strength.any() or not known.any():
        return SignalValues.unknown(len(candidates))
    values = np.zeros(len(candidates))
    for side in (Side.PEOPLE, Side.THINGS):
        here = known & (context.sides[candidates] == side)
        values[here] = context.profiles.times(candidates[here], _wants(context, subject, side))
    amount = np.full(len(candidates), float(context.precedents.weights.sum()))
    return SignalValues.of(values / _scale(context), known, amount, HALF)


def evidence(context: Context, subject: Subject, candidate: int) -> tuple[Evidence, ...]:
    """What the candidate brings, strongest first; each weight is what is lost when it stops evoking the attribute."""
    values = score(context, subject, np.array([candidate]))
    if not values.known[0]:
        return ()
    wants = _wants(context, subject, context.side(candidate))
    parts = context.profiles.strength_of(candidate) * wants / _scale(context)
    order = sorted(np.flatnonzero(parts), key=lambda column: (-abs(parts[column]), column))[:SHOWN]
    items = [_item(context, candidate, int(column), float(parts[column])) for column in order]
    return with_rest(items, float(values.values[0]), _rest_item(subject.id, context.id(candidate)))


def typical_value(table: PairTable, lift: Floats, tie_ups: TieUps, profiles: Profiles) -> float:
    """Root mean square of Σ_b q_b · want_b over those artists and those things that have tie-ups; 1 without any."""
    if not table.total:
        return 1.0
    ends = [np.unique(tie_ups.ends(side)) for side in (Side.PEOPLE, Side.THINGS)]
    p, q = (profiles.sparse(rows) for rows in ends)
    count, total, mean = p.shape[0], np.asarray(p.sum(axis=0)), table.artist / table.total
    if count < len(lift):  # fewer artists than attributes: their wants are fewer than the products of attributes
        return float(np.sqrt(np.mean((q @ (p @ lift - mean @ lift).T) ** 2))) or 1.0
    spread = (p.T @ p).toarray() - np.outer(total, mean) - np.outer(mean, total - count * mean)  # of p − p̄ with itself
    squares = np.sum((q.T @ q).toarray() * (lift.T @ spread @ lift))
    return float(np.sqrt(max(squares, 0.0) / (count * q.shape[0]))) or 1.0


def _scale(context: Context) -> float:
    return context.complement_typical * context.settings.complement_unit


def _learned(context: Context, subject: Subject) -> PairTable | None:
    """What the tie-ups of others teach; None where they are too few."""
    return subject.once(context, "tie-ups of others", lambda: _of_others(context, subject))


def _of_others(context: Context, subject: Subject) -> PairTable | None:
    table = context.pair_table
    if subject.row is not None:
        own = (context.precedents.artists == subject.row) | (context.precedents.things == subject.row)
        table = table - count_pairs(context.precedents, context.profiles, own) if own.any() else table
    return table if table.count >= context.settings.complement_tie_ups else None


def _wants(context: Context, subject: Subject, side: Side) -> Floats:
    """(A,) how much the subject wants each attribute of candidates on ``side``; zeros where nothing is learned."""
    return subject.once(context, f"wants of {side}", lambda: _work_out_wants(context, subject, side))


def _work_out_wants(context: Context, subject: Subject, side: Side) -> Floats:
    learned = _learned(context, subject)
    if learned is None:
        return np.zeros(len(context.profiles.attributes))
    whole = learned is context.pair_table
    lift = context.pair_lift if whole else learned.lift(context.settings.complement_prior)
    if side is Side.THINGS:
        return np.asarray((subject.strength - learned.artist / learned.total) @ lift)
    return np.asarray(lift @ (subject.strength - learned.thing / learned.total))


def _item(context: Context, candidate: int, column: int, weight: float) -> Evidence:
    ja, en = (context.attribute_label(column, lang) for lang in ("ja", "en"))
    q = round(float(context.profiles.strength_of(candidate)[column]), 4)
    attribute = kansei_id(context.profiles.attributes[column])
    brands = context.profiles.voices(candidate, [column])
    often = weight > 0
    return Evidence(
        kind="attribute",
        ids=(attribute, context.id(candidate), *(context.id(row) for row in brands)),
        weight=weight,
        note=f"{en} ({q:.2f}), {'often' if often else 'seldom'} sought in past tie-ups like this",
        note_ja=f"{ja}（{q:.2f}）。似た過去のタイアップでは{'よく選ばれた' if often else 'まれだった'}",
        detail={
            "role": "brings",
            "attribute": attribute,
            "label": context.profiles.named(column),
            "by": {lang: context.label(candidate, lang) for lang in ("ja", "en")},
            "strengths": [q],
        },
    )


def _rest_item(subject: str, candidate: str) -> Evidence:
    return Evidence(
        kind="attribute",
        ids=(subject, candidate),
        weight=0.0,
        note="all other attributes",
        note_ja="そのほかの感性",
        detail={"role": "rest"},
    )
