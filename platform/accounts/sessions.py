"""Sessions: who is behind a browser, for how long, and how that ends."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kyokan.errors import AccountError
from kyokan.platform.accounts.actor import Actor
from kyokan.platform.accounts.codes import digest
from kyokan.platform.accounts.model import Membership, Organisation, Person, SignIn
from kyokan.platform.database import Database

IDLE, LONGEST = 8 * 3600.0, 24 * 3600.0  # a working day; every day begins with signing in
PENDING = 600.0  # time for the second step
NOTED = 60.0  # a session's last use is written down once a minute
KEPT = 30 * 86_400.0
ID_BYTES = 32

BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "CrOS", "Macintosh", "Linux")


def browser_name(user_agent: str) -> str:
    """What a person recognises of a user agent: "Firefox, Windows"; other programs by their first word."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for name in SYSTEMS if name in user_agent), "")
    return ", ".join(filter(None, (browser, system))) or re.sub(r"[^\w.-].*", "", user_agent)[:40]


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One open session, as its person sees it; times are seconds since 1970."""

    id: int
    browser: str
    organisation: str
    created: float
    seen: float
    current: bool


class Sessions:
    """The sessions of all people, in the shared file.

    Args:
        database: where they are kept.
        clock: seconds since 1970.
    """

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def open(self, session: Session, person: Person, *, browser: str = "", pending: bool = False) -> str:
        """Begin a session within the caller's transaction and give its id, which is kept nowhere.

        Raises:
            AccountError: the person belongs to no organisation.
        """
        now, session_id = self._clock(), secrets.token_urlsafe(ID_BYTES)
        session.execute(delete(SignIn).where(SignIn.created <= now - KEPT))
        session.add(
            SignIn(
                hash=digest(session_id),
                person=person.id,
                organisation=latest_organisation(session, person.id),
                pending=pending,
                created=now,
                seen=now,
                browser=browser_name(browser),
            )
        )
        return session_id

    def find(self, session: Session, session_id: str, *, pending: bool = False) -> SignIn | None:
        """The living session of an id and of an active person."""
        now = self._clock()
        asked = select(SignIn).join(Person, Person.id == SignIn.person)
        found = session.scalars(
            asked.where(
                SignIn.hash == digest(session_id),
                SignIn.revoked.is_(None),
                SignIn.pending.is_(pending),
                SignIn.created > now - (PENDING if pending else LONGEST),
                SignIn.seen > now - IDLE,
                Person.active,
            )
        )
        return found.one_or_none()

    def actor_of(self, session_id: str) -> Actor | None:
        """Who acts with this session; None where it has ended or the person may no longer act for the organisation."""
        with self._database.session() as session:
            found = self.find(session, session_id)
            if found is None:
                return None
            name = session.scalars(select(Person.name).where(Person.id == found.person)).one()
            held = select(Membership.role).where(
                Membership.person == found.person, Membership.organisation == found.organisation
            )
            roles = frozenset(session.scalars(held))
        if not roles:
            return None
        if (now := self._clock()) - found.seen >= NOTED:
            with self._database.session(writing=True) as session:
                session.execute(update(SignIn).where(SignIn.id == found.id, SignIn.seen < now).values(seen=now))
        return Actor(person=found.person, organisation=found.organisation, roles=roles, name=name)

    def close(self, session_id: str) -> None:
        """End a session; ending one that has ended does nothing."""
        with self._database.session(writing=True) as session:
            self.revoke(session, SignIn.hash == digest(session_id))

    def revoke(self, session: Session, *which: object) -> None:
        """End the sessions for which all of ``which`` holds, within the caller's transaction."""
        ended = update(SignIn).where(*which, SignIn.revoked.is_(None))  # type: ignore[arg-type]
        session.execute(ended.values(revoked=self._clock()))

    def renew(self, session: Session, session_id: str, person: str) -> str:
        """Give a session a new id and end the person's other sessions: after a change of how one signs in."""
        renewed = secrets.token_urlsafe(ID_BYTES)
        self.revoke(session, SignIn.person == person, SignIn.hash != digest(session_id))
        session.execute(update(SignIn).where(SignIn.hash == digest(session_id)).values(hash=digest(renewed)))
        return renewed

    def now(self) -> float:
        """The time by which sessions are measured."""
        return self._clock()

    def rows(self, person: str, session_id: str) -> list[SessionRow]:
        """A person's open sessions, the one in hand first, then the one used last."""
        now, here = self._clock(), digest(session_id)
        asked = (
            select(SignIn, Organisation.name)
            .join(Organisation, Organisation.id == SignIn.organisation)
            .where(SignIn.person == person, SignIn.revoked.is_(None), SignIn.pending.is_(False))
            .where(SignIn.created > now - LONGEST, SignIn.seen > now - IDLE)
            .order_by((SignIn.hash == here).desc(), SignIn.seen.desc(), SignIn.id.desc())
        )
        with self._database.session() as session:
            return [
                SessionRow(row.id, row.browser, organisation, row.created, row.seen, row.hash == here)
                for row, organisation in session.execute(asked)
            ]

    def end(self, person: str, row: int) -> None:
        """End one of a person's sessions; those of others are out of reach."""
        with self._database.session(writing=True) as session:
            self.revoke(session, SignIn.person == person, SignIn.id == row)

    def end_others(self, person: str, session_id: str) -> None:
        """End every session of a person but the one in hand."""
        with self._database.session(writing=True) as session:
            self.revoke(session, SignIn.person == person, SignIn.hash != digest(session_id))

    def act_for(self, person: str, session_id: str, organisation: str) -> None:
        """Act for another of one's organisations from now on.

        Raises:
            AccountError: the person holds no role there.
        """
        with self._database.session(writing=True) as session:
            if organisation not in organisations(session, person):
                raise AccountError("not_member", "organisation", "is not one of yours")
            here = (SignIn.person == person, SignIn.hash == digest(session_id))
            session.execute(update(SignIn).where(*here).values(organisation=organisation))


def organisations(session: Session, person: str) -> list[str]:
    """Ids of the organisations that a person may act for, by name."""
    asked = select(Organisation.id).join(Membership, Membership.organisation == Organisation.id)
    return list(session.scalars(asked.where(Membership.person == person).order_by(Organisation.name)))


def latest_organisation(session: Session, person: str) -> str:
    """The organisation that a person acted for last, as long as it is still theirs; else the first by name.

    Raises:
        AccountError: the person belongs to none.
    """
    theirs = organisations(session, person)
    if not theirs:
        raise AccountError("no_organisation", "account", "belongs to no organisation", "Ask for an invitation")
    latest = select(SignIn.organisation).where(SignIn.person == person).order_by(SignIn.id.desc()).limit(1)
    last = session.scalars(latest).one_or_none()
    return last if last in theirs else theirs[0]
