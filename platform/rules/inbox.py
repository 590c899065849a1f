"""Offers under an artist's floor, set apart on the artist's own side: nobody else can tell that they were."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kyokan.platform.deals.model import DealRow
from kyokan.platform.deals.steps import Party, Status
from kyokan.platform.rules.entries import ArtistRules
from kyokan.platform.rules.model import RosterRow
from kyokan.platform.rules.service import rules_of

# Waiting, or ended without an answer of a side: who was spared the offer is spared its end, too.
UNANSWERED = (Status.SENT, Status.EXPIRED, Status.WITHDRAWN)


def under_floor(session: Session, organisation: str) -> dict[str, int]:
    """Id of a deal → yen that its best offer lacks to the floor; for offers that no side countered or declined.

    A floor is looked at for the offers alone that the organisation which keeps it had to answer and did not accept.

    Args:
        session: of the workroom's file.
        organisation: the artist's side that looks; empty for all of them, each for its own.
    """
    kept = select(RosterRow).where(*([RosterRow.organisation == organisation] if organisation else []))
    floors = {
        (row.organisation, row.entity): rules.fee_floor
        for row in session.scalars(kept)
        if isinstance(rules := rules_of(row), ArtistRules) and rules.fee_floor
    }
    if not floors:
        return {}
    sides, artists = (sorted(set(names)) for names in zip(*floors, strict=True))
    offered = select(DealRow).where(DealRow.artist_side.in_(sides), DealRow.artist.in_(artists), DealRow.sent != "")
    unanswered = offered.where(DealRow.status.in_(UNANSWERED)).options(selectinload(DealRow.terms))
    lacking = {}
    for deal in session.scalars(unanswered):
        if len(deal.terms) > 1:  # somebody has countered before it ended
            continue
        terms, floor = deal.offered, floors.get((deal.artist_side, deal.artist))
        high, low = terms.content["fee_high"], terms.content["fee_low"]
        best = low if high is None else high
        if floor and best is not None and best < floor and Party.ARTIST not in terms.accepted_by:
            lacking[deal.id] = floor - best
    return lacking
