"""The exclusivity of deals that both sides have accepted, as far as somebody may know of it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from kyokan.platform.accounts.actor import Actor
from kyokan.platform.deals.entries import Terms
from kyokan.platform.deals.model import DealRow
from kyokan.platform.deals.scope import party_of
from kyokan.platform.deals.steps import Status
from kyokan.platform.rules.reasons import Window

AGREED = frozenset({Status.ACCEPTED, Status.RUNNING})


def windows(session: Session, actor: Actor | None, today: str) -> tuple[Window, ...]:
    """Windows that have not ended by ``today``; open ones only for parties of their deal."""
    agreed = select(DealRow).where(DealRow.status.in_(sorted(AGREED))).options(selectinload(DealRow.terms))
    found = []
    for deal in session.scalars(agreed.order_by(DealRow.id)):
        terms = Terms.model_validate(deal.offered.content)
        if not terms.exclusive or (terms.until and terms.until.isoformat() < today):
            continue
        found.append(
            Window(
                artist=deal.artist,
                brand=deal.brand,
                category=terms.category,
                territories=terms.territories,
                media=terms.media,
                since=terms.since.isoformat() if terms.since else "",
                until=terms.until.isoformat() if terms.until else "",
                open=actor is not None and party_of(actor, deal) is not None,
            )
        )
    return tuple(found)
