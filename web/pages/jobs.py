"""Jobs: what runs in the background for the reader, how far it is, and stopping it or letting it try again."""

from __future__ import annotations

from http import HTTPStatus

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from kyokan.platform.accounts import Role
from kyokan.platform.jobs.model import ACTIVE, State
from kyokan.web.actors import actor
from kyokan.web.forms import posted
from kyokan.web.parameters import ParameterError, Parameters
from kyokan.web.view import current

SHOWN = {"": (), "active": ACTIVE, "dead": (State.DEAD, State.FAILED)}


def overview() -> str:
    """The reader's jobs, for an admin those of the organisation; the list fetches itself while any is under way."""
    parameters = Parameters.of_request(("show",))
    who, shown = actor(), parameters.choice("show", SHOWN, "")
    services = current().services
    jobs = services.jobs.of(who, SHOWN[shown])
    own = services.jobs.own(who) if shown == "dead" else []
    keeps = services.jobs.may_begin(who, "annotation")
    return render_template(
        "jobs.html",
        jobs=jobs + own,
        batches=services.batches.of(who, [one.job.id for one in jobs if one.job.kind == "matching"]),
        shown=shown,
        choices=SHOWN,
        everybody=who.has(Role.ADMIN),
        aside=services.weights_aside if keeps else "",
        may_annotate=keeps,
    )


def begin() -> Response:
    """Begin a job; while one of its kind is under way no second one begins."""
    current().services.jobs.begin(actor(), posted("kind")["kind"])
    return redirect(url_for("jobs"), HTTPStatus.SEE_OTHER)


def change(job_id: str) -> Response:
    """Cancel a job, or let it try again."""
    who, jobs = actor(), current().services.jobs
    act = posted("act")["act"]
    if act not in {"cancel", "retry"}:
        raise ParameterError("act", "choice", choices="cancel, retry")
    (jobs.cancel if act == "cancel" else jobs.retry)(who, job_id)
    return redirect(url_for("jobs"), HTTPStatus.SEE_OTHER)
