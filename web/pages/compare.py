"""Compare: two to four candidates of one question side by side, a column each, all on the same scales."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from flask import render_template

from kyokan.errors import QueryError
from kyokan.graph.model import Entity
from kyokan.matching.ranking.model import Match, Query
from kyokan.web.charts.bars import Scale
from kyokan.web.marks import MARKS
from kyokan.web.pages.entity import ties
from kyokan.web.pages.questions import ASKED, CANDIDATE, arguments, asked, picked, words
from kyokan.web.pages.why import Bring, brings, shared_names
from kyokan.web.parameters import Parameters
from kyokan.web.refusals import worded
from kyokan.web.view import View, current

FEWEST, MOST = 2, 4
STRONGEST, TIE_UPS = 4, 3
COUNT = QueryError(
    "with", f"must name {FEWEST} to {MOST} candidates", "Choose anew", code="compare", few=FEWEST, most=MOST
)


@dataclass(frozen=True, slots=True)
class Column:
    """One candidate: its match, what it brings, what both evoke, its latest tie-ups."""

    match: Match
    brings: list[Bring]
    shared: list[str]
    ties: list[tuple[Entity, str, str, str, str]]


@dataclass(frozen=True, slots=True)
class Widest:
    """The signal by which the candidates differ most, who has most of it, and how far apart they are."""

    signal: str
    entity: Entity
    gap: float


def show() -> str | tuple[str, int]:
    """The columns, and the figures of all of them in one table."""
    view = current()
    parameters = Parameters.of_request((*ASKED, CANDIDATE), kansei=True)
    query = asked(view, parameters)
    ids = parameters.texts(CANDIDATE)
    if not FEWEST <= len(ids) <= MOST:
        return _page(view, query, [], refusal=COUNT), HTTPStatus.BAD_REQUEST
    picked(view, query, ids)
    asker = view.entity(query.entity) if query.entity else None
    looked_at = view.services.look(query, ids, actor=view.reader)
    return _page(view, query, [_column(view, match, asker) for match in looked_at.matches])


def _page(view: View, query: Query, columns: list[Column], *, refusal: QueryError | None = None) -> str:
    matches = [column.match for column in columns]
    return render_template(
        "compare.html",
        query=query,
        said=words(view, query),
        question=arguments(query),
        asker=view.entity(query.entity) if query.entity else None,
        columns=columns,
        matches=matches,
        scale=Scale.of(matches),
        widest=widest(matches),
        refusal=worded(refusal) if refusal else "",
    )


def widest(matches: list[Match]) -> Widest | None:
    """By which signal the candidates differ most; None where there are no two, or where nothing tells them apart."""
    found = None
    for mark in MARKS:
        sums = [
            (sum(part.contribution for part in match.contributions if part.signal == mark.signal), match)
            for match in matches
        ]
        if len(sums) < FEWEST:
            return None
        most = max(sums, key=lambda one: one[0])
        gap = most[0] - min(one[0] for one in sums)
        if gap > (found.gap if found else 0.0):
            found = Widest(mark.signal, most[1].entity, gap)
    return found


def _column(view: View, match: Match, asker: Entity | None) -> Column:
    entity = match.entity
    latest = ties(view, entity)[:TIE_UPS]
    if asker is not None:
        return Column(match, brings(view, entity, asker), shared_names(view, entity, asker), latest)
    profile = view.profile(entity)
    own = [Bring(view.sectors[index], profile.values[index] or 0.0, 0.0) for index in profile.strongest(STRONGEST)]
    return Column(match, own, [], latest)
