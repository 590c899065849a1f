"""Where candidates stand, without the evidence: scores and refusals of many at once, cheap enough to repeat nightly."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from kyokan.matching.ranking import confidence
from kyokan.matching.ranking.constraints import Decision
from kyokan.matching.ranking.diversify import choose
from kyokan.matching.ranking.fusion import FusionWeights, logistic
from kyokan.matching.ranking.model import Place, Query, Standing
from kyokan.matching.signals import Context, SignalValues, Subject
from kyokan.matching.signals.view import Flags, Floats, Rows


@dataclass(frozen=True, slots=True)
class Scored:
    """All candidates of a question, before anyone is set aside.

    ``rows`` (C,) ascending, or in the order in which candidates were named; ``raw`` (C,) = base + Σ contributions;
    ``contributions`` (answers, C) in the order of ``ANSWERS``; ``answers`` the signals' own values; ``likely`` (C,) is
    the raw score with habits in full, and ``pool`` (P,) that of those whom confidence compares with.
    """

    context: Context
    subject: Subject
    rows: Rows
    raw: Floats
    contributions: Floats
    answers: list[SignalValues]
    likely: Floats
    pool: Floats


Weighed = tuple[Scored, dict[int, Decision]]
"""Scored candidates, and why those of some rows cannot be proposed."""


def listed(query: Query, scored: Scored, refused: Collection[int]) -> tuple[Rows, Flags]:
    """(places among the scored ones, whether each holds an exposure place) of those who stand on the page, in order."""
    open_ = np.flatnonzero(~np.isin(scored.rows, np.fromiter(refused, dtype=np.int64, count=len(refused))))
    chosen, exposed = choose(
        scored.context,
        scored.rows[open_],
        logistic(scored.raw[open_]),
        top=query.top,
        diversity=query.diversity,
        exposure=query.exposure,
    )
    return open_[chosen], exposed


def ranking(query: Query, weighed: Weighed, weights: FusionWeights) -> tuple[Place, ...]:
    """Those who stand on the page in order, then the blocked ones whose score would put them among these."""
    scored, refused = weighed
    order, _ = listed(query, scored, refused)
    least = float(scored.raw[order].min()) if len(order) else np.inf
    blocked = [
        place
        for place, row in enumerate(scored.rows.tolist())
        if row in refused and refused[row].standing is Standing.BLOCKED and scored.raw[place] >= least
    ]
    blocked.sort(key=lambda place: (-scored.raw[place], scored.rows[place]))
    ranked = [_place(scored, place, refused, weights, rank) for rank, place in enumerate(order.tolist(), start=1)]
    return (*ranked, *(_place(scored, place, refused, weights) for place in blocked))


def each(weighed: Weighed, weights: FusionWeights) -> tuple[Place, ...]:
    """Every scored candidate in the order given; ranks are 0."""
    scored, refused = weighed
    return tuple(_place(scored, place, refused, weights) for place in range(len(scored.rows)))


def _place(scored: Scored, place: int, refused: Mapping[int, Decision], weights: FusionWeights, rank: int = 0) -> Place:
    row, raw = int(scored.rows[place]), float(scored.raw[place])
    decision = refused.get(row)
    doubt = float(confidence.doubts(weights, [answer.at(place) for answer in scored.answers])[0])
    return Place(
        rank=rank,
        entity=scored.context.view.ids[row],
        score=float(logistic(raw)),
        confidence=float(confidence.chance(scored.likely[[place]], scored.pool)[0]),
        interval=confidence.interval(raw, doubt),
        standing=decision.standing if decision else Standing.OPEN,
        reason=decision.reason if decision else None,
        blocked_until=decision.until if decision else None,
    )
