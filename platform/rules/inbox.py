"""Offers under an artist's floor, set apart on the artist's own side: nobody else can tell that they were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kyokan.platform.accounts.actor import Actor
from kyokan.platform.deals.steps import Status
from kyokan.platform.rules.entries import ArtistRules
from kyokan.platform.rules.service import Rules


def under_floor(rules: Rules, actor: Actor, deals: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Id of a deal → yen that its best offer lacks to the floor; for offers that nobody has answered yet.

    Args:
        rules: what the actor's organisation keeps; nobody else's floor is looked at.
        actor: who looks.
        deals: as the actor sees them.
    """
    kept = {one.entity: one.rules for one in rules.roster(actor)}
    floors = {entity: one.fee_floor for entity, one in kept.items() if isinstance(one, ArtistRules) and one.fee_floor}
    short = {}
    for deal in deals:
        terms, floor = deal["terms"][-1], floors.get(deal["artist"])
        best = terms["fee_high"] if terms["fee_high"] is not None else terms["fee_low"]
        if deal["status"] == Status.SENT and floor and best is not None and best < floor:
            short[deal["id"]] = floor - best
    return short
