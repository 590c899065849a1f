"""Signing in elsewhere: people whom an OpenID Connect provider vouches for, and who are known or invited here."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kyokan.errors import AccountError
from kyokan.platform.accounts import attempts
from kyokan.platform.accounts.addresses import checked_email, folded
from kyokan.platform.accounts.codes import digest
from kyokan.platform.accounts.directory import LONGEST_NAME
from kyokan.platform.accounts.entrance import SignedIn, Visit
from kyokan.platform.accounts.issuer import Asked, Issuer, Vouched
from kyokan.platform.accounts.model import Identity, Invitation, Person, SignInElsewhere
from kyokan.platform.accounts.passkeys import Passkeys
from kyokan.platform.accounts.sessions import PENDING, organisations

SECRET_BYTES = 32


class Elsewhere(Passkeys):
    """The issuer's word replaces the password alone: a second step that somebody has set up here is still owed."""

    def leave(self, session_id: str, after: str, visit: Visit) -> Asked:
        """Begin to sign in elsewhere, in this browser; ``after`` is where to come back to.

        Raises:
            TooManyAttemptsError: tried too often from this network address.
        """
        self._count(attempts.ELSEWHERE, f"elsewhere:{visit.address}", visit)
        asked = Asked(*(secrets.token_urlsafe(SECRET_BYTES) for _ in range(3)))
        with self._database.session(writing=True) as session:
            now = self._clock()
            session.execute(delete(SignInElsewhere).where(SignInElsewhere.expires <= now))
            kept = {"state": asked.state, "nonce": asked.nonce, "verifier": asked.verifier, "after": after}
            session.merge(SignInElsewhere(session=digest(session_id), expires=now + PENDING, **kept))
        return asked

    def come_back(
        self, session_id: str, state: str, code: str, issuer: Issuer, back: str, visit: Visit
    ) -> tuple[SignedIn, str]:
        """Sign in whom the issuer vouches for; gives where they wanted to go as well.

        Raises:
            TooManyAttemptsError: tried too often from this network address.
            IssuerUnavailableError: the issuer does not answer.
            AccountError: this browser did not ask, or too long ago; the issuer's word does not hold; or the person is
                neither known here nor invited.
        """
        self._count(attempts.ELSEWHERE, f"elsewhere:{visit.address}", visit)
        with self._database.session(writing=True) as session:
            found = session.get(SignInElsewhere, digest(session_id))
            if (
                found is None
                or found.expires <= self._clock()
                or not secrets.compare_digest(found.state.encode(), state.encode())
            ):
                raise AccountError("step_over", "sign-in", "was not asked for here, or too long ago", "Begin again")
            session.delete(found)  # good once, whatever comes of it
        try:
            asked = Asked(found.state, found.nonce, found.verifier)
            return self._admit(issuer.vouched(asked, code, back, self._clock()), visit), found.after
        except AccountError as error:
            with self._database.session(writing=True) as session:
                refused = {"address": visit.address, "reason": error.code}
                self._note(session, None, "person:unknown", "elsewhere_refused", **refused)
            raise

    def _admit(self, vouched: Vouched, visit: Visit) -> SignedIn:
        stranger = AccountError("not_invited", vouched.email, "is not invited", "Ask for an invitation")
        unknowable = self._passwords.hash(secrets.token_urlsafe(SECRET_BYTES))
        with self._database.session(writing=True) as session:
            identity = session.get(Identity, (vouched.issuer, vouched.subject))
            email = checked_email(vouched.email)
            person = session.get(Person, identity.person) if identity else self._person(session, email)
            invitations = self._open_invitations(session, person.email if person else email)
            if person is None:
                if not invitations:
                    raise stranger
                name = (vouched.name or email.partition("@")[0])[:LONGEST_NAME]
                person = self._create(session, email, name, "ja", unknowable)
            if not person.active or (identity is None and self._bound(session, vouched.issuer, person)):
                raise stranger
            if joined := not organisations(session, person.id):
                for invitation in (one for one in invitations if one.used is None):  # using one may settle the next
                    self._use(session, invitation, person)
            if identity is None:
                session.add(Identity(issuer=vouched.issuer, subject=vouched.subject, person=person.id))
            pending = self._second_step(session, person)
            session_id = self._begin(session, person, visit, pending=pending)
            attempts.forgive(session, f"elsewhere:{visit.address}", visit.address)
            if not pending:
                self._own(session, person, "signed_in", visit)
        return SignedIn(session_id, pending, person.language, joined)

    def _open_invitations(self, session: Session, email: str) -> list[Invitation]:
        """Invitations into organisations that an address has not taken up, the latest to end first."""
        own = self._open().where(Invitation.email == folded(email), Invitation.organisation.is_not(None))
        return list(session.scalars(own.order_by(Invitation.expires.desc())))

    def _bound(self, session: Session, issuer: str, person: Person) -> bool:
        """Whether the issuer has vouched for this person under another id: an address may have changed hands."""
        bound = select(Identity).where(Identity.issuer == issuer, Identity.person == person.id)
        return session.scalars(bound).first() is not None
