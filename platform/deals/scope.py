"""Whose deal it is: the one rule of who sees a deal and on which side, for every room that keeps something of one."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, undefer

from kyokan.errors import NotAllowedError, UnknownDealError
from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.deals.model import DealRow
from kyokan.platform.deals.steps import ROLE_OF, Party


def find(session: Session, actor: Actor, deal_id: str, *, acting: bool = False) -> tuple[DealRow, Party]:
    """The deal and the side on which the actor sees it; with ``acting`` that of a role that may act.

    Raises:
        UnknownDealError: there is none that the actor may see.
        NotAllowedError: the actor may read it alone.
    """
    own = select(DealRow).where(DealRow.id == deal_id, of_organisation(actor)).options(undefer(DealRow.match))
    deal = session.scalars(own).one_or_none()
    party = party_of(actor, deal) if deal else None
    if deal is None or party is None:
        raise UnknownDealError(deal_id, "is no deal of yours", "See your list of deals")
    if acting and not actor.has(ROLE_OF[party]):
        rule = "may be read by you, not changed"
        raise NotAllowedError("this deal", rule, "Ask for the role in your organisation", code="reading_only")
    return deal, party


def of_organisation(actor: Actor) -> ColumnElement[bool]:
    """What every statement on deals asks for: the actor's organisation stands on one of the three sides."""
    return or_(*(side == actor.organisation for side in (DealRow.agency, DealRow.brand_side, DealRow.artist_side)))


def party_of(actor: Actor, deal: DealRow) -> Party | None:
    """On which side an actor sees a deal; a draft is its agency's alone."""
    if deal.agency == actor.organisation and stands(actor, Party.AGENCY):
        return Party.AGENCY
    for party, organisation in ((Party.BRAND, deal.brand_side), (Party.ARTIST, deal.artist_side)):
        if deal.sent and organisation == actor.organisation and stands(actor, party):
            return party
    return None


def stands(actor: Actor, party: Party) -> bool:
    """Whether the actor's roles let them see a side of deals; analysts see what planners do."""
    return actor.has(ROLE_OF[party], *((Role.ANALYST,) if party is Party.AGENCY else ()))


def subject(deal_id: str) -> str:
    """What the trail calls a deal."""
    return f"deal:{deal_id}"
