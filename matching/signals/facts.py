"""What entities state of themselves in their attributes, read in one pass: audience sizes, vetoes, groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from kyokan.graph.model import JsonValue, RelationKind
from kyokan.matching.signals.base import Side
from kyokan.matching.signals.view import Floats, GraphView, Rows

SIZE_ATTRIBUTES = ("members", "followers", "listeners", "audience")  # people, as a source counted them
GROUP_WORDS = ("member_of", "part_of", "belongs_to")  # RELATED edges whose source is bound by what binds the target


@dataclass(frozen=True, slots=True)
class Facts:
    """``sizes`` (N,): stated audience, 0 unknown; ``vetoes``: row → ids and words refused; ``groups``: row → names.

    ``stated`` are the groups that entities name themselves, without those that relations say.
    """

    sizes: Floats
    vetoes: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    stated: Mapping[int, frozenset[str]] = field(default_factory=dict)
    groups: Mapping[int, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, view: GraphView, sides: Rows) -> Self:
        """The facts of a snapshot; decodes every artist, brand and product once."""
        sizes = np.zeros(len(sides))
        vetoes: dict[int, tuple[str, ...]] = {}
        stated: dict[int, frozenset[str]] = {}
        for row in np.flatnonzero(sides != Side.NONE).tolist():
            attributes = view.entity(row).attributes
            if not attributes:
                continue
            sizes[row] = max([0.0, *(_people(attributes.get(name)) for name in SIZE_ATTRIBUTES)])
            if refused := words(attributes.get("vetoes")):
                vetoes[row] = refused
            if named := words(attributes.get("group")):
                stated[row] = frozenset(named)
        return cls(sizes, vetoes, stated).grouped(view)

    def grouped(self, view: GraphView) -> Self:
        """The same with the groups that relations of a view say."""
        groups = {row: set(names) for row, names in self.stated.items()}
        for relation in view.relations(RelationKind.RELATED):
            if relation.attributes.get("how") in GROUP_WORDS:
                groups.setdefault(view.row(relation.source), set()).add(relation.target)
                groups.setdefault(view.row(relation.target), set()).add(relation.target)
        return replace(self, groups={row: frozenset(names) for row, names in groups.items()})

    def same_group(self, one: int, other: int) -> bool:
        """Whether the two are one, or belong to one group."""
        return one == other or bool(self.groups.get(one, frozenset()) & self.groups.get(other, frozenset()))


def words(value: JsonValue) -> tuple[str, ...]:
    """A JSON value that is a word, a list of words or nothing."""
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(str(word) for word in value) if isinstance(value, list) else ()


def _people(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
