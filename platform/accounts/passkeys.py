"""Passkeys: a second step that no false site can ask for; where the key makes sure of the person, a way in alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kyokan.errors import AccountError
from kyokan.platform.accounts import attempts, ceremony
from kyokan.platform.accounts.ceremony import Site
from kyokan.platform.accounts.codes import digest
from kyokan.platform.accounts.directory import checked_name
from kyokan.platform.accounts.entrance import Entrance, SignedIn, Visit
from kyokan.platform.accounts.model import Passkey, PasskeyChallenge, Person, SignIn


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    """A passkey as its person sees it; times are seconds since 1970, ``used`` is None before the first use."""

    credential: str
    name: str
    created: float
    used: float | None


class Passkeys(Entrance):
    """Challenges are kept by session, each is good once and for ten minutes."""

    def passkeys(self, person: str) -> list[PasskeyRow]:
        """A person's passkeys, the oldest first."""
        with self._database.session() as session:
            asked = select(Passkey).where(Passkey.person == person).order_by(Passkey.created, Passkey.credential)
            return [PasskeyRow(one.credential, one.name, one.created, one.used) for one in session.scalars(asked)]

    # One's own account ---------------------------------------------------------------------------------------

    def offer_passkey(self, session_id: str, password: str, visit: Visit) -> None:
        """Begin adding a passkey, after the password was given once more.

        Raises:
            TooManyAttemptsError: the password was tried too often.
            AccountError: the password is wrong.
        """
        self._reprove(session_id, password, visit)
        with self._database.session(writing=True) as session:
            self._challenge(session, session_id)

    def passkey_wanted(self, session_id: str, site: Site) -> str | None:
        """What the browser needs to make the passkey that was offered, as JSON; None where none is offered."""
        owner = self.owner(session_id)
        with self._database.session() as session:
            waiting = self._waiting_challenge(session, session_id)
            known = _credentials(session, owner.id)
        if waiting is None:
            return None
        return ceremony.ask_for_new(site, waiting.challenge, owner.id, owner.email, owner.name, known)

    def add_passkey(
        self, session_id: str, credential: str, name: str, site: Site, visit: Visit
    ) -> tuple[str, list[str]]:
        """Keep a passkey that the browser has made; gives the session's new id and recovery codes, shown once.

        There are codes only where it is the first second step.

        Raises:
            AccountError: nothing was offered, the passkey does not fit or is known, or the name is refused.
        """
        owner, called = self.owner(session_id), checked_name(name, "passkey")
        made = ceremony.made(site, self._use_challenge(session_id), credential)
        with self._database.session(writing=True) as session:
            person = session.get_one(Person, owner.id)
            if session.get(Passkey, made.credential):
                raise AccountError("wrong_passkey", "passkey", "is known already", "Use another authenticator")
            first = not self._second_step(session, person)
            session.add(Passkey(person=person.id, name=called, created=self._clock(), **asdict(made)))
            self._own(session, person, "passkey_added", visit)
            fresh = self._replace_codes(session, person) if first else []
            return self.sessions.renew(session, session_id, person.id), fresh

    def drop_passkey(self, session_id: str, credential: str, password: str, visit: Visit) -> str:
        """Forget one of one's passkeys, after the password; the session gets a new id, all others end.

        Without any second step left the recovery codes go as well. Forgetting one that is not there forgets nothing.
        """
        owner = self._reprove(session_id, password, visit)
        with self._database.session(writing=True) as session:
            person = session.get_one(Person, owner.id)
            found = session.get(Passkey, credential)
            if found and found.person == person.id:
                session.delete(found)
                session.flush()
                self._own(session, person, "passkey_removed", visit)
                if not self._second_step(session, person):
                    self._replace_codes(session, person, number=0)
            return self.sessions.renew(session, session_id, person.id)

    # Signing in ----------------------------------------------------------------------------------------------

    def ask_for_passkey(self, session_id: str) -> None:
        """Begin signing in with a passkey alone, in a browser whose session id means nobody yet."""
        with self._database.session(writing=True) as session:
            self._challenge(session, session_id)

    def passkey_asked(self, session_id: str, site: Site) -> str | None:
        """What the browser needs to show a passkey, as JSON; None where none was asked for.

        Where the second step is owed, it is one of the person's, else any.
        """
        with self._database.session() as session:
            waiting = self._waiting_challenge(session, session_id)
            owing = self.sessions.find(session, session_id, pending=True)
            known = _credentials(session, owing.person) if owing else []
        if waiting is None or (owing and not known):
            return None
        return ceremony.ask_for(site, waiting.challenge, known)

    def confirm_by_passkey(self, session_id: str, credential: str, site: Site, visit: Visit) -> SignedIn:
        """Sign in with a passkey: as the second step where one is owed, else by itself if it makes sure of the person.

        Raises:
            TooManyAttemptsError: tried too often from this network address.
            AccountError: it was not asked for or too long ago, or the passkey does not fit.
        """
        self._count(attempts.PASSKEY, f"passkey:{visit.address}", visit)
        challenge = self._use_challenge(session_id)
        try:
            return self._enter(session_id, challenge, credential, site, visit)
        except AccountError:
            with self._database.session(writing=True) as session:
                self._note(session, None, "person:unknown", "passkey_refused", address=visit.address)
                self._challenge(session, session_id)
            raise

    def _enter(self, session_id: str, challenge: bytes, credential: str, site: Site, visit: Visit) -> SignedIn:
        wrong = AccountError("wrong_passkey", "passkey", "does not fit", "Try again")
        named, holder = ceremony.named(credential)
        with self._database.session(writing=True) as session:
            key = session.get(Passkey, named)
            owing = self.sessions.find(session, session_id, pending=True)
            if key is None or (owing.person if owing else holder) != key.person:
                raise wrong
            person = session.get_one(Person, key.person)
            shown = ceremony.shown(site, challenge, credential, key.public_key, key.sign_count)
            if not person.active or not (owing or shown.verified):
                raise wrong
            key.sign_count, key.used = shown.sign_count, self._clock()
            if owing:
                self.sessions.revoke(session, SignIn.id == owing.id)
            entered = self.sessions.open(session, person, browser=visit.browser)
            attempts.forgive(session, f"passkey:{visit.address}", visit.address)
            self._own(session, person, "signed_in", visit)
            return SignedIn(entered, language=person.language)

    # Challenges ----------------------------------------------------------------------------------------------

    def _waiting_challenge(self, session: Session, session_id: str) -> PasskeyChallenge | None:
        found = session.get(PasskeyChallenge, digest(session_id))
        return found if found and found.expires > self._clock() else None

    def _use_challenge(self, session_id: str) -> bytes:
        """In a transaction of its own: a challenge is used up, whatever comes of it."""
        with self._database.session(writing=True) as session:
            found = self._waiting_challenge(session, session_id)
            if found is None:
                raise AccountError("step_over", "passkey", "was asked for too long ago", "Begin again")
            session.delete(found)
            return found.challenge


def _credentials(session: Session, person: str) -> list[str]:
    return list(session.scalars(select(Passkey.credential).where(Passkey.person == person).order_by(Passkey.created)))
