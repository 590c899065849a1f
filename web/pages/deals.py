"""Deals: the list of an organisation, one proposal as its side sees it, and the acts that move it on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping
from http import HTTPStatus
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kyokan.errors import ChangedMeanwhileError, InputError, NotAllowedError, QueryError
from kyokan.graph.model import Entity, EntityKind
from kyokan.platform.accounts import Actor, Role
from kyokan.platform.deals import Status, Step
from kyokan.platform.deals.service import Seen
from kyokan.platform.deals.sides import check_pair
from kyokan.platform.deals.steps import ENDS, OPEN
from kyokan.platform.pipeline.board import READERS
from kyokan.web import clauses
from kyokan.web.actors import actor
from kyokan.web.forms import key_of, new_key, parts, posted, whole_number, yen_of
from kyokan.web.pages import pipeline, reminders
from kyokan.web.pages.pipeline import news
from kyokan.web.pages.why import one_match
from kyokan.web.parameters import ParameterError, Parameters
from kyokan.web.refusals import answered, worded
from kyokan.web.view import current

STAGES = (Status.DRAFT, Status.SENT, Status.COUNTERED, Status.ACCEPTED, Status.RUNNING)
LISTS = ("territories", "media")
TERMS = ("category", *LISTS, "since", "until", "fee_low", "fee_high", "note", "exclusive")
OUTCOME = ("reach", "sales_lift", "sentiment", "note", "announced")
WRITTEN = ("headline", "rationale", "brand_side", "artist_side", "expires")
DRAFT = ("artist", "brand", *WRITTEN)
CHECKED = ("exclusive", "announced")
PRIVATE = ("fee_floor", "budget_ceiling", "internal_note")
ACT_REFUSED = (ChangedMeanwhileError, NotAllowedError, QueryError)
SIDES = ("agency", "brand_side", "artist_side")
INBOX = ("deals.to_answer", "deals.under_floor", "deals.under_way", "deals.done")  # of a side, what it owes first


def overview() -> str:
    """Every deal of the actor's organisation: the board of an agency, the inbox of a side."""
    allowed = Parameters.of_request(("owner",))
    who, view = actor(), current()
    if who.has(*READERS):
        return pipeline.board(who, allowed.text("owner"))
    deals = view.services.deals.of(who)
    short = view.services.notices.apart(who)
    groups: dict[str, list[Seen]] = {title: [] for title in INBOX}
    for deal in deals:
        groups[_group(deal, who, short)].append(deal)
    due = reminders.due(deals)  # before the news: what falls due becomes some
    return render_template(
        "deals.html",
        groups=groups.items(),
        deals=deals,
        entity=view.entity,
        due=due,
        news=news(who, deals),
        short=short,
        stopped=sum(view.services.rules.stops(who).values(), Counter()),
    )


def show(deal_id: str) -> str | Response:
    """One proposal, in the rendering of the actor's side; ``removed`` is the file that was just taken away."""
    asked = Parameters.of_request(("removed",))
    return page(actor(), deal_id, removed=asked.text("removed"))


def write(a: str, b: str) -> str | Response:
    """The form of a new proposal for a pair."""
    Parameters.of_request(())
    who, view = actor(), current()
    _planner(who)
    people, things = view.pair(view.entity(a), view.entity(b))
    check_pair(people.id, things.id)
    match = one_match(view.looked_at(people, things))
    sentence = match.sentence.ja if match and view.lang == "ja" else match.sentence.en if match else ""
    typed = {"rationale": sentence, "category": clauses.category_of(view, things)}
    return _draft_form(people, things, typed, key=new_key(), match=match)


def create() -> str | Response | tuple[str, int]:
    """Keep a draft with the evidence as it stands now; sending the same form twice makes one."""
    who, view = actor(), current()
    typed = form("key", *DRAFT, *TERMS)
    _planner(who)
    people, things = view.entity(typed["artist"]), view.entity(typed["brand"])
    check_pair(people.id, things.id)
    proposal = view.looked_at(people, things)
    match = one_match(proposal)
    evidence = match.to_json() if match else {}
    try:
        draft = _written(typed) | {"artist": people.id, "brand": things.id}
        made = view.services.deals.create(who, draft, evidence, proposal.snapshot, key=key_of(typed))
    except QueryError as refusal:
        return answered(_draft_form(people, things, typed, key=typed["key"], refusal=refusal), refusal)
    return redirect(url_for("deal", deal_id=made["id"]), HTTPStatus.SEE_OTHER)


def edit(deal_id: str) -> str | Response | tuple[str, int]:
    """The form of a draft, and keeping what it says."""
    who, view = actor(), current()
    Parameters.of_request(())
    deal = view.services.deals.get(who, deal_id)
    people, things = view.entity(deal["artist"]), view.entity(deal["brand"])
    if deal["status"] != Status.DRAFT:
        return redirect(url_for("deal", deal_id=deal_id))
    _planner(who)
    if request.method == "GET":
        names = view.services.accounts.organisation_names([deal[side] for side in SIDES])
        sides = {side: names.get(deal[side], "") for side in SIDES}
        return _draft_form(people, things, deal | deal["terms"][-1] | sides, deal=deal)
    typed = form(*WRITTEN, *TERMS)
    try:
        view.services.deals.change(who, deal_id, whole_number(typed, "version"), _written(typed))
    except ACT_REFUSED as refusal:
        return answered(_draft_form(people, things, typed, deal=deal, refusal=refusal), refusal)
    return redirect(url_for("deal", deal_id=deal_id), HTTPStatus.SEE_OTHER)


def take(deal_id: str, step: str) -> str | Response | tuple[str, int]:
    """One step of the deal; refused, what was typed stays on the page."""
    who = actor()
    if step not in {*Step} - {Step.EXPIRE}:
        abort(HTTPStatus.NOT_FOUND)
    typed = form("key", *{"counter": (*TERMS, "asked"), "finish": OUTCOME}.get(step, ("reason",)))
    key = key_of(typed) if typed["key"] else ""
    try:
        said = _said(who, deal_id, step, typed)
        current().services.deals.take(who, deal_id, whole_number(typed, "version"), Step(step), key=key, **said)
    except ACT_REFUSED as refusal:
        return answered(page(who, deal_id, refusal=refusal, typed=typed, tried=step), refusal)
    return redirect(url_for("deal", deal_id=deal_id), HTTPStatus.SEE_OTHER)


def _said(who: Actor, deal_id: str, step: str, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What is said with a step, from its form."""
    if step == Step.COUNTER:
        return {"terms": _approved(who, deal_id, typed) if typed["asked"] else terms_of(typed)}
    if step == Step.FINISH:
        return {"outcome": {name: value for name, value in typed.items() if name in OUTCOME and value != ""}}
    return {"reason": typed["reason"]} if typed["reason"] else {}


def _approved(who: Actor, deal_id: str, typed: Mapping[str, Any]) -> Mapping[str, Any]:
    """The terms for which approvals were asked, as the page showed them that the form stood on."""
    standing = current().services.approvals.of(who, deal_id)
    if standing is None or standing.terms is None or standing.round != whole_number(typed, "asked"):
        raise ChangedMeanwhileError("this deal", "was changed meanwhile", "Look at it as it stands now")
    return standing.terms


def change(deal_id: str) -> str | Response | tuple[str, int]:
    """A side's own private figure or note."""
    who = actor()
    typed = form(*PRIVATE)
    fields: dict[str, Any] = {name: typed[name] for name in PRIVATE if name in request.form}
    for name in ("fee_floor", "budget_ceiling"):
        if name in fields:
            fields[name] = yen_of(name, fields[name])
    try:
        current().services.deals.change(who, deal_id, whole_number(typed, "version"), fields)
    except ACT_REFUSED as refusal:
        return answered(page(who, deal_id, refusal=refusal, typed=typed, tried="change"), refusal)
    return redirect(url_for("deal", deal_id=deal_id), HTTPStatus.SEE_OTHER)


def _draft_form(people: Entity, things: Entity, typed: Mapping[str, Any], **more: Any) -> str:
    """The form of a draft with what was typed; ``deal`` is the draft that there is, ``match`` the pair as it stands."""
    shown = (
        {"key": "", "deal": None, "match": None}
        | more
        | {"refusal": worded(more["refusal"]) if more.get("refusal") else None}
    )
    partners = _partners(people, things)
    return render_template("deal_new.html", people=people, things=things, typed=typed, partners=partners, **shown)


def _partners(people: Entity, things: Entity) -> dict[str, list[str]]:
    """Side → organisations of the agency's own deals, those for the same name first.

    Nothing else is looked up: who represents a name is not told to those who have not worked with it.
    """
    view = current()
    deals = view.services.deals.of(actor())
    found = {}
    for side, name, entity in (("brand_side", "brand", things), ("artist_side", "artist", people)):
        met = {deal[side]: False for deal in deals if deal[side]}
        met |= {deal[side]: True for deal in deals if deal[side] and deal[name] == entity.id}
        names = view.services.accounts.organisation_names(met)
        offered = sorted((not met[one], written) for one, written in names.items())
        found[side] = [written for _, written in offered]
    return found


def _written(typed: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a draft from its form."""
    sides = {side: _organisation(typed[side]) for side in ("brand_side", "artist_side")}
    plain = {name: typed[name] for name in ("headline", "rationale")}
    return plain | sides | {"expires": typed["expires"] or None, "terms": terms_of(typed)}


def page(
    who: Actor,
    deal_id: str,
    *,
    refusal: InputError | None = None,
    typed: Mapping[str, Any] | None = None,
    tried: str = "",
    removed: str = "",
) -> str:
    """A deal's page; after a refusal with what was typed in the form of the act that was tried."""
    view = current()
    deals = view.services.deals
    return drawn(
        deals.get(who, deal_id),
        manuscript=view.services.manuscripts.of(who, deal_id),
        history=deals.history(who, deal_id),
        reminders=view.services.reminders.of(who, deal_id),
        approval=view.services.approvals.of(who, deal_id),
        files=view.services.attachments.of(who, deal_id),
        told=Counter(one.act for one in view.services.notices.of(who, deal=deal_id, unread=True)),
        removed=removed,
        unrepresented=deals.unrepresented(who, deal_id),
        refusal=worded(refusal) if refusal else None,
        typed=typed or {},
        tried=tried,
        acting=who.has(Role.PLANNER, Role.BRAND_CLIENT, Role.ARTIST_MANAGER),
    )


def drawn(deal: Seen, **more: Any) -> str:
    """The page of a deal as some side sees it; without an actor's own parts nothing on it can be acted on."""
    view = current()
    shown = {
        "lens": "",
        "history": [],
        "typed": {},
        "tried": "",
        "told": {},
        "acting": False,
        "unrepresented": {},
    } | more
    return render_template(
        "deal.html",
        deal=deal,
        names=view.services.accounts.organisation_names([deal[side] for side in SIDES]),
        people=view.entity(deal["artist"]),
        things=view.entity(deal["brand"]),
        stages=STAGES,
        private=[name for name in PRIVATE if name in deal],
        **shown,
    )


def _planner(who: Actor) -> None:
    if not who.has(Role.PLANNER):
        raise NotAllowedError("a proposal", "is written by a planner", "Ask one of yours", code="planner_only")


def _group(deal: Seen, who: Actor, short: Container[str]) -> str:
    """Where a deal stands in the inbox of the actor's side; ``short`` are those under the side's own floor."""
    side = "brand" if deal["brand_side"] == who.organisation else "artist"
    if deal["status"] in OPEN and side not in deal["terms"][-1]["accepted_by"]:
        return "deals.under_floor" if deal["id"] in short else "deals.to_answer"
    return "deals.done" if deal["status"] in ENDS else "deals.under_way"


def form(*allowed: str) -> dict[str, Any]:
    """What was typed, ticks as yes or no."""
    typed = {name: value.strip() for name, value in posted("version", *allowed).items()}
    return typed | {name: bool(typed[name]) for name in CHECKED if name in typed}


def terms_of(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Terms from a form: lists at commas, yen with or without commas, a known category or place in both languages."""
    terms: dict[str, Any] = {name: typed[name] for name in TERMS if typed.get(name) not in (None, "")}
    if "category" in terms:
        terms["category"] = clauses.kept(current(), EntityKind.CATEGORY, terms["category"])
    for name in LISTS:
        if name in terms:
            terms[name] = parts(terms[name])
    if "territories" in terms:
        terms["territories"] = clauses.kept_places(current(), terms["territories"])
    for name in ("fee_low", "fee_high"):
        if name in terms:
            terms[name] = yen_of(name, terms[name])
    return terms


def _organisation(name: str) -> str:
    """The id of an organisation; empty where none is named yet."""
    if not name:
        return ""
    found = current().services.accounts.organisation(name)
    if found is None:
        raise ParameterError(name, "organisation")
    return found.id
