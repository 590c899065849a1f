"""All signals, in the order in which every answer lists them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from kyokan.graph.model import RelationKind
from kyokan.matching.ranking.model import Benefit
from kyokan.matching.signals import complement, fan_bridge, meaning, precedent, reach, resonance, rivalry, walk
from kyokan.matching.signals.base import EvidenceFunction, ScoreFunction, Signal
from kyokan.matching.signals.context import RESTS_ON


def _both(name: str, score: ScoreFunction, evidence: EvidenceFunction) -> tuple[Signal, ...]:
    return (Signal(name=name, benefit=Benefit.BOTH, score=score, evidence=evidence),)


def _each(benefit: Benefit) -> Signal:
    return Signal(
        name="reach",
        benefit=benefit,
        score=partial(reach.score, benefit=benefit),
        evidence=partial(reach.evidence, benefit=benefit),
    )


# A signal has one answer for both sides, or, as reach, one answer for each.
SIGNALS: Mapping[str, tuple[Signal, ...]] = {
    "resonance": _both("resonance", resonance.score, resonance.evidence),
    "complement": _both("complement", complement.score, complement.evidence),
    "meaning": _both("meaning", meaning.score, meaning.evidence),
    "fan_bridge": _both("fan_bridge", fan_bridge.score, fan_bridge.evidence),
    "walk": _both("walk", walk.score, walk.evidence),
    "precedent": _both("precedent", precedent.score, precedent.evidence),
    "reach": (_each(Benefit.ARTIST), _each(Benefit.BRAND)),
    "rivalry": _both("rivalry", rivalry.score, rivalry.evidence),
}
ANSWERS: tuple[Signal, ...] = tuple(answer for answers in SIGNALS.values() for answer in answers)

# What each signal reads of a context, by which it is known whether taking facts away can change its answer.
_READS: Mapping[str, tuple[str, ...]] = {
    "resonance": ("profiles",),
    "complement": ("profiles", "pair_table"),
    "meaning": ("texts",),
    "fan_bridge": ("audiences",),
    "walk": ("walk_graph",),
    "precedent": ("partners", "history"),
    "reach": ("audiences", "audience_sizes"),
    "rivalry": ("likeness", "categories", "sold_categories"),
}
STATED: Mapping[str, frozenset[str]] = {"rivalry": frozenset({RelationKind.RIVAL_OF})}
SIGNAL_RESTS_ON: Mapping[str, frozenset[str]] = {
    name: frozenset().union(*(RESTS_ON[part] for part in parts)) | STATED.get(name, frozenset())
    for name, parts in _READS.items()
}
