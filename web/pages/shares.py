"""Links for a reader without an account: made and ended by a planner, read by whoever holds one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from http import HTTPStatus
from typing import Any

from flask import abort, g, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from kyokan.platform.accounts import Role
from kyokan.platform.shares import Audience, Link
from kyokan.platform.shares.service import DAYS, TOKEN
from kyokan.web.actors import absolute, actor
from kyokan.web.exports import Paper
from kyokan.web.exports.proposal import SIDES
from kyokan.web.fingerprint import overlay
from kyokan.web.forms import key_of, posted
from kyokan.web.pages import deals
from kyokan.web.parameters import ParameterError
from kyokan.web.view import current

USUAL_DAYS = 7
OVERLAY_PX = 280.0
# Programs that look at an address before a person does, to show a preview of it or to check it.
LOOKING_AHEAD = re.compile(
    r"bot\b|crawl|spider|preview|facebookexternalhit|whatsapp|slack|embedly|scanner|safelinks|curl|wget|python",
    re.IGNORECASE,
)


def make(deal_id: str) -> str | Response:
    """Make a link and show its address, this once; the same form sent twice shows the same one."""
    who = actor()
    sent = posted("key", "days", "label")
    if sent["days"] not in map(str, DAYS):
        raise ParameterError("days", "choice", choices=", ".join(map(str, DAYS)))
    token = _token(key_of(sent))
    current().services.shares.make(who, deal_id, token, days=int(sent["days"]), label=sent["label"])
    g.made_link = absolute(url_for("shared", token=token))
    return deals.show(deal_id)


def revoke(deal_id: str) -> Response:
    """End a link at once."""
    current().services.shares.revoke(actor(), deal_id, posted("link")["link"])
    return redirect(url_for("deal", deal_id=deal_id, _anchor="share"), HTTPStatus.SEE_OTHER)


def read(token: str) -> str:
    """The proposal as anybody outside may see it, to be read; all that is written is that it was opened.

    Parameters are let pass, unlike elsewhere: programs through which links are sent add some of their own.
    """
    if request.method == "POST" or not TOKEN.fullmatch(token):
        abort(HTTPStatus.NOT_FOUND)
    view = current()
    opened = view.services.shares.open(token, counted=_opening())
    sides = view.services.accounts.organisation_names([opened.deal[side] for side in SIDES])
    paper = Paper(view, opened.deal, Audience.EXTERNAL, sides, "")
    return render_template("shared.html", paper=paper, until=opened.expires)


def links_of(deal: dict[str, Any]) -> list[Link] | None:
    """The links to a deal for a planner of its agency; None for everybody else."""
    who = g.actor
    if "internal_note" not in deal or not who.has(Role.PLANNER):
        return None
    return current().services.shares.links(who, deal["id"])


def _opening() -> bool:
    """Whether a person opens the page: no look ahead, no step within the page, nobody signed in."""
    ahead = request.headers.get("Sec-Purpose", "") or request.headers.get("Purpose", "")
    within = request.headers.get("Sec-Fetch-Site") == "same-origin"
    program = LOOKING_AHEAD.search(request.user_agent.string) or not request.user_agent.string
    return request.method == "GET" and not (ahead or within or program or g.actor)


def _token(key: str) -> str:
    """256 bits that only this session can make from the key of a form, so that a double click makes one link."""
    made = hmac.new(str(g.session_id).encode(), b"share link\0" + key.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def overlay_of(paper: Paper) -> Markup:
    """The pair laid over each other, of what may be shown."""
    return overlay(*paper.profiles, OVERLAY_PX, label=paper.in_words, one_ink=paper.view.one_ink)


GLOBALS = {
    "overlay_of": overlay_of,
    "links_of": links_of,
    "link_days": DAYS,
    "usual_days": USUAL_DAYS,
}
