"""What templates may call: charts, addresses between pages, notes and credits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from markupsafe import Markup

from kyokan.graph.model import Entity, EntityKind
from kyokan.matching.ranking.model import Evidence, Match, Place
from kyokan.web import clauses
from kyokan.web.charts.bars import Scale, contribution_bar
from kyokan.web.charts.lines import ratio, score_range
from kyokan.web.charts.paths import edge_words
from kyokan.web.credits import CREDITS
from kyokan.web.fingerprint import cores
from kyokan.web.fingerprint.mark import logo
from kyokan.web.fingerprint.sectors import core_kind
from kyokan.web.marks import MARKS, by_signal, mark_of, marks_of
from kyokan.web.pages.why import evidence_of, note
from kyokan.web.view import View, current
from kyokan.web.wording import field_width, whole


def side(entity: Entity) -> str:
    """``a`` for people, ``b`` for things, ``k`` for the rest."""
    return cores.side(core_kind(entity.kind.value))[0]


def host(address: str) -> str:
    """The site of an address, for the words of a link."""
    return (urlsplit(address).hostname or address).removeprefix("www.")


def credit_lines(view: View, entities: Iterable[Entity]) -> Markup:
    """The credits that the shown entities' sources ask for."""
    records = {record.source.casefold() for entity in entities for record in entity.provenance}
    named = [CREDITS[name] for name in CREDITS if any(name in record for record in records)]
    if not named:
        return Markup()
    link = Markup('<a href="{}" rel="noreferrer noopener external" lang="ja">{}</a>')
    links = Markup(", ").join(link.format(address, words) for words, address in named)
    return Markup("<p>{} {}</p>").format(view.say("colophon.sources"), links)


def shared() -> dict[str, Any]:
    """The functions, bound to this request's view."""
    view = current()

    def bar(match: Match, scale: Scale) -> Markup:
        return contribution_bar(match, scale, view.lang)

    def range_of(match: Match | Place) -> Markup:
        low, high = match.interval
        words = {"score": f"{match.score:.2f}", "low": f"{low:.2f}", "high": f"{high:.2f}"}
        return score_range(match.score, match.interval, str(view.say("match.spoken", **words)))

    def known_of(entity: Entity) -> str:
        return f"{view.profile(entity).known}/{len(view.sectors)}"

    def pair_words(item: Evidence) -> Markup:
        return Markup(" × ").join(view.name(view.entity(one)) for one in item.ids[:2] if one in view.known)

    return {
        "standing_of": lambda match: whole(view.standing(match)),
        "reason_of": lambda match: whole(view.reason(match)),
        "known_categories": lambda: clauses.offered(view, EntityKind.CATEGORY),
        "bar": bar,
        "range_of": range_of,
        "known_of": known_of,
        "pair_words": pair_words,
        "note_of": lambda item: note(view, item),
        "edge_words": lambda relation: edge_words(view, relation),
        "credit_lines": lambda entities: credit_lines(view, entities),
    }


def init_app(app: Flask) -> None:
    """Make them known to every template."""
    app.context_processor(shared)
    app.jinja_env.filters["host"] = host
    app.jinja_env.filters["moment"] = lambda kept: current().moment(kept)
    app.jinja_env.filters["day"] = lambda kept: current().day(kept)
    app.jinja_env.filters["whole"] = whole
    app.jinja_env.filters["spoken"] = lambda written: current().spoken(written)
    app.jinja_env.filters["foreign"] = lambda written: current().foreign(written)
    app.jinja_env.filters["in_full"] = lambda written: current().in_full(written)
    app.jinja_env.filters["heard"] = lambda word, kind: clauses.heard(current(), EntityKind(kind), word)
    app.jinja_env.filters["kept_places"] = lambda words: clauses.kept_places(current(), words)
    app.jinja_env.filters["kept"] = lambda word, kind: clauses.kept(current(), EntityKind(kind), word)
    app.jinja_env.globals |= {
        "logo": logo,
        "side": side,
        "field_width": field_width,
        "by_signal": by_signal,
        "marks": MARKS,
        "mark_of": mark_of,
        "marks_of": marks_of,
        "evidence_of": evidence_of,
        "ratio": ratio,
    }
