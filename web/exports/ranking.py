"""What a document of a ranking says: the ranked candidates and those set aside, less what may not leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from markupsafe import Markup

from kyokan.matching.ranking.model import Match, Proposal, Standing
from kyokan.web.exports.rights import Leaving
from kyokan.web.exports.sources import Source, sources_of
from kyokan.web.fingerprint import overlay, sector_profile, single
from kyokan.web.marks import by_signal
from kyokan.web.view import View
from kyokan.web.wording import plain

GLYPH_PX = 40.0


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate. ``rank`` is None for one that stands outside the ranking."""

    id: str
    rank: int | None
    name: str
    name_ja: str
    name_en: str
    kind: str
    score: float
    low: float
    high: float
    confidence: float
    coverage: float
    standing: str
    reason: str
    sentence: str
    signals: Mapping[str, float]
    draw: Callable[[], Markup]

    @property
    def glyph(self) -> Markup:
        """The candidate laid over who asks, of what may be shown; drawn where a form shows it."""
        return self.draw()


@dataclass(frozen=True)
class Listing:
    """The content of a document about a ranking.

    Args:
        view: language and lookups of the request.
        proposal: the answer.
        title: what was asked, in words.
        date: the day on which it is made.
        leaving: what may stand in it.
    """

    view: View
    proposal: Proposal
    title: str
    date: str
    leaving: Leaving

    def leaves(self, entity_id: str) -> bool:
        """Whether a candidate may stand in it."""
        return self.leaving.name(entity_id)

    @cached_property
    def rows(self) -> list[Row]:
        """The ranked ones in their order, then those set aside."""
        matches = (*self.proposal.matches, *self.proposal.set_aside)
        return [self._row(match) for match in matches if self.leaves(match.entity.id)]

    @property
    def withheld(self) -> int:
        """How many candidates a licence keeps inside."""
        return len(self.proposal.matches) + len(self.proposal.set_aside) - len(self.rows)

    @property
    def asked(self) -> str:
        """Out of how many, and when."""
        considered = f"{self.proposal.considered:,}"
        return plain(self.view.say("export.asked", considered=considered, date=self.date))

    @cached_property
    def sources(self) -> list[Source]:
        """Where what is said comes from."""
        askers = (self.proposal.entity,) if self.proposal.entity else self.proposal.audience
        entities = [*askers, *(self.view.entity(row.id) for row in self.rows)]
        return sources_of(self.view, [record for entity in entities for record in entity.provenance])

    def cleared(self, match: Mapping[str, Any]) -> dict[str, Any]:
        """A match as JSON with the evidence that may leave; its sentence only where all of it may."""
        parts = [
            {**part, "evidence": [item for item in part["evidence"] if self.leaving.evidence(item)]}
            for part in match["contributions"]
        ]
        whole = {**match, "contributions": parts}
        if not self.leaving.match(match):
            whole.pop("sentence")
        return whole

    def _row(self, match: Match) -> Row:
        entity, lang = match.entity, self.view.lang
        outside = match.standing is not Standing.OPEN
        free = self.leaving.match(match.to_json())
        return Row(
            id=entity.id,
            rank=None if outside else match.rank,
            name=entity.label(lang),
            name_ja=entity.name_ja,
            name_en=entity.name_en,
            kind=plain(self.view.kind(entity)),
            score=match.score,
            low=match.interval[0],
            high=match.interval[1],
            confidence=match.confidence,
            coverage=match.coverage,
            standing=plain(self.view.standing(match)) if outside else "",
            reason=self.view.reason(match) if outside else "",
            sentence=getattr(match.sentence, lang) if free else "",
            signals=by_signal(match),
            draw=partial(self._glyph, match),
        )

    def _glyph(self, match: Match) -> Markup:
        entities = (
            [match.entity] if self.proposal.entity is None else self.view.pair(self.proposal.entity, match.entity)
        )
        profiles = [sector_profile(self.leaving.profile(one), self.view.dictionary, one.kind.value) for one in entities]
        if len(profiles) == 1:
            return single(profiles[0], GLYPH_PX)
        return overlay(*profiles, GLYPH_PX)
