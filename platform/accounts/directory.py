"""The directory of accounts: organisations, people, roles and invitations."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from kyokan.errors import AccountError
from kyokan.platform.accounts.actor import Actor, Role, ordered, words
from kyokan.platform.accounts.addresses import checked_email, folded
from kyokan.platform.accounts.codes import digest
from kyokan.platform.accounts.model import (
    ROLES_IN,
    Invitation,
    InvitedRole,
    Membership,
    Organisation,
    OrganisationKind,
    Passkey,
    Person,
    RecoveryCode,
    SignIn,
)
from kyokan.platform.accounts.sessions import Sessions, latest_organisation
from kyokan.platform.accounts.vault import Vault
from kyokan.platform.audit import Trail
from kyokan.platform.database import Database

INVITATION_LASTS = 7 * 86_400.0
TOKEN_BYTES = 32
LONGEST_NAME = 100
SECOND_STEP = or_(Person.totp_secret.is_not(None), exists().where(Passkey.person == Person.id))


def checked_name(name: str, subject: str = "name") -> str:
    """A name of a person or organisation without stray space.

    Raises:
        AccountError: it is empty or too long.
    """
    tidy = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
    if not 0 < len(tidy) <= LONGEST_NAME:
        raise AccountError("name", subject, f"has 1 to {LONGEST_NAME} letters", "Give one")
    return tidy


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invitation offers; ``known`` where its address has an account already.

    One without organisation and roles offers to set a new password.
    """

    email: str
    organisation: Organisation | None
    roles: tuple[Role, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A person as the operator sees them."""

    email: str
    name: str
    active: bool
    second_step: bool
    roles: tuple[tuple[str, Role], ...]  # name of the organisation, role

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        roles = [{"organisation": organisation, "role": role} for organisation, role in self.roles]
        return asdict(self) | {"roles": roles}


class Directory:
    """Who belongs where."""

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self.sessions = Sessions(database, clock)
        self._vault = Vault(database.path.with_suffix(".key"))

    def create_organisation(self, name: str, kind: OrganisationKind) -> Organisation:
        """A new organisation.

        Raises:
            AccountError: there is one of that name, or the name is refused.
        """
        made = Organisation(name=checked_name(name, "organisation"), kind=kind)
        with self._database.session(writing=True) as session:
            if session.scalars(select(Organisation).where(Organisation.name == made.name)).one_or_none():
                raise AccountError("organisation_exists", made.name, "is there already", "Take another name")
            session.add(made)
        return made

    def organisation(self, name: str) -> Organisation | None:
        """The organisation of that name; one that is named in two languages, parted by " / ", by either."""
        wanted = name.strip()
        half = Organisation.name.startswith(f"{wanted} / ", autoescape=True)
        half |= Organisation.name.endswith(f" / {wanted}", autoescape=True)
        with self._database.session() as session:
            found = list(session.scalars(select(Organisation).where((Organisation.name == wanted) | half)))
            exact = [one for one in found if one.name == wanted]
            return next(iter(exact or found), None) if exact or len(found) == 1 else None

    def organisation_names(self, ids: Collection[str]) -> dict[str, str]:
        """Id -> name, of those that there are."""
        with self._database.session() as session:
            asked = select(Organisation).where(Organisation.id.in_(sorted(ids)))
            return {one.id: one.name for one in session.scalars(asked)}

    def organisations_of(self, person: str) -> list[Organisation]:
        """The organisations a person may act for, by name."""
        theirs = select(Membership.organisation).where(Membership.person == person)
        with self._database.session() as session:
            asked = select(Organisation).where(Organisation.id.in_(theirs)).order_by(Organisation.name)
            return list(session.scalars(asked))

    def invite(self, email: str, organisation: str, *roles: Role) -> str:
        """Invite an address into an organisation (by id); gives the token of the invitation, which is kept nowhere.

        Raises:
            AccountError: that is no e-mail address, there is no such organisation, it gives no such roles, or they are
                held already.
        """
        address = checked_email(email)
        with self._database.session(writing=True) as session:
            place = session.get(Organisation, organisation)
            if place is None:
                raise AccountError("no_organisation", organisation, "is no organisation")
            offered = offerable(place, roles)
            if (known := self._person(session, address)) and _roles(session, known, organisation).issuperset(offered):
                raise AccountError("member_already", email, "is in already", "See kyokan user list")
            self._note(session, None, f"organisation:{organisation}", "invited", email=address, roles=words(offered))
            return self._offer(session, address, organisation, offered)

    def offer_reset(self, email: str, *, second_step: bool = False) -> str:
        """Let somebody set a new password; gives the token by which they do, which is kept nowhere.

        Args:
            email: the person's address.
            second_step: switch the second step off as well, for who lost both app and recovery codes.

        Raises:
            AccountError: nobody has that address.
        """
        with self._database.session(writing=True) as session:
            person = self._known(session, email)
            if second_step:
                person.totp_secret = person.totp_offered = None
                for kept in (RecoveryCode, Passkey):
                    session.execute(delete(kept).where(kept.person == person.id))
            detail = {"second_step": "off"} if second_step else {}
            self._note(session, None, f"person:{person.id}", "reset_offered", **detail)
            return self._offer(session, person.email, None, ())

    def invitation(self, token: str) -> Offer:
        """What a token offers.

        Raises:
            AccountError: it is unknown, used or over.
        """
        with self._database.session() as session:
            found = self._invitation(session, token)
            offered = session.get(Organisation, found.organisation) if found.organisation else None
            return Offer(found.email, offered, found.roles, self._person(session, found.email) is not None)

    def join(self, token: str, person: str) -> str:
        """Take up an invitation with the account that its address has; gives the organisation's id.

        Raises:
            AccountError: the invitation is over, or is for somebody else.
        """
        with self._database.session(writing=True) as session:
            return self._take_up(session, token, session.get_one(Person, person))

    def person(self, person: str) -> Person:
        """A person by id."""
        with self._database.session() as session:
            return session.get_one(Person, person)

    def acting(self, person: str, organisation: str) -> Actor | None:
        """Who a person is while acting for an organisation; None where they may not, or not any more."""
        held = select(Membership.role).where(Membership.person == person, Membership.organisation == organisation)
        with self._database.session() as session:
            found, roles = session.get(Person, person), frozenset(session.scalars(held))
        if found is None or not found.active or not roles:
            return None
        return Actor(person=person, organisation=organisation, roles=roles, name=found.name)

    def codes_left(self, person: str) -> int:
        """How many recovery codes a person has not used."""
        with self._database.session() as session:
            return session.scalars(select(func.count()).where(RecoveryCode.person == person)).one()

    def describe(self, person: str, *, name: str, language: str) -> None:
        """Change one's name and language.

        Raises:
            AccountError: the name is empty or too long, or we do not speak that language.
        """
        with self._database.session(writing=True) as session:
            found = session.get_one(Person, person)
            found.name, found.language = checked_name(name), _checked_language(language)

    def people(self) -> list[Listed]:
        """Everybody, by e-mail address."""
        roles = (
            select(Membership.person, Organisation.name, Membership.role)
            .join(Organisation, Organisation.id == Membership.organisation)
            .order_by(Organisation.name, Membership.role)
        )
        with self._database.session() as session:
            held: dict[str, list[tuple[str, Role]]] = {}
            for person, name, role in session.execute(roles):
                held.setdefault(person, []).append((name, role))
            return [
                Listed(one.email, one.name, one.active, second_step, tuple(held.get(one.id, ())))
                for one, second_step in session.execute(select(Person, SECOND_STEP).order_by(Person.email))
            ]

    def set_active(self, email: str, *, active: bool) -> None:
        """Let somebody in, or keep them out from this moment on.

        Raises:
            AccountError: nobody has that address.
        """
        with self._database.session(writing=True) as session:
            found = self._known(session, email)
            found.active = active
            self._note(session, None, f"person:{found.id}", "let_in" if active else "kept_out")
            if not active:
                self.sessions.revoke(session, SignIn.person == found.id)

    # Within a transaction of the caller ----------------------------------------------------------------------

    def _person(self, session: Session, email: str) -> Person | None:
        return session.scalars(select(Person).where(Person.email == email)).one_or_none()

    def _second_step(self, session: Session, person: Person) -> bool:
        """Whether signing in asks for more than the password."""
        return session.scalars(select(SECOND_STEP).where(Person.id == person.id)).one()

    def _known(self, session: Session, email: str) -> Person:
        found = self._person(session, folded(email))
        if found is None:
            raise AccountError("nobody", email, "is nobody's address", "See kyokan user list")
        return found

    def _offer(self, session: Session, email: str, organisation: str | None, roles: Collection[Role]) -> str:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        expires = self._clock() + INVITATION_LASTS
        offered = [InvitedRole(role=role) for role in roles]
        made = Invitation(hash=digest(token), email=email, organisation=organisation, expires=expires, offered=offered)
        session.add(made)
        return token

    def _create(self, session: Session, email: str, name: str, language: str, password: str) -> Person:
        made = Person(email=email, name=checked_name(name), language=_checked_language(language), password=password)
        session.add(made)
        session.flush()
        return made

    def _note(self, session: Session, person: Person | None, subject: str, act: str, **detail: str) -> None:
        """Add an act to the audit trail; without a person the operator or nobody known acted."""
        actor = None
        if person is not None:
            acting_for = latest_organisation(session, person.id)
            actor = Actor(person=person.id, organisation=acting_for, roles=frozenset(), name=person.name)
        Trail(session).add(actor, subject, act, datetime.fromtimestamp(self._clock(), UTC), detail)

    def _invitation(self, session: Session, token: str) -> Invitation:
        found = session.get(Invitation, digest(token))
        if found is None or found.used is not None or found.expires <= self._clock():
            raise AccountError("invitation_over", "invitation", "is over or was used", "Ask for a new one")
        return found

    def _take_up(self, session: Session, token: str, person: Person) -> str:
        invited = self._invitation(session, token)
        if person.email != invited.email:
            raise AccountError("other_person", "invitation", "is for another address", "Sign in with that one")
        return self._use(session, invited, person)

    def _use(self, session: Session, invited: Invitation, person: Person) -> str:
        """An invitation is used once; roles that are held already stay held. Gives the organisation's id."""
        if invited.organisation is None:
            raise AccountError("invitation_over", "invitation", "is to no organisation", "Ask for a new one")
        invited.used = self._clock()
        for role in invited.roles:
            session.merge(Membership(person=person.id, organisation=invited.organisation, role=role))
        session.flush()
        self._note(session, person, f"organisation:{invited.organisation}", "joined", roles=words(invited.roles))
        self._settle(session, person, invited.organisation)
        return invited.organisation

    def _settle(self, session: Session, person: Person, organisation: str) -> None:
        """Close the invitations into an organisation that offer somebody nothing which they do not hold by now."""
        held = _roles(session, person, organisation)
        for one in session.scalars(self._waiting(organisation).where(Invitation.email == person.email)):
            if held.issuperset(one.roles):
                one.used = self._clock()
                told = {"email": one.email, "roles": words(one.roles)}
                self._note(session, None, f"organisation:{organisation}", "invitation_settled", **told)

    def _waiting(self, organisation: str) -> Select[Invitation]:
        """Invitations into an organisation that can still be taken up."""
        return self._open().where(Invitation.organisation == organisation)

    def _open(self) -> Select[Invitation]:
        """Invitations that can still be taken up."""
        return select(Invitation).where(Invitation.used.is_(None), Invitation.expires > self._clock())


def offerable(organisation: Organisation, roles: Collection[Role]) -> tuple[Role, ...]:
    """The roles that an invitation into an organisation is to carry, each once.

    Raises:
        AccountError: there is none, or one that organisations of this kind do not give.
    """
    if not roles:
        raise AccountError("no_role_offered", "roles", "are none", "Offer one at least")
    only_roles(organisation, roles)
    return ordered(roles)


def _roles(session: Session, person: Person, organisation: str) -> set[Role]:
    """What somebody holds in an organisation."""
    held = select(Membership.role).where(Membership.person == person.id, Membership.organisation == organisation)
    return set(session.scalars(held))


def only_roles(organisation: Organisation, given: Collection[Role]) -> None:
    """Raise AccountError unless organisations of this kind give such roles."""
    known = ROLES_IN[organisation.kind]
    if not set(given) <= set(known):
        raise AccountError("foreign_role", words(given), "is no role here", f"Known are {words(known)}")


def _checked_language(language: str) -> str:
    if language not in {"ja", "en"}:
        raise AccountError("language", "language", "is ja or en")
    return language
