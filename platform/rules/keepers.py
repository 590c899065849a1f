"""Who represents what a deal is about: only those who do can bind others by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from kyokan.errors import QueryError
from kyokan.graph.model import EntityKind
from kyokan.matching.signals import Context
from kyokan.platform.deals.model import DealRow
from kyokan.platform.deals.steps import Party
from kyokan.platform.rules.model import RosterRow

House = Callable[[str], str]
"""The id of the brand that makes a product; any other id, and that of a product of nobody known, as it is."""


def house_in(context: Context, entity: str) -> str:
    """``House`` as a snapshot knows it."""
    row = context.find(entity)
    maker = int(context.profiles.brand_of[row]) if row >= 0 else -1
    return context.id(maker) if maker >= 0 else entity


def is_product(entity: str) -> bool:
    """Whether an id is that of a product, which its brand's side represents."""
    return entity.startswith(f"{EntityKind.PRODUCT.value}:")


def keepers(session: Session, entities: Iterable[str]) -> dict[str, str]:
    """Id of an artist or brand → the organisation that represents it; nothing where nobody does."""
    named = select(RosterRow.entity, RosterRow.organisation).where(RosterRow.entity.in_(sorted(set(entities))))
    return {row.entity: row.organisation for row in session.execute(named)}


def unrepresented(session: Session, deal: DealRow, house: House) -> dict[str, bool]:
    """Artist and brand of a deal whose side does not represent them → whether another organisation does.

    Of a side that a draft does not name yet nothing is said.
    """
    ends = {deal.artist: deal.end(Party.ARTIST), house(deal.brand): deal.end(Party.BRAND)}
    known = keepers(session, ends)
    return {entity: entity in known for entity, side in ends.items() if side and known.get(entity) != side}


def check_keepers(session: Session, deal: DealRow, house: House) -> None:
    """Hold that nobody but the sides of a deal represents what it is about.

    Raises:
        QueryError: another organisation does.
    """
    for entity, elsewhere in unrepresented(session, deal, house).items():
        if elsewhere:
            rule = "is represented by another organisation than the one named"
            raise QueryError(entity, rule, "Propose to the one that represents it", code="kept_elsewhere", name=entity)
