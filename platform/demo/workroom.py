"""The demo's workroom: made-up organisations and people with their proposals, rules and lists, all marked †."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.accounts.model import OrganisationKind
from kyokan.platform.demo import dealings
from kyokan.platform.demo.dealings import BAND, DRAFTED, FLOOR, OFFERED, PAPER, PIANIST, Sides, propose_all
from kyokan.platform.demo.desk import set_desk
from kyokan.platform.demo.parties import SEATS, STATIONER, colleague, organisation, stand_in

if TYPE_CHECKING:
    from kyokan.platform.rules import Kept
    from kyokan.platform.services import Services

ARTIST, BRAND = dealings.SINGER, dealings.WATCH
KEY = OFFERED.key
RULES: dict[str, dict[str, Any]] = {
    ARTIST: {
        "categories": ["category:finance", "category:whisky"],
        "kansei": ["kansei:sharp"],
        "media": ["屋外 / Outdoor"],
        "free": [{"since": "2027-02-01", "until": "2027-02-14"}],
        "fee_floor": FLOOR,
    },
    PIANIST: {
        "categories": ["category:fast-food"],
        "free": [{"since": "2027-03-20", "until": "2027-04-10"}],
        "fee_floor": 10_000_000,
    },
    BAND: {"media": ["TV"], "free": [{"since": "2027-09-06", "until": "2027-09-20"}]},
    BRAND: {"topics": ["category:finance"], "known": 12},
}


def open_workroom(services: Services) -> dict[str, str]:
    """Bring in organisations, proposals, rules and lists where they are not there yet.

    Returns:
        E-mail address → token of a fresh invitation, for each of the three people who has not come in.
    """
    accounts = services.accounts
    planner, brand, manager = (stand_in(accounts, seat) for seat in SEATS)
    new = [*_claim(services, brand, BRAND), *_claim(services, manager, ARTIST, PIANIST, BAND)]
    if not any(deal["id"] == DRAFTED.key for deal in services.deals.of(planner)):  # it is the last to be made
        agency = colleague(accounts)
        stationer = _stationer(services)
        propose_all(services, Sides(planner=agency, brand=brand, manager=manager, stationer=stationer))
        set_desk(services, agency)
    for actor, kept in new:  # after the offer, which one of them would stop
        services.rules.keep(actor, kept.entity, kept.version, RULES[kept.entity])
    here = {person.email for person in accounts.people()}
    waiting = [
        (seat, actor) for seat, actor in zip(SEATS, (planner, brand, manager), strict=True) if seat.email not in here
    ]
    return {seat.email: accounts.invite(seat.email, actor.organisation, *seat.roles) for seat, actor in waiting}


def _claim(services: Services, actor: Actor, *represented: str) -> list[tuple[Actor, Kept]]:
    """Enter whom an organisation represents, once: what people have made of it since stays."""
    if services.rules.roster(actor):
        return []
    return [(actor, services.rules.claim(actor, entity)) for entity in represented]


def _stationer(services: Services) -> str:
    """The organisation that represents the maker of paper, and has heard of nothing; its id."""
    place = organisation(services.accounts, STATIONER, OrganisationKind.BRAND)
    clerk = Actor(person="demo:stationer", organisation=place.id, roles=frozenset({Role.BRAND_CLIENT}), name=STATIONER)
    _claim(services, clerk, PAPER)
    return place.id
