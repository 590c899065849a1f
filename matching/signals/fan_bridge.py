"""Fan bridge: do the fans of one lean to the other, beyond what popularity explains?"""

from __future__ import annotations

import numpy as np

from kyokan.matching.ranking.model import Evidence
from kyokan.matching.signals.base import MIN_CELL, SignalValues, Subject
from kyokan.matching.signals.context import Context
from kyokan.matching.signals.view import Floats, Rows, dense_row

HALF = 10.0  # shared fans at which half of the doubt is gone
SURVEYED = 10.0  # shared fans that a surveyed overlap of audiences is worth


def score(context: Context, subject: Subject, candidates: Rows) -> SignalValues:
    """Lift of the shared audience over independence, shrunk, plus surveyed overlap of the two audiences.

    With n fans, n_a of the one, n_b of the other and n_ab of both (a brand's fans are those of its products too):

        lift  = ln((n_ab + k) / (n_a · n_b / n + k))
        value = (lift + surveyed overlap in 0..1) / unit

    k pseudo-fans of chance pull small audiences to 0. A fan's question takes the mean over the entities the fan likes.

    Edge cases: a cell of fewer than 5 shared fans is neither shown nor used: without a surveyed overlap the value is
    then unknown (0). No fans at all, or a brief: unknown.

    Example: 100 fans, 20 like the artist, 10 the brand, 8 both, k = 5: lift = ln(13 / 7) = .62.

    References: lift of an association rule (Brin et al. 1997) with the additive shrinkage of Bell and Koren (2007).
    """
    sources = _sources(subject)
    if not len(sources):
        return SignalValues.unknown(len(candidates))
    shared, overlaps = _met(context, subject, sources, candidates)
    counted = shared >= MIN_CELL
    self_pair = sources[:, None] == candidates[None, :]
    counted &= ~self_pair
    lifts = np.where(counted, _lift(context, sources, candidates, shared), 0.0)
    surveyed = overlaps > 0
    values = (lifts + overlaps).mean(axis=0) / context.settings.bridge_unit
    amount = (np.where(counted, shared, 0.0) + SURVEYED * surveyed).sum(axis=0)
    return SignalValues.of(values, np.any(counted | surveyed, axis=0), amount, HALF)


def evidence(context: Context, subject: Subject, candidate: int) -> tuple[Evidence, ...]:
    """Shared audiences with their counts (5 or more only) and surveyed overlaps."""
    sources = _sources(subject)
    rows = np.array([candidate])
    values = score(context, subject, rows)
    if not values.known[0]:
        return ()
    shared, surveyed = _met(context, subject, sources, rows)
    counted = (shared >= MIN_CELL) & (sources[:, None] != candidate)
    lifts = np.where(counted, _lift(context, sources, rows, shared), 0.0)[:, 0]
    overlaps = surveyed[:, 0]
    share = 1.0 / (len(sources) * context.settings.bridge_unit)
    items = [
        _counted(context, subject, int(source), candidate, int(shared[i, 0]), float(lifts[i]), float(lifts[i] * share))
        for i, source in enumerate(sources)
        if counted[i, 0]
    ]
    items += [
        _surveyed(context, int(source), candidate, float(overlaps[i]), float(overlaps[i] * share))
        for i, source in enumerate(sources)
        if overlaps[i] > 0
    ]
    return tuple(sorted(items, key=lambda item: (-abs(item.weight), item.ids)))


def _met(context: Context, subject: Subject, sources: Rows, candidates: Rows) -> tuple[Floats, Floats]:
    """(R, C) fans shared and (R, C) surveyed overlap."""
    audiences = context.audiences
    if subject.row is None:
        return audiences.shared(sources, candidates), audiences.overlaps[sources][:, candidates].toarray()
    row = subject.row
    shared = subject.once(context, "shared fans", lambda: audiences.shared_with_all(row))
    surveyed = subject.once(context, "surveyed", lambda: dense_row(audiences.overlaps, row))
    return shared[candidates][None, :], surveyed[candidates][None, :]


def _sources(subject: Subject) -> Rows:
    if subject.liked:
        return np.array(sorted(subject.liked), dtype=np.int64)
    return np.array([] if subject.row is None else [subject.row], dtype=np.int64)


def _lift(context: Context, sources: Rows, candidates: Rows, shared: Floats) -> Floats:
    fans = context.audiences.fans
    chance = np.outer(fans[sources], fans[candidates]) / max(context.audiences.active, 1.0)
    prior = context.settings.bridge_prior
    return np.asarray(np.log((shared + prior) / (chance + prior)))


def _counted(
    context: Context, subject: Subject, source: int, candidate: int, count: int, lift: float, weight: float
) -> Evidence:
    """Fans of both; who asks as what is liked is told of which."""
    times = float(np.exp(lift))
    en, ja = f"{count} fans like both", f"{count}人が両方を好む"
    if subject.liked:
        en = f"{count} fans of {context.label(source, 'en')} like it too"
        ja = f"{context.label(source, 'ja')}のファン{count}人も好む"
    return Evidence(
        kind="audience",
        ids=(context.id(source), context.id(candidate)),
        weight=weight,
        note=f"{en}, {times:.1f} times what popularity explains",
        note_ja=f"{ja}。人気から見込まれる数の{times:.1f}倍",
        detail={"shared": count, "lift": times},
    )


def _surveyed(context: Context, source: int, candidate: int, strength: float, weight: float) -> Evidence:
    return Evidence(
        kind="audience",
        ids=(context.id(source), context.id(candidate)),
        weight=weight,
        note=f"the two audiences overlap (strength {strength:.2f})",
        note_ja=f"両者の聴衆が重なる（強さ {strength:.2f}）",
        detail={"overlap": strength},
    )
