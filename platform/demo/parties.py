"""The demo's made-up organisations and people, all marked †, and who of them acts in whose name."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.accounts.entrance import Visit
from kyokan.platform.accounts.model import Organisation, OrganisationKind

if TYPE_CHECKING:
    from kyokan.platform.accounts.service import Accounts


@dataclass(frozen=True, slots=True)
class Seat:
    """A person of the demo: organisation, roles and address."""

    organisation: str
    kind: OrganisationKind
    roles: tuple[Role, ...]
    email: str
    person: str


SEATS = (
    Seat(
        "和音社† / Waonsha†",
        OrganisationKind.AGENCY,
        (Role.PLANNER, Role.ADMIN),
        "planner@example.com",
        "佐伯 花† / Hana Saeki†",
    ),
    Seat(
        "澄時† / Sumitoki†", OrganisationKind.BRAND, (Role.BRAND_CLIENT,), "brand@example.com", "東馬 透† / Toru Toma†"
    ),
    Seat(
        "汀音楽事務所† / Migiwa Music†",
        OrganisationKind.ARTIST_SIDE,
        (Role.ARTIST_MANAGER,),
        "manager@example.com",
        "汀 玲† / Rei Migiwa†",
    ),
)
"""Who is invited: one of each side."""
COLLEAGUE = Seat(
    "和音社† / Waonsha†",
    OrganisationKind.AGENCY,
    (Role.PLANNER, Role.ADMIN),
    "colleague@example.com",
    "早瀬 湊† / Minato Hayase†",
)
"""Looks after the agency's deals: their owner must be one of its people, and nobody else is there so early."""
STATIONER = "余白堂† / Yohakudo†"
"""An organisation that has not heard of anything yet."""


def organisation(accounts: Accounts, name: str, kind: OrganisationKind) -> Organisation:
    """The organisation of that name, made where there is none; in an older home it may have the Japanese one alone."""
    return accounts.organisation(name.partition(" / ")[0]) or accounts.create_organisation(name, kind)


def stand_in(accounts: Accounts, seat: Seat) -> Actor:
    """Who acts in a person's place before that person has come in."""
    place = organisation(accounts, seat.organisation, seat.kind)
    return Actor(person=f"demo:{seat.roles[0]}", organisation=place.id, roles=frozenset(seat.roles), name=seat.person)


def colleague(accounts: Accounts) -> Actor:
    """A planner and admin like any other, whose password nobody knows; brought in where not there yet."""
    standing = stand_in(accounts, COLLEAGUE)
    agency = standing.organisation
    found = next((one.person for one in accounts.team(standing).members if one.email == COLLEAGUE.email), "")
    if not found:
        visit, token = Visit(), accounts.invite(COLLEAGUE.email, agency, *COLLEAGUE.roles)
        unknown = secrets.token_urlsafe(32)
        came = accounts.accept(token, name=COLLEAGUE.person, password=unknown, language="ja", visit=visit)
        found = accounts.owner(came.session_id).id
        accounts.sign_out(came.session_id, visit)
    return replace(standing, person=found)
