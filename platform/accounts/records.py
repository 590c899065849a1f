"""What an organisation's admins read of the audit trail: who came in, what was denied, who may what, what went out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from kyokan.platform.accounts.actor import Actor
from kyokan.platform.accounts.model import Membership, Person
from kyokan.platform.audit import Record
from kyokan.platform.audit.trail import SYSTEM

BY_OPERATOR = ("kept_out", "let_in", "reset_offered")
GROUPS: Mapping[str, tuple[str, ...]] = {
    "entrance": (
        *("signed_in", "signed_out", "password_refused", "code_refused", "password_changed", "password_reset"),
        *("second_step_on", "second_step_off", "recovery_codes_renewed", "passkey_added", "passkey_removed"),
    ),
    "denied": ("denied",),
    "people": (
        *("invited", "invitation_withdrawn", "invitation_settled", "joined", "roles_changed"),
        *BY_OPERATOR,
    ),
    "out": ("export", "share", "share_revoke"),
}
ACTS = tuple(act for acts in GROUPS.values() for act in acts)
# Parts of a record that say nothing of a deal: an admin need not see any.
SHOWN = ("email", "roles", "given", "taken", "form", "page", "status", "address", "request")


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as an admin reads it.

    ``who`` acted, empty for the operator or a stranger; ``whom`` it was done to, where that is somebody; ``at`` is a
    moment in UTC, ``told`` what else it says.
    """

    number: int
    at: str
    who: str
    whom: str
    act: str
    told: Mapping[str, str]


def entries(session: Session, actor: Actor, acts: Collection[str], before: int, most: int) -> list[Entry]:
    """The latest records of the actor's organisation of some acts, the latest first; nothing of another organisation.

    Args:
        session: of the workroom's file.
        actor: for whose organisation.
        acts: some of ``ACTS``.
        before: only those with a lower number; 0 begins with the latest.
        most: how many.
    """
    asked = select(Record).where(_ours(session, actor.organisation), Record.act.in_(acts))
    if before:
        asked = asked.where(Record.number < before)
    found = session.scalars(asked.order_by(Record.number.desc()).limit(most)).all()
    people = {_whom(record) for record in found} - {""}
    known = session.scalars(select(Person).where(Person.id.in_(sorted(people))))
    names = {person.id: person.name for person in known}
    return [_entry(record, names) for record in found]


def _ours(session: Session, organisation: str) -> ColumnElement[bool]:
    """What its people did for it, what was done to it, and what others did to the accounts of its people."""
    here = f"organisation:{organisation}"
    members = session.scalars(select(Membership.person).where(Membership.organisation == organisation)).all()
    accounts = Record.subject.in_(sorted({f"person:{one}" for one in members}))
    return or_(
        Record.subject == here,
        and_(Record.organisation == organisation, ~Record.subject.startswith("organisation:")),
        and_(Record.organisation == SYSTEM, accounts),
    )


def _whom(record: Record) -> str:
    """The id of the person to whom it was done, where that is not who did it."""
    about = record.subject.removeprefix("person:") if record.subject.startswith("person:") else ""
    whom = str(record.detail.get("person", about))
    return whom if whom != record.person else ""


def _entry(record: Record, names: Mapping[str, str]) -> Entry:
    said = record.detail | (record.detail.get("said") or {})
    told = {name: str(said[name]) for name in SHOWN if said.get(name)}
    who = "" if record.person == SYSTEM else record.name
    return Entry(record.number, record.at, who, names.get(_whom(record), ""), record.act, told)
