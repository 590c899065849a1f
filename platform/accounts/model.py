"""The tables of accounts: organisations, people, what they may do where, invitations and sign-ins.

Times are seconds since 1970. Of a secret that a person carries (invitation, session, recovery code)
only the SHA-256 is kept: each has some 80 random bits or more, so that a slow hash would add nothing.
"""

from __future__ import annotations

import uuid
from enum import StrEnum

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kyokan.platform.accounts.actor import Role, ordered
from kyokan.platform.database import Base


class OrganisationKind(StrEnum):
    """Which side of a tie-up an organisation stands on."""

    AGENCY = "agency"
    BRAND = "brand"
    ARTIST_SIDE = "artist_side"


ROLES_IN = {
    OrganisationKind.AGENCY: (Role.PLANNER, Role.ANALYST, Role.ADMIN),
    OrganisationKind.BRAND: (Role.BRAND_CLIENT, Role.ADMIN),
    OrganisationKind.ARTIST_SIDE: (Role.ARTIST_MANAGER, Role.ADMIN),
}
"""The roles that an organisation gives to its people."""


def new_id() -> str:
    """A random id for a row."""
    return uuid.uuid4().hex


def _words(kind: type[StrEnum]) -> Enum:
    """A column that holds one of the words of ``kind``, and whose table refuses any other."""
    return Enum(
        kind, native_enum=False, create_constraint=True, values_callable=lambda words: [one.value for one in words]
    )


class Organisation(Base):
    """A company that people act for."""

    __tablename__ = "organisation"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[OrganisationKind] = mapped_column(_words(OrganisationKind))
    name: Mapped[str] = mapped_column(unique=True)


class Person(Base):
    """Somebody with an account; ``email`` is folded, so that one address means one person."""

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("language IN ('ja', 'en')"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    language: Mapped[str]
    password: Mapped[str]  # Argon2id, with its parameters and salt
    active: Mapped[bool] = mapped_column(default=True)
    totp_secret: Mapped[str | None]  # sealed, as is the next
    totp_offered: Mapped[str | None]  # a secret shown for setting up, not in force until confirmed
    totp_counter: Mapped[int] = mapped_column(
        default=0
    )  # the last period whose code was used; earlier ones are refused


class RecoveryCode(Base):
    """A code that stands in once for the second step; a used one is removed."""

    __tablename__ = "recovery_code"

    hash: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)


class Passkey(Base):
    """A key of an authenticator by which a person signs in; ``credential`` is its id in base64url."""

    __tablename__ = "passkey"

    credential: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    name: Mapped[str]
    created: Mapped[float]
    used: Mapped[float | None]


class PasskeyChallenge(Base):
    """What a browser is to sign with a passkey: by the hash of its session's id, good once."""

    __tablename__ = "passkey_challenge"

    session: Mapped[str] = mapped_column(primary_key=True)
    challenge: Mapped[bytes]
    expires: Mapped[float]


class Identity(Base):
    """A person under the lasting id by which an OpenID Connect issuer knows them."""

    __tablename__ = "identity"

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)


class SignInElsewhere(Base):
    """A sign-in under way at an issuer: by the hash of the browser's session id, good once."""

    __tablename__ = "sign_in_elsewhere"

    session: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    nonce: Mapped[str]
    verifier: Mapped[str]
    after: Mapped[str]  # where the person wanted to go
    expires: Mapped[float]


class Membership(Base):
    """A role that a person holds in an organisation."""

    __tablename__ = "membership"

    person: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[Role] = mapped_column(_words(Role), primary_key=True)


class Invitation(Base):
    """An address by which somebody joins an organisation, once and until it expires; without one, sets a password."""

    __tablename__ = "invitation"

    hash: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str]
    organisation: Mapped[str | None] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    expires: Mapped[float]
    used: Mapped[float | None]
    offered: Mapped[list[InvitedRole]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    @property
    def roles(self) -> tuple[Role, ...]:
        """What is offered: at least one role where there is an organisation, else none."""
        return ordered(one.role for one in self.offered)


class InvitedRole(Base):
    """A role that an invitation offers."""

    __tablename__ = "invited_role"

    invitation: Mapped[str] = mapped_column(ForeignKey("invitation.hash", ondelete="CASCADE"), primary_key=True)
    role: Mapped[Role] = mapped_column(_words(Role), primary_key=True)


class SignIn(Base):
    """One signed-in browser, or one that has given the password and still owes the second step (``pending``)."""

    __tablename__ = "sign_in"
    __table_args__ = (UniqueConstraint("hash"), Index("sign_in_by_person", "person"))

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str]
    person: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    organisation: Mapped[str] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    pending: Mapped[bool] = mapped_column(default=False)
    created: Mapped[float]
    seen: Mapped[float]
    browser: Mapped[str]
    revoked: Mapped[float | None]


class Attempt(Base):
    """A try at a password or a code, counted before it is looked at; ``subject`` is a hash of who was tried."""

    __tablename__ = "attempt"
    __table_args__ = (Index("attempt_by_subject", "subject", "at"), Index("attempt_by_address", "address", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str]
    address: Mapped[str]
    at: Mapped[float]
