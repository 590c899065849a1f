"""What the account tests share: accounts over a real file, a clock moved by hand, quick password hashes."""

from __future__ import annotations

from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher

from kyokan.errors import AccountError
from kyokan.platform.accounts import Actor, Role
from kyokan.platform.accounts.model import OrganisationKind
from kyokan.platform.accounts.passwords import Passwords
from kyokan.platform.accounts.service import Accounts, SignedIn, Visit
from kyokan.platform.database import Database

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
GOOD = "ginkgo lantern 41 harbour"
BETTER = "quiet tramway over the ridge"
EMAIL = "saeki@example.com"
HERE = Visit(address="192.0.2.1", browser="Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0")
ELSEWHERE = Visit(address="192.0.2.2", browser="Mozilla/5.0 (iPhone) Version/18.0 Mobile Safari/604.1")
START = 1_800_000_000.0


def refused(code: str) -> pytest.RaisesExc[AccountError]:
    """Holds that what is done within is refused for that reason."""
    return pytest.raises(AccountError, check=lambda error: error.code == code)


class Clock:
    """Seconds since 1970, moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds


class Desk:
    """Accounts and what a test does with them over and over."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.database = Database(folder / "workroom.db")
        self.accounts = Accounts(self.database, clock=self.clock, passwords=Passwords(QUICK))

    def organisation(self, name: str = "Minato Agency", kind: OrganisationKind = OrganisationKind.AGENCY) -> str:
        found = self.accounts.organisation(name)
        return (found or self.accounts.create_organisation(name, kind)).id

    def invite(self, email: str = EMAIL, organisation: str = "Minato Agency", role: Role = Role.PLANNER) -> str:
        return self.accounts.invite(email, self.organisation(organisation), role)

    def welcome(self, email: str = EMAIL, **invited: object) -> SignedIn:
        """Somebody new, invited and signed in."""
        token = self.invite(email, **invited)  # type: ignore[arg-type]
        return self.accept(token)

    def accept(self, token: str) -> SignedIn:
        return self.accounts.accept(token, name="佐伯 凪", password=GOOD, language="ja", visit=HERE)

    def actor(
        self,
        email: str = EMAIL,
        organisation: str = "Minato Agency",
        kind: OrganisationKind = OrganisationKind.AGENCY,
        role: Role = Role.PLANNER,
    ) -> Actor:
        """Somebody new who acts for an organisation."""
        token = self.accounts.invite(email, self.organisation(organisation, kind), role)
        actor = self.accounts.sessions.actor_of(self.accept(token).session_id)
        assert actor
        return actor

    def sign_in(self, email: str = EMAIL, password: str = GOOD, visit: Visit = HERE, invitation: str = "") -> SignedIn:
        return self.accounts.sign_in(email, password, visit, invitation)

    def code(self, secret: str, periods: int = 0) -> str:
        """The code that the authenticator app shows, some periods from now."""
        return pyotp.TOTP(secret).at(int(self.clock()) + 30 * periods)

    def with_second_step(self) -> tuple[str, str, list[str]]:
        """Somebody with an authenticator app: session id, secret, recovery codes."""
        session_id = self.welcome().session_id
        self.accounts.offer_totp(session_id, GOOD, HERE)
        secret = self.accounts.offered_totp(session_id)
        assert secret
        session_id, codes = self.accounts.confirm_totp(session_id, self.code(secret), HERE)
        return session_id, secret, codes
