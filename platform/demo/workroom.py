"""The demo's workroom: three made-up organisations with a person each, and one proposal between them, all marked †."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.accounts.model import Organisation, OrganisationKind
from kyokan.platform.deals import Step

if TYPE_CHECKING:
    from kyokan.platform.accounts.service import Accounts
    from kyokan.platform.services import Services

ARTIST, BRAND = "artist:fictional-akari-nagihara", "brand:fictional-sumitoki"
KEY = hashlib.sha256(b"the demo's proposal").hexdigest()[:32]
DAYS_TO_ANSWER = 30
TERMS: dict[str, Any] = {
    "category": "腕時計 / Watches",
    "territories": ["日本 / Japan"],
    "media": ["TV", "屋外 / Outdoor", "SNS"],
    "since": "2027-07-01",
    "until": "2028-06-30",
    "exclusive": True,
    "fee_low": 18_000_000,
    "fee_high": 18_000_000,
}
COUNTER = TERMS | {"media": ["TV", "SNS"], "fee_low": 21_000_000, "fee_high": 21_000_000}
RULES: dict[str, dict[str, Any]] = {
    ARTIST: {
        "categories": ["category:finance", "category:whisky"],
        "kansei": ["kansei:sharp"],
        "media": ["屋外 / Outdoor"],
        "free": [{"since": "2027-02-01", "until": "2027-02-14"}],
        "fee_floor": 16_000_000,
    },
    BRAND: {"topics": ["category:finance"], "known": 12},
}
NOTE = "費用の落としどころは 2,000万円。 / Expect to settle at ¥20M."


@dataclass(frozen=True, slots=True)
class Seat:
    """One of the three: an organisation, and the role and address of its person."""

    organisation: str
    kind: OrganisationKind
    role: Role
    email: str
    person: str


SEATS = (
    Seat("和音社†", OrganisationKind.AGENCY, Role.PLANNER, "planner@example.com", "佐伯 花†"),
    Seat("澄時†", OrganisationKind.BRAND, Role.BRAND_CLIENT, "brand@example.com", "東馬 透†"),
    Seat("汀音楽事務所†", OrganisationKind.ARTIST_SIDE, Role.ARTIST_MANAGER, "manager@example.com", "汀 玲†"),
)


def open_workroom(services: Services) -> dict[str, str]:
    """Bring in organisations and proposal where they are not there yet.

    Returns:
        E-mail address → token of a fresh invitation, for each of the three people who has not come in.
    """
    accounts = services.accounts
    places = [_organisation(accounts, seat) for seat in SEATS]
    planner, brand, manager = (
        Actor(person=f"demo:{seat.role}", organisation=place.id, roles=frozenset({seat.role}), name=seat.person)
        for seat, place in zip(SEATS, places, strict=True)
    )
    _propose(services, planner, brand, manager)
    for actor, entity in ((brand, BRAND), (manager, ARTIST)):
        _rule(services, actor, entity)
    here = {person.email for person in accounts.people()}
    waiting = [(seat, place) for seat, place in zip(SEATS, places, strict=True) if seat.email not in here]
    return {seat.email: accounts.invite(seat.email, place.id, seat.role) for seat, place in waiting}


def _organisation(accounts: Accounts, seat: Seat) -> Organisation:
    return accounts.organisation(seat.organisation) or accounts.create_organisation(seat.organisation, seat.kind)


def _rule(services: Services, actor: Actor, entity: str) -> None:
    """A few rules, set once: what people have made of them since stays."""
    if not services.rules.roster(actor):
        kept = services.rules.claim(actor, entity)
        services.rules.keep(actor, entity, kept.version, RULES[entity])


def _propose(services: Services, planner: Actor, brand: Actor, manager: Actor) -> None:
    """A proposal that the artist's side has countered and the brand has yet to answer; made once."""
    deals = services.deals
    if any(deal["id"] == KEY for deal in deals.of(planner)):
        return
    proposal = services.explain(ARTIST, BRAND)
    match = next(iter((*proposal.matches, *proposal.set_aside)))
    draft = {
        "artist": ARTIST,
        "brand": BRAND,
        "headline": "夜明けの時計、二年目へ。",
        "rationale": match.sentence.ja,
        "brand_side": brand.organisation,
        "artist_side": manager.organisation,
        "expires": (datetime.now(UTC) + timedelta(days=DAYS_TO_ANSWER)).date().isoformat(),
        "terms": TERMS,
    }
    made = deals.create(planner, draft, match.to_json(), proposal.snapshot, key=KEY)
    made = deals.change(planner, KEY, made["version"], {"internal_note": NOTE})
    made = deals.take(planner, KEY, made["version"], Step.SEND)
    made = deals.change(manager, KEY, made["version"], {"fee_floor": 16_000_000})
    deals.take(manager, KEY, made["version"], Step.COUNTER, terms=COUNTER)
