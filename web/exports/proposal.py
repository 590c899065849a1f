"""What a document about a proposal says, whatever its form: made from one side's rendering, less what may not leave."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from typing import Any

from kyokan.graph.languages import in_full
from kyokan.graph.model import Entity, EntityKind
from kyokan.platform.deals import Seen
from kyokan.platform.shares import Audience
from kyokan.web import clauses, figures
from kyokan.web.exports.rights import Leaving
from kyokan.web.exports.sources import Source, sources_of
from kyokan.web.fingerprint import SectorProfile, brought, describe_overlay, sector_profile, shared
from kyokan.web.marks import PLACES
from kyokan.web.view import View
from kyokan.web.wording import plain

PRIVATE = ("fee_floor", "budget_ceiling", "internal_note")
SIDES = ("agency", "brand_side", "artist_side")
SCORES = {"score": "deal.fit", "score_artist": "deal.fit_artist", "score_brand": "deal.fit_brand"}
BRINGS = 4
SMALLEST = 0.005


@dataclass(frozen=True, slots=True)
class Ground:
    """One piece of evidence in the document's language; ``weight`` is its share of the contribution.

    ``source`` is the address where it is recorded, of a tie-up that happened.
    """

    note: str
    weight: float
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class Step:
    """What one signal adds, from ``start`` to ``end``; ``printed`` is rounded so that printed figures add up."""

    signal: str
    benefit: str
    start: float
    end: float
    printed: float
    grounds: tuple[Ground, ...]

    @property
    def adds(self) -> float:
        """Unrounded."""
        return self.end - self.start

    @property
    def telling(self) -> list[Ground]:
        """The evidence that shows at two places."""
        return [ground for ground in self.grounds if abs(ground.weight) >= SMALLEST]

    @property
    def rest(self) -> int:
        """How many pieces are too small to show one by one."""
        return len(self.grounds) - len(self.telling)

    @property
    def rest_adds(self) -> float:
        """What those add together."""
        return sum(ground.weight for ground in self.grounds if abs(ground.weight) < SMALLEST)


@dataclass(frozen=True, slots=True)
class Term:
    """A line of the terms: the text to read, and the figure where it is one (yen)."""

    name: str
    label: str
    text: str
    number: int | None = None


@dataclass(frozen=True)
class Paper:
    """The content of a document about one proposal.

    Args:
        view: language and lookups of the request.
        seen: the proposal as its reader may see it; nothing else of the deal is ever read.
        audience: for whom it is.
        sides: id of an organisation -> its name.
        date: the day on which it is made.
    """

    view: View
    seen: Seen
    audience: Audience
    sides: Mapping[str, str]
    date: str

    @property
    def lang(self) -> str:
        """Of the document."""
        return self.view.lang

    @property
    def dot(self) -> str:
        """What stands between the words of a list."""
        return str(self.view.say("site.dot"))

    @property
    def headline(self) -> str:
        """The headline; the pair's names where it has none."""
        named = f"{self.people.label(self.lang)} × {self.things.label(self.lang)}"
        return self.view.spoken(self.seen["headline"]) or named

    @cached_property
    def leaving(self) -> Leaving:
        """What may stand in it."""
        return Leaving(self.view.known)

    @cached_property
    def people(self) -> Entity:
        """The artist."""
        return self.view.entity(self.seen["artist"])

    @cached_property
    def things(self) -> Entity:
        """The brand or product."""
        return self.view.entity(self.seen["brand"])

    @cached_property
    def profiles(self) -> tuple[SectorProfile, SectorProfile]:
        """Fingerprints of both, of what may be shown."""
        one, two = (
            sector_profile(self.leaving.profile(entity), self.view.dictionary, entity.kind.value)
            for entity in (self.people, self.things)
        )
        return one, two

    @cached_property
    def in_words(self) -> str:
        """The overlay for who does not see it."""
        names = self.people.label(self.lang), self.things.label(self.lang)
        return describe_overlay(*self.profiles, names, self.view.sectors, self.lang)

    @cached_property
    def both(self) -> list[str]:
        """Sectors that both evoke, the strongest first."""
        return [self.view.sectors[index] for index in shared(*self.profiles, BRINGS)]

    @cached_property
    def brings(self) -> list[tuple[Entity, list[str]]]:
        """Each of the two with the sectors that it brings."""
        one, two = self.profiles
        return [
            (entity, [self.view.sectors[index] for index in brought(own, other, BRINGS)])
            for entity, own, other in ((self.people, one, two), (self.things, two, one))
        ]

    @cached_property
    def withheld(self) -> int:
        """How many pieces of evidence a licence keeps inside."""
        items = [item for part in self.seen["contributions"] for item in part["evidence"]]
        return sum(not self.leaving.evidence(item) for item in items)

    @property
    def sentence(self) -> str:
        """The reason in one sentence; none where others were chosen, or it may rest on something withheld."""
        written: str = self.seen.get("sentence", {}).get(self.lang, "")
        return "" if self.withheld or self.chosen else written

    @cached_property
    def chosen(self) -> list[str]:
        """The sentences that the planner chose or wrote, less those that may rest on something withheld."""
        other = "en" if self.lang == "ja" else "ja"
        kept = [one for one in self.seen.get("sentences", ()) if not (one["key"] and self.withheld)]
        return [one[self.lang] or one[other] for one in kept]

    @property
    def sketches(self) -> list[tuple[str, str, str]]:
        """Kind, title and text of what could be made."""
        return [
            (self._say(f"sketch.{one['kind']}"), self.view.spoken(one["title"]), self.view.spoken(one["text"]))
            for one in self.seen.get("sketches", ())
        ]

    @property
    def rationale(self) -> str:
        """The sentences chosen; else what the planner wrote, where that says more than the sentence."""
        if self.chosen:
            return (" " if self.lang == "en" else "").join(self.chosen)
        written: str = self.seen["rationale"]
        return "" if written in self.seen.get("sentence", {}).values() else written

    @property
    def scores(self) -> list[tuple[str, float]]:
        """Label and value of every score that the reader sees; the first is what the steps add up to."""
        return [(plain(self.view.say(key)), self.seen[name]) for name, key in SCORES.items() if name in self.seen]

    @cached_property
    def steps(self) -> list[Step]:
        """The contributions in their fixed order, one after the other from the base."""
        parts = sorted(
            self.seen["contributions"], key=lambda part: (PLACES.get(part["signal"], len(PLACES)), part["signal"])
        )
        places = [self.base or 0.0]
        for part in parts:
            places.append(places[-1] + part["contribution"])
        return [
            Step(part["signal"], part["for"], start, end, round(end, 2) - round(start, 2), self._grounds(part))
            for part, (start, end) in zip(parts, pairwise(places), strict=True)
        ]

    @cached_property
    def base(self) -> float | None:
        """Where the steps begin, so that they lead to the reader's score; None for a reader without a score."""
        if not self.scores:
            return None
        score = self.scores[0][1]
        added: float = sum(part["contribution"] for part in self.seen["contributions"])
        return math.log(score / (1 - score)) - added

    @property
    def raw(self) -> float:
        """Where the steps end."""
        return self.steps[-1].end if self.steps else self.base or 0.0

    @cached_property
    def audience_grounds(self) -> list[Ground]:
        """What is known of fans."""
        return [ground for step in self.steps for ground in step.grounds if ground.kind == "audience"]

    @property
    def offer(self) -> Mapping[str, Any]:
        """The terms on the table."""
        terms: Mapping[str, Any] = self.seen["terms"][-1]
        return terms

    @cached_property
    def terms(self) -> list[Term]:
        """The terms on the table, line by line."""
        offer, dot = self.offer, self.dot
        hear = partial(in_full, lang=self.lang)
        places = [clauses.heard(self.view, EntityKind.PLACE, one) for one in offer["territories"]]
        low, high = offer.get("fee_low"), offer.get("fee_high")
        lines = [
            Term("category", "deal.category", clauses.heard(self.view, EntityKind.CATEGORY, offer["category"])),
            Term("territories", "deal.territories", dot.join(places)),
            Term("media", "deal.media", dot.join(map(hear, offer["media"]))),
            Term("since", "deal.since", offer["since"] or ""),
            Term("until", "deal.until", offer["until"] or ""),
            Term("exclusive", "deal.exclusive", self._say(f"deal.exclusive_{'yes' if offer['exclusive'] else 'no'}")),
            Term("fee_low", "deal.fee_low", figures.yen(low, self.lang), low),
            Term("fee_high", "deal.fee_high", figures.yen(high, self.lang), high),
            Term("note", "deal.note", hear(offer["note"])),
        ]
        return [
            Term(line.name, self._say(line.label), line.text or self._say("deal.open"), line.number)
            for line in lines
            if line.text or line.name != "note"
        ]

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Label and text of the parties and the terms as a person reads them: period and fee in one line each."""
        merged = {"since": ("deal.period", self.period), "fee_low": ("deal.fee", self.fee)}
        lines = list(self.parties)
        for term in self.terms:
            if term.name in merged:
                key, text = merged[term.name]
                lines.append((self._say(key), text))
            elif term.name not in {"until", "fee_high"}:
                lines.append((term.label, term.text))
        return lines + ([(self._say("deal.expires"), self.seen["expires"])] if self.seen["expires"] else [])

    @property
    def fee(self) -> str:
        """The fee as one range."""
        return figures.yen_range(self.offer["fee_low"], self.offer["fee_high"], self.lang) or self._say("deal.open")

    @property
    def period(self) -> str:
        """From when to when."""
        since, until = self.offer["since"], self.offer["until"]
        return f"{since or ''} – {until or ''}".strip() if since or until else self._say("deal.open")

    @cached_property
    def private(self) -> list[Term]:
        """The figures and notes that are the reader's own; none outside."""
        return [
            Term(name, self._say(f"deal.{name}"), self._own(name), self.seen[name] if name in PRIVATE[:2] else None)
            for name in PRIVATE
            if name in self.seen
        ]

    @property
    def parties(self) -> list[tuple[str, str]]:
        """Label and name of the organisations."""
        keys = ("party.agency", "deal.brand_side", "deal.artist_side")
        return [
            (self._say(key), self.view.spoken(self.sides.get(self.seen[side], "")) or self._say("deal.nobody"))
            for key, side in zip(keys, SIDES, strict=True)
        ]

    @cached_property
    def sources(self) -> list[Source]:
        """Where what is said comes from."""
        said = [
            record
            for part in self.seen["contributions"]
            for item in part["evidence"]
            if self.leaving.evidence(item)
            for record in self.leaving.records(item)
        ]
        return sources_of(self.view, [*self.people.provenance, *self.things.provenance, *said])

    @property
    def sample(self) -> bool:
        """Whether made-up or generated data is among what is said, which every page must print."""
        return self.view.demo

    def reasons(self, most: int = 4) -> Iterator[Step]:
        """The strongest gains, the largest first."""
        return iter(sorted((step for step in self.steps if step.adds > 0), key=lambda step: -step.adds)[:most])

    def _grounds(self, part: Mapping[str, Any]) -> tuple[Ground, ...]:
        items = sorted(
            filter(self.leaving.evidence, part["evidence"]), key=lambda item: (-abs(item["weight"]), item["ids"])
        )
        return tuple(
            Ground(
                (item["note_ja"] if self.lang == "ja" else "") or item["note"],
                item["weight"],
                item["kind"],
                str(item["detail"].get("source", "")),
            )
            for item in items
        )

    def _own(self, name: str) -> str:
        value = self.seen[name]
        written = in_full(value or "", self.lang) if name == "internal_note" else figures.yen(value, self.lang)
        return written or self._say("deal.not_set")

    def _say(self, key: str) -> str:
        return plain(self.view.say(key))


def span(steps: Sequence[Step], also: Iterable[float]) -> tuple[float, float]:
    """The range that all steps run over, zero among it."""
    places = [0.0, *also, *(place for step in steps for place in (step.start, step.end))]
    low, high = min(places), max(places)
    return low, high if high > low else low + 1.0
