"""What a half-typed name may mean: a fragment for the home page."""

from __future__ import annotations

from flask import render_template

from kyokan.graph.model import Entity, EntityKind
from kyokan.web.parameters import Parameters
from kyokan.web.view import View, current

ASKED = (EntityKind.ARTIST, EntityKind.BRAND, EntityKind.PRODUCT, EntityKind.SEGMENT)
SHOWN = 6


def hits(view: View, text: str, limit: int = SHOWN) -> list[Entity]:
    """Entities that a text may mean, best first."""
    if not text:
        return []
    return [view.entity(hit.entity_id) for hit in view.services.find(text, ASKED, limit)]


def show() -> str:
    """The list alone."""
    parameters = Parameters.of_request(("q", "for", "entity"))
    view = current()
    text = parameters.text("q")
    return render_template("parts/suggestions.html", found=hits(view, text), text=text, wanted=parameters.text("for"))
