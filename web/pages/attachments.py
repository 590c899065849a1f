"""Files of a deal: put there, taken away and back, and read as downloads alone."""

from __future__ import annotations

from http import HTTPStatus
from io import BytesIO

from flask import redirect, request, send_file, url_for
from werkzeug.wrappers import Response

from kyokan.errors import NotAllowedError, QueryError
from kyokan.platform.attachments.service import LARGEST
from kyokan.web.actors import actor
from kyokan.web.forms import key_of, posted
from kyokan.web.pages.deals import page
from kyokan.web.parameters import Parameters
from kyokan.web.refusals import answered
from kyokan.web.view import current


def add(deal_id: str) -> Response | tuple[str, int]:
    """Put a file to a deal; the form carries one file and whom it is for."""
    who, typed = actor(), posted("key", "everybody")
    given = request.files.get("file")
    content = given.stream.read(LARGEST + 1) if given else b""
    name = (given.filename or "") if given else ""
    try:
        current().services.attachments.add(
            who, deal_id, name, content, everybody=bool(typed["everybody"]), key=key_of(typed)
        )
    except (QueryError, NotAllowedError) as refusal:
        return answered(page(who, deal_id, refusal=refusal, tried="attach"), refusal)
    return redirect(url_for("deal", deal_id=deal_id, _anchor="files"), HTTPStatus.SEE_OTHER)


def read(attachment_id: str) -> Response:
    """A file as a download: no browser opens it as a page of ours, whatever it holds."""
    Parameters.of_request(())
    found, content = current().services.attachments.read(actor(), attachment_id)
    answer = send_file(
        BytesIO(content), mimetype=found.media, as_attachment=True, download_name=found.name, max_age=0, etag=False
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def remove(attachment_id: str) -> Response:
    """Take a file away; the deal's page offers to undo it."""
    posted()
    deal_id = current().services.attachments.remove(actor(), attachment_id)
    return redirect(url_for("deal", deal_id=deal_id, removed=attachment_id, _anchor="files"), HTTPStatus.SEE_OTHER)


def restore(attachment_id: str) -> Response:
    """Put a file back."""
    posted()
    deal_id = current().services.attachments.restore(actor(), attachment_id)
    return redirect(url_for("deal", deal_id=deal_id, _anchor="files"), HTTPStatus.SEE_OTHER)
