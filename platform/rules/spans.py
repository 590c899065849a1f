"""Terms over the days: who is bound by what from when to when, how firmly, by artist."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kyokan.platform.rules.entries import Free


class Hold(StrEnum):
    """How firmly a span is held."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    RECORDED = "recorded"  # a tie-up of the graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A term that somebody is bound for; ``since`` and ``until`` are ISO dates, empty where open."""

    artist: str
    brand: str
    hold: Hold
    category: str
    territories: tuple[str, ...]
    media: tuple[str, ...]
    since: str
    until: str
    exclusive: bool
    deal: str = ""

    @property
    def key(self) -> str:
        """What tells it from others."""
        return self.deal or f"{self.artist} {self.brand} {self.since}"

    @property
    def firm(self) -> bool:
        """Whether it is more than an offer."""
        return self.hold is not Hold.PROPOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One artist's line of a calendar.

    ``free`` is known to the artist's own side alone; ``own`` says that the reader is this side.
    """

    artist: str
    spans: tuple[Span, ...]
    free: tuple[Free, ...] = ()
    own: bool = False
