"""The people of one organisation, as its admins keep them: who comes in, in which roles, and who stays out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kyokan.errors import AccountError, ChangedMeanwhileError, NotAllowedError, UnknownRecordError
from kyokan.platform.accounts import attempts
from kyokan.platform.accounts.actor import Actor, Role, ordered, words
from kyokan.platform.accounts.addresses import checked_email
from kyokan.platform.accounts.directory import SECOND_STEP, Directory, offerable, only_roles
from kyokan.platform.accounts.model import ROLES_IN, Invitation, Membership, Organisation, Person, SignIn
from kyokan.platform.accounts.records import ACTS, GROUPS, Entry, entries
from kyokan.platform.audit import Trail

RECORDS, IN_A_FILE = 50, 10_000  # records on a page, and in a file


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the organisation; one who is not ``active`` is kept out of everything by the operator."""

    person: str
    name: str
    email: str
    active: bool
    second_step: bool
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Pending:
    """An invitation that nobody has taken up; ``expires`` is seconds since 1970, the token is kept nowhere."""

    id: str
    email: str
    roles: tuple[Role, ...]
    expires: float


@dataclass(frozen=True, slots=True)
class Team:
    """The people of an organisation, and to its admins the invitations under way and the roles they can give."""

    organisation: Organisation
    members: tuple[Member, ...]
    pending: tuple[Pending, ...]
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation just made; who hands it over needs the token, which cannot be had again."""

    email: str
    roles: tuple[Role, ...]
    organisation: str
    token: str


class Teams(Directory):
    """What an organisation's admins do about its people. Another organisation's people are as if there were none."""

    def team(self, actor: Actor) -> Team:
        """The people of the actor's organisation, by name."""
        with self._database.session() as session:
            organisation = session.get_one(Organisation, actor.organisation)
            members = _members(session, organisation.id)
            if not actor.has(Role.ADMIN):
                return Team(organisation, members, (), ())
            waiting = session.scalars(self._waiting(organisation.id).order_by(Invitation.email, Invitation.expires))
            pending = tuple(Pending(one.hash, one.email, one.roles, one.expires) for one in waiting)
            return Team(organisation, members, pending, ROLES_IN[organisation.kind])

    def invite_to_team(self, actor: Actor, email: str, *roles: Role) -> Invited:
        """Invite an address into the actor's organisation; an earlier invitation of it becomes void.

        Whether the address has an account elsewhere is not told.

        Raises:
            NotAllowedError: the actor is no admin.
            AccountError: that is no e-mail address, there is no role or one that such an organisation does not give,
                or they are in already.
            TooManyAttemptsError: the actor has invited too many in a short time.
        """
        address = checked_email(email)
        with self._database.session(writing=True) as session:
            _only_admins(session, actor)
            offered = offerable(session.get_one(Organisation, actor.organisation), roles)
            if any(member.email == address for member in _members(session, actor.organisation)):
                raise AccountError("member_already", email, "is in already", "Change their roles")
            attempts.count(
                session, attempts.INVITATION, f"invitation:{actor.person}", actor.organisation, self._clock()
            )
            for earlier in session.scalars(self._waiting(actor.organisation).where(Invitation.email == address)):
                session.delete(earlier)
            self._record(session, actor, "invited", email=address, roles=words(offered))
            token = self._offer(session, address, actor.organisation, offered)
        return Invited(address, offered, actor.organisation, token)

    def withdraw_invitation(self, actor: Actor, invitation: str) -> None:
        """Make an invitation void; one that was taken up or withdrawn meanwhile stays as it is.

        Raises:
            NotAllowedError: the actor is no admin.
        """
        with self._database.session(writing=True) as session:
            _only_admins(session, actor)
            for one in session.scalars(self._waiting(actor.organisation).where(Invitation.hash == invitation)):
                session.delete(one)
                self._record(session, actor, "invitation_withdrawn", email=one.email, roles=words(one.roles))

    def set_roles(self, actor: Actor, person: str, roles: Collection[Role], *, before: Collection[Role]) -> None:
        """Give and take roles of a member of the actor's organisation; setting what is held already does nothing.

        Args:
            actor: an admin.
            person: id of the member.
            roles: what they hold from now on; roles held that such an organisation does not give may stay.
            before: what they held when the admin decided.

        Raises:
            NotAllowedError: the actor is no admin.
            UnknownRecordError: the organisation has no such member.
            ChangedMeanwhileError: they hold other roles by now.
            AccountError: no role is left, one is not of such an organisation, or nobody would be admin any more.
        """
        if not roles:
            raise AccountError("no_role", "roles", "are none", "Leave one, or keep the person out")
        with self._database.session(writing=True) as session:
            _only_admins(session, actor)
            member = _member(session, actor.organisation, person)
            held = set(member.roles)
            if held == set(roles):
                return
            if held != set(before):
                raise ChangedMeanwhileError("roles", "were changed meanwhile", "Look again", code="roles_changed")
            given, taken = set(roles) - held, held - set(roles)
            only_roles(session.get_one(Organisation, actor.organisation), given)
            if Role.ADMIN in taken:
                _keep_an_admin(session, actor.organisation, person)
            session.add_all(Membership(person=person, organisation=actor.organisation, role=role) for role in given)
            those = (Membership.person == person, Membership.organisation == actor.organisation)
            session.execute(delete(Membership).where(*those, Membership.role.in_(taken)))
            self._record(session, actor, "roles_changed", person=person, given=words(given), taken=words(taken))
            self._settle(session, session.get_one(Person, person), actor.organisation)

    def keep_out(self, actor: Actor, person: str) -> None:
        """Take somebody out of the actor's organisation at once: roles, invitations and sessions acting for it end.

        What they do for other organisations is untouched.

        Raises:
            NotAllowedError: the actor is no admin.
            UnknownRecordError: the organisation has no such member.
            AccountError: they are its last admin.
        """
        with self._database.session(writing=True) as session:
            _only_admins(session, actor)
            member = _member(session, actor.organisation, person)
            _keep_an_admin(session, actor.organisation, person)
            here = actor.organisation
            session.execute(delete(Membership).where(Membership.person == person, Membership.organisation == here))
            for invitation in session.scalars(self._waiting(here).where(Invitation.email == member.email)):
                session.delete(invitation)
            self.sessions.revoke(session, SignIn.person == person, SignIn.organisation == here)
            self._record(session, actor, "kept_out", person=person, taken=words(member.roles))

    def records(self, actor: Actor, group: str = "", *, before: int = 0, most: int = RECORDS) -> list[Entry]:
        """What the audit trail holds of the actor's organisation, the latest first.

        Args:
            actor: an admin.
            group: of one kind alone, one of ``GROUPS``.
            before: only those with a lower number; 0 begins with the latest.
            most: how many.

        Raises:
            NotAllowedError: the actor is no admin.
        """
        with self._database.session() as session:
            _only_admins(session, actor)
            return entries(session, actor, GROUPS[group] if group else ACTS, before, most)

    def taken_out(self, actor: Actor) -> list[Entry]:
        """The latest of these records, to take out as a file; that they were is recorded.

        Raises:
            NotAllowedError: the actor is no admin.
        """
        with self._database.session(writing=True) as session:
            _only_admins(session, actor)
            self._record(session, actor, "export", form="csv")
            return entries(session, actor, ACTS, 0, IN_A_FILE)

    def _record(self, session: Session, actor: Actor, act: str, **detail: str) -> None:
        at = datetime.fromtimestamp(self._clock(), UTC)
        Trail(session).add(actor, f"organisation:{actor.organisation}", act, at, detail)


def _only_admins(session: Session, actor: Actor) -> None:
    """Asked of the file: another admin may have taken the role away since the actor's request began."""
    if session.get(Membership, (actor.person, actor.organisation, Role.ADMIN)) is None:
        raise NotAllowedError("team", "is kept by its admins", "Ask one of them", code="only_admins")


def _keep_an_admin(session: Session, organisation: str, without: str) -> None:
    """Raise AccountError unless somebody else who can sign in is admin."""
    others = any(
        one.active and Role.ADMIN in one.roles and one.person != without for one in _members(session, organisation)
    )
    if not others:
        raise AccountError("last_admin", "organisation", "needs an admin", "Make somebody else admin first")


def _member(session: Session, organisation: str, person: str) -> Member:
    for one in _members(session, organisation):
        if one.person == person:
            return one
    raise UnknownRecordError(person, "is nobody of this organisation")


def _members(session: Session, organisation: str) -> tuple[Member, ...]:
    asked = select(Person, SECOND_STEP, Membership.role).join(Membership, Membership.person == Person.id)
    here = asked.where(Membership.organisation == organisation).order_by(Person.name, Person.email)
    held: dict[str, tuple[Person, bool, set[Role]]] = {}
    for person, second_step, role in session.execute(here):
        held.setdefault(person.id, (person, second_step, set()))[2].add(role)
    return tuple(
        Member(one.id, one.name, one.email, one.active, second_step, ordered(roles))
        for one, second_step, roles in held.values()
    )
