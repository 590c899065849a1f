"""Shortlists: an organisation's lists of candidates, one of them as it stands now, and what is done to its entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from itertools import permutations
from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kyokan.errors import ChangedMeanwhileError, InputError, QueryError, UnknownEntityError
from kyokan.graph.model import Entity
from kyokan.matching.ranking.model import Place, Query
from kyokan.platform.accounts import Role
from kyokan.platform.deals.sides import is_pair
from kyokan.platform.desk.model import EntryRow, ShortlistRow
from kyokan.platform.desk.questions import read
from kyokan.web.actors import actor
from kyokan.web.forms import parts, posted, whole_number
from kyokan.web.pages.questions import CANDIDATE, arguments, askable, words
from kyokan.web.parameters import ParameterError, Parameters
from kyokan.web.refusals import answered, worded
from kyokan.web.view import View, current

SHOWN = 6  # fingerprints of a list in the overview
DONE = (
    "added",
    "known",
    "taken_out",
    "put_back",
    "tagged",
    "moved",
    "copied",
    "noted",
    "renamed",
    "removed",
    "restored",
)
ACTS = {
    "compare": "",
    "take_out": "taken_out",
    "put_back": "put_back",
    "tag": "tagged",
    "move": "moved",
    "copy": "copied",
}
CHANGED = (ChangedMeanwhileError, QueryError)


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as it is shown: what it was kept with, and where its candidate stands now, if that can be said."""

    entry: EntryRow
    query: Query
    asked: str
    entity: Entity | None
    asker: Entity | None
    askable: bool
    now: Place | None

    @property
    def pair(self) -> bool:
        """Whether a proposal can be made of candidate and asker."""
        ends = [one.id for one in (self.entity, self.asker) if one]
        return any(is_pair(*two) for two in permutations(ends, 2))


def overview() -> str:
    """Every list in use, and the form of a new one."""
    parameters = Parameters.of_request(("done", "list"))
    who, view = actor(), current()
    lists = view.services.shortlists.of(who)
    faces = {one.id: [face for entry in one.entries[:SHOWN] if (face := _known(view, entry.entity))] for one in lists}
    gone = parameters.text("list") if parameters.choice("done", ("", "removed"), "") else ""
    return render_template("lists.html", lists=lists, faces=faces, gone=gone, may=who.has(Role.PLANNER))


def create() -> Response:
    """Make a list; one of that name is opened instead."""
    who = actor()
    made = current().services.shortlists.create(who, posted("name")["name"])
    return redirect(url_for("shortlist", list_id=made.id), HTTPStatus.SEE_OTHER)


def show(list_id: str) -> str:
    """One list: who is in it, what was said then and what is so now."""
    return _page(list_id)


def change(list_id: str) -> str | Response | tuple[str, int]:
    """Rename a list, put it away, or take it up again."""
    who, lists = actor(), current().services.shortlists
    typed = posted("act", "name", "version")
    if typed["act"] in ("remove", "restore"):
        back = typed["act"] == "restore"
        lists.put_away(who, list_id, back=back)
        if back:
            return _at(list_id, done="restored")
        return redirect(url_for("lists", done="removed", list=list_id), HTTPStatus.SEE_OTHER)
    if typed["act"] != "rename":
        raise ParameterError("act", "choice", choices="rename, remove, restore")
    try:
        lists.rename(who, list_id, whole_number(typed, "version"), typed["name"])
    except CHANGED as refusal:
        return _refused(list_id, refusal, typed)
    return _at(list_id, done="renamed")


def entries(list_id: str) -> str | Response | tuple[str, int]:
    """Do something to the entries that are ticked."""
    who, lists = actor(), current().services.shortlists
    typed = posted("act", "entry", "tags", "to", "tag")
    act, ticked = typed["act"], request.form.getlist("entry")
    if act not in ACTS:
        raise ParameterError("act", "choice", choices=", ".join(ACTS))
    if not ticked:
        return _refused(list_id, QueryError("entry", "is not chosen", "Tick one", code="none_picked"), typed)
    undo = None
    try:
        if act == "compare":
            return redirect(_comparison(lists.get(who, list_id), ticked), HTTPStatus.SEE_OTHER)
        if act == "tag":
            lists.tag(who, list_id, ticked, parts(typed["tags"]))
        elif act in ("move", "copy"):
            lists.transfer(who, list_id, ticked, typed["to"], keep=act == "copy")
        elif act == "take_out":
            undo = lists.take_out(who, list_id, ticked)
        else:
            lists.take_out(who, list_id, ticked, back=True)
    except CHANGED as refusal:
        return _refused(list_id, refusal, typed)
    return _at(list_id, done=ACTS[act], tag=typed["tag"] or None, undo=undo)


def entry(list_id: str, entry_id: str) -> str | Response | tuple[str, int]:
    """Write the note and tags of one entry; refused, what was typed stays on the page."""
    who = actor()
    typed = posted("version", "note", "tags")
    lists = current().services.shortlists
    try:
        version = whole_number(typed, "version")
        lists.annotate(who, list_id, entry_id, version, note=typed["note"], tags=parts(typed["tags"]))
    except CHANGED as refusal:
        return _refused(list_id, refusal, typed, entry_id)
    return _at(list_id, done="noted", _anchor=f"e-{entry_id}")


# What a page of a list is made of ------------------------------------------------------------------------------


def rows_of(view: View, kept: list[EntryRow]) -> list[Row]:
    """The entries with where each candidate stands now; one question is asked once for all its candidates."""
    rows = []
    by_question: dict[str, list[EntryRow]] = {}
    for one in kept:
        by_question.setdefault(repr(one.question), []).append(one)
    for together in by_question.values():
        query = read(together[0].question)
        asker = _known(view, query.entity) if query.entity else None
        now = _standing(view, query, [one.entity for one in together if one.entity in view.known])
        said, able = words(view, query), askable(view, query)
        rows += [Row(one, query, said, _known(view, one.entity), asker, able, now.get(one.entity)) for one in together]
    place = {one.id: number for number, one in enumerate(kept)}
    return sorted(rows, key=lambda row: place[row.entry.id])


def _standing(view: View, query: Query, ids: list[str]) -> dict[str, Place]:
    """Id → where it stands; nothing where the question cannot be asked of today's catalogue any more."""
    try:
        return {place.entity: place for place in view.services.places(query, ids, actor=view.reader)} if ids else {}
    except (QueryError, UnknownEntityError):
        return {}


def _known(view: View, entity_id: str) -> Entity | None:
    return view.entity(entity_id) if entity_id in view.known else None


def _page(list_id: str, **refused: Any) -> str:
    parameters = Parameters.of_request(("done", "undo", "tag"))
    who, view = actor(), current()
    lists = view.services.shortlists
    found = lists.get(who, list_id)
    tag = parameters.text("tag")
    moment = parameters.text("undo")
    kept = [one for one in found.entries if not tag or tag in one.tags]
    return render_template(
        "shortlist.html",
        found=found,
        rows=rows_of(view, kept),
        tag=tag,
        tags=sorted({word for one in found.entries for word in one.tags}),
        others=[one for one in lists.of(who) if one.id != found.id],
        searches=view.services.searches.of(who),
        done=parameters.choice("done", ("", *DONE), ""),
        undo=[one.id for one in found.everything if moment and one.removed == moment],
        may=who.has(Role.PLANNER),
        **{"refusal": "", "typed": {}, "tried": "", "ticked": ()} | refused,
    )


def _refused(list_id: str, refusal: InputError, typed: Mapping[str, str], tried: str = "") -> tuple[str, int]:
    """The list as it stands now, with why the act was refused and what was typed."""
    ticked = request.form.getlist("entry")
    return answered(_page(list_id, refusal=worded(refusal), typed=typed, tried=tried, ticked=ticked), refusal)


def _comparison(found: ShortlistRow, ticked: list[str]) -> str:
    """Where the ticked ones stand side by side, under the question of the first; all must be for one asker."""
    chosen = [one for one in found.entries if one.id in ticked]
    if len({one.asker for one in chosen}) != 1:
        rule = "are for several questions"
        raise QueryError("the candidates", rule, "Choose some of one question", code="compare_askers")
    pairs = [*arguments(read(chosen[0].question)), *((CANDIDATE, one.entity) for one in chosen)]
    return f"{url_for('compare')}?{urlencode(pairs)}"


def _at(list_id: str, **parameters: Any) -> Response:
    return redirect(url_for("shortlist", list_id=list_id, **parameters), HTTPStatus.SEE_OTHER)
