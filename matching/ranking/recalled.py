"""An answer that was kept as JSON, as the proposal that it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kyokan.graph.model import Entity
from kyokan.matching.ranking.model import (
    Benefit,
    Contribution,
    Counterfactual,
    Evidence,
    Match,
    Proposal,
    Query,
    Sentence,
    Standing,
    Status,
)

AS_KEPT = (
    *("rank", "score", "base", "score_artist", "score_brand", "confidence", "coverage"),
    *("blocked_until", "exposure_slot", "partners_since"),
)


def recalled(query: Query, kept: Mapping[str, Any], known: Callable[[str], Entity | None]) -> Proposal:
    """The proposal whose ``to_json`` was kept; candidates who are not known any more are left out.

    Args:
        query: what was asked.
        kept: the answer.
        known: the entity of an id; None where there is none any more.
    """
    who = kept["query"]
    return Proposal(
        status=Status(kept["status"]),
        query=query,
        entity=known(who["entity"]["id"]) if who["entity"] else None,
        audience=tuple(one for said in who["audience"] if (one := known(said["id"]))),
        matches=_matches(kept["matches"], known),
        set_aside=_matches(kept["set_aside"], known),
        candidates=tuple(one for said in kept["candidates"] if (one := known(said["id"]))),
        counterfactuals=tuple(Counterfactual(**one["without"], score=one["score"]) for one in kept["counterfactuals"]),
        note=Sentence(**kept["note"]) if kept["note"] else None,
        **{name: kept[name] for name in ("snapshot", "encoder", "dictionary", "took_ms", "considered")},
    )


def _matches(kept: list[Mapping[str, Any]], known: Callable[[str], Entity | None]) -> tuple[Match, ...]:
    found = ((one, known(one["entity"]["id"])) for one in kept)
    return tuple(_match(one, entity) for one, entity in found if entity)


def _match(kept: Mapping[str, Any], entity: Entity) -> Match:
    low, high = kept["interval"]
    return Match(
        entity=entity,
        interval=(low, high),
        standing=Standing(kept["standing"]),
        reason=None if kept["reason"] is None else Sentence(ja=kept["reason_ja"], en=kept["reason"]),
        contributions=tuple(map(_part, kept["contributions"])),
        say=lambda: Sentence(**kept["sentence"]),
        **{name: kept[name] for name in AS_KEPT},
    )


def _part(kept: Mapping[str, Any]) -> Contribution:
    return Contribution(
        signal=kept["signal"],
        contribution=kept["contribution"],
        value=kept["value"],
        benefit=Benefit(kept["for"]),
        evidence=tuple(Evidence(**one | {"ids": tuple(one["ids"])}) for one in kept["evidence"]),
    )
