"""Claims on names as the operator sees them: who represents whom, who asked in vain, and how that is settled."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kyokan.errors import InputError, UnknownRecordError
from kyokan.platform.accounts.model import Organisation
from kyokan.platform.audit import Record, Trail
from kyokan.platform.clock import Clock, stamp, utc
from kyokan.platform.database import Database
from kyokan.platform.rules.model import RosterRow
from kyokan.platform.rules.service import KEEPERS, SETTLED, end_rules, subject_of, tenure


@dataclass(frozen=True, slots=True)
class Asked:
    """An organisation that wants a name which another has: by its name, and when it last said so."""

    organisation: str
    at: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A name, the organisation that represents it, since when, and who asked for it in vain since it was settled."""

    entity: str
    organisation: str
    since: str
    asked: tuple[Asked, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


class Claims:
    """What the operator does about names. Nobody's rules are read here, and none pass from one side to another.

    Args:
        database: where claims are kept.
        clock: the time, with its zone.
    """

    def __init__(self, database: Database, clock: Clock = utc) -> None:
        self._database = database
        self._clock = clock

    def all(self) -> list[Claim]:
        """Every name that is represented, by id."""
        with self._database.session() as session:
            names = {one.id: one.name for one in session.scalars(select(Organisation))}
            rows = session.scalars(select(RosterRow).order_by(RosterRow.entity))
            return [_claim(row, Trail(session).of(subject_of(row.entity)), names) for row in rows]

    def settle(self, entity: str, reason: str) -> None:
        """Leave a name with the organisation that has it; who asked has had an answer.

        Raises:
            UnknownRecordError: nobody represents that one.
            InputError: no reason is given.
        """
        with self._database.session(writing=True) as session:
            self._record(session, _held(session, entity), SETTLED, reason)

    def hand_over(self, entity: str, organisation: str, reason: str) -> None:
        """Give a name to another organisation. The rules end with it: what they held is the former side's own.

        Args:
            entity: id of the artist or brand.
            organisation: name of the one that represents it from now on.
            reason: why, for the trail.

        Raises:
            UnknownRecordError: nobody represents that one, or there is no such organisation.
            InputError: it is theirs already, an organisation of that kind represents no such entity, or no reason is
                given.
        """
        with self._database.session(writing=True) as session:
            row = _held(session, entity)
            found = session.scalars(select(Organisation).where(Organisation.name == organisation.strip())).one_or_none()
            if found is None:
                raise UnknownRecordError(organisation, "is no organisation", "Invite its admin first")
            if found.id == row.organisation:
                raise InputError(entity, f"is represented by {found.name} already")
            kind, _ = KEEPERS.get(found.kind, (None, None))
            if kind is None or not entity.startswith(f"{kind.value}:"):
                raise InputError(found.name, f"is of a kind ({found.kind}) that does not represent {entity}")
            end_rules(session, row)
            at = stamp(self._clock())
            session.add(RosterRow(entity=entity, organisation=found.id, version=1, changed=at, name="", content={}))
            self._record(session, row, "handed_over", reason, to=found.id)

    def _record(self, session: Session, row: RosterRow, act: str, reason: str, **detail: str) -> None:
        if not reason.strip():
            raise InputError("--reason", "is empty", "Say why: it stands in the trail")
        told = {"organisation": row.organisation, "reason": reason.strip(), **detail}
        Trail(session).add(None, subject_of(row.entity), act, self._clock(), told)


def _held(session: Session, entity: str) -> RosterRow:
    row = session.get(RosterRow, entity)
    if row is None:
        raise UnknownRecordError(entity, "is represented by nobody", "See kyokan claims list")
    return row


def _claim(row: RosterRow, records: list[Record], names: dict[str, str]) -> Claim:
    since = tenure(records)
    asked: dict[str, str] = {}
    for record in since:
        if record.act == SETTLED:
            asked.clear()
        elif record.act == "claim_refused":
            asked[record.organisation] = record.at
    told = tuple(Asked(names.get(one, one), at) for one, at in asked.items())
    began = since[0].at if since else row.changed
    return Claim(row.entity, names.get(row.organisation, row.organisation), began, told)
