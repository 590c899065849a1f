"""What the score of a pair would be without its strongest attributes, signals, paths and tie-ups, computed anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kyokan.matching.evidence.removal import Removal
from kyokan.matching.ranking.model import Counterfactual, Evidence, Match, Query
from kyokan.matching.signals.view import GraphView

Rescore = Callable[[Removal, frozenset[str]], float]
"""The score of the same pair without facts and without signals."""

ATTRIBUTES, PATHS = 5, 4


def counterfactuals(match: Match, view: GraphView, query: Query, rescore: Rescore) -> Iterator[Counterfactual]:
    """Attributes, then signals, then paths and tie-ups, strongest first.

    An attribute is forgotten by both ends; a signal is silenced; the edges of a path (or the tie-up) are deleted. Each
    time everything but the weights is derived anew from what is left.
    """
    base_ids = {match.entity.id, query.entity}
    for attribute in _attributes(match):
        values = frozenset((entity, attribute) for entity in _speakers(match, attribute) | base_ids if entity)
        yield Counterfactual(kind="attribute", id=attribute, score=rescore(Removal(values=values), frozenset()))
    for name in dict.fromkeys(part.signal for part in match.contributions if part.contribution):
        yield Counterfactual(kind="signal", id=name, score=rescore(Removal(), frozenset({name})))
    for item in _paths(match):
        yield Counterfactual(kind="path", id=" > ".join(item.ids), score=rescore(Removal.of(view, [item]), frozenset()))


def _attributes(match: Match) -> list[str]:
    """Ids of the attributes with the largest share of the score, over all signals."""
    totals: dict[str, float] = {}
    for item in _items(match, "attribute"):
        attribute = item.detail.get("attribute")
        if attribute:
            totals[attribute] = totals.get(attribute, 0.0) + item.weight
    return sorted(totals, key=lambda one: (-abs(totals[one]), one))[:ATTRIBUTES]


def _speakers(match: Match, attribute: str) -> set[str]:
    """Everyone whose evoking of the attribute is cited, brands of products among them."""
    cited = [item.ids for item in _items(match, "attribute") if attribute in item.ids]
    return {name for ids in cited for name in ids if not name.startswith(("kansei:", "query:"))}


def _paths(match: Match) -> list[Evidence]:
    items = [item for kind in ("path", "tie_up") for item in _items(match, kind)]
    return sorted(items, key=lambda item: (-abs(item.weight), item.ids))[:PATHS]


def _items(match: Match, kind: str) -> list[Evidence]:
    found = [item for part in match.contributions for item in part.evidence if item.kind == kind]
    return [item for item in found if item.detail.get("role") != "rest"]
