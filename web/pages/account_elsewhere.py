"""Signing in at the organisation's own OpenID Connect provider, and coming back from it."""

from __future__ import annotations

from flask import abort, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kyokan.errors import AccountError
from kyokan.platform.accounts.issuer import Issuer
from kyokan.web import actors
from kyokan.web.forms import posted
from kyokan.web.pages.account_entry import SEE_OTHER, owing, problem_page
from kyokan.web.parameters import Parameters
from kyokan.web.view import current

ANSWERED = ("state", "code", "error", "error_description", "error_uri", "iss", "session_state", "scope")


def leave() -> Response:
    """To the issuer, by a page: a form's own redirect may not leave this site under our content security policy."""
    if request.method == "GET":
        return redirect(url_for("sign_in"), SEE_OTHER)
    issuer, after = _issuer(), actors.local(posted("next")["next"])
    try:
        asked = actors.accounts().leave(g.session_id, after, actors.visit())
    except AccountError as error:
        return problem_page("sign_in.html", error, after=after, email="")
    address = issuer.leave_for(asked, _back())
    answer = make_response(render_template("sign_in_elsewhere.html", address=address))
    answer.headers["Refresh"] = f"0; url={address}"
    return answer


def come_back() -> str | Response:
    """From the issuer, with a code. A GET that signs somebody in, as the protocol has it; the state makes it safe."""
    issuer, given = _issuer(), Parameters.of_request(ANSWERED)
    if not g.session_id or not given.text("code"):
        refused = AccountError("elsewhere_refused", "sign-in", "was refused by the issuer", "Begin again")
        return problem_page("sign_in.html", refused, after="", email="")
    asked = (g.session_id, given.text("state"), given.text("code"))
    try:
        made, after = actors.accounts().come_back(*asked, issuer, _back(), actors.visit())
    except AccountError as error:
        return problem_page("sign_in.html", error, after="", email="")
    return owing(made, url_for("account", done="joined") if made.joined else after)


def offered() -> bool:
    """Whether there is an issuer to sign in at."""
    return current().services.issuer is not None


def _issuer() -> Issuer:
    return current().services.issuer or abort(404)


def _back() -> str:
    return actors.absolute(url_for("elsewhere_back"))
