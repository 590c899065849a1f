"""Three made-up organisations, their people and a clock that the test turns, for tests of deals."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.accounts.model import Membership, Organisation, OrganisationKind, Person
from kyokan.platform.database import Database

MATCH = {
    "score": 0.73,
    "score_artist": 0.69,
    "score_brand": 0.71,
    "confidence": 0.81,
    "sentence": {"ja": "「静謐」がともに響く。", "en": "Both feel serene."},
    "contributions": [
        {"signal": "resonance", "contribution": 0.6, "for": "both", "evidence": []},
        {"signal": "reach", "contribution": 0.2, "for": "artist", "evidence": []},
        {"signal": "reach", "contribution": 0.1, "for": "brand", "evidence": []},
    ],
}
DRAFT = {
    "artist": "artist:akari",
    "brand": "brand:koyomido",
    "headline": "夜明けの時計",
    "brand_side": "koyomido",
    "artist_side": "nagi-office",
    "expires": "2026-12-31",
    "terms": {"category": "watch", "territories": ["japan"], "media": ["tv"], "fee_low": 8_000_000},
}


@dataclass
class Clock:
    """The time, which stands still until the test moves it."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 23, 9, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        """The time in seconds since 1970."""
        return self.now.timestamp()

    def pass_by(self, **time: float) -> None:
        """Move on."""
        self.now += timedelta(**time)


def person(name: str, organisation: str, *roles: Role) -> Actor:
    """Somebody who acts for an organisation."""
    return Actor(person=name, organisation=organisation, roles=frozenset(roles), name=name.title())


PLANNER = person("hana", "agency", Role.PLANNER)
ANALYST = person("ken", "agency", Role.ANALYST)
BRAND = person("toma", "koyomido", Role.BRAND_CLIENT)
MANAGER = person("rei", "nagi-office", Role.ARTIST_MANAGER)
STRANGER = person("mal", "rival-agency", Role.PLANNER, Role.BRAND_CLIENT, Role.ARTIST_MANAGER, Role.ADMIN)
MAKI = person("maki", "agency", Role.PLANNER)


ORGANISATIONS = {
    "agency": OrganisationKind.AGENCY,
    "rival-agency": OrganisationKind.AGENCY,
    "koyomido": OrganisationKind.BRAND,
    "nagi-office": OrganisationKind.ARTIST_SIDE,
    "other-office": OrganisationKind.ARTIST_SIDE,
}


def organise(database: Database) -> None:
    """Keep the organisations, for whoever stands on a side is one of them."""
    with database.session(writing=True) as session:
        session.add_all(Organisation(id=name, name=name, kind=kind) for name, kind in ORGANISATIONS.items())


def settle_in(database: Database) -> None:
    """Keep the organisations and their people, for what names people."""
    organise(database)
    with database.session(writing=True) as session:
        for one in (PLANNER, MAKI, ANALYST, BRAND, MANAGER):
            email = f"{one.person}@example.com"
            session.add(Person(id=one.person, email=email, name=one.name, language="en", password=""))
            session.flush()
            for role in one.roles:
                session.add(Membership(person=one.person, organisation=one.organisation, role=role))
