"""Precedent: what do tie-ups that happened say of a pair like this one?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kyokan.matching.ranking.model import Evidence
from kyokan.matching.signals.base import Side, SignalValues, Subject, with_rest
from kyokan.matching.signals.pairing import Pairing
from kyokan.matching.signals.partners import Ends
from kyokan.matching.signals.view import Flags, Floats, Rows

if TYPE_CHECKING:
    from kyokan.matching.signals.context import Context

HALF = 20.0  # tie-ups at which half of the doubt is gone
SHOWN = 5


def score(context: Context, subject: Subject, candidates: Rows, *, habit: float | None = None) -> SignalValues:
    """How much likelier than chance the pair is, judged by the tie-ups of other artists.

        value(a, b) = Σ_f weight_f · (figure_f(a, b) − mean_f)

    in nats; the figures are those of ``Pairing.figures``, their weights learned (``PairWeights``): artists like a
    with brands like b, the habits of a's kind and of b, a shared home. What b does with everybody counts by
    ``habit``, else by ``subject.habit``. Tie-ups of the artist itself never count, so none of the very two in question
    does, nor one with a product of the same brand.

    Edge cases: unknown (0) without tie-ups, within one side, and where neither end resembles anybody who worked
    before. Asked by a brand the two ends change places; a brief is taken for either. A fan or an audience ties up with
    nobody, so past tie-ups say nothing of what it would like: unknown.

    Reference: conditional logit (McFadden 1974) over figures of leave-one-artist-out two-step kernel ridge regression.
    """
    values = np.zeros(len(candidates))
    known = np.zeros(len(candidates), dtype=np.bool_)
    for place, figures, resembling in _figures(context, subject, candidates):
        values[place] = context.pairs(figures, subject.habit if habit is None else habit)
        known[place] = resembling
    amount = np.full(len(candidates), float(len(context.precedents)))
    return SignalValues.of(values, known, amount, HALF)


def _figures(context: Context, subject: Subject, candidates: Rows) -> list[tuple[Rows, Floats, Flags]]:
    """Places among the candidates of one side, their figures, and whether both ends resemble somebody; side by side.

    Kept for the candidates asked for last: their values are wanted with habits in part and in full.
    """
    asked, found = subject.memo.get((context, "figures"), (None, []))
    if asked is candidates:
        return list(found)
    found = []
    cross = context.cross(subject.side, candidates)
    for side in (Side.PEOPLE, Side.THINGS) if len(context.precedents) and not subject.liked else ():
        here = np.flatnonzero(cross & (context.sides[candidates] == side))
        if len(here):
            pair = _Pair.of(context, subject, candidates[here], side)
            found.append((here, pair.figures(), pair.resembling))
    subject.memo[context, "figures"] = (candidates, found)
    return found


def evidence(context: Context, subject: Subject, candidate: int) -> tuple[Evidence, ...]:
    """The tie-ups that count most, with source addresses; each weight is what is lost without that tie-up.

    The last item is what habits are worth: of this brand, of this kind of artist, of a shared home.
    """
    rows = np.array([candidate])
    if subject.liked or not len(context.precedents) or not context.cross(subject.side, rows)[0]:
        return ()
    pair = _Pair.of(context, subject, rows, context.side(candidate))
    if not pair.resembling[0]:
        return ()
    whole = float(context.pairs(pair.figures(), subject.habit)[0])
    lost = pair.lost(whole, subject.habit)
    order = sorted(np.flatnonzero(lost), key=lambda place: (-abs(lost[place]), place))[:SHOWN]
    items = [_item(context, int(place), float(lost[place])) for place in order]
    return with_rest(items, whole, _habits(context, subject, candidate, pair))


@dataclass(frozen=True, slots=True)
class _Pair:
    """One subject with some candidates: both ends as past tie-ups see them."""

    context: Context
    people: Ends
    things: Ends
    pairing: Pairing

    @classmethod
    def of(cls, context: Context, subject: Subject, candidates: Rows, side: Side) -> _Pair:
        partners = context.partners
        other = Side.PEOPLE if side is Side.THINGS else Side.THINGS
        asked = subject.once(context, f"stands on {other}", lambda: partners.of_subject(subject, other))
        found = partners.of_rows(candidates, side)
        people, things = (asked, found) if side is Side.THINGS else (found, asked)
        return cls(context, people, things, partners.pair(people, things))

    def figures(self) -> Floats:
        """(candidates, features)."""
        found = self.pairing.figures()
        return found.reshape(-1, found.shape[-1])

    @property
    def resembling(self) -> Flags:
        """(candidates,) whether both ends resemble somebody who worked before."""
        return np.asarray(np.logical_and.outer(self.people.alike.resembling, self.things.alike.resembling).ravel())

    def lost(self, whole: float, habit: float) -> Floats:
        """(tie-ups,) what ``whole``, a single pair's value, loses without each; exact for those that count most."""
        weights, cells = self.context.precedents.weights, self.context.history.cells
        alike = self.people.near[0, cells[:, 0]] * self.things.far[cells[:, 1], 0]
        worth = np.abs(alike * weights) + (cells[:, 1] == self.things.place[0]) * np.abs(alike).max(initial=0.0)
        worth[cells[:, 0] == self.people.place[0]] = 0.0
        found = np.zeros(len(weights))
        most = np.argsort(-worth, kind="stable")[: 2 * SHOWN]
        most = most[worth[most] > 0]
        found[most] = whole - self.context.pairs(self.pairing.without(cells[most], weights[most]), habit)
        return found


def _item(context: Context, place: int, weight: float) -> Evidence:
    relation = context.precedents.relations[place]
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
        },
    )


def _habits(context: Context, subject: Subject, candidate: int, pair: _Pair) -> Evidence:
    """All else that tie-ups teach, with the number of other artists' tie-ups that the brand has."""
    brand = int(pair.things.place[0])
    cells = context.history.cells
    ours = (cells[:, 1] == brand) & (cells[:, 0] != pair.people.place[0])
    count = int(np.count_nonzero(ours)) if brand >= 0 else 0
    return Evidence(
        kind="tie_up",
        ids=(subject.id, context.id(candidate)),
        weight=0.0,
        note=f"what tie-ups of this kind are usually like; {count} of this brand with others",
        note_ja=f"同じ種類のタイアップの傾向（このブランドと他者の例は{count}件）",
        detail={"role": "rest", "tie_ups": count},
    )
