"""Jobs that come again: each kind has one row, queued anew whenever its time has come and its last run is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MINUTE, DAY = 60.0, 86_400.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Every ``seconds``, counted from ``offset`` seconds after midnight UTC."""

    seconds: float
    offset: float = 0.0

    def last(self, now: float) -> float:
        """The latest moment, up to ``now``, at which the job was due; seconds since 1970."""
        return (now - self.offset) // self.seconds * self.seconds + self.offset


RHYTHMS: Mapping[str, Rhythm] = {
    "deadlines": Rhythm(MINUTE),
    "mail": Rhythm(MINUTE),
    "outcomes": Rhythm(10 * MINUTE),
    "learning": Rhythm(DAY, 17.5 * 3600.0),  # before the searches are looked at under what was learned
    "searches": Rhythm(DAY, 18 * 3600.0),  # three in the night in Tokyo
    "tidy": Rhythm(DAY, 18.5 * 3600.0),
}
