"""The rules that a side may set: nothing but the fields named, each within its bounds."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from kyokan.graph.model import EntityKind
from kyokan.platform.deals.entries import Entered, Line, Yen

MOST = 200  # entries of one list

Category = Annotated[str, StringConstraints(pattern=r"^category:.", max_length=200)]
Company = Annotated[str, StringConstraints(pattern=r"^(?:brand|product):.", max_length=200)]
Artist = Annotated[str, StringConstraints(pattern=r"^artist:.", max_length=200)]
Sector = Annotated[str, StringConstraints(pattern=r"^kansei:.", max_length=200)]
Few = Field(default=(), max_length=MOST)


class Free(Entered):
    """Days that are kept free, both included: nothing may run on them."""

    since: date
    until: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until < self.since:
            raise ValueError("until must not come before since")
        return self


class ArtistRules(Entered):
    """What an artist's side will not do.

    ``categories`` and ``companies`` are ids that are refused, a company with its whole house; ``kansei`` are sectors
    of the dictionary that the artist will not stand for. ``media`` and ``territories`` are words as terms use them.
    ``fee_floor`` (yen) is known to this side alone and acts on what this side sees, never on what others are answered.
    """

    categories: Annotated[tuple[Category, ...], Few] = ()
    companies: Annotated[tuple[Company, ...], Few] = ()
    kansei: Annotated[tuple[Sector, ...], Few] = ()
    media: Annotated[tuple[Line, ...], Few] = ()
    territories: Annotated[tuple[Line, ...], Few] = ()
    free: Annotated[tuple[Free, ...], Few] = ()
    fee_floor: Yen | None = None


class BrandRules(Entered):
    """A brand's guard rails.

    ``topics`` are categories that a candidate must not have tied up with, ``kansei`` sectors to avoid, ``artists`` who
    is left out with the whole group, ``known`` how many sectors of a candidate must be known at least.
    """

    topics: Annotated[tuple[Category, ...], Few] = ()
    kansei: Annotated[tuple[Sector, ...], Few] = ()
    artists: Annotated[tuple[Artist, ...], Few] = ()
    known: Annotated[int, Field(ge=0, le=24)] | None = None


SideRules = ArtistRules | BrandRules
SHAPES: dict[EntityKind, type[ArtistRules | BrandRules]] = {
    EntityKind.ARTIST: ArtistRules,
    EntityKind.BRAND: BrandRules,
}
"""Of whom rules are kept, and in which shape."""
