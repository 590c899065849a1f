"""The rule by which both stores find entities by name: which names match a text, and which of them is best.

A text matches an entity if the whole text, or each of its words, occurs in the entity's names once both are folded
(``kyokan.graph.names.normalise``). An index of each store finds the candidates; the order is decided here, so that it
is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kyokan.graph.model import Entity
from kyokan.graph.names import normalise

SEPARATOR = "\u241e"  # the sign for a record separator: no folded name holds it


class Wanted(NamedTuple):
    """A folded text: the whole, and its words where it has several."""

    whole: str
    words: tuple[str, ...]

    def matches(self, names: str) -> bool:
        """Whether folded names answer to this text."""
        return self.whole in names or (bool(self.words) and all(word in names for word in self.words))


def folded_names(entity: Entity) -> str:
    """All names of an entity, folded, each once, between separators."""
    names = (entity.name, entity.name_ja, entity.name_en, *entity.aliases)
    return SEPARATOR.join(dict.fromkeys(folded for name in names if (folded := _fold(name))))


def wanted(text: str) -> Wanted | None:
    """The folded text, or None where nothing is left to look for."""
    text = text.encode(errors="ignore").decode()  # half a surrogate pair, as a terminal may pass on, names nobody
    whole = _fold(text)
    if not whole:
        return None
    words = tuple(dict.fromkeys(folded for word in text.split() if (folded := _fold(word))))
    return Wanted(whole, words if len(words) > 1 else ())


def best(want: Wanted, candidates: Iterable[tuple[str, str]], limit: int) -> list[str]:
    """Ids of the best among (id, folded names), best first; names that do not match are left out."""
    ranked = sorted((*_closeness(want, names), entity) for entity, names in candidates if want.matches(names))
    return [entity for *_, entity in ranked[:limit]]


def _closeness(want: Wanted, names: str) -> tuple[int, int]:
    """Smaller is closer: the very name, its beginning, a part of it, its words; then the shorter name."""
    parts = names.split(SEPARATOR)
    if want.whole in parts:
        return 0, 0
    starting = [len(name) for name in parts if name.startswith(want.whole)]
    if starting:
        return 1, min(starting)
    holding = [len(name) for name in parts if want.whole in name]
    return (2, min(holding)) if holding else (3, min(map(len, parts)))


def _fold(name: str) -> str:
    return normalise(name).replace(SEPARATOR, "")
