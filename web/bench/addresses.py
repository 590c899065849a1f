"""Which addresses the bench asks for: every page that a GET reaches, each time with a question of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, cycle, islice
from typing import Any

import numpy as np
from flask import Flask
from werkzeug.routing import Rule

from kyokan.graph.model import EntityKind
from kyokan.platform.services import Services
from kyokan.web.bench.seats import Seat, Seats

Query = dict[str, str | float | list[str]]
NO_PAGE = {"static"}
UNMEASURED = {
    "elsewhere": "only leads back to the form of signing in; what it does is a POST",
    "elsewhere_back": "its time is the issuer's, whom it asks for a token",
}
"""Pages that say nothing about how fast they are, and why."""
SEATS = {
    **dict.fromkeys(("roster", "rules", "rules_of"), Seat.MANAGER),
    **dict.fromkeys(("sign_in", "invitation", "shared"), Seat.GUEST),
    "team_trail": Seat.ADMIN,
    "sign_in_passkey": Seat.AT_KEY,
    "sign_in_code": Seat.WAITING,
}
"""Who asks for a page; the planner where nobody is named."""
TYPED = 3  # letters of a half-typed name
WORDS_IN_BRIEF, KANSEI_WANTED, COMPARED = 4, 3, 4


@dataclass(frozen=True, slots=True)
class Asked:
    """A page, the addresses at which it is asked for, and by whom."""

    name: str
    addresses: list[str]
    seat: Seat = Seat.PLANNER


@dataclass(slots=True)
class Questions:
    """Draws questions about what is known: entities in an order drawn once, words of the dictionary."""

    services: Services
    people: Seats
    random: np.random.Generator

    def ids(self, *kinds: EntityKind) -> Iterator[str]:
        """Ids of entities in drawn order, again from the beginning when all were asked about."""
        snapshot = self.services.snapshot()
        drawn = self.random.permutation(snapshot.rows(*kinds))
        while True:
            yield from (snapshot.ids[int(row)] for row in drawn)

    def names(self) -> Iterator[str]:
        """Names of artists and brands."""
        snapshot = self.services.snapshot()
        for one in self.ids(EntityKind.ARTIST, EntityKind.BRAND):
            yield snapshot.entity(snapshot.row(one)).name

    def briefs(self) -> Iterator[str]:
        """Written briefs, in Japanese and English by turns."""
        while True:
            ja, en = (self._words(lang) for lang in ("ja", "en"))
            yield f"{'、'.join(ja)}、そんな気分の夜。"
            yield f"Something {', '.join(en)} for late evenings."

    def kansei(self) -> Iterator[Query]:
        """Weighted wishes."""
        while True:
            chosen = self.random.choice(self.services.dictionary.ids, KANSEI_WANTED, replace=False)
            signs = self.random.choice((-1, 1), KANSEI_WANTED)  # a wish of 0 would be none
            weights = np.round(signs * self.random.uniform(0.1, 1, KANSEI_WANTED), 2).tolist()
            yield {f"kansei.{one}": weight for one, weight in zip(chosen, weights, strict=True)}

    def _words(self, lang: str) -> list[str]:
        dictionary = self.services.dictionary
        chosen = self.random.choice(dictionary.ids, WORDS_IN_BRIEF, replace=False)
        return [dictionary.get(str(one)).label[lang] for one in chosen]


def _of_people(one: Questions) -> Iterator[Query]:
    return ({"entity": entity, "for": "brand"} for entity in one.ids(EntityKind.ARTIST))


def _of_things(one: Questions) -> Iterator[Query]:
    return ({"entity": entity, "for": "artist"} for entity in one.ids(EntityKind.BRAND, EntityKind.PRODUCT))


def _as_table(one: Questions) -> Iterator[Query]:
    return (query | {"view": "table", "top": 30} for query in _of_things(one))


def _filtered(one: Questions) -> Iterator[Query]:
    categories = one.ids(EntityKind.CATEGORY)
    return (
        query | wish | {"category": category, "habit": 0.1, "exposure": 0.2}
        for query, wish, category in zip(_of_people(one), one.kansei(), categories, strict=False)
    )


def _forgetting(one: Questions) -> Iterator[Query]:
    """Nobody evokes some attribute."""
    return ({"without": f"attribute:{next(iter(wish)).removeprefix('kansei.')}"} for wish in one.kansei())


def _without(one: Questions) -> Iterator[Query]:
    return (query | less for query, less in zip(_of_things(one), _forgetting(one), strict=False))


def _of_briefs(one: Questions) -> Iterator[Query]:
    return ({"text": text, "for": "artist"} for text in one.briefs())


def _of_audiences(one: Questions) -> Iterator[Query]:
    people = one.ids(EntityKind.ARTIST)
    while True:
        yield {"audience": [next(people), next(people)], "for": "brand"}


def _of_kansei(one: Questions) -> Iterator[Query]:
    return (wish | {"for": "brand"} for wish in one.kansei())


def _with_one(one: Questions) -> Iterator[Query]:
    """A brief with one of those who may answer it."""
    people = one.ids(EntityKind.ARTIST)
    return (query | {"with": next(people)} for query in _of_briefs(one))


def _with_candidates(one: Questions) -> Iterator[Query]:
    """A question with as many candidates as can be compared."""
    people = one.ids(EntityKind.ARTIST)
    return (query | {"with": [next(people) for _ in range(COMPARED)]} for query in _of_things(one))


def _plain(_: Questions) -> Iterator[Query]:
    while True:
        yield {}


# Pages that answer a question, and what is asked of each; every other page is asked for as it is.
ASKED: dict[str, dict[str, Callable[[Questions], Iterator[Query]]]] = {
    "home": {
        "": _plain,
        "a name": lambda one: ({"q": name} for name in one.names()),
        "a brief": lambda one: ({"start": "brief", "text": text} for text in one.briefs()),
    },
    "suggest": {"half a name": lambda one: ({"q": name[:TYPED]} for name in one.names())},
    "matches": {
        "of people": _of_people,
        "of things": _of_things,
        "a table of 30": _as_table,
        "filtered, with wishes": _filtered,
        "without a kansei": _without,
        "of a brief": _of_briefs,
        "of an audience": _of_audiences,
        "of kansei": _of_kansei,
    },
    "compare": {"four": _with_candidates},
    "list_add": {"four": _with_candidates},
    "search_new": {"": _of_things},
    "reasons": {"a brief": _with_one},
    "why": {
        "": _plain,
        "what if": _forgetting,
    },
}


def addresses(app: Flask, services: Services, people: Seats, each: int) -> tuple[list[Asked], list[str]]:
    """Every page with ``each`` addresses, and those that are not asked for, each with the reason."""
    found, left_out = [], []
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
            if "GET" not in (rule.methods or ()) or rule.endpoint in NO_PAGE:
                continue
            if rule.endpoint in UNMEASURED:
                left_out.append(f"{rule.rule} ({UNMEASURED[rule.endpoint]})")
                continue
            for number, (name, query_of) in enumerate(ASKED.get(rule.endpoint, {"": _plain}).items()):
                questions = Questions(services, people, np.random.default_rng([number, len(rule.rule)]))
                places = _places(rule, questions)
                if places is None:
                    left_out.append(f"{rule.rule} (nothing is known to ask for)")
                    break
                pairs = islice(zip(places, query_of(questions), strict=False), each)
                built = [app.url_for(rule.endpoint, **_arguments(place, query)) for place, query in pairs]
                shown = f"{rule.rule} ({name})" if name else rule.rule
                found.append(Asked(shown, built, SEATS.get(rule.endpoint, Seat.PLANNER)))
    return found, left_out


def _arguments(*parts: Mapping[str, object]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items()}


def _places(rule: Rule, questions: Questions) -> Iterator[dict[str, str]] | None:
    """What stands in the path, drawn anew each time; None where a part of it is unknown to us."""
    kept = questions.people.places
    drawn = {
        "a": (EntityKind.ARTIST,),
        "b": (EntityKind.BRAND,),
        "entity_id": (EntityKind.ARTIST, EntityKind.BRAND, EntityKind.PRODUCT),
    }
    parts: dict[str, Iterator[str]] = {}
    for name in sorted(rule.arguments):
        values = kept.get(f"{rule.endpoint}.{name}") or kept.get(name)
        if values:
            parts[name] = cycle(values)
        elif name in drawn:
            parts[name] = questions.ids(*drawn[name])
        else:
            return None
    return ({name: next(values) for name, values in parts.items()} for _ in count())
