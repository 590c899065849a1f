"""Accounts: who may come in, how they prove who they are, and for whom they act."""

from __future__ import annotations

from sqlalchemy import or_, select

from kyokan.errors import AccountError
from kyokan.platform.accounts import attempts, codes
from kyokan.platform.accounts.elsewhere import Elsewhere
from kyokan.platform.accounts.entrance import SignedIn, Visit
from kyokan.platform.accounts.model import Person
from kyokan.platform.accounts.passwords import check_new

__all__ = ["Accounts", "SignedIn", "Visit"]


class Accounts(Elsewhere):
    """People, what they prove and what they may do, in the shared file; every process sees the same."""

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
            session.get_one(Person, person.id).totp_offered = self._vault.seal(codes.new_secret())

    def offered_totp(self, session_id: str) -> str | None:
        """The secret to be set up in an authenticator app; None where none was offered."""
        offered = self.owner(session_id).totp_offered
        return self._vault.open(offered) if offered else None

    def confirm_totp(self, session_id: str, code: str, visit: Visit) -> tuple[str, list[str]]:
        """Put the offered secret in force; gives the session's new id and recovery codes, shown once.

        There are codes only where it is the first second step.

        Raises:
            TooManyAttemptsError: tried too often.
            AccountError: the code does not fit, or nothing was offered.
        """
        owner = self.owner(session_id)
        self._count(attempts.CODE, f"code:{owner.id}", visit)
        with self._database.session(writing=True) as session:
            person = session.get_one(Person, owner.id)
            offered = person.totp_offered
            period = offered and codes.matching_period(self._vault.open(offered), code, self._clock(), 0)
            if not offered or not period:
                raise AccountError("wrong_code", "code", "does not fit", "Take the next one")
            first = not self._second_step(session, person)
            person.totp_secret, person.totp_offered, person.totp_counter = offered, None, period
            attempts.forgive(session, f"code:{person.id}", visit.address)
            self._own(session, person, "second_step_on", visit)
            fresh = self._replace_codes(session, person) if first else []
            return self.sessions.renew(session, session_id, person.id), fresh

    def renew_key(self) -> int:
        """Seal the secrets of all authenticator apps with a new key; gives how many there are.

        Stopped half-way, nothing is lost: older keys are forgotten last.
        """
        self._vault.add_key()
        with self._database.session(writing=True) as session:
            people = session.scalars(
                select(Person).where(or_(Person.totp_secret.is_not(None), Person.totp_offered.is_not(None)))
            ).all()
            for person in people:
                if person.totp_secret:
                    person.totp_secret = self._vault.seal(self._vault.open(person.totp_secret))
                if person.totp_offered:
                    person.totp_offered = self._vault.seal(self._vault.open(person.totp_offered))
            self._note(session, None, "accounts", "key_renewed", secrets=str(len(people)))
        self._vault.drop_older()
        return len(people)

    def drop_totp(self, session_id: str, password: str, visit: Visit) -> str:
        """Do without an authenticator app; the session gets a new id, all others end.

        The recovery codes go where no passkey is left either.
        """
        owner = self._reprove(session_id, password, visit)
        with self._database.session(writing=True) as session:
            person = session.get_one(Person, owner.id)
            person.totp_secret = person.totp_offered = None
            if not self._second_step(session, person):
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
            if not self._second_step(session, person):
                raise AccountError("no_second_step", "recovery codes", "need a second step", "Set it up first")
            self._own(session, person, "recovery_codes_renewed", visit)
            return self._replace_codes(session, person)
