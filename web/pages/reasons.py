"""Reasons: why somebody answers a brief, an audience or kansei; a pair of entities has a page of its own."""

from __future__ import annotations

from dataclasses import replace

from flask import redirect, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response

from kyokan.graph.model import Entity
from kyokan.matching.ranking.model import Query
from kyokan.web.charts.waterfall import waterfall
from kyokan.web.fingerprint import SectorProfile, describe_overlay, overlay, sector_profile, wanted_profile
from kyokan.web.pages.audience import Audience
from kyokan.web.pages.questions import ASKED, CANDIDATE, address, arguments, asked, of_pair, picked, words
from kyokan.web.pages.why import one_match
from kyokan.web.parameters import ParameterError, Parameters
from kyokan.web.preferences import remember
from kyokan.web.reading import passages
from kyokan.web.view import LARGE_PX, View, current


def show() -> str | Response:
    """One candidate of a question without an asker; one with an asker is led to the page of the pair."""
    view = current()
    parameters = Parameters.of_request((*ASKED, CANDIDATE), kansei=True)
    query, ids = asked(view, parameters), parameters.texts(CANDIDATE)
    if len(ids) != 1:
        raise ParameterError(CANDIDATE, "one_candidate")
    (candidate,) = picked(view, query, ids)
    if query.entity:
        return redirect(of_pair(query, "why", query.entity, candidate.id))
    remember(candidate.id)
    proposal = view.services.look(query, ids, actor=view.reader)
    match = one_match(proposal)
    base, steps, total = waterfall(match) if match else (None, (), None)
    return render_template(
        "reasons.html",
        query=query,
        said=words(view, query),
        back=address(query),
        question=arguments(query),
        candidate=candidate,
        proposal=proposal,
        match=match,
        portrait=portrait(view, query, candidate),
        base=base,
        steps=steps,
        total=total,
        texts=passages(view, candidate),
    )


def portrait(view: View, query: Query, candidate: Entity) -> Markup:
    """The fingerprint of what is asked under that of the candidate."""
    who, profile = asker(view, query)
    names = who, candidate.label(view.lang)
    own = view.profile(candidate)
    label = describe_overlay(profile, own, names, view.sectors, view.lang)
    return overlay(profile, own, LARGE_PX, label=label, names=view.sectors, one_ink=view.one_ink)


def asker(view: View, query: Query) -> tuple[str, SectorProfile]:
    """What asks, in words and as sectors: an audience, the kansei that a brief evokes, or those wished for."""
    if query.audience:
        fans = Audience.shown(view, query.audience)
        return str(fans.words.striptags()), fans.profile
    if query.text:
        read = sector_profile(view.services.read(query.text), view.dictionary, "page")
        return str(view.say("matches.brief")), replace(read, kind="query")
    return str(view.say("matches.kansei")), wanted_profile(dict(query.kansei), view.dictionary)
