"""Who is behind a request: the session cookie, the actor it stands for, and the way to signing in."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from flask import Flask, Response, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from kyokan.platform.accounts.actor import Actor
from kyokan.platform.accounts.ceremony import Site
from kyokan.platform.accounts.model import Organisation
from kyokan.platform.accounts.service import Accounts, Visit
from kyokan.web.preferences import cookie_name, stored

COOKIE = "session"
ENTRIES = {"sign_in", "sign_in_code", "sign_in_passkey", "elsewhere", "elsewhere_back", "sign_out", "invitation"}


class SignInNeededError(Exception):
    """Nobody is signed in on a page that is somebody's."""


def accounts() -> Accounts:
    """The accounts of this application."""
    found: Accounts = current_app.extensions["kyokan"].accounts
    return found


def actor() -> Actor:
    """Who acts.

    Raises:
        SignInNeededError: nobody is signed in; the person is shown the way and comes back.
    """
    found: Actor | None = g.get("actor")
    if found is None:
        raise SignInNeededError
    return found


def visit() -> Visit:
    """Where this request comes from."""
    return Visit(request.remote_addr or "", request.user_agent.string[:400])


def begin(session_id: str) -> None:
    """Answer with this session's cookie; an empty id takes it away."""
    g.new_session = session_id


def acting_for() -> list[Organisation]:
    """The organisations that the actor may act for; the one acted for now first."""
    who = actor()
    return sorted(accounts().organisations_of(who.person), key=lambda one: one.id != who.organisation)


def local(address: str) -> str:
    """An address within this site, or an empty one: nobody is led elsewhere by a link to signing in."""
    inside = address.startswith("/") and not address.startswith("//") and address.isprintable() and "\\" not in address
    return address if inside else ""


def invited(address: str) -> str:
    """The token of the invitation that a local address leads to; empty where it leads elsewhere."""
    head, _, token = address.partition(url_for("invitation", token=""))
    return "" if head else token.partition("?")[0]


def absolute(address: str) -> str:
    """A local address as others reach it: under the public address where one is set, else under this request's host."""
    public: str = current_app.config["PUBLIC_ADDRESS"] or request.host_url.rstrip("/")
    return public + address


def site() -> Site:
    """Whom passkeys are for: this installation, under the address that people reach it by."""
    return Site(absolute(""))


def return_address() -> str:
    """Where to come back to after signing in: this page, or for a form the page it stood on."""
    if request.endpoint in ENTRIES | {"home", "shared", None}:  # the address of a shared page is a secret
        return ""
    if request.method == "GET":
        return request.full_path.removesuffix("?")
    sent_from = urlsplit(request.referrer or "")
    return _readable(local(sent_from.path)) if sent_from.netloc == request.host else ""


def _readable(path: str) -> str:
    """The path or the nearest above it that can be read: a refused form stands under the address it was sent to."""
    routes = current_app.create_url_adapter(request)
    while routes and path.strip("/"):
        if routes.test(unquote(path), "GET"):
            return path
        path = path.rpartition("/")[0]
    return ""


def ask_to_sign_in(_error: SignInNeededError) -> Answer:
    """To the sign-in page, and back afterwards."""
    return redirect(url_for("sign_in", next=return_address() or None), 303)


def _read() -> None:
    g.actor, g.session_id = None, stored(COOKIE)[:200]
    if g.session_id and request.endpoint != "static":
        g.actor = accounts().sessions.actor_of(g.session_id)


def _write(response: Response) -> Response:
    """Keep the session in a cookie that scripts cannot read; what somebody signed in has seen is kept nowhere."""
    session_id: str | None = g.get("new_session")
    if session_id:
        response.set_cookie(cookie_name(COOKIE), session_id, httponly=True, samesite="Lax", secure=request.is_secure)
    elif session_id is not None:
        response.delete_cookie(cookie_name(COOKIE), httponly=True, samesite="Lax", secure=request.is_secure)
    if g.get("actor") or request.endpoint in ENTRIES:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def init_app(app: Flask) -> None:
    """Read the session before a page is made and write its cookie after; before ``security``, to outdo its headers."""
    app.before_request(_read)
    app.after_request(_write)
    app.register_error_handler(SignInNeededError, ask_to_sign_in)
    app.jinja_env.globals["acting_for"] = acting_for
    app.jinja_env.globals["return_address"] = return_address
