"""Rankings for many at once: asked for from a list or a roster, answered by a job, taken out as a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from http import HTTPStatus
from io import BytesIO

from flask import redirect, send_file, url_for
from werkzeug.wrappers import Response

from kyokan.errors import UnknownRecordError
from kyokan.graph.model import EntityKind
from kyokan.matching.ranking.model import Query
from kyokan.platform.accounts import Actor
from kyokan.platform.desk.batches import MOST_EACH
from kyokan.platform.jobs import State
from kyokan.web.actors import actor
from kyokan.web.exports import BATCH_FORMS, Bundle, make_batch
from kyokan.web.forms import key_of, posted, whole_number
from kyokan.web.pages.calendar import keeper
from kyokan.web.pages.home import WANTED, opposite
from kyokan.web.parameters import ParameterError
from kyokan.web.view import View, current

FIELDS = ("key", "for", "each", "search")


def of_list(list_id: str) -> Response:
    """Ask for everybody in a list, as the form says or as a saved search asks."""
    who, view = actor(), current()
    typed = posted(*FIELDS)
    found = view.services.shortlists.get(who, list_id)
    base = view.services.searches.get(who, typed["search"]).query if typed["search"] else Query()
    return _begin(who, view, typed, found.name, base, [one.entity for one in found.entries])


def of_roster() -> Response:
    """Ask for everybody whom the actor's organisation represents."""
    who, view = actor(), current()
    typed = posted(*FIELDS[:-1])
    keeper(who)
    kept = view.services.rules.roster(who)
    title = str(view.say("roster.title"))
    return _begin(who, view, typed, title, Query(), [one.entity for one in kept])


def take_out(job_id: str) -> Response:
    """What a job has answered, as a file; that it was taken is recorded."""
    who, view = actor(), current()
    form = posted("form")["form"]
    if form not in BATCH_FORMS:
        raise ParameterError("form", "choice", choices=", ".join(BATCH_FORMS))
    if view.services.jobs.get(who, job_id).job.state is not State.DONE:
        raise UnknownRecordError(job_id, "has no file yet", "See your jobs")
    batch, answers = view.services.batches.answers(who, job_id)
    asked = {"batch": batch.id, "askers": [one.query.entity for one in answers]}
    view.services.shares.take_ranking(who, asked, form)
    made = make_batch(Bundle(view, batch, answers, view.services.clock().date().isoformat()), form)
    return send_file(
        BytesIO(made.content), mimetype=made.mimetype, as_attachment=True, download_name=made.name, max_age=0
    )


def _begin(who: Actor, view: View, typed: dict[str, str], title: str, base: Query, entities: Iterable[str]) -> Response:
    each = whole_number(typed, "each")
    if not 0 < each <= MOST_EACH:
        raise ParameterError("each", "range", low=1, high=MOST_EACH)
    askers = [one for one in dict.fromkeys(entities) if one in view.known]
    questions = [
        replace(base, entity=one, audience=(), kinds=_wanted(view, typed["for"], base, one), top=each) for one in askers
    ]
    batch = view.services.batches.ask(who, key_of(typed), title, questions)
    view.services.jobs.answer(who, batch)
    return redirect(url_for("jobs"), HTTPStatus.SEE_OTHER)


def _wanted(view: View, chosen: str, base: Query, asker: str) -> tuple[EntityKind, ...]:
    """Whom an asker is answered with: the kind that was chosen, that of the saved question, or the other side."""
    if chosen and chosen not in WANTED:
        raise ParameterError("for", "choice", choices=", ".join(WANTED))
    kinds = (chosen,) if chosen else base.kinds or (opposite(view.entity(asker)),)
    return tuple(map(EntityKind, kinds))
