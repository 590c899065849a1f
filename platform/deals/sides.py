"""Whom and what a deal brings together: an artist and a brand or product, each with an organisation of its kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from kyokan.errors import QueryError
from kyokan.graph.model import EntityKind
from kyokan.platform.accounts.model import Organisation, OrganisationKind
from kyokan.platform.deals.model import DealRow

THINGS = (EntityKind.BRAND, EntityKind.PRODUCT)
KIND_OF: Mapping[str, OrganisationKind] = {
    "brand_side": OrganisationKind.BRAND,
    "artist_side": OrganisationKind.ARTIST_SIDE,
}
"""Of which kind the organisation is that stands on a side."""


def is_pair(artist: str, brand: str) -> bool:
    """Whether two ids are those of an artist and of a brand or product, in this order."""
    return _kind(artist) == EntityKind.ARTIST and _kind(brand) in THINGS


def check_pair(artist: str, brand: str) -> None:
    """Hold that a deal is about an artist and a brand or product, in this order.

    Raises:
        QueryError: it is not.
    """
    if not is_pair(artist, brand):
        rule = "is no pair of an artist with a brand or product"
        raise QueryError(f"{artist} × {brand}", rule, "Choose one of each", code="pair_kinds")


def check_sides(session: Session, deal: DealRow, sides: Iterable[str] = KIND_OF) -> None:
    """Hold that the organisations named for the sides are there, each of its side's kind.

    Raises:
        QueryError: one of them is not.
    """
    for side in sides:
        if not (named := getattr(deal, side)):
            continue
        found = session.get(Organisation, named)
        if found is None or found.kind != KIND_OF[side]:
            rule = f"is no organisation of the kind that stands there ({KIND_OF[side].value})"
            raise QueryError(side, rule, "Name the one that represents it", code="side_kind", field=side)


def _kind(entity: str) -> str:
    kind, _, slug = entity.partition(":")
    return kind if slug else ""
