"""News: every notice of the reader's sides, a page at a time, and taking what was shown for read."""

from __future__ import annotations

from http import HTTPStatus

from flask import g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from kyokan.platform.accounts import Actor
from kyokan.web.actors import actor
from kyokan.web.forms import posted, whole_number
from kyokan.web.pages.pipeline import with_deals
from kyokan.web.parameters import Parameters
from kyokan.web.view import current

LATEST = 10**12


def overview() -> str:
    """All notices, the latest first; ``before`` is the id of the last one on the page before."""
    before = int(Parameters.of_request(("before",)).number("before", 0, 0, LATEST))
    who, services = actor(), current().services
    notices, older = services.notices.page(who, before)
    shown = with_deals(notices, services.deals.of(who))
    return render_template("news.html", shown=shown, older=notices[-1].id if older else 0, before=before)


def read() -> Response:
    """Take the notices from ``first`` to ``last`` for read; ``back`` is ``before`` of the page of all, if there."""
    typed = posted("first", "last", "back")
    current().services.notices.mark_read(actor(), whole_number(typed, "first"), whole_number(typed, "last"))
    if not typed["back"]:
        return redirect(url_for("deals"), HTTPStatus.SEE_OTHER)
    return redirect(url_for("deals_news", before=whole_number(typed, "back") or None), HTTPStatus.SEE_OTHER)


def unread() -> int:
    """How many news the reader has; 0 for nobody."""
    who: Actor | None = g.get("actor")
    return current().services.notices.unread(who) if who else 0
