"""What a half-typed name may mean: a fragment for the home page."""

from __future__ import annotations

from flask import render_template

from kyokan.graph.model import WITH_FANS, Entity
from kyokan.web.parameters import Parameters
from kyokan.web.view import View, current

SHOWN = 6


def hits(view: View, text: str, limit: int = SHOWN) -> list[Entity]:
    """Entities that a text may mean, best first."""
    if not text:
        return []
    return [view.entity(hit.entity_id) for hit in view.services.find(text, WITH_FANS, limit)]


def show() -> str:
    """The list alone; where an audience is being named, of those who are not among it yet."""
    parameters = Parameters.of_request(("q", "for", "entity", "start", "audience"))
    view = current()
    text, chosen = parameters.text("q"), list(parameters.texts("audience"))
    return render_template(
        "parts/suggestions.html",
        found=[one for one in hits(view, text) if one.id not in chosen],
        text=text,
        wanted=parameters.text("for"),
        start=parameters.text("start"),
        chosen=chosen,
    )
