"""Signals to ordered matches under constraints."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kyokan.matching.ranking.model import (
    Benefit,
    Contribution,
    Counterfactual,
    Evidence,
    Match,
    Place,
    Proposal,
    Query,
    Sentence,
    Standing,
    Status,
)

if TYPE_CHECKING:
    from kyokan.matching.ranking.fusion import FusionWeights, Shape
    from kyokan.matching.ranking.matcher import Matcher, MatcherSettings
    from kyokan.matching.ranking.places import Scored

__all__ = [
    "Benefit",
    "Contribution",
    "Counterfactual",
    "Evidence",
    "FusionWeights",
    "Match",
    "Matcher",
    "MatcherSettings",
    "Place",
    "Proposal",
    "Query",
    "Scored",
    "Sentence",
    "Shape",
    "Standing",
    "Status",
]

# The signals speak in the model's words and the matcher calls the signals, so these are loaded when first asked for.
_LATER = {
    "FusionWeights": "fusion",
    "Shape": "fusion",
    "Matcher": "matcher",
    "MatcherSettings": "matcher",
    "Scored": "places",
}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
