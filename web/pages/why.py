"""Why: one pair looked at closely: what both evoke, what each brings, and how the score comes about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from kyokan.errors import UnknownEntityError
from kyokan.graph.model import Entity, Relation, RelationKind
from kyokan.matching.ranking.model import Contribution, Evidence, Match, Proposal, Query
from kyokan.platform.deals.sides import is_pair
from kyokan.web.addresses import address_with
from kyokan.web.charts.lines import what_if
from kyokan.web.charts.paths import drawn_paths, stages
from kyokan.web.charts.waterfall import waterfall
from kyokan.web.fingerprint import brought, shared
from kyokan.web.marks import in_order
from kyokan.web.pages.questions import CANDIDATE, OF_PAIR, arguments, of_pair, pair_question, wishes
from kyokan.web.parameters import Parameters
from kyokan.web.preferences import remember
from kyokan.web.reading import passages
from kyokan.web.view import View, current
from kyokan.web.wording import catalogue

BRINGS = 4
LIFT_SHOWN = 2.5
LEAST_ADDS = 0.005  # a tie-up that adds less would be shown as nothing
WHAT_IFS = ("attribute", "signal", "path")  # kinds of what can be taken away, in this order
ROOM = 0.03  # of the score, kept at either end of the what-if lines


@dataclass(frozen=True, slots=True)
class Bring:
    """A sector that one side leads, with both values; the other's is None where nothing is known of it."""

    label: str
    own: float
    other: float | None


@dataclass(frozen=True, slots=True)
class TieUp:
    """A recorded tie-up behind the precedent, with where it is recorded and what it adds to the sum."""

    artist: Entity
    partner: Entity
    form: str
    year: str
    source: str
    address: str
    adds: float


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One thing taken away: of which kind, the toggle's value, what it is called, and the score without it."""

    kind: str
    value: str | None
    label: str
    score: float
    on: bool
    line: Markup


def show(a: str, b: str) -> str | Response:
    """The page of a pair as a question asks; ``without`` takes signals or attributes away and recomputes everything."""
    parameters = Parameters.of_request(OF_PAIR, kansei=True)
    if empty := parameters.empty():
        return redirect(address_with(drop=empty))
    view = current()
    first, second = view.entity(a), view.entity(b)
    query = pair_question(view, parameters, first, second)
    asked = arguments(replace(query, top=Query().top))
    proposal = view.services.explain(a, b, query, actor=view.reader)
    remember(b)
    remember(a)
    people, things = view.pair(first, second)
    match = one_match(proposal)
    return render_template(
        "why.html",
        proposal=proposal,
        match=match,
        first=first,
        second=second,
        people=people,
        things=things,
        proposable=is_pair(people.id, things.id),
        query=query,
        back=f"{url_for('matches')}?{urlencode(asked, safe=':')}",
        keep=f"{url_for('list_add')}?{urlencode([*asked, (CANDIDATE, b)], safe=':')}",
        wishes=wishes(view, query),
        whole=of_pair(query, "why_graph", a, b),
        shared_names=shared_names(view, people, things),
        brings=[(people, things, brings(view, people, things)), (things, people, brings(view, things, people))],
        removed=[*parameters.texts("without")],
        **(_reasons(view, match, proposal, parameters) if match else {}),
    )


def one_match(proposal: Proposal) -> Match | None:
    """The pair's match, whatever its standing; None where nothing can be said."""
    return next(iter((*proposal.matches, *proposal.set_aside)), None)


def shared_names(view: View, a: Entity, b: Entity) -> list[str]:
    """Names of the sectors that both evoke most, strongest first."""
    return [view.sectors[index] for index in shared(view.profile(a), view.profile(b), BRINGS)]


def brings(view: View, a: Entity, b: Entity) -> list[Bring]:
    """The sectors by which one leads the other, widest lead first."""
    one, two = view.profile(a), view.profile(b)
    return [
        Bring(view.sectors[index], one.values[index] or 0.0, two.values[index]) for index in brought(one, two, BRINGS)
    ]


def _reasons(view: View, match: Match, proposal: Proposal, parameters: Parameters) -> dict[str, Any]:
    base, steps, total = waterfall(match)
    found = stages(view, match)
    return {
        "base": base,
        "steps": steps,
        "total": total,
        "paths": found,
        "drawn": drawn_paths(view, found),
        "texts": [(side, passages(view, side)) for side in view.pair(*_pair(proposal, match))],
        "tie_ups": tie_ups(view, match),
        "audience": [item for part in match.contributions if part.signal == "fan_bridge" for item in part.evidence],
        "lift_shown": LIFT_SHOWN,
        "kinds_of_what_if": WHAT_IFS,
        "what_ifs": what_ifs(view, match, proposal, parameters.texts("without")),
    }


def _pair(proposal: Proposal, match: Match) -> tuple[Entity, Entity]:
    asker = proposal.entity
    if asker is None:
        raise UnknownEntityError(match.entity.id, "has nothing to be compared with")
    return asker, match.entity


def _evidence(match: Match, kind: str) -> list[Evidence]:
    return [item for part in in_order(match.contributions) for item in part.evidence if item.kind == kind]


def note(view: View, item: Evidence) -> str:
    """What a piece of evidence says in the page's language."""
    return (item.note_ja or item.note) if view.lang == "ja" else item.note


def tie_ups(view: View, match: Match) -> list[TieUp]:
    """Recorded tie-ups among the evidence, the one that adds most first, with the address of their source."""
    items = _evidence(match, "tie_up")
    told = [one for one in items if one.detail.get("role") != "rest" and abs(one.weight) >= LEAST_ADDS]
    rows = [row for row in (_tie_up(view, item) for item in told) if row is not None]
    return sorted(rows, key=lambda row: (-row.adds, row.artist.id, row.partner.id))


def _tie_up(view: View, item: Evidence) -> TieUp | None:
    """The recorded relation between two neighbouring ids of the evidence."""
    for source, target in zip(item.ids, item.ids[1:], strict=False):
        if source not in view.known or target not in view.known:
            continue
        for relation in view.known.relations(RelationKind.TIED_UP, source=source, target=target):
            return TieUp(
                view.entity(source),
                view.entity(target),
                form(view, relation),
                relation.since[:4],
                relation.provenance.source,
                relation.provenance.address,
                item.weight,
            )
    return None


def form(view: View, relation: Relation) -> str:
    """What kind of tie-up it was, with the song where one was part of it."""
    kind, song = str(relation.attributes.get("tie_type") or ""), str(relation.attributes.get("song") or "")
    known = kind and f"tie.{kind}" in catalogue()
    words = str(view.say(f"tie.{kind}")) if known else kind or str(relation.attributes.get("medium") or "")
    return str(view.say("why.with_song", form=words, song=song)) if song else words


def what_ifs(view: View, match: Match, proposal: Proposal, removed: tuple[str, ...]) -> list[WhatIf]:
    """What has been taken away, then what could be; all lines run over one scale."""
    off = []
    for toggle in removed:
        kind, _, name = toggle.partition(":")
        off.append(WhatIf(kind, toggle, _label(view, kind, name), match.score, on=True, line=Markup()))
    scores = [match.score, *(item.score for item in proposal.counterfactuals)]
    scale = (max(0.0, min(scores) - ROOM), min(1.0, max(scores) + ROOM))
    rows = []
    for item in proposal.counterfactuals:
        value = f"{item.kind}:{item.id}" if item.kind in {"signal", "attribute"} else None
        line = what_if(match.score, item.score, scale)
        rows.append(WhatIf(item.kind, value, _label(view, item.kind, item.id), item.score, on=False, line=line))
    return off + [row for row in rows if row.value not in removed]


def _label(view: View, kind: str, name: str) -> str:
    """What is taken away, in words; a path by the names along it."""
    if kind == "signal":
        return str(view.say(f"signal.{name}"))
    if kind == "attribute":
        return view.dictionary.get(name.removeprefix("kansei:")).label[view.lang]
    steps = name.split(" > ")
    return " → ".join(view.entity(one).label(view.lang) if one in view.known else one for one in steps)


def evidence_of(part: Contribution) -> list[Evidence]:
    """The evidence of a signal, heaviest first."""
    return sorted(part.evidence, key=lambda item: (-abs(item.weight), item.ids))
