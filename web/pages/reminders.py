"""Reminders: written on a deal's page, done with from there or from the top of the list of deals."""

from __future__ import annotations

from http import HTTPStatus

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from kyokan.errors import QueryError
from kyokan.platform.deals.service import Seen
from kyokan.platform.pipeline.reminders import Reminder
from kyokan.web.actors import actor
from kyokan.web.forms import key_of, posted
from kyokan.web.refusals import answered, worded
from kyokan.web.view import current

FIELDS = ("due", "note", "person")


def add(deal_id: str) -> Response | tuple[str, int]:
    """Remind somebody of one's own of a deal; refused, what was typed stays on the page."""
    who, view = actor(), current()
    typed = posted("key", *FIELDS)
    fields = {name: typed[name] for name in FIELDS if typed[name]}
    try:
        view.services.reminders.add(who, deal_id, fields, key=key_of(typed))
    except QueryError as refusal:
        deal = view.services.deals.get(who, deal_id)
        page = render_template("reminder.html", deal=deal, typed=typed, refusal=worded(refusal))
        return answered(page, refusal)
    return redirect(url_for("deal", deal_id=deal_id, _anchor="reminders"), HTTPStatus.SEE_OTHER)


def finish(reminder_id: str) -> Response:
    """Be done with a reminder."""
    posted()
    current().services.reminders.finish(actor(), reminder_id)
    return redirect(url_for("deals"), HTTPStatus.SEE_OTHER)


def people(deal_id: str) -> dict[str, str]:
    """Id -> name of whom the actor may remind of a deal."""
    return current().services.reminders.people(actor(), deal_id)


def due(deals: list[Seen]) -> list[tuple[Reminder, Seen]]:
    """What the actor is reminded of today, with the deal of each."""
    by_id = {deal["id"]: deal for deal in deals}
    found = current().services.reminders.due(actor())
    return [(reminder, by_id[reminder.deal]) for reminder in found if reminder.deal in by_id]
