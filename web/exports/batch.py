"""What a document of rankings for many says: each asker's candidates in the order in which they were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from kyokan.graph.model import Entity
from kyokan.matching.ranking.recalled import recalled
from kyokan.platform.desk import Answer, Batch
from kyokan.web.exports.ranking import Listing
from kyokan.web.exports.rights import Leaving
from kyokan.web.exports.sources import Source
from kyokan.web.view import View


@dataclass(frozen=True)
class Bundle:
    """The content of a document about a batch.

    Args:
        view: language and lookups of the request.
        batch: what was asked.
        answers: what was answered.
        date: the day on which it is made.
    """

    view: View
    batch: Batch
    answers: Sequence[Answer]
    date: str

    @cached_property
    def listings(self) -> list[Listing]:
        """One ranking an asker; those that could not be asked, or whose asker may not be named, are left out."""
        found, leaving = [], Leaving(self.view.known)
        for answer in self.answers:
            if answer.content is not None:
                proposal = recalled(answer.query, answer.content, self._known)
                if proposal.entity:
                    title = proposal.entity.label(self.view.lang)
                    found.append(Listing(self.view, proposal, title, self.date, leaving))
        return [one for one in found if one.proposal.entity and one.leaves(one.proposal.entity.id)]

    @property
    def left_out(self) -> int:
        """How many askers have no ranking in it."""
        return self.batch.askers - len(self.listings)

    @property
    def withheld(self) -> int:
        """How many candidates a licence keeps inside."""
        return sum(listing.withheld for listing in self.listings)

    @cached_property
    def sources(self) -> list[Source]:
        """Where what is said comes from, each once."""
        every = {source: None for listing in self.listings for source in listing.sources}
        return sorted(every, key=lambda source: (source.name, source.licence))

    def _known(self, entity_id: str) -> Entity | None:
        return self.view.entity(entity_id) if entity_id in self.view.known else None
