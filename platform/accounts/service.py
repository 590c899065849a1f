"""Accounts: who may come in, how they prove who they are, and for whom they act."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kyokan.errors import AccountError
from kyokan.platform.accounts import attempts, codes
from kyokan.platform.accounts.directory import folded
from kyokan.platform.accounts.model import Person, RecoveryCode, SignIn
from kyokan.platform.accounts.passwords import Passwords, check_new
from kyokan.platform.accounts.sessions import organisations
from kyokan.platform.accounts.team import Teams
from kyokan.platform.database import Database


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


class Accounts(Teams):
    """People, what they prove and what they may do, in the shared file; every process sees the same.

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
            pending = person.totp_secret is not None
            session_id = self.sessions.open(session, person, browser=visit.browser, pending=pending)
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

    def _own(self, session: Session, person: Person, act: str, visit: Visit) -> None:
        """Note what a person did with their own account."""
        self._note(session, person, f"person:{person.id}", act, address=visit.address)

    def _count(self, limits: attempts.Limits, subject: str, visit: Visit) -> None:
        """In a transaction of its own: a refused try stays counted."""
        with self._database.session(writing=True) as session:
            attempts.count(session, limits, subject, visit.address, self._clock())

    def _fits(self, session: Session, person: Person, code: str) -> bool:
        """Use a code up, within the caller's transaction."""
        if person.totp_secret is None:
            return False
        period = codes.matching_period(person.totp_secret, code, self._clock(), person.totp_counter)
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
            pending = person.totp_secret is not None
            session_id = self.sessions.open(session, person, browser=visit.browser, pending=pending)
        return SignedIn(session_id, pending, person.language)

    # One's own account ---------------------------------------------------------------------------------------

    def change_password(self, session_id: str, old: str, new: str, visit: Visit) -> str:
        """Change the password; the session gets a new id, all others end.

        Raises:
            TooManyAttemptsError: the old one was tried too often.
            AccountError: the old one is wrong, or the new one is refused.
        """
        person = self._reprove(session_id, old, visit)
        hashed = self._passwords.hash(check_new(new, known=(person.email, person.name)))
        with self._database.session(writing=True) as session:
            session.get_one(Person, person.id).password = hashed
            self._own(session, person, "password_changed", visit)
            return self.sessions.renew(session, session_id, person.id)

    def offer_totp(self, session_id: str, password: str, visit: Visit) -> None:
        """Begin setting up an authenticator app; nothing is in force before ``confirm_totp``."""
        person = self._reprove(session_id, password, visit)
        with self._database.session(writing=True) as session:
            session.get_one(Person, person.id).totp_offered = codes.new_secret()

    def confirm_totp(self, session_id: str, code: str, visit: Visit) -> tuple[str, list[str]]:
        """Put the offered secret in force; gives the session's new id and the recovery codes, which are shown once.

        Raises:
            TooManyAttemptsError: tried too often.
            AccountError: the code does not fit, or nothing was offered.
        """
        owner = self.owner(session_id)
        self._count(attempts.CODE, f"code:{owner.id}", visit)
        with self._database.session(writing=True) as session:
            person = session.get_one(Person, owner.id)
            offered = person.totp_offered
            period = offered and codes.matching_period(offered, code, self._clock(), 0)
            if not offered or not period:
                raise AccountError("wrong_code", "code", "does not fit", "Take the next one")
            person.totp_secret, person.totp_offered, person.totp_counter = offered, None, period
            attempts.forgive(session, f"code:{person.id}", visit.address)
            self._own(session, person, "second_step_on", visit)
            fresh = self._replace_codes(session, person)
            return self.sessions.renew(session, session_id, person.id), fresh

    def drop_totp(self, session_id: str, password: str, visit: Visit) -> str:
        """Switch the second step off; the session gets a new id, all others end."""
        owner = self._reprove(session_id, password, visit)
        with self._database.session(writing=True) as session:
            person = session.get_one(Person, owner.id)
            person.totp_secret = person.totp_offered = None
            self._replace_codes(session, person, number=0)
            self._own(session, person, "second_step_off", visit)
            return self.sessions.renew(session, session_id, person.id)

    def renew_codes(self, session_id: str, password: str, visit: Visit) -> list[str]:
        """New recovery codes; the old ones are void.

        Raises:
            AccountError: the password is wrong, or there is no second step.
        """
        owner = self._reprove(session_id, password, visit)
        with self._database.session(writing=True) as session:
            person = session.get_one(Person, owner.id)
            if person.totp_secret is None:
                raise AccountError("no_second_step", "recovery codes", "need a second step", "Set it up first")
            self._own(session, person, "recovery_codes_renewed", visit)
            return self._replace_codes(session, person)

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
