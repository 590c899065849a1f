"""Who asks in the bench, each from a seat of their own, and what they have in the workroom."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import cycle, islice

import pyotp

from kyokan.graph.model import EntityKind
from kyokan.matching.ranking import Query
from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.accounts.model import OrganisationKind
from kyokan.platform.accounts.service import Visit
from kyokan.platform.deals import Step
from kyokan.platform.desk import Pick
from kyokan.platform.services import Services
from kyokan.web.pages.why import one_match

DEALS = 60
KEPT = 5  # lists, saved searches, files and links
PICKED = 20  # candidates of a list
LINK_DAYS = 7
PASSWORD = "bench: nobody else signs in here"  # noqa: S105  # of a folder that goes afterwards
TERMS = {"category": "bench", "territories": ["japan"], "media": ["tv"], "fee_low": 8_000_000, "fee_high": 9_000_000}
PAPER = b"%PDF-1.4\n" + b"%" * 200_000 + b"\n%%EOF\n"


class Seat(StrEnum):
    """From where a page is asked for."""

    PLANNER = "planner"
    MANAGER = "manager"
    ADMIN = "admin"
    GUEST = "guest"  # not signed in
    AT_KEY = "at_key"  # not signed in, asked for a passkey
    WAITING = "waiting"  # the password was given, the second step is owed


@dataclass(frozen=True, slots=True)
class Seats:
    """The session of each seat, empty without one, and what may stand in a path: ``endpoint.argument`` → values."""

    sessions: Mapping[Seat, str]
    places: Mapping[str, list[str]]


def seats(services: Services, deals: int = DEALS) -> Seats:
    """Three organisations with their people, deals of which every other one is sent, and what is kept about them."""
    accounts = services.accounts
    sides = {kind: accounts.create_organisation(f"bench {kind}", kind).id for kind in OrganisationKind}
    agency, artist_side = sides[OrganisationKind.AGENCY], sides[OrganisationKind.ARTIST_SIDE]
    planner = _welcome(services, "planner", agency, Role.PLANNER)
    manager = _welcome(services, "manager", artist_side, Role.ARTIST_MANAGER)
    accounts.offer_totp(planner, PASSWORD, Visit())
    accounts.offer_passkey(planner, PASSWORD, Visit())
    acting = _actor(services, planner)
    drafts, sent = _deals(services, acting, sides, deals)
    places = {
        "invitation.token": [accounts.invite("guest@bench.invalid", agency, Role.ANALYST)],
        "shared.token": _links(services, acting, sent),
        "attachment.attachment_id": _files(services, acting, sent),
        "shortlist.list_id": _lists(services, acting),
        "search.search_id": _searches(services, acting),
        "rules_of.entity_id": _roster(services, _actor(services, manager)),
        "deal_edit.deal_id": drafts,
        "deal_rationale.deal_id": drafts,
        "deal_id": sent,
    }
    accounts.ask_for_passkey(at_key := secrets.token_urlsafe(32))
    sessions = {Seat.PLANNER: planner, Seat.MANAGER: manager, Seat.GUEST: "", Seat.AT_KEY: at_key}
    sessions[Seat.ADMIN] = _welcome(services, "admin", agency, Role.ADMIN)
    sessions[Seat.WAITING] = _waiting(services, agency)
    return Seats(sessions, places)


def _welcome(services: Services, name: str, organisation: str, role: Role) -> str:
    invited = services.accounts.invite(f"{name}@bench.invalid", organisation, role)
    made = services.accounts.accept(invited, name="Bench", password=PASSWORD, language="ja", visit=Visit())
    return made.session_id


def _actor(services: Services, session: str) -> Actor:
    found = services.accounts.sessions.actor_of(session)
    if found is None:
        raise AssertionError("somebody of the bench is not signed in")
    return found


def _waiting(services: Services, organisation: str) -> str:
    """The session of somebody with an authenticator app who has given the password alone."""
    accounts, session = services.accounts, _welcome(services, "waiting", organisation, Role.ANALYST)
    accounts.offer_totp(session, PASSWORD, Visit())
    secret = accounts.offered_totp(session) or ""
    accounts.confirm_totp(session, pyotp.TOTP(secret).now(), Visit())
    return accounts.sign_in("waiting@bench.invalid", PASSWORD, Visit()).session_id


def _ids(services: Services, kind: EntityKind, number: int) -> list[str]:
    """The first ids of a kind, from the beginning again where there are fewer."""
    snapshot = services.snapshot()
    known = [snapshot.ids[row] for row in snapshot.rows(kind)[:number].tolist()]
    return list(islice(cycle(known), number))


def _deals(
    services: Services, planner: Actor, sides: Mapping[OrganisationKind, str], number: int
) -> tuple[list[str], list[str]]:
    """Drafts, and deals that were sent."""
    artists, brands = (_ids(services, kind, number) for kind in (EntityKind.ARTIST, EntityKind.BRAND))
    proposal = services.explain(artists[0], brands[0], actor=planner)
    match = one_match(proposal)
    evidence = match.to_json() if match else {}
    expires = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    made: tuple[list[str], list[str]] = [], []
    for place, (artist, brand) in enumerate(zip(artists, brands, strict=True)):
        draft = {
            "artist": artist,
            "brand": brand,
            "headline": f"bench {place}",
            "brand_side": sides[OrganisationKind.BRAND],
            "artist_side": sides[OrganisationKind.ARTIST_SIDE],
            "expires": expires,
            "terms": TERMS,
        }
        deal = services.deals.create(planner, draft, evidence, proposal.snapshot)
        if place % 2:
            deal = services.deals.take(planner, deal["id"], deal["version"], Step.SEND)
        made[place % 2].append(deal["id"])
    return made


def _links(services: Services, planner: Actor, deals: list[str]) -> list[str]:
    tokens = {secrets.token_urlsafe(32): deal for deal in deals[:KEPT]}
    for token, deal in tokens.items():
        services.shares.make(planner, deal, token, days=LINK_DAYS)
    return list(tokens)


def _files(services: Services, planner: Actor, deals: list[str]) -> list[str]:
    for deal in deals[:KEPT]:
        services.attachments.add(planner, deal, "bench.pdf", PAPER, everybody=True)
    return [file.id for deal in deals[:KEPT] for file in services.attachments.of(planner, deal)]


def _lists(services: Services, planner: Actor) -> list[str]:
    """Lists of candidates, each of a question of its own."""
    snapshot, made = services.snapshot().hash, []
    for brand in _ids(services, EntityKind.BRAND, KEPT):
        asked = Query(entity=brand, kinds=(EntityKind.ARTIST,))
        kept = services.shortlists.create(planner, f"bench {brand}")
        ranked = services.places(asked, actor=planner)[:PICKED]
        picks = [Pick(entity=one.entity, question=asked, score=one.score, snapshot=snapshot) for one in ranked]
        services.shortlists.add(planner, kept.id, picks)
        made.append(kept.id)
    return made


def _searches(services: Services, planner: Actor) -> list[str]:
    questions = [Query(entity=brand, kinds=(EntityKind.ARTIST,)) for brand in _ids(services, EntityKind.BRAND, KEPT)]
    save = services.searches.save
    return [save(planner, f"bench {one.entity}", one, services.ranking(one, actor=planner)) for one in questions]


def _roster(services: Services, manager: Actor) -> list[str]:
    """Whom the artist's side represents, with rules of each."""
    artists = list(dict.fromkeys(_ids(services, EntityKind.ARTIST, DEALS)))
    for artist in artists:
        kept = services.rules.claim(manager, artist)
        services.rules.keep(manager, artist, kept.version, {"fee_floor": 1_000_000})
    return artists
