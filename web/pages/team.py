"""The people of one's organisation: who is who, and for its admins who comes in, in which roles, and who stays out."""

from __future__ import annotations

from collections.abc import Callable

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kyokan.errors import AccountError, ChangedMeanwhileError
from kyokan.platform.accounts import Role
from kyokan.platform.mail.news import invitation_letter
from kyokan.web import actors
from kyokan.web.forms import posted
from kyokan.web.pages.account_entry import SEE_OTHER, problem_page
from kyokan.web.parameters import ParameterError, Parameters
from kyokan.web.view import current

DONE = ("", "withdrawn", "roles", "kept_out")
FIELDS = ("act", "email", "invitation", "person", "before", *Role)
DAY = 86_400


def show() -> str | Response:
    """The people; refused, a change says why where it was asked for."""
    done = Parameters.of_request(("done",)).choice("done", DONE, "")
    actors.actor()
    if request.method == "GET":
        return _page(done=done)
    form = posted(*FIELDS)
    if (act := ACTS.get(form["act"])) is None:
        raise ParameterError("act", "choice", choices=", ".join(ACTS))
    try:
        return act(form)
    except (AccountError, ChangedMeanwhileError) as error:
        return problem_page("team.html", error, **_shown(form=form["act"], typed=form))


def _page(**values: object) -> str:
    return render_template("team.html", **_shown(**values))


def _shown(**values: object) -> dict[str, object]:
    accounts, who = actors.accounts(), actors.actor()
    now = accounts.sessions.now()
    shown = {"done": "", "typed": {}, "team": accounts.team(who), "days": lambda at: max(1, round((at - now) / DAY))}
    return shown | values


def _invite(form: dict[str, str]) -> str:
    """The one moment in which the invitation's address is known: it is shown, to be handed over, and sent by mail."""
    invited = actors.accounts().invite_to_team(actors.actor(), form["email"], *_chosen(form))
    address, view = actors.absolute(url_for("invitation", token=invited.token)), current()
    if view.services.post:
        place = actors.accounts().team(actors.actor()).organisation.name
        letter = invitation_letter(invited.email, organisation=place, link=address, language=view.lang)
        view.services.outbox.add(letter)
    return _page(invited=invited, address=address, mailed=view.services.post is not None)


def _withdraw(form: dict[str, str]) -> Response:
    actors.accounts().withdraw_invitation(actors.actor(), form["invitation"])
    return _done("withdrawn")


def _roles(form: dict[str, str]) -> Response:
    before = {_role(word) for word in form["before"].split()}
    actors.accounts().set_roles(actors.actor(), form["person"], _chosen(form), before=before)
    return _done("roles")


def _keep_out(form: dict[str, str]) -> Response:
    actors.accounts().keep_out(actors.actor(), form["person"])
    return _done("kept_out")


def _done(what: str) -> Response:
    return redirect(url_for("team", done=what), SEE_OTHER)


def _chosen(form: dict[str, str]) -> list[Role]:
    return [role for role in Role if form[role]]


def _role(word: str) -> Role:
    try:
        return Role(word)
    except ValueError:
        raise ParameterError("role", "choice", choices=", ".join(Role)) from None


ACTS: dict[str, Callable[[dict[str, str]], str | Response]] = {
    "invite": _invite,
    "withdraw": _withdraw,
    "roles": _roles,
    "keep_out": _keep_out,
}
