"""The sources behind what a document says, each with its licence, for the notes at its end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kyokan.graph.model import Provenance
from kyokan.web.credits import CREDITS
from kyokan.web.exports.rights import shareable
from kyokan.web.view import View
from kyokan.web.wording import plain


@dataclass(frozen=True, slots=True)
class Source:
    """A source; ``address`` where its terms ask for one. When it was read is no part of a snapshot."""

    name: str
    licence: str
    address: str
    synthetic: bool


def sources_of(view: View, records: Iterable[Provenance]) -> list[Source]:
    """The sources of some records, each once, by name; those that may not be shown are not told."""
    found: dict[tuple[str, str], Provenance] = {}
    for record in filter(shareable, records):
        found.setdefault((record.source, record.licence), record)
    return [
        Source(
            plain(view.source(name)),
            plain(view.licence(licence)),
            CREDITS.get(name, ("", ""))[1],
            record.synthetic,
        )
        for (name, licence), record in sorted(found.items())
    ]
