"""One's own account: name and language, password, second step, organisations, sessions."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import g, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from kyokan.errors import AccountError
from kyokan.web import actors
from kyokan.web.forms import posted
from kyokan.web.pages.account_entry import SEE_OTHER, problem_page
from kyokan.web.parameters import ParameterError, Parameters
from kyokan.web.preferences import prefer
from kyokan.web.view import current

DONE = ("", "profile", "letters", "password", "off", "app", "passkey", "passkey_off", "ended", "joined")
FIELDS = ("act", "name", "language", "old", "new", "password", "session", "organisation", "letters", "passkey")
DAY = 24


def show() -> str | Response:
    """The account, and every change to it; refused, the form says why."""
    done = Parameters.of_request(("done",)).choice("done", DONE, "")
    actors.actor()
    if request.method == "GET":
        return render_template("account.html", done=done, **_shown())
    form = posted(*FIELDS)
    if (act := ACTS.get(form["act"])) is None:
        raise ParameterError("act", "choice", choices=", ".join(ACTS))
    try:
        return act(form)
    except AccountError as error:
        return problem_page("account.html", error, form=form["act"], done="", **_shown())


def _shown() -> dict[str, object]:
    who, accounts, services = actors.actor(), actors.accounts(), current().services
    return {
        "letters": services.news.wanted(who.person) if services.post else None,
        "person": (person := accounts.person(who.person)),
        "passkeys": (passkeys := accounts.passkeys(who.person)),
        "second_step": bool(person.totp_secret or passkeys),
        "codes_left": accounts.codes_left(who.person),
        "sessions": accounts.sessions.rows(who.person, g.session_id),
        "ago": lambda at: _ago(accounts.sessions.now() - at),
    }


def _ago(seconds: float) -> Markup:
    """How long ago, in hours or days: nobody's time zone is known."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return current().say("account.moment")
    if minutes < 60:  # noqa: PLR2004
        return current().say("account.minutes", count=minutes)
    hours = minutes // 60
    return (
        current().say("account.hours", count=hours)
        if hours <= DAY
        else current().say("account.days", count=hours // DAY)
    )


def _done(what: str, anchor: str) -> Response:
    return redirect(url_for("account", done=what, _anchor=anchor), SEE_OTHER)


def _profile(form: dict[str, str]) -> Response:
    actors.accounts().describe(actors.actor().person, name=form["name"], language=form["language"])
    prefer("lang", form["language"])
    return _done("profile", "profile")


def _letters(form: dict[str, str]) -> Response:
    current().services.news.want(actors.actor().person, wanted=bool(form["letters"]))
    return _done("letters", "letters")


def _password(form: dict[str, str]) -> Response:
    actors.begin(actors.accounts().change_password(g.session_id, form["old"], form["new"], actors.visit()))
    return _done("password", "password")


def _offer(form: dict[str, str]) -> Response:
    actors.accounts().offer_totp(g.session_id, form["password"], actors.visit())
    return redirect(url_for("second_step"), SEE_OTHER)


def _off(form: dict[str, str]) -> Response:
    actors.begin(actors.accounts().drop_totp(g.session_id, form["password"], actors.visit()))
    return _done("off", "second-step")


def _passkey(form: dict[str, str]) -> Response:
    actors.accounts().offer_passkey(g.session_id, form["password"], actors.visit())
    return redirect(url_for("passkey"), SEE_OTHER)


def _passkey_off(form: dict[str, str]) -> Response:
    accounts = actors.accounts()
    actors.begin(accounts.drop_passkey(g.session_id, form["passkey"], form["password"], actors.visit()))
    return _done("passkey_off", "second-step")


def _codes(form: dict[str, str]) -> str:
    codes = actors.accounts().renew_codes(g.session_id, form["password"], actors.visit())
    return render_template("account_codes.html", codes=codes, first=False)


def _end(form: dict[str, str]) -> Response:
    row = form["session"]
    if not re.fullmatch("[0-9]{1,15}", row):
        raise ParameterError("session", "unknown")
    actors.accounts().sessions.end(actors.actor().person, int(row))
    return _done("ended", "sessions")


def _end_others(_form: dict[str, str]) -> Response:
    actors.accounts().sessions.end_others(actors.actor().person, g.session_id)
    return _done("ended", "sessions")


def _act_for(form: dict[str, str]) -> Response:
    actors.accounts().sessions.act_for(actors.actor().person, g.session_id, form["organisation"])
    return redirect(url_for("home"), SEE_OTHER)


ACTS: dict[str, Callable[[dict[str, str]], str | Response]] = {
    "profile": _profile,
    "letters": _letters,
    "password": _password,
    "offer": _offer,
    "off": _off,
    "codes": _codes,
    "passkey": _passkey,
    "passkey_off": _passkey_off,
    "end": _end,
    "end_others": _end_others,
    "act_for": _act_for,
}
