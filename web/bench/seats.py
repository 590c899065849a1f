"""Who asks in the bench: a planner who is signed in, and the agency's deals with two other sides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kyokan.graph.model import EntityKind
from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.accounts.model import OrganisationKind
from kyokan.platform.accounts.service import Visit
from kyokan.platform.deals import Step
from kyokan.platform.services import Services
from kyokan.web.pages.why import one_match

DEALS = 60
PASSWORD = "bench: nobody else signs in here"  # noqa: S105  # of a folder that goes afterwards
TERMS = {"category": "bench", "territories": ["japan"], "media": ["tv"], "fee_low": 8_000_000, "fee_high": 9_000_000}


@dataclass(frozen=True, slots=True)
class Seats:
    """The planner's session, an invitation that nobody has taken, and the ids of drafts and of deals sent."""

    session: str
    invitation: str
    drafts: list[str]
    sent: list[str]


def seats(services: Services) -> Seats:
    """Three organisations, a planner, and deals between the first artists and brands; every other one is sent."""
    accounts = services.accounts
    agency, brand_side, artist_side = (accounts.create_organisation(f"bench {kind}", kind) for kind in OrganisationKind)
    invited = accounts.invite("planner@bench.invalid", agency.id, Role.PLANNER)
    session = accounts.accept(invited, name="Bench", password=PASSWORD, language="ja", visit=Visit()).session_id
    actor = accounts.sessions.actor_of(session)
    if actor is None:
        raise AssertionError("the planner of the bench is not signed in")
    deals = _deals(services, actor, brand_side.id, artist_side.id)
    return Seats(session, accounts.invite("guest@bench.invalid", agency.id, Role.ANALYST), deals[::2], deals[1::2])


def _deals(services: Services, actor: Actor, brand_side: str, artist_side: str) -> list[str]:
    snapshot = services.snapshot()
    artists, brands = (
        [snapshot.ids[row] for row in snapshot.rows(kind)[:DEALS].tolist()]
        for kind in (EntityKind.ARTIST, EntityKind.BRAND)
    )
    proposal = services.explain(artists[0], brands[0])
    match = one_match(proposal)
    evidence = match.to_json() if match else {}
    expires = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    made = []
    for number, (artist, brand) in enumerate(zip(artists, brands, strict=False)):
        draft = {
            "artist": artist,
            "brand": brand,
            "headline": f"bench {number}",
            "brand_side": brand_side,
            "artist_side": artist_side,
            "expires": expires,
            "terms": TERMS,
        }
        deal = services.deals.create(actor, draft, evidence, proposal.snapshot)
        if number % 2:
            deal = services.deals.take(actor, deal["id"], deal["version"], Step.SEND)
        made.append(deal["id"])
    return made
