"""One entity: its fingerprint, all its kansei with the words behind them, and where it comes from."""

from __future__ import annotations

from flask import render_template

from kyokan.graph.model import Entity, RelationKind
from kyokan.web.pages.home import opposite
from kyokan.web.pages.why import form
from kyokan.web.parameters import Parameters
from kyokan.web.preferences import remember
from kyokan.web.reading import passages
from kyokan.web.view import View, current

TIE_UPS = 12


def show(entity_id: str) -> str:
    """The page of an entity."""
    Parameters.of_request(())
    view = current()
    entity = view.entity(entity_id)
    remember(entity.id)
    values = sorted(view.values(entity), key=lambda value: (-value.intensity, value.attribute))
    return render_template(
        "entity.html",
        entity=entity,
        profile=view.profile(entity),
        values=[value for value in values if value.attribute.removeprefix("kansei:") in view.dictionary],
        texts=passages(view, entity),
        ties=ties(view, entity),
        wanted=opposite(entity),
    )


def ties(view: View, entity: Entity) -> list[tuple[Entity, str, str, str, str]]:
    """Recorded tie-ups: the other side, the year, the form, the source and its address; newest first."""
    made = view.known.relations(RelationKind.TIED_UP, source=entity.id)
    met = view.known.relations(RelationKind.TIED_UP, target=entity.id)
    ends = [(tie, tie.target) for tie in made] + [(tie, tie.source) for tie in met]
    rows = {
        (tie.since[:4], other, form(view, tie), tie.provenance.source, tie.provenance.address) for tie, other in ends
    }
    newest = sorted(rows, reverse=True)[:TIE_UPS]
    return [(view.entity(other), year, how, source, address) for year, other, how, source, address in newest]
