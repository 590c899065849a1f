"""The signals as the pages show them: a fixed order, a letter each, and the ink of whom a contribution is good for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kyokan.matching.ranking.model import Benefit, Contribution, Match


@dataclass(frozen=True, slots=True)
class Mark:
    """How a signal is written in a bar (``ja``: one kanji, ``en``: two letters); its name is ``signal.<id>``."""

    signal: str
    ja: str
    en: str

    def letter(self, lang: str) -> str:
        """The mark in ``lang``."""
        return self.ja if lang == "ja" else self.en


MARKS = (
    Mark("resonance", "響", "Rs"),
    Mark("complement", "補", "Cp"),
    Mark("meaning", "意", "Mn"),
    Mark("fan_bridge", "橋", "Fb"),
    Mark("walk", "径", "Wk"),
    Mark("precedent", "例", "Pc"),
    Mark("reach", "拡", "Rc"),
    Mark("rivalry", "競", "Rv"),
)
BY_SIGNAL = {mark.signal: mark for mark in MARKS}
PLACES = {mark.signal: place for place, mark in enumerate(MARKS)}
INKS = {Benefit.ARTIST: "a", Benefit.BRAND: "b", Benefit.BOTH: "k"}


def mark_of(signal: str) -> Mark:
    """The mark of a signal; one this page has not met is shown by its own first letters."""
    return BY_SIGNAL.get(signal) or Mark(signal, signal[:1].upper(), signal[:2].capitalize())


def marks_of(matches: Iterable[Match]) -> tuple[Mark, ...]:
    """The marks of the signals that any of the matches has, in the fixed order: a table has no empty column."""
    had = {part.signal for match in matches for part in match.contributions}
    return tuple(mark for mark in MARKS if mark.signal in had)


def in_order(contributions: Iterable[Contribution]) -> list[Contribution]:
    """Contributions in the fixed order of the signals, whatever their size."""
    return sorted(contributions, key=lambda part: (PLACES.get(part.signal, len(PLACES)), part.signal))


def by_signal(match: Match) -> dict[str, float]:
    """What each signal adds; one that is good for each side apart is added up."""
    sums: dict[str, float] = {}
    for part in match.contributions:
        sums[part.signal] = sums.get(part.signal, 0.0) + part.contribution
    return sums
