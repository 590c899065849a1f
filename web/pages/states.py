"""What is shown when something does not work: in the person's words, with the one act that helps."""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, current_app, render_template, request
from werkzeug.exceptions import HTTPException

from kyokan.errors import (
    InputError,
    KyokanError,
    NotAllowedError,
    UnavailableError,
    UnknownEntityError,
    UnknownRecordError,
)
from kyokan.web.forms import ForeignFormError
from kyokan.web.refusals import NOT_THEIRS, note, status_of, worded
from kyokan.web.requests import number
from kyokan.web.view import current

Answer = tuple[str, int]


def page(state: str, status: int, **values: object) -> Answer:
    """The page of a state; ``states.<state>_title`` and ``_text`` say it."""
    ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    asked = ours and request.method == "GET"  # a form is sent again from its own page
    again = request.full_path.rstrip("?") if asked else ""
    record = number() if ours else ""
    return render_template("state.html", state=state, record=record, again=again, **values), status


def refused(error: KyokanError) -> Answer:
    """A typed error: what was wrong with which input, and what to do."""
    if isinstance(error, UnknownEntityError | UnknownRecordError):  # a record of others: nothing tells it from no page
        note(NOT_THEIRS if isinstance(error, UnknownRecordError) else "")
        return _missing(HTTPStatus.NOT_FOUND)
    if isinstance(error, NotAllowedError):
        return _of_input("forbidden", error)
    if isinstance(error, InputError):
        return _of_input("refused", error)
    if isinstance(error, UnavailableError):
        current_app.logger.warning("record %s: unavailable: %s", number(), error)
        return page("unavailable", HTTPStatus.SERVICE_UNAVAILABLE)
    return broken(error)


def _missing(status: int) -> Answer:
    """What is not there; of a link one thing is said, whether it has ended or never was."""
    return page("link" if request.endpoint == "shared" else "not_found", status)


def _of_input(state: str, error: InputError) -> Answer:
    note(error.code)
    return page(state, status_of(error), detail=worded(error))


def http(error: HTTPException) -> Answer | HTTPException:
    """An address or method that does not exist, or a form that is not ours."""
    if isinstance(error, ForeignFormError):
        return page("stale", HTTPStatus.FORBIDDEN)
    if error.code in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):  # an address of forms alone is no page
        return _missing(error.code)
    if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return page("refused", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail=current().say("refusal.file_large"))
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    return page("refused" if error.code < HTTPStatus.INTERNAL_SERVER_ERROR else "broken", error.code)


def broken(error: Exception) -> Answer:
    """Our own fault: logged under the request's number, which the page shows; it says nothing else about it."""
    current_app.logger.error("record %s", number(), exc_info=error)
    return page("broken", HTTPStatus.INTERNAL_SERVER_ERROR)


def register(app: Flask) -> None:
    """Every error has its page."""
    app.register_error_handler(KyokanError, refused)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(Exception, broken)
