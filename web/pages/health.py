"""Whether the web answers, for those who watch it."""

from __future__ import annotations

from flask import Response, jsonify

from kyokan.web.parameters import Parameters
from kyokan.web.view import current


def show() -> Response:
    """``{"status": "ok", "snapshot": …, "dictionary": …}``; 503 through the error page where the store is away."""
    Parameters.of_request(())
    view = current()
    return jsonify(status="ok", snapshot=view.known.hash, dictionary=view.dictionary.version)
