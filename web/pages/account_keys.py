"""Setting up the second step: an authenticator app, passkeys, and the recovery codes that stand in for them."""

from __future__ import annotations

import re

import segno
from flask import g, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from kyokan.errors import AccountError
from kyokan.platform.accounts.codes import setup_address
from kyokan.platform.accounts.sessions import browser_name
from kyokan.web import actors
from kyokan.web.forms import posted
from kyokan.web.pages.account_entry import SEE_OTHER, problem_page
from kyokan.web.parameters import Parameters

QR_INK, QR_PAPER = "#15181C", "#F6F7F4"  # dark on light in every theme: readers want it so


def second_step() -> str | Response:
    """Setting up an authenticator app: the square to read, then the first code."""
    Parameters.of_request(())
    actors.actor()
    secret = actors.accounts().offered_totp(g.session_id)
    if secret is None:
        return redirect(url_for("account", _anchor="second-step"), SEE_OTHER)
    address = setup_address(secret, actors.accounts().owner(g.session_id).email)
    shown = {"square": _square(address), "address": address, "secret": " ".join(re.findall(".{1,4}", secret))}
    if request.method == "GET":
        return render_template("account_second_step.html", **shown)
    try:
        renewed, codes = actors.accounts().confirm_totp(g.session_id, posted("code")["code"], actors.visit())
    except AccountError as error:
        return problem_page("account_second_step.html", error, **shown)
    return _in_force(renewed, codes, "app")


def passkey() -> str | Response:
    """Adding a passkey: the browser makes it, the form brings it with a name for it."""
    Parameters.of_request(())
    actors.actor()
    accounts, site = actors.accounts(), actors.site()
    if (wanted := accounts.passkey_wanted(g.session_id, site)) is None:
        return redirect(url_for("account", _anchor="second-step"), SEE_OTHER)
    if request.method == "GET":
        called = browser_name(request.user_agent.string)
        return render_template("account_passkey.html", wanted=wanted, name=called)
    form = posted("credential", "name")
    try:
        renewed, codes = accounts.add_passkey(g.session_id, form["credential"], form["name"], site, actors.visit())
    except AccountError as error:
        wanted = accounts.passkey_wanted(g.session_id, site)
        return problem_page("account_passkey.html", error, wanted=wanted, name=form["name"])
    return _in_force(renewed, codes, "passkey")


def _in_force(renewed: str, codes: list[str], what: str) -> str | Response:
    """The recovery codes where there are new ones; forms of this answer already belong to the session's new id."""
    g.session_id = renewed
    actors.begin(renewed)
    if codes:
        return render_template("account_codes.html", codes=codes, first=True)
    return redirect(url_for("account", done=what, _anchor="second-step"), SEE_OTHER)


def _square(address: str) -> Markup:
    """A QR code as inline SVG without any style."""
    made = segno.make(address, error="m")
    svg = made.svg_inline(scale=5, border=4, dark=QR_INK, light=QR_PAPER, svgclass="qr", lineclass=None, omitsize=False)
    return Markup(svg)  # noqa: S704 - drawn here from squares alone
