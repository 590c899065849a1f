"""Keeping candidates: the small form that names a list, a note and tags for those who were picked from an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kyokan.errors import NotAllowedError, QueryError
from kyokan.graph.model import Entity
from kyokan.matching.ranking.model import Query
from kyokan.platform.accounts import Actor, Role
from kyokan.platform.desk import Pick
from kyokan.platform.desk.model import ShortlistRow
from kyokan.web.actors import actor
from kyokan.web.forms import parts, posted
from kyokan.web.pages.questions import ASKED, CANDIDATE, arguments, asked, picked, words
from kyokan.web.parameters import Parameters
from kyokan.web.refusals import worded
from kyokan.web.view import View, current

TYPED = ("list", "name", "note", "tags")
MOST = 100  # candidates kept at once
NOBODY = QueryError("the candidates", "are not chosen", "Tick one", code="none_picked")
UNSCORED = QueryError("the question", "cannot be answered with scores", "Add a text or kansei", code="unscored")


def form() -> str:
    """The form, with the candidates that were ticked."""
    who, view = actor(), current()
    parameters = Parameters.of_request((*ASKED, CANDIDATE), kansei=True)
    _planner(who)
    query = asked(view, parameters)
    return _form(who, view, query, picked(view, query, _few(parameters.texts(CANDIDATE))), {})


def keep() -> str | Response | tuple[str, int]:
    """Keep them, with the score of this moment; sent twice, they are kept once."""
    who, view = actor(), current()
    typed = posted("question", CANDIDATE, *TYPED)
    _planner(who)
    query = replace(asked(view, Parameters.of_address(typed["question"], ASKED, kansei=True)), top=Query().top)
    chosen = picked(view, query, _few(request.form.getlist(CANDIDATE)))
    lists = view.services.shortlists
    places = view.services.places(query, [one.id for one in chosen], actor=who) if chosen else ()
    if not chosen:
        return _form(who, view, query, chosen, typed), HTTPStatus.BAD_REQUEST
    if not places:
        return _form(who, view, query, chosen, typed, UNSCORED), HTTPStatus.BAD_REQUEST
    stamp = view.known.hash
    picks = [Pick(entity=place.entity, question=query, score=place.score, snapshot=stamp) for place in places]
    try:
        list_id = lists.create(who, typed["name"]).id if typed["name"].strip() else typed["list"]
        fresh = lists.add(who, list_id, picks, note=typed["note"], tags=parts(typed["tags"]))
    except QueryError as refusal:
        return _form(who, view, query, chosen, typed, refusal), HTTPStatus.BAD_REQUEST
    done = "added" if fresh else "known"
    return redirect(url_for("shortlist", list_id=list_id, done=done), HTTPStatus.SEE_OTHER)


def _few(ticked: Sequence[str]) -> Sequence[str]:
    """The candidates that were ticked.

    Raises:
        QueryError: they are more than are kept at once.
    """
    if len(ticked) > MOST:
        rule = f"are {len(ticked)}, and {MOST} at most are kept at once"
        raise QueryError("the candidates", rule, "Keep some of them first", code="picked_many", most=MOST)
    return ticked


def _form(
    who: Actor, view: View, query: Query, chosen: list[Entity], typed: dict[str, str], refusal: QueryError | None = None
) -> str:
    lists: list[ShortlistRow] = view.services.shortlists.of(who)
    return render_template(
        "list_add.html",
        query=query,
        said=words(view, query),
        question=urlencode(arguments(query)),
        asker=view.entity(query.entity) if query.entity else None,
        picked=chosen,
        lists=lists,
        typed=typed,
        refusal=worded(refusal or NOBODY) if refusal or not chosen else "",
    )


def _planner(who: Actor) -> None:
    if not who.has(Role.PLANNER):
        raise NotAllowedError("a list", "is kept by a planner", "Ask one of your organisation", code="desk_write")
