"""Questions and answers on a deal: said from its page, to the agency or to all."""

from __future__ import annotations

from http import HTTPStatus

from flask import redirect, url_for
from werkzeug.wrappers import Response

from kyokan.errors import QueryError
from kyokan.platform.deals.talk import Message, To
from kyokan.web.actors import actor
from kyokan.web.forms import key_of, posted
from kyokan.web.pages import deals
from kyokan.web.refusals import answered
from kyokan.web.view import current


def say(deal_id: str) -> str | Response | tuple[str, int]:
    """Ask or answer; refused, what was written stays on the page."""
    who = actor()
    typed = posted("key", "to", "text")
    key = key_of(typed)
    try:
        current().services.talk.say(who, deal_id, key, {"to": typed["to"], "text": typed["text"]})
    except QueryError as refusal:
        return answered(deals.page(who, deal_id, refusal=refusal, typed=typed, tried="say"), refusal)
    return redirect(url_for("deal", deal_id=deal_id, _anchor="talk"), HTTPStatus.SEE_OTHER)


def messages(deal_id: str) -> list[Message]:
    """What was said on a deal, as far as the actor may see it."""
    return current().services.talk.of(actor(), deal_id)


def addressees(deal_id: str) -> tuple[To, ...]:
    """Whom the actor may address; nobody for those who may only read."""
    return current().services.talk.addressees(actor(), deal_id)
