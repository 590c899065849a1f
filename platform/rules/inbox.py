"""Offers under an artist's floor, set apart on the artist's own side: nobody else can tell that they were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kyokan.platform.accounts.actor import Actor
from kyokan.platform.deals.steps import Status
from kyokan.platform.rules.entries import ArtistRules
from kyokan.platform.rules.service import Rules


def floors_of(rules: Rules, actor: Actor) -> dict[str, int]:
    """Id of an artist → the floor that the actor's organisation keeps for it; nobody else's is looked at."""
    kept = {one.entity: one.rules for one in rules.roster(actor)}
    return {entity: one.fee_floor for entity, one in kept.items() if isinstance(one, ArtistRules) and one.fee_floor}


def under_floor(floors: Mapping[str, int], deals: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Id of a deal → yen that its best offer lacks to the floor; for offers that nobody has answered yet.

    Args:
        floors: those of the side that looks (``floors_of``).
        deals: as it sees them.
    """
    short = {}
    for deal in deals:
        terms, floor = deal["terms"][-1], floors.get(deal["artist"])
        best = terms["fee_high"] if terms["fee_high"] is not None else terms["fee_low"]
        if deal["status"] == Status.SENT and floor and best is not None and best < floor:
            short[deal["id"]] = floor - best
    return short
