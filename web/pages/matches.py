"""Matches: who fits, in order, each with its overlay, sentence, contributions and score; and who stands outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from kyokan.graph.model import WITH_FANS, Entity, EntityKind, KanseiValue
from kyokan.matching.ranking.model import Match, Proposal, Query, Standing, Status
from kyokan.web.addresses import address_with
from kyokan.web.charts.bars import Scale
from kyokan.web.pages.audience import NAME as AUDIENCE
from kyokan.web.pages.audience import START, Audience, named
from kyokan.web.pages.home import WANTED, opposite, worded
from kyokan.web.pages.suggest import hits
from kyokan.web.parameters import KANSEI, ParameterError, Parameters
from kyokan.web.view import View, current

ALLOWED = (
    *("entity", "audience", "q", "text", "for", "top", "category", "place", "medium", "since", "until"),
    *("exclude", "without", "diversity", "exposure", "habit", "view", "add", "start"),
)
KEPT = {"entity", "audience", "text", "view", "exclude", "without"}  # what the rail has no field for and passes on
TOP, MORE, MOST = 10, 20, 100
UNASKED = Query()  # what holds where the address says nothing
SLIDERS = 5
FACETS = 6
SIGNAL, ATTRIBUTE = "signal:", "attribute:"


@dataclass(frozen=True, slots=True)
class Slider:
    """A kansei the rail offers, with the weight it has now."""

    id: str
    label: str
    weight: float


@dataclass(frozen=True, slots=True)
class Facet:
    """A category or place that would leave some candidates: how many, and the address that asks for them alone."""

    label: str
    count: int
    on: bool
    address: str


def show() -> str | Response:
    """The ranking for a query; where a name may mean several entities, the choice between them."""
    parameters = Parameters.of_request(ALLOWED, kansei=True)
    view = current()
    added = parameters.text("add")
    if added and added not in view.dictionary:
        raise ParameterError("add", "attribute", attribute=added)
    starting = parameters.text("start") and not parameters.text("q")
    if parameters.empty() or starting:
        return _at(pair for pair in parameters.telling() if pair[0] != "start" or not starting)
    chosen = _chosen(view, parameters)
    if isinstance(chosen, Response):
        return chosen
    if chosen is None and parameters.text("q"):
        text = parameters.text("q")
        naming_fans = parameters.text("start") == START
        return render_template("choose.html", text=text, found=hits(view, text, 12), naming_fans=naming_fans)
    query = _telling(query_of(view, parameters, chosen))
    proposal = view.services.propose(query, actor=view.reader)
    return _page(view, parameters, query, proposal)


def asked(view: View, parameters: Parameters) -> Query:
    """The query of the page's proper address, for documents of it."""
    chosen = _chosen(view, parameters)
    return _telling(query_of(view, parameters, chosen if isinstance(chosen, Entity) else None))


def _telling(query: Query) -> Query:
    if not query.asks:
        raise ParameterError("entity", "nothing_asked")
    return query


def _page(view: View, parameters: Parameters, query: Query, proposal: Proposal) -> str:
    rows = in_place(proposal)
    scale = Scale.of([*proposal.matches, *proposal.set_aside])
    fans = Audience(view, proposal.audience)
    blocked = sum(match.standing is Standing.BLOCKED for match in proposal.set_aside)
    return render_template(
        "matches.html",
        proposal=proposal,
        query=query,
        asker=proposal.entity,
        fans=fans,
        worded=_worded(view, parameters, query) if not (proposal.entity or fans) else None,
        title=title(view, query),
        rows=rows,
        outside=[match for match in proposal.set_aside if match.standing is not Standing.BLOCKED],
        blocked=blocked,
        scale=scale,
        sliders=sliders(
            view,
            query,
            view.values(proposal.entity) if proposal.entity else fans.values,
            parameters.text("add"),
        ),
        kinds=WANTED,
        table=parameters.choice("view", ("list", "table"), "list") == "table",
        more=min(MOST, query.top + MORE) if len(proposal.matches) == query.top < MOST else None,
        options=options(view),
        facets=facets(view, query, proposal),
        kept=[pair for pair in parameters.values.items(multi=True) if pair[0] in KEPT],
        changes=len(query.kansei) + _filters(query),
        Status=Status,
    )


def _worded(view: View, parameters: Parameters, query: Query) -> Callable[[int], Markup]:
    """The fingerprint of a question without a name, for any size in px."""
    return partial(worded, view, query.text or "", parameters.kansei(view.dictionary))


def _filters(query: Query) -> int:
    given = (query.categories, query.places, query.media, query.since, query.until, query.exclude)
    return sum(bool(part) for part in given) + len(query.without_signals) + len(query.without_attributes)


def _at(arguments: Iterable[tuple[str, str]]) -> Response:
    """This page at its proper address, without the fields that say nothing."""
    return redirect(f"{url_for('matches')}?{urlencode(list(arguments))}")


def _chosen(view: View, parameters: Parameters) -> Entity | Response | None:
    """The entity asked about. A typed name that means just one leads to the address with its id.

    Where an audience is being named, it is one more whose fans ask.
    """
    given, text = parameters.text("entity"), parameters.text("q")
    entity = view.entity(given) if given else None
    if not text:
        return entity
    rest = [pair for pair in parameters.telling() if pair[0] not in {"q", "entity", "start"}]
    if entity is not None and text in {entity.name, entity.name_ja, entity.name_en}:
        return _at([("entity", entity.id), *rest])
    exact = [hit.entity_id for hit in view.services.find(text, limit=12) if hit.exact]
    exact = [one for one in exact if view.entity(one).kind in WITH_FANS]
    if len(exact) != 1:
        return None
    return _at([*rest, (AUDIENCE, exact[0])] if parameters.text("start") == START else [("entity", exact[0]), *rest])


def query_of(view: View, parameters: Parameters, entity: Entity | None) -> Query:
    """The query that the address states."""
    audience = named(view, parameters)
    kinds = parameters.texts("for") or ("brand" if audience else opposite(entity),)
    if unknown := set(kinds) - set(WANTED):
        raise ParameterError("for", "choice", choices=", ".join(WANTED), value=min(unknown))
    signals, attributes = without(view, parameters)
    return Query(
        entity=entity.id if entity else None,
        audience=audience,
        text=parameters.text("text") or None,
        kinds=tuple(EntityKind(kind) for kind in kinds),
        top=int(parameters.number("top", TOP, 1, MOST)),
        kansei=parameters.kansei(view.dictionary),
        categories=parameters.texts("category"),
        places=parameters.texts("place"),
        media=parameters.texts("medium"),
        since=parameters.date("since"),
        until=parameters.date("until"),
        exclude=parameters.texts("exclude"),
        without_signals=signals,
        without_attributes=attributes,
        diversity=parameters.number("diversity", UNASKED.diversity, 0, 1),
        exposure=parameters.number("exposure", UNASKED.exposure, 0, 1),
        habit=parameters.number("habit", UNASKED.habit, 0, 1),
    )


def without(view: View, parameters: Parameters) -> tuple[frozenset[str], frozenset[str]]:
    """The what-if toggles ``without=signal:<name>`` and ``without=attribute:<id>``."""
    signals, attributes = set(), set()
    for value in parameters.texts("without"):
        if value.startswith(SIGNAL):
            signals.add(value.removeprefix(SIGNAL))
        elif value.startswith(ATTRIBUTE) and value.removeprefix(ATTRIBUTE).removeprefix("kansei:") in view.dictionary:
            attributes.add(value.removeprefix(ATTRIBUTE))
        else:
            raise ParameterError("without", "without", value=value)
    return frozenset(signals), frozenset(attributes)


def title(view: View, query: Query) -> str:
    """「Citizen xC に響くアーティスト」 / "Artists who resonate with Citizen xC".

    Raises:
        UnknownEntityError: who asks is not known.
    """
    kind = query.kinds[0].value if query.kinds else "artist"
    if query.entity:
        who = view.name(view.entity(query.entity))
    elif query.audience:
        who = Audience.shown(view, query.audience).words
    else:
        who = view.say("matches.brief" if query.text else "matches.kansei")
    return view.say(f"matches.title_{kind}", who=who)


def in_place(proposal: Proposal) -> list[Match]:
    """Ranked matches, with each blocked one where its score would put it."""
    rows = list(proposal.matches)
    for blocked in proposal.set_aside:
        if blocked.standing is Standing.BLOCKED:
            place = next((index for index, match in enumerate(rows) if match.score < blocked.score), len(rows))
            rows.insert(place, blocked)
    return rows


def sliders(view: View, query: Query, own: Iterable[KanseiValue], added: str) -> list[Slider]:
    """Kansei with a weight, the one just added, then the asker's ``own``, the strongest first, until there are five."""
    ids = list(query.kansei) + [added] * bool(added and added not in query.kansei)
    strongest = sorted(own, key=lambda value: (-value.intensity, value.attribute))
    names = (value.attribute.removeprefix("kansei:") for value in strongest)
    ids += [name for name in names if name not in ids and name in view.dictionary][: max(0, SLIDERS - len(ids))]
    return [
        Slider(KANSEI + name, view.dictionary.get(name).label[view.lang], query.kansei.get(name, 0.0)) for name in ids
    ]


def facets(view: View, query: Query, proposal: Proposal) -> dict[str, list[Facet]]:
    """The largest categories and places among the candidates, with those in force; nothing to choose is not shown."""
    found = {}
    for name, kind, chosen in (
        ("category", EntityKind.CATEGORY, query.categories),
        ("place", EntityKind.PLACE, query.places),
    ):
        counts = {one: count for one, count in proposal.facets.items() if one.startswith(f"{kind.value}:")}
        largest = sorted(counts, key=lambda one: (one not in chosen, -counts[one], one))[:FACETS]
        if len(counts) > 1 or chosen:
            found[name] = [
                Facet(
                    view.entity(one).label(view.lang),
                    counts[one],
                    one in chosen,
                    address_with(drop=(f"{name}={one}",)) if one in chosen else _among(name, one),
                )
                for one in largest
            ]
    return found


def _among(name: str, chosen: str) -> str:
    """This page for one category or place alone, from the top."""
    changes: dict[str, Any] = {name: chosen, "top": None}
    return address_with(**changes)


def options(view: View) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer: categories and places that are known, with their names."""
    return {
        name: [(entity.id, entity.label(view.lang)) for entity in map(view.known.entity, view.known.rows(kind))]
        for name, kind in (("category", EntityKind.CATEGORY), ("place", EntityKind.PLACE))
    }
