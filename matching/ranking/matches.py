"""A scored candidate as a match: its score and what adds up to it, how sure it is, its sentence, its evidence."""

from __future__ import annotations

from dataclasses import replace

from kyokan.matching.evidence.sentences import sentence
from kyokan.matching.ranking import confidence
from kyokan.matching.ranking.constraints import Decision
from kyokan.matching.ranking.fusion import FusionWeights, logistic
from kyokan.matching.ranking.model import Benefit, Contribution, Evidence, Gathered, Match, Standing
from kyokan.matching.ranking.places import Scored
from kyokan.matching.signals import ANSWERS, Context, Signal, Subject
from kyokan.matching.signals.tie_ups import year_of

SINGLE_PRECISION = 1e-6


def match_of(
    weights: FusionWeights,
    scored: Scored,
    place: int,
    rank: int,
    *,
    decision: Decision | None = None,
    exposure_slot: bool = False,
) -> Match:
    """One scored candidate as it is shown; its evidence is sought when somebody looks at it."""
    context, row = scored.context, int(scored.rows[place])
    parts = tuple(
        _contribution(weights, signal, scored, index, place)
        for index, signal in enumerate(ANSWERS)
        if scored.answers[index].known[place] and weights.weight(signal.name)
    )
    at = [answer.at(place) for answer in scored.answers]
    raw = weights.base + sum(part.contribution for part in parts)
    sides = {
        benefit: weights.base + sum(part.contribution for part in parts if part.benefit in (benefit, Benefit.BOTH))
        for benefit in (Benefit.ARTIST, Benefit.BRAND)
    }
    return Match(
        rank=rank,
        entity=context.view.entity(row),
        score=float(logistic(raw)),
        base=weights.base,
        score_artist=float(logistic(sides[Benefit.ARTIST])),
        score_brand=float(logistic(sides[Benefit.BRAND])),
        confidence=float(confidence.chance(scored.likely[[place]], scored.pool)[0]),
        coverage=float(confidence.coverage(weights, at)[0]),
        interval=confidence.interval(raw, float(confidence.doubts(weights, at)[0])),
        standing=decision.standing if decision else Standing.OPEN,
        reason=decision.reason if decision else None,
        blocked_until=decision.until if decision else None,
        exposure_slot=exposure_slot,
        partners_since=_partners_since(context, scored.subject, row),
        contributions=parts,
        say=lambda: sentence(context, scored.subject, row, parts),
    )


def _contribution(weights: FusionWeights, signal: Signal, scored: Scored, index: int, place: int) -> Contribution:
    value, row = float(scored.answers[index].values[place]), int(scored.rows[place])

    def gather() -> tuple[Evidence, ...]:
        items = signal.evidence(scored.context, scored.subject, row)
        scale = weights.scale(signal.name, value)
        # One candidate alone and many at once differ in the last digits of single precision; the score holds.
        total = sum(item.weight for item in items)
        scale *= value / total if abs(total) > SINGLE_PRECISION else 1.0
        return tuple(replace(item, weight=item.weight * scale) for item in items)

    return Contribution(
        signal=signal.name,
        contribution=float(scored.contributions[index, place]),
        value=value,
        benefit=signal.benefit,
        evidence=Gathered(gather),
    )


def _partners_since(context: Context, subject: Subject, row: int) -> str | None:
    """Year of the first tie-up of the two; empty where no year is known, None without a tie-up."""
    if subject.row is None:
        return None
    past = context.tie_ups.between(subject.row, row)
    years = sorted(int(year) for year in map(year_of, past) if year == year)  # noqa: PLR0124  # NaN is not itself
    return (str(years[0]) if years else "") if past else None
