"""A question as an address states it and as it is kept: one read back from the other, to the letter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlencode

from flask import url_for
from markupsafe import Markup

from kyokan.errors import KyokanError
from kyokan.graph.model import Entity
from kyokan.matching.ranking.model import Query
from kyokan.web.figures import signed
from kyokan.web.pages.home import WANTED
from kyokan.web.pages.matches import ATTRIBUTE, SIGNAL, query_of, title
from kyokan.web.parameters import KANSEI, ParameterError, Parameters
from kyokan.web.view import View

ASKED = (
    *("entity", "audience", "text", "for", "category", "place", "medium", "since", "until"),
    *("exclude", "without", "diversity", "exposure", "habit", "top"),
)
# What of a question weighs on a pair, too: its wishes and brief, what is planned, and what is left out.
OF_PAIR = ("text", "place", "medium", "since", "until", "habit", "without")
CANDIDATE = "with"
BRIEF = 24  # letters of a brief that stand for it


def asked(view: View, parameters: Parameters) -> Query:
    """The question that the parameters state.

    Raises:
        ParameterError: they break a rule, or ask nothing.
        UnknownEntityError: the entity asked about is not known.
    """
    given = parameters.text("entity")
    query = query_of(view, parameters, view.entity(given) if given else None)
    if not query.asks:
        raise ParameterError("entity", "nothing_asked")
    return query


def picked(view: View, query: Query, ids: Iterable[str]) -> list[Entity]:
    """The candidates of these ids, each once.

    Raises:
        ParameterError: one is the asker, or nobody whom a question could be answered with.
        UnknownEntityError: one is not known.
    """
    found = [view.entity(one) for one in dict.fromkeys(ids)]
    for entity in found:
        if entity.id == query.entity or entity.id in query.audience:
            raise ParameterError(entity.id, "same")
        _answering(entity)
    return found


def arguments(query: Query) -> list[tuple[str, str]]:
    """The parameters that state a question; what nobody asked is left out."""
    usual = Query()
    several = {
        "audience": query.audience,
        "for": [kind.value for kind in query.kinds],
        "category": query.categories,
        "place": query.places,
        "medium": query.media,
        "exclude": query.exclude,
        "without": [
            *(SIGNAL + name for name in sorted(query.without_signals)),
            *(ATTRIBUTE + name for name in sorted(query.without_attributes)),
        ],
    }
    single = [
        ("entity", query.entity or ""),
        ("text", query.text or ""),
        ("since", query.since),
        ("until", query.until),
    ]
    pairs = [pair for pair in single if pair[1]]
    pairs += [(name, value) for name, values in several.items() for value in values]
    pairs += [(KANSEI + name, f"{weight:g}") for name, weight in query.kansei.items()]
    return pairs + [
        (name, f"{getattr(query, name):g}")
        for name in ("diversity", "exposure", "habit", "top")
        if getattr(query, name) != getattr(usual, name)
    ]


def address(query: Query) -> str:
    """The page that answers a question."""
    return f"{url_for('matches')}?{urlencode(arguments(query))}"


def askable(view: View, query: Query) -> bool:
    """Whether those who ask are still known."""
    return all(one in view.known for one in (query.entity, *query.audience) if one)


def beginning(query: Query) -> str:
    """The page that answers a question without its wishes and filters; the home page where it is nothing else."""
    bare = Query(entity=query.entity, audience=query.audience, text=query.text)
    return address(bare) if bare.asks else url_for("home", start="kansei")


def why(query: Query | None, entity: Entity) -> str:
    """The page that says why somebody answers a question; without one, the page of the entity."""
    if query is None:
        return url_for("entity", entity_id=entity.id)
    if query.entity:
        return of_pair(query, "why", query.entity, entity.id)
    return f"{url_for('reasons')}?{urlencode([*arguments(query), (CANDIDATE, entity.id)])}"


def of_pair(query: Query, page: str, a: str, b: str) -> str:
    """A page of a pair, as a question asks: so that the score read there is the one of its ranking."""
    given = urlencode([pair for pair in arguments(query) if pair[0] in OF_PAIR or pair[0].startswith(KANSEI)])
    return f"{url_for(page, a=a, b=b)}{'?' if given else ''}{given}"


def pair_question(view: View, parameters: Parameters, asker: Entity, candidate: Entity) -> Query:
    """The question about one candidate of an asker that the address of a pair's page states.

    Raises:
        ParameterError: they break a rule, both are one, or no question is answered with such a candidate.
    """
    if asker.id == candidate.id:
        raise ParameterError(candidate.id, "same")
    _answering(candidate)
    return replace(query_of(view, parameters, asker), kinds=(candidate.kind,), top=1)


def _answering(entity: Entity) -> None:
    """Hold that a question could be answered with somebody."""
    if entity.kind.value not in WANTED:
        raise ParameterError(entity.id, "cannot_answer")


def wishes(view: View, query: Query) -> list[str]:
    """What is wished for, written and planned, each in words; what is left out is not among it."""
    found: list[str] = [_quoted(view, query.text)] if query.text else []
    found += [f"{view.dictionary.get(one).label[view.lang]} {signed(weight)}" for one, weight in query.kansei.items()]
    found += [view.entity(one).label(view.lang) if one in view.known else one for one in query.places]
    found += [view.spoken(one) for one in query.media]
    found += [f"{view.say(f'matches.{name}')} {day}" for name in ("since", "until") if (day := getattr(query, name))]
    if query.habit != Query().habit:
        found.append(f"{view.say('matches.habit')} {query.habit:g}")
    return found


def words(view: View, query: Query) -> str:
    """The question in words: a brief by its beginning, who is not known any more by the id."""
    if query.text and query.kinds:
        return view.say(f"matches.title_{query.kinds[0].value}", who=_quoted(view, query.text))
    try:
        return title(view, query)
    except KyokanError:
        return query.entity or ", ".join(query.audience)


def _quoted(view: View, text: str) -> Markup:
    """A brief by its beginning, in quotation marks."""
    brief = " ".join(text.split())
    return view.say("lists.quoted", text=view.foreign(brief if len(brief) <= BRIEF else f"{brief[:BRIEF]}…"))
