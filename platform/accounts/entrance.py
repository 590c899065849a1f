"""Coming in: what people prove, by password, code or passkey, and the invitations that they take up."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kyokan.errors import AccountError
from kyokan.platform.accounts import attempts, codes
from kyokan.platform.accounts.addresses import folded
from kyokan.platform.accounts.model import PasskeyChallenge, Person, RecoveryCode, SignIn
from kyokan.platform.accounts.passwords import Passwords, check_new
from kyokan.platform.accounts.sessions import PENDING, organisations
from kyokan.platform.accounts.team import Teams
from kyokan.platform.database import Database

CHALLENGE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a request comes from: its network address and its browser's user agent."""

    address: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What signing in gave; ``pending`` ones still owe the second step, ``joined`` ones took up their invitation."""

    session_id: str
    pending: bool = False
    language: str = "ja"
    joined: bool = False


class Entrance(Teams):
    """How people prove who they are.

    Args:
        database: where accounts are kept.
        clock: seconds since 1970.
        passwords: how passwords are kept.
    """

    def __init__(
        self, database: Database, *, clock: Callable[[], float] = time.time, passwords: Passwords | None = None
    ) -> None:
        super().__init__(database, clock=clock)
        self._passwords = passwords or Passwords()

    # Signing in ----------------------------------------------------------------------------------------------

    def sign_in(self, email: str, password: str, visit: Visit, invitation: str = "") -> SignedIn:
        """Begin a session with a password; who belongs nowhere any more takes up the ``invitation`` they came with.

        An unknown address, a disabled account and a wrong password get the same answer after the same time.

        Raises:
            TooManyAttemptsError: tried too often.
            AccountError: address and password do not belong together.
        """
        found = self._prove(folded(email), password, visit)
        with self._database.session(writing=True) as session:
            person = session.get_one(Person, found.id)
            if self._passwords.outdated(person.password):
                person.password = self._passwords.hash(password)
            if joined := bool(invitation) and not organisations(session, person.id):
                self._take_up(session, invitation, person)
            pending = self._second_step(session, person)
            session_id = self._begin(session, person, visit, pending=pending)
            if not pending:
                self._own(session, person, "signed_in", visit)
        return SignedIn(session_id, pending, found.language, joined)

    def confirm(self, session_id: str, code: str, visit: Visit) -> SignedIn:
        """The second step: a code of the authenticator app, or a recovery code. The session gets a new id.

        Raises:
            TooManyAttemptsError: tried too often.
            AccountError: the code does not fit or was used before, or the first step is too long ago.
        """
        with self._database.session() as session:
            owing = self.sessions.find(session, session_id, pending=True)
        if owing is None:
            raise AccountError("step_over", "sign-in", "began too long ago", "Sign in again")
        self._count(attempts.CODE, f"code:{owing.person}", visit)
        with self._database.session(writing=True) as session:
            person = session.get_one(Person, owing.person)
            if fits := self._fits(session, person, code):
                attempts.forgive(session, f"code:{person.id}", visit.address)
                self.sessions.revoke(session, SignIn.id == owing.id)
                session_id = self.sessions.open(session, person, browser=visit.browser)
            self._own(session, person, "signed_in" if fits else "code_refused", visit)
        if not fits:
            raise AccountError("wrong_code", "code", "does not fit or was used before", "Take the next one")
        return SignedIn(session_id, language=person.language)

    def sign_out(self, session_id: str, visit: Visit) -> None:
        """End a session; ending one that has ended does nothing."""
        with self._database.session(writing=True) as session:
            if found := self.sessions.find(session, session_id):
                self._own(session, session.get_one(Person, found.person), "signed_out", visit)
            self.sessions.revoke(session, SignIn.hash == codes.digest(session_id))

    def _prove(self, email: str, password: str, visit: Visit) -> Person:
        """The active person whose address and password these are; the look itself takes no lock."""
        self._count(attempts.PASSWORD, email, visit)
        with self._database.session() as session:
            found = session.scalars(select(Person).where(Person.email == email, Person.active)).one_or_none()
        if not self._passwords.opens(found.password if found else None, password) or found is None:
            with self._database.session(writing=True) as session:
                whom = f"person:{found.id if found else 'unknown'}"
                self._note(session, None, whom, "password_refused", address=visit.address)
            raise AccountError("wrong", "sign-in", "address and password do not belong together", "Check both")
        with self._database.session(writing=True) as session:
            attempts.forgive(session, email, visit.address)
        return found

    def _begin(self, session: Session, person: Person, visit: Visit, *, pending: bool) -> str:
        """Open a session; one that owes the second step can be asked for a passkey from now on."""
        session_id = self.sessions.open(session, person, browser=visit.browser, pending=pending)
        if pending:
            self._challenge(session, session_id)
        return session_id

    def _challenge(self, session: Session, session_id: str) -> None:
        """What a passkey is to sign in this session; an earlier one is void."""
        now = self._clock()
        session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires <= now))
        fresh = secrets.token_bytes(CHALLENGE_BYTES)
        session.merge(PasskeyChallenge(session=codes.digest(session_id), challenge=fresh, expires=now + PENDING))

    def _own(self, session: Session, person: Person, act: str, visit: Visit) -> None:
        """Note what a person did with their own account."""
        self._note(session, person, f"person:{person.id}", act, address=visit.address)

    def _count(self, limits: attempts.Limits, subject: str, visit: Visit) -> None:
        """In a transaction of its own: a refused try stays counted."""
        with self._database.session(writing=True) as session:
            attempts.count(session, limits, subject, visit.address, self._clock())

    def _fits(self, session: Session, person: Person, code: str) -> bool:
        """Use a code up, within the caller's transaction."""
        if person.totp_secret is not None and codes.typed(code).isdecimal():
            secret = self._vault.open(person.totp_secret)
            period = codes.matching_period(secret, code, self._clock(), person.totp_counter)
            if period is not None:
                person.totp_counter = period
                return True
        kept = session.get(RecoveryCode, codes.digest(codes.typed(code)))
        if kept is None or kept.person != person.id:
            return False
        session.delete(kept)
        return True

    # Invitations ---------------------------------------------------------------------------------------------

    def accept(self, token: str, *, name: str, password: str, language: str, visit: Visit) -> SignedIn:
        """Make the account of somebody new who was invited, and sign them in.

        Raises:
            AccountError: the invitation is over, the address has an account already, or name or password are refused.
        """
        hashed = self._passwords.hash(check_new(password, known=(self.invitation(token).email, name)))
        with self._database.session(writing=True) as session:
            invited = self._invitation(session, token)
            if self._person(session, invited.email):
                raise AccountError("sign_in_first", "invitation", "is for an account that exists", "Sign in first")
            person = self._create(session, invited.email, name, language, hashed)
            self._use(session, invited, person)
            return SignedIn(self.sessions.open(session, person, browser=visit.browser), language=language)

    def reset(self, token: str, password: str, visit: Visit) -> SignedIn:
        """Set a new password with the operator's leave; all sessions end, and the second step is still owed.

        Raises:
            AccountError: the leave is over, or the password is refused.
        """
        hashed = self._passwords.hash(check_new(password, known=(self.invitation(token).email,)))
        with self._database.session(writing=True) as session:
            invited = self._invitation(session, token)
            person = self._person(session, invited.email)
            if invited.organisation is not None or person is None or not person.active:
                raise AccountError("invitation_over", "invitation", "sets no password", "Ask for a new one")
            invited.used, person.password = self._clock(), hashed
            self.sessions.revoke(session, SignIn.person == person.id)
            self._own(session, person, "password_reset", visit)
            pending = self._second_step(session, person)
            session_id = self._begin(session, person, visit, pending=pending)
        return SignedIn(session_id, pending, person.language)

    # For what needs proof once more --------------------------------------------------------------------------

    def owner(self, session_id: str) -> Person:
        """The person of a session.

        Raises:
            AccountError: the session has ended.
        """
        with self._database.session() as session:
            if (found := self.sessions.find(session, session_id)) is None:
                raise AccountError("session_over", "session", "has ended", "Sign in again")
            return session.get_one(Person, found.person)

    def _reprove(self, session_id: str, password: str, visit: Visit) -> Person:
        """The person of a session, who has given the password once more."""
        person = self.owner(session_id)
        try:
            return self._prove(person.email, password, visit)
        except AccountError as error:
            if error.code != "wrong":
                raise
            raise AccountError("wrong_password", "password", "is not yours", "Check it") from None

    def _replace_codes(self, session: Session, person: Person, number: int | None = None) -> list[str]:
        for kept in session.scalars(select(RecoveryCode).where(RecoveryCode.person == person.id)):
            session.delete(kept)
        fresh = codes.new_recovery_codes()[:number]
        session.add_all(RecoveryCode(hash=codes.digest(codes.typed(code)), person=person.id) for code in fresh)
        return fresh
