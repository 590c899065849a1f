"""Denied access, kept in the audit trail in one place: every answer to somebody signed in that refuses them something.

Requests of nobody are not kept: pages that are somebody's lead them to signing in, whatever stands there, and whoever
reads all addresses of the site would fill the trail. Tries of signing in are kept where they are refused.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g, request

from kyokan.errors import KyokanError
from kyokan.platform.accounts.actor import Actor
from kyokan.web.refusals import NOT_THEIRS
from kyokan.web.requests import number

SECRET = {"token"}  # parts of addresses that open what they name
LONGEST = 100  # of a part of an address, characters


def init_app(app: Flask) -> None:
    """Look at every answer."""
    app.after_request(_note)


def _note(response: Response) -> Response:
    who: Actor | None = g.get("actor")
    if who is not None and _denied(response.status_code):
        detail = _detail(response.status_code)
        try:
            kept, why = current_app.extensions["kyokan"].denials.note(who, detail), "the hour is full"
        except KyokanError as error:  # the refusal stands, and what cannot be kept in the trail stands in the log
            kept, why = False, str(error)
        if not kept:
            at = datetime.now(UTC).isoformat(timespec="seconds")
            line = {"at": at, "organisation": who.organisation, "person": who.person, "why_not_kept": why, **detail}
            current_app.logger.error("record %s: denied: %s", number(), json.dumps(line))
    return response


def _denied(status: int) -> bool:
    """Whether an answer refuses what is somebody's: an act or page without the role, a record that is not theirs.

    A page or an artist that nobody knows is no denial.
    """
    return status == HTTPStatus.FORBIDDEN or (status == HTTPStatus.NOT_FOUND and g.get("refusal") == NOT_THEIRS)


def _detail(status: int) -> dict[str, Any]:
    asked = {name: str(part)[:LONGEST] for name, part in (request.view_args or {}).items() if name not in SECRET}
    why = {"why": g.refusal} if g.get("refusal") else {}
    return {"page": request.endpoint, "method": request.method, "status": status, "asked": asked, **why}
