"""Home: one sentence that asks the question, and the fingerprint of what is asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import chain, zip_longest
from typing import Any

import numpy as np
from flask import g, redirect, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response

from kyokan.graph.model import Entity, EntityKind, RelationKind
from kyokan.web.addresses import address_with
from kyokan.web.fingerprint import sector_profile, wanted_profile
from kyokan.web.fingerprint.profile import PEOPLE
from kyokan.web.pages.audience import START as FANS
from kyokan.web.pages.audience import Audience, named
from kyokan.web.pages.suggest import hits
from kyokan.web.parameters import Parameters
from kyokan.web.ports import Known
from kyokan.web.preferences import seen
from kyokan.web.view import LARGE_PX, View, current

STARTS = ("name", "brief", FANS, "kansei")
WANTED = ("artist", "brand", "product")
EXAMPLES = 8
_examples: dict[str, tuple[str, ...]] = {}
ALLOWED = ("start", "entity", "audience", "q", "text", "for")


def show() -> str | Response:
    """The question, what a typed name may mean, and fingerprints looked at lately."""
    parameters = Parameters.of_request(ALLOWED, kansei=True)
    if empty := parameters.empty():
        return redirect(address_with(drop=empty))
    view = current()
    start = parameters.choice("start", STARTS, "name")
    text, lately = parameters.text("q"), recent(view)
    fans = Audience.shown(view, named(view, parameters))
    found = [one for one in hits(view, text) if one not in fans.of]
    entity = None if start == FANS else _entity(view, parameters, found, lately)
    brief, kansei = parameters.text("text"), parameters.kansei(view.dictionary)
    return render_template(
        "home.html",
        starts=STARTS,
        start=start,
        fans=fans,
        wanted=parameters.choice("for", WANTED, "brand" if start == FANS else opposite(entity)),
        kinds=WANTED,
        found=found,
        q=text,
        counts={kind: len(view.known.rows(EntityKind(kind))) for kind in WANTED},
        recent=lately,
        picture=fans.glyph(LARGE_PX, large=True) if fans else picture(view, start, entity, brief, kansei),
        entity=entity,
        text=brief,
        kansei=kansei,
        sample=g.get("sample", False),
        known_here=bool(seen()),
    )


def _entity(view: View, parameters: Parameters, found: list[Entity], lately: list[Entity]) -> Entity | None:
    """The entity that is asked about: the one chosen, the only one a name may mean, or the one seen last."""
    if chosen := parameters.text("entity"):
        return view.entity(chosen)
    if parameters.text("q"):
        return found[0] if len(found) == 1 else None
    things = [entity for entity in lately if entity.kind is EntityKind.BRAND]
    g.sample = True
    return next(iter(things or lately), None)


def opposite(entity: Entity | None) -> str:
    """Whom one usually looks for: a thing for a person, a person for a thing."""
    return "brand" if entity is not None and entity.kind.value in {*PEOPLE, "fan"} else "artist"


def picture(view: View, start: str, entity: Entity | None, text: str, kansei: dict[str, float]) -> Markup:
    """The large fingerprint of what is asked, as far as it has been said."""
    if start == "name" and entity is not None:
        return view.glyph(entity, LARGE_PX, large=True)
    return worded(view, text if start == "brief" else "", kansei, LARGE_PX)


def worded(view: View, text: str, kansei: dict[str, float], size: int) -> Markup:
    """The fingerprint of a question without a name: of its brief, else of the kansei it wants and avoids."""
    large = size >= LARGE_PX
    if text:
        profile = sector_profile(view.services.read(text), view.dictionary, "page")
        return view.picture(replace(profile, kind="query"), str(view.say("home.brief")), size, large=large)
    return view.picture(wanted_profile(kansei, view.dictionary), str(view.say("home.query")), size, large=large)


def recent(view: View) -> list[Entity]:
    """The entities looked at last; for somebody new, well-described ones of every kind."""
    ids = [entity_id for entity_id in seen() if entity_id in view.known]
    ids += [entity_id for entity_id in examples(view.known) if entity_id not in ids]
    return [view.entity(entity_id) for entity_id in ids[:EXAMPLES]]


def examples(known: Known) -> tuple[str, ...]:
    """Brands, artists and products in turn, those with most recorded tie-ups first; kept by snapshot."""
    if known.hash not in _examples:
        _examples.clear()
        _examples[known.hash] = _best_described(known)
    return _examples[known.hash]


def _best_described(known: Known) -> tuple[str, ...]:
    """Ties of tie-up counts are broken by how many kansei are known, then by id."""
    kansei = np.isfinite(known.kansei.intensity).sum(axis=1)
    ties = Counter(end for tie in known.relations(RelationKind.TIED_UP) for end in (tie.source, tie.target))
    ranked: list[list[int]] = []
    for kind in (EntityKind.BRAND, EntityKind.ARTIST, EntityKind.PRODUCT):
        rows = known.rows(kind)
        best = sorted(rows, key=lambda row: (-ties[known.ids[row]], -kansei[row], row))[:EXAMPLES]
        ranked.append([int(row) for row in best])
    mixed: list[Any] = [row for row in chain.from_iterable(zip_longest(*ranked)) if row is not None]
    return tuple(known.ids[row] for row in mixed[:EXAMPLES])
