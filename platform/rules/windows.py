"""The exclusivity of deals that both sides have accepted, as far as somebody may know of it.

It binds only where each side represents what it stands for: who agrees in the name of somebody else binds nobody.
"""

from __future__ import annotations

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased, selectinload

from kyokan.platform.accounts.actor import Actor
from kyokan.platform.deals.entries import Terms
from kyokan.platform.deals.model import DealRow
from kyokan.platform.deals.scope import party_of
from kyokan.platform.deals.steps import Status
from kyokan.platform.rules.keepers import is_product
from kyokan.platform.rules.model import RosterRow
from kyokan.platform.rules.reasons import Window

AGREED = frozenset({Status.ACCEPTED, Status.RUNNING})


def windows(session: Session, actor: Actor | None, today: str) -> tuple[Window, ...]:
    """Windows that have not ended by ``today``; open ones only for parties of their deal.

    Which brand makes a product the workroom does not know: that of a product says who has to represent its maker.
    """
    of_artist, of_brand = aliased(RosterRow), aliased(RosterRow)
    agreed = (
        select(DealRow, of_brand.entity)
        .join(of_artist, and_(of_artist.entity == DealRow.artist, of_artist.organisation == DealRow.artist_side))
        .outerjoin(of_brand, and_(of_brand.entity == DealRow.brand, of_brand.organisation == DealRow.brand_side))
        .where(DealRow.status.in_(sorted(AGREED)))
        .options(selectinload(DealRow.terms))
    )
    found = []
    for deal, kept in session.execute(agreed.order_by(DealRow.id)):
        if kept is None and not is_product(deal.brand):
            continue
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
                keeper=deal.brand_side if is_product(deal.brand) else "",
                open=actor is not None and party_of(actor, deal) is not None,
            )
        )
    return tuple(found)
