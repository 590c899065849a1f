"""What of the graph an item of evidence rests on, and so what to take away to see whether it held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from kyokan.errors import UnknownEntityError
from kyokan.graph.model import Relation, RelationKind
from kyokan.matching.ranking.model import Evidence
from kyokan.matching.signals.context import FANS, SIZES, TEXTS, VALUES
from kyokan.matching.signals.view import GraphView
from kyokan.matching.signals.walk_graph import EDGE_WEIGHTS

PATH_KINDS = (*EDGE_WEIGHTS, RelationKind.RIVAL_OF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Facts to leave out of a graph.

    ``values``: (entity id, attribute id) of profiles; ``relations``: identities; ``audiences``: pairs of
    entities whose shared fans let go of the second; ``sizes``: entities whose stated audience and whose fans are
    forgotten; ``texts``: (entity id, language, sentence).
    """

    values: frozenset[tuple[str, str]] = frozenset()
    relations: frozenset[tuple[str, str, str, str]] = frozenset()
    audiences: frozenset[tuple[str, str]] = frozenset()
    sizes: frozenset[str] = frozenset()
    texts: frozenset[tuple[str, str, str]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.values or self.relations or self.audiences or self.sizes or self.texts)

    def __or__(self, other: Removal) -> Removal:
        return Removal(
            values=self.values | other.values,
            relations=self.relations | other.relations,
            audiences=self.audiences | other.audiences,
            sizes=self.sizes | other.sizes,
            texts=self.texts | other.texts,
        )

    @property
    def touched(self) -> frozenset[str]:
        """What of a context must be derived anew, in the words of ``RESTS_ON``."""
        touched = {identity[0] for identity in self.relations}
        touched |= {VALUES} if self.values else set()
        touched |= {TEXTS} if self.texts else set()
        touched |= {FANS} if self.audiences else set()
        touched |= {FANS, SIZES} if self.sizes else set()
        return frozenset(touched)

    def meets(self, other: Removal) -> bool:
        """Whether the two share a fact."""
        mine = {frozenset(pair) for pair in self.audiences}
        theirs = {frozenset(pair) for pair in other.audiences}
        return bool(
            self.values & other.values
            or self.relations & other.relations
            or mine & theirs
            or self.sizes & other.sizes
            or self.texts & other.texts
            or any(name in pair for pair in theirs for name in self.sizes)
            or any(name in pair for pair in mine for name in other.sizes)
        )

    @classmethod
    def of(cls, view: GraphView, items: Iterable[Evidence]) -> Self:
        """Every fact that the items rest on; items that sum up what is not listed rest on none."""
        total = cls()
        for item in items:
            total = total | _of_item(view, item)  # type: ignore[assignment]
        return total


def _of_item(view: GraphView, item: Evidence) -> Removal:
    if item.detail.get("role") == "rest":
        return Removal()
    if item.kind == "attribute":
        return Removal(values=_values(item.ids))
    if item.kind == "path":
        return _of_path(view, item.ids)
    if item.kind == "tie_up":
        kind, source, target, key = item.detail["relation"]
        return Removal(relations=frozenset({(kind, source, target, key)}))
    if item.kind == "audience":
        return _of_audience(view, item)
    sentences = zip(item.ids, item.detail["texts"], strict=False)
    return Removal(texts=frozenset((name, one["lang"], one["text"]) for name, one in sentences))


def _values(ids: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    attributes = [name for name in ids if name.startswith("kansei:")]
    entities = [name for name in ids if not name.startswith(("kansei:", "query:"))]
    return frozenset((entity, attribute) for entity in entities for attribute in attributes)


def _of_path(view: GraphView, ids: tuple[str, ...]) -> Removal:
    removal = Removal()
    for one, other in pairwise(ids):
        if one.startswith("kansei:") != other.startswith("kansei:"):
            removal |= Removal(values=_values((one, other)))
        else:
            removal |= Removal(relations=frozenset(edge.identity for edge in edges_between(view, one, other)))
    return removal


def _of_audience(view: GraphView, item: Evidence) -> Removal:
    one, other = item.ids
    if "shared" in item.detail:
        return Removal(audiences=frozenset({(one, other)}))
    if "new" in item.detail:
        return Removal(sizes=frozenset({one}))
    edges = [edge for edge in edges_between(view, one, other) if edge.kind is RelationKind.OVERLAPS]
    return Removal(relations=frozenset(edge.identity for edge in edges))


def edges_between(view: GraphView, one: str, other: str) -> list[Relation]:
    """Edges of the kinds that a path may show, in either direction."""
    try:
        view.row(one), view.row(other)
    except UnknownEntityError:
        return []
    found = []
    for kind in PATH_KINDS:
        found += view.relations(kind, source=one, target=other)
        found += view.relations(kind, source=other, target=one)
    return found
