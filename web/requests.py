"""Every request: whether it is for this host, and a number under which log, audit trail and page speak of it."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request
from werkzeug.sansio.utils import host_is_trusted

from kyokan.platform.audit import under_request

HEADER = "X-Request-Id"
NUMBER_BYTES = 6


def number() -> str:
    """The number of this request; nothing that a client sends is taken for it."""
    given: str = g.setdefault("request_number", secrets.token_hex(NUMBER_BYTES).upper())
    return given


def init_app(app: Flask, hosts: tuple[str, ...]) -> None:
    """Number every request and refuse those for other hosts; first of all, so that nothing is done for them.

    Args:
        app: the application.
        hosts: names (``kyokan.example.com``, ``.example.com`` for all below) that requests may be for; empty means any.
    """

    @app.before_request
    def begin() -> Response | None:
        under_request(number())
        if host_is_trusted(request.environ.get("HTTP_HOST", ""), hosts):
            return None
        g.actor, g.session_id = None, ""  # plain words: a page would already speak of the foreign host
        return Response("This host is not served here.\n", 400, mimetype="text/plain")

    @app.after_request
    def end(response: Response) -> Response:
        response.headers[HEADER] = number()
        return response

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        under_request("")
