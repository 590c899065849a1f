"""Coming in and going out: sign-in, its second step, sign-out, and taking up an invitation."""

from __future__ import annotations

from flask import g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kyokan.errors import AccountError, InputError, TooManyAttemptsError
from kyokan.platform.accounts.service import SignedIn
from kyokan.web import actors
from kyokan.web.forms import posted
from kyokan.web.parameters import Parameters
from kyokan.web.preferences import prefer, stored
from kyokan.web.refusals import answered
from kyokan.web.view import current

SEE_OTHER, TOO_MANY = 303, 429


def problem_page(template: str, error: InputError, **values: object) -> Response:
    """A form shown again with what was wrong, in words; what was typed stays, but for secrets."""
    waiting = error.retry_after if isinstance(error, TooManyAttemptsError) else 0
    page = render_template(template, problem=error.code, minutes=-(-waiting // 60), **values)
    answer = make_response(answered(page, error))
    if waiting:
        answer.status_code = TOO_MANY
        answer.headers["Retry-After"] = str(waiting)
    return answer


def sign_in() -> str | Response:
    """E-mail address and password."""
    after = actors.local(Parameters.of_request(("next",)).text("next"))
    if request.method == "GET":
        if g.actor:
            return redirect(after or url_for("account"), SEE_OTHER)
        return render_template("sign_in.html", after=after, email="")
    form = posted("email", "password", "next")
    after = actors.local(form["next"])
    try:
        made = actors.accounts().sign_in(form["email"], form["password"], actors.visit(), actors.invited(after))
    except AccountError as error:
        return problem_page("sign_in.html", error, after=after, email=form["email"])
    return owing(made, url_for("account", done="joined") if made.joined else after)


def sign_in_code() -> str | Response:
    """The second step: a code of the authenticator app or a recovery code."""
    after = actors.local(Parameters.of_request(("next",)).text("next"))
    if request.method == "GET":
        return render_template("sign_in_code.html", after=after, wanted=_wanted())
    form = posted("code", "next")
    after = actors.local(form["next"])
    try:
        made = actors.accounts().confirm(g.session_id, form["code"], actors.visit())
    except AccountError as error:
        return problem_page("sign_in_code.html", error, after=after, over=error.code == "step_over", wanted=_wanted())
    return _inside(made, after)


def sign_in_passkey() -> str | Response:
    """A passkey by itself or as the second step; the form without one asks the browser for it."""
    after = actors.local(Parameters.of_request(("next",)).text("next"))
    if request.method == "GET":
        if (wanted := _wanted()) is None:
            return redirect(url_for("sign_in", next=after or None), SEE_OTHER)
        return render_template("sign_in_passkey.html", after=after, wanted=wanted)
    form = posted("credential", "next")
    after = actors.local(form["next"])
    accounts = actors.accounts()
    if not form["credential"]:
        accounts.ask_for_passkey(g.session_id)
        return redirect(url_for("sign_in_passkey", next=after or None), SEE_OTHER)
    try:
        made = accounts.confirm_by_passkey(g.session_id, form["credential"], actors.site(), actors.visit())
    except AccountError as error:
        return problem_page("sign_in_passkey.html", error, after=after, wanted=_wanted())
    return _inside(made, after)


def _wanted() -> str | None:
    """What the browser needs to show a passkey, where one is asked for."""
    return actors.accounts().passkey_asked(g.session_id, actors.site())


def sign_out() -> Response:
    """The session ends here and now."""
    posted()
    actors.accounts().sign_out(g.session_id, actors.visit())
    actors.begin("")
    return redirect(url_for("sign_in"), SEE_OTHER)


def invitation(token: str) -> str | Response:
    """What somebody is invited to, and the form by which they come in."""
    Parameters.of_request(())
    accounts = actors.accounts()
    try:
        offer = accounts.invitation(token)
    except AccountError as error:
        return problem_page("invitation.html", error, offer=None)
    mine = g.actor is not None and accounts.person(g.actor.person).email == offer.email
    shown = {"offer": offer, "mine": mine, "token": token}
    if request.method == "GET":
        return render_template("invitation.html", name="", **shown)
    form = posted("name", "password")
    try:
        if offer.organisation is None:
            return owing(accounts.reset(token, form["password"], actors.visit()), "")
        if offer.known:
            who = actors.actor()
            organisation = accounts.join(token, who.person)
            accounts.sessions.act_for(who.person, g.session_id, organisation)
            return redirect(url_for("account", done="joined"), SEE_OTHER)
        made = accounts.accept(
            token, name=form["name"], password=form["password"], language=current().lang, visit=actors.visit()
        )
    except AccountError as error:
        return problem_page("invitation.html", error, name=form["name"], **shown)
    return _inside(made, url_for("account", done="joined"))


def owing(made: SignedIn, after: str) -> Response:
    """Inside, or to the second step where it is owed."""
    if not made.pending:
        return _inside(made, after)
    actors.begin(made.session_id)
    return redirect(url_for("sign_in_code", next=after or None), SEE_OTHER)


def _inside(made: SignedIn, after: str) -> Response:
    """Begin the session, in the person's language unless this browser has chosen one; an older session here ends."""
    if g.actor:
        actors.accounts().sign_out(g.session_id, actors.visit())
    actors.begin(made.session_id)
    if not stored("lang"):
        prefer("lang", made.language)
    return redirect(after or url_for("home"), SEE_OTHER)
