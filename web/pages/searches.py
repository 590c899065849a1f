"""Saved searches: questions kept by name, and who is new, gone or moved in their rankings since one looked last."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from kyokan.errors import NotAllowedError, QueryError
from kyokan.matching.ranking.model import Query
from kyokan.platform.accounts import Actor, Role
from kyokan.platform.desk import Saved
from kyokan.platform.desk.rights import readers_of, reads
from kyokan.web.actors import actor
from kyokan.web.forms import posted, whole_number
from kyokan.web.pages.questions import ASKED, arguments, askable, asked, words
from kyokan.web.parameters import ParameterError, Parameters
from kyokan.web.refusals import worded
from kyokan.web.view import View, current
from kyokan.web.wording import plain

DONE = ("saved", "seen", "looked", "removed", "restored")
SUGGESTED = 80  # letters of a name that we suggest


def overview() -> str:
    """Every saved search with how much has changed."""
    parameters = Parameters.of_request(("done", "search"))
    who, view = actor(), current()
    return render_template(
        "searches.html",
        searches=[(one, words(view, one.query)) for one in view.services.searches.of(who)],
        gone=parameters.text("search") if parameters.choice("done", ("", "removed"), "") else "",
        may=who.has(Role.PLANNER),
    )


def form() -> str:
    """The form that gives a question a name."""
    who, view = actor(), current()
    parameters = Parameters.of_request(ASKED, kansei=True)
    _planner(who)
    query = asked(view, parameters)
    return _form(view, query, plain(words(view, query))[:SUGGESTED])


def keep() -> str | Response | tuple[str, int]:
    """Keep a question with its ranking of this moment; sent twice, it is kept once."""
    who, view = actor(), current()
    typed = posted("question", "name")
    _planner(who)
    query = asked(view, Parameters.of_address(typed["question"], ASKED, kansei=True))
    try:
        search_id = view.services.searches.save(
            who, typed["name"], query, view.services.ranking(query, actor=readers_of(who.organisation))
        )
    except QueryError as refusal:
        return _form(view, query, typed["name"], refusal), HTTPStatus.BAD_REQUEST
    return _at(search_id, "saved")


def show(search_id: str) -> str:
    """What has changed in one ranking since the reader looked last, with reasons where they are known."""
    parameters = Parameters.of_request(("done",))
    who, view = actor(), current()
    found = view.services.searches.get(who, search_id)
    present = [change for change in found.changes if change.entity in view.known]
    asker = found.query.entity
    return render_template(
        "search.html",
        found=found,
        said=words(view, found.query),
        asker=view.entity(asker) if asker and asker in view.known else None,
        askable=askable(view, found.query),
        entities={change.entity: view.entity(change.entity) for change in present},
        done=parameters.choice("done", ("", *DONE), ""),
        may=who.has(Role.PLANNER),
    )


def change(search_id: str) -> Response:
    """Mark the changes as seen, look again now, put the search away or take it up again."""
    who, view = actor(), current()
    typed = posted("act", "latest")
    searches = view.services.searches
    act = typed["act"]
    if act == "see":
        searches.see(who, search_id, whole_number(typed, "latest"))
    elif act == "look":
        again = searches.again(who, search_id)
        searches.refresh(again.id, view.services.ranking(again.query, again.ids, actor=again.readers))
    elif act in {"remove", "restore"}:
        searches.put_away(who, search_id, back=act == "restore")
    else:
        raise ParameterError("act", "choice", choices="see, look, remove, restore")
    if act == "remove":
        return redirect(url_for("searches", done="removed", search=search_id), HTTPStatus.SEE_OTHER)
    return _at(search_id, {"see": "seen", "look": "looked", "restore": "restored"}[act])


def with_changes() -> list[Saved]:
    """Saved searches of which somebody has not seen the changes, for the home page; none for who has no desk."""
    who: Actor | None = g.get("actor")
    if who is None or not reads(who):
        return []
    return [one for one in current().services.searches.of(who) if one.changes]


def _form(view: View, query: Query, name: str, refusal: QueryError | None = None) -> str:
    values: dict[str, Any] = {"question": urlencode(arguments(query)), "said": words(view, query), "name": name}
    return render_template("search_new.html", refusal=worded(refusal) if refusal else "", **values)


def _planner(who: Actor) -> None:
    if not who.has(Role.PLANNER):
        raise NotAllowedError("a search", "is saved by a planner", "Ask one of your organisation", code="desk_write")


def _at(search_id: str, done: str) -> Response:
    return redirect(url_for("search", search_id=search_id, done=done), HTTPStatus.SEE_OTHER)
