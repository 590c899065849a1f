"""Everything that a match rests on: all its evidence as a graph to explore, and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, render_template, url_for
from markupsafe import Markup

from kyokan.graph.model import Entity
from kyokan.matching.ranking.model import Match
from kyokan.web.charts.graph import AUDIENCE, TEXT, Edge, EvidenceGraph, Node, Row, evidence_graph
from kyokan.web.fingerprint.cores import side
from kyokan.web.fingerprint.sectors import core_kind
from kyokan.web.pages.questions import OF_PAIR, of_pair, pair_question
from kyokan.web.pages.why import note, one_match
from kyokan.web.parameters import Parameters
from kyokan.web.view import View, current
from kyokan.web.wording import field_width, plain

TITLE = 24  # half-width columns of a sentence that stand in the picture


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: what it says, from where to where, and where that is recorded (words and address)."""

    row: Row
    note: str
    start: Markup
    end: Markup
    sources: tuple[tuple[Markup, str], ...]
    date: str


def show(a: str, b: str) -> str:
    """The page of a pair's evidence; the same evidence as on the page of the pair."""
    parameters = Parameters.of_request(OF_PAIR, kansei=True)
    view = current()
    first, second = view.entity(a), view.entity(b)
    question = pair_question(view, parameters, first, second)
    proposal = view.services.look(question, (b,), actor=g.get("actor"))
    match = one_match(proposal)
    people, things = view.pair(first, second)
    return render_template(
        "why_graph.html",
        proposal=proposal,
        match=match,
        first=first,
        second=second,
        people=people,
        things=things,
        back=of_pair(question, "why", a, b),
        **(_drawn(view, match, (people, things)) if match else {}),
    )


def _drawn(view: View, match: Match, pair: tuple[Entity, Entity]) -> dict[str, Any]:
    graph = evidence_graph(match.contributions, pair, view.known, view.values)
    return {"lines": [_line(view, row) for row in graph.rows], "picture": picture(view, graph, pair)}


def picture(view: View, graph: EvidenceGraph, pair: tuple[Entity, Entity]) -> dict[str, Any]:
    """What the browser draws: nodes and edges with their words in the page's language, weights as they are."""
    return {
        "ends": [end.id for end in pair],
        "nodes": [_node(view, node, graph.rows) for node in graph.nodes],
        "edges": [_edge(view, edge) for edge in graph.edges],
    }


def _node(view: View, node: Node, rows: tuple[Row, ...]) -> dict[str, str]:
    shown = {"id": node.id, "kind": node.kind, "side": "k", "address": ""}
    if node.kind == TEXT:
        who = view.entity(node.who)
        says = plain(view.say("graph.sentence_of", name=who.label(view.lang)))
        return shown | {"label": shortened(node.words), "side": _side(who), "says": says}
    if node.kind == AUDIENCE:
        return shown | {"label": plain(_fans(view, rows[node.row - 1])), "says": plain(view.say("why.fans"))}
    entity = view.entity(node.id)
    attribute = node.kind == "kansei"
    return shown | {
        "label": entity.label(view.lang),
        "side": _side(entity),
        "says": plain(view.say(f"kind.{node.kind}")),
        "address": f"{url_for('dictionary')}#{node.id[7:]}" if attribute else url_for("entity", entity_id=node.id),
    }


def _side(entity: Entity) -> str:
    return side(core_kind(entity.kind.value))[0]


def shortened(sentence: str) -> str:
    """The beginning of a sentence, as much as fits under a node."""
    if field_width(sentence) <= TITLE:
        return sentence
    end = next(place for place in range(len(sentence)) if field_width(sentence[: place + 1]) > TITLE)
    return f"{sentence[:end].rstrip()}…"


def _fans(view: View, row: Row) -> Markup:
    """What an audience is called in the picture."""
    if row.item is None:
        return view.say("graph.too_few")
    detail = row.item.detail
    if "shared" in detail:
        return view.say("graph.in_common", count=f"{detail['shared']:,}")
    if "new" in detail:
        return view.say("graph.new", count=f"{detail['new']:,}") if detail["new"] else view.say("graph.none_new")
    return view.say("relation.overlaps")


def _edge(view: View, edge: Edge) -> dict[str, Any]:
    return {
        "source": edge.source,
        "target": edge.target,
        "words": plain(view.say(f"relation.{edge.kind}")),
        "weight": edge.weight,
        "rows": list(edge.rows),
    }


def _line(view: View, row: Row) -> Line:
    said = note(view, row.item) if row.item else ""
    start, end = (view.name(view.entity(one)) for one in (row.source, row.target))
    dates = [relation.since for relation in row.relations if relation.since]
    return Line(row, said, start, end, tuple(_sources(view, row)), max(dates, default=""))


def _sources(view: View, row: Row) -> dict[tuple[Markup, str], None]:
    """Where the facts are recorded, each once: for texts the sources of those who say them."""
    records = [relation.provenance for relation in row.relations]
    if row.item and row.item.kind == TEXT:
        records = [record for one in row.item.ids for record in view.entity(one).provenance[:1]]
    if row.item and row.item.kind == AUDIENCE and view.demo:
        return {(view.source("demo-panel"), ""): None}
    pairs = ((view.source(record.source), record.address) for record in records)
    return {(words, address if address.startswith("http") else ""): None for words, address in pairs}
