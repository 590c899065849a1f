"""Approvals: an agency's steps, and the way of a draft or a counter-offer through them."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kyokan.errors import ChangedMeanwhileError, InputError, NotAllowedError, QueryError
from kyokan.graph.model import EntityKind
from kyokan.platform.accounts import Actor
from kyokan.platform.approvals.steps import MOST, OWNERS, VALUED, Criterion
from kyokan.web import clauses
from kyokan.web.actors import actor
from kyokan.web.forms import posted, whole_number
from kyokan.web.pages.deals import TERMS, form, page, terms_of
from kyokan.web.parameters import Parameters
from kyokan.web.refusals import answered, worded
from kyokan.web.view import current

# Criterion → of which kind its value may name one
NAMED: Mapping[str, EntityKind] = {Criterion.CATEGORY: EntityKind.CATEGORY, Criterion.TERRITORY: EntityKind.PLACE}
FIELDS = ("id", "name", "criterion", "value", "owner", "lock")
Answer = str | Response | tuple[str, int]


def steps() -> Answer:
    """The agency's approval steps: name, add, order and remove them."""
    if request.method == "GET":
        Parameters.of_request(())
        return _form()
    places = range(MOST + 1)
    typed = posted("version", "up", "remove", *(f"{name}.{place}" for place in places for name in FIELDS))
    rows = [{name: typed[f"{name}.{place}"].strip() for name in FIELDS} for place in places]
    rows = [row for row in rows if row["id"] or row["name"]]
    if typed["remove"]:
        rows = [row for at, row in enumerate(rows) if at != whole_number(typed, "remove")]
    if typed["up"] and 0 < (at := whole_number(typed, "up")) < len(rows):
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    try:
        version = whole_number(typed, "version")
        current().services.approvals.arrange(actor(), version, [_entry(row) for row in rows])
    except (ChangedMeanwhileError, QueryError) as refusal:
        return answered(_form(rows, refusal), refusal)
    return redirect(url_for("deal_approvals"), HTTPStatus.SEE_OTHER)


def act(deal_id: str) -> Answer:
    """Ask for the approvals of a draft or counter-offer, give one, send it back, or take the request back."""
    who = actor()
    typed = form("key", "act", "step", "reason", "asked", *TERMS)
    try:
        _act(who, deal_id, typed)
    except (ChangedMeanwhileError, QueryError, NotAllowedError) as refusal:
        return answered(page(who, deal_id, refusal=refusal, typed=typed, tried=typed["act"]), refusal)
    return redirect(url_for("deal", deal_id=deal_id, _anchor="approvals"), HTTPStatus.SEE_OTHER)


def _act(who: Actor, deal_id: str, typed: Mapping[str, Any]) -> None:
    approvals, version = current().services.approvals, whole_number(typed, "version")
    if typed["act"] == "ask":
        approvals.ask(who, deal_id, version)
    elif typed["act"] == "ask_counter":
        approvals.ask_counter(who, deal_id, version, terms_of(typed))
    elif typed["act"] == "recall":
        approvals.recall(who, deal_id, version)
    elif typed["act"] == "send_back":
        approvals.send_back(who, deal_id, version, typed["step"], typed["reason"], whole_number(typed, "asked"))
    else:
        approvals.approve(who, deal_id, version, typed["step"], whole_number(typed, "asked"))


def _entry(row: dict[str, str]) -> dict[str, object]:
    """A row of the form as the service takes it: the owner is a role or ``person:<id>``."""
    owner = row["owner"]
    held = {"person": owner.removeprefix("person:")} if owner.startswith("person:") else {"role": owner or "planner"}
    plain = {name: row[name] for name in ("id", "name", "value")}
    return plain | held | {"criterion": row["criterion"], "value": _value(row), "lock": bool(row["lock"])}


def _value(row: Mapping[str, str]) -> str:
    """The value of a criterion as it is kept: an amount in plain figures, what is known in both languages."""
    if row["criterion"] == Criterion.FEE:
        return row["value"].replace(",", "").replace("，", "")
    kind = NAMED.get(row["criterion"])
    return clauses.kept(current(), kind, row["value"]) if kind else row["value"]


def _form(typed: list[dict[str, str]] | None = None, refusal: InputError | None = None) -> str:
    kept, people, version = current().services.approvals.steps(actor())
    rows = [
        {
            **{name: str(getattr(step, name)) for name in ("id", "name", "criterion")},
            "value": _value({"criterion": step.criterion, "value": step.value}),
            "owner": f"person:{step.person}" if step.person else step.role,
            "lock": "1" if step.lock else "",
        }
        for step in kept
    ]
    return render_template(
        "approvals.html",
        rows=typed if typed is not None else rows,
        people=people,
        version=version,
        criteria=list(Criterion),
        valued=VALUED,
        roles=OWNERS,
        full=len(rows) >= MOST,
        refusal=worded(refusal) if refusal else None,
    )
