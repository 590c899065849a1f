"""Reminders: a date and a note on a deal, for somebody of one's own organisation, seen by nobody else."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import StringConstraints
from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kyokan.errors import QueryError, UnknownDealError
from kyokan.platform.accounts.actor import Actor
from kyokan.platform.audit import Trail
from kyokan.platform.clock import Clock, stamp, utc
from kyokan.platform.database import Base, Database
from kyokan.platform.deals.entries import Entered, Line, checked
from kyokan.platform.deals.model import NoticeRow
from kyokan.platform.deals.notices import REMINDER
from kyokan.platform.deals.scope import find, stands, subject
from kyokan.platform.deals.steps import ROLE_OF, Party
from kyokan.platform.pipeline.people import holders


class ReminderRow(Base):
    """A reminder; ``party`` is the side on which its organisation stands, ``told`` whether it became a notice."""

    __tablename__ = "reminder"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    deal: Mapped[str] = mapped_column(ForeignKey("deal.id", ondelete="CASCADE"), index=True)
    organisation: Mapped[str] = mapped_column(Text, index=True)
    party: Mapped[Party] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    due: Mapped[str] = mapped_column(Text, index=True)
    note: Mapped[str] = mapped_column(Text)
    told: Mapped[bool] = mapped_column(default=False)
    done: Mapped[bool] = mapped_column(default=False)


class ReminderEntry(Entered):
    """A reminder as it is written; without a person it is for who writes it."""

    due: date
    note: Annotated[Line, StringConstraints(min_length=1)]
    person: Line = ""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder that is not done; ``name`` is of the person it is for, empty where they have left."""

    id: str
    deal: str
    due: str
    note: str
    person: str
    name: str


class Reminders:
    """Reminders of all organisations; each is read by its own organisation, on the side that it was written on.

    Args:
        database: where they are kept, with the deals.
        clock: the time, with its zone.
    """

    def __init__(self, database: Database, clock: Clock = utc) -> None:
        self._database = database
        self._clock = clock

    def add(self, actor: Actor, deal_id: str, fields: Mapping[str, Any], *, key: str = "") -> None:
        """Remind somebody of the actor's organisation of a deal: the fields of ``ReminderEntry``.

        Args:
            actor: one who may act on a side of the deal.
            deal_id: of which deal.
            fields: what the form holds.
            key: id of the reminder (32 hexadecimal figures), so that asking twice makes one; without it a new one.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: the actor only reads.
            QueryError: a field breaks its rule, or the person does not act on that side.
        """
        entered = checked(ReminderEntry, fields)
        with self._database.session(writing=True) as session:
            deal, party = find(session, actor, deal_id, acting=True)
            person = entered.person or actor.person
            if person not in holders(session, actor.organisation, ROLE_OF[party]):
                rule = "does not act on your side of the deal"
                raise QueryError("person", rule, "Choose somebody of yours", code="reminder_person")
            if session.scalar(select(ReminderRow.id).where(ReminderRow.id == key)):
                return
            made = ReminderRow(
                id=key or uuid.uuid4().hex,
                deal=deal.id,
                organisation=actor.organisation,
                party=party,
                person=person,
                due=entered.due.isoformat(),
                note=entered.note,
            )
            session.add(made)
            self._record(session, actor, made, "remind")

    def finish(self, actor: Actor, reminder_id: str) -> None:
        """Be done with a reminder; one that is done stays so.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: the actor only reads.
        """
        with self._database.session(writing=True) as session:
            own = select(ReminderRow).where(ReminderRow.organisation == actor.organisation)
            row = session.scalars(own.where(ReminderRow.id == reminder_id)).one_or_none()
            if row is None or not stands(actor, Party(row.party)):
                raise UnknownDealError(reminder_id, "is no reminder of yours", "See your list of deals")
            find(session, actor, row.deal, acting=True)
            if not row.done:
                row.done = True
                self._record(session, actor, row, "reminded")

    def of(self, actor: Actor, deal_id: str) -> list[Reminder]:
        """What the actor's side is to be reminded of on a deal, soonest first.

        Raises:
            UnknownDealError: there is none that the actor may see.
        """
        with self._database.session() as session:
            _, party = find(session, actor, deal_id)
            return self._listed(session, actor, (party,), ReminderRow.deal == deal_id)

    def due(self, actor: Actor) -> list[Reminder]:
        """What the actor's organisation is reminded of today, the actor's own first, then the oldest."""
        self.tell()
        with self._database.session() as session:
            sides = tuple(party for party in Party if stands(actor, party))
            found = self._listed(session, actor, sides, ReminderRow.due <= self._today())
        return sorted(found, key=lambda one: one.person != actor.person)

    def people(self, actor: Actor, deal_id: str) -> dict[str, str]:
        """Id -> name of whom the actor may remind: those who act on the same side of a deal.

        Raises:
            UnknownDealError: there is none that the actor may see.
        """
        with self._database.session() as session:
            _, party = find(session, actor, deal_id)
            return holders(session, actor.organisation, ROLE_OF[party])

    def tell(self) -> int:
        """Make a notice of every reminder that has fallen due, once each; gives how many."""
        ripe = select(ReminderRow).where(
            ReminderRow.told.is_(False), ReminderRow.done.is_(False), ReminderRow.due <= self._today()
        )
        with self._database.session() as session:
            if session.scalars(ripe.limit(1)).first() is None:
                return 0
        at = stamp(self._clock())
        with self._database.session(writing=True) as session:
            rows = session.scalars(ripe).all()
            for row in rows:
                row.told = True
                session.add(
                    NoticeRow(organisation=row.organisation, party=row.party, deal=row.deal, act=REMINDER, at=at)
                )
            return len(rows)

    def _listed(self, session: Session, actor: Actor, sides: tuple[Party, ...], condition: Any) -> list[Reminder]:
        own = (
            select(ReminderRow)
            .where(ReminderRow.organisation == actor.organisation, ReminderRow.party.in_(sides))
            .where(ReminderRow.done.is_(False), condition)
            .order_by(ReminderRow.due, ReminderRow.id)
        )
        names = holders(session, actor.organisation, *ROLE_OF.values())
        return [
            Reminder(row.id, row.deal, row.due, row.note, row.person, names.get(row.person, ""))
            for row in session.scalars(own)
        ]

    def _record(self, session: Session, actor: Actor, row: ReminderRow, act: str) -> None:
        detail = {"seen_by": [Party(row.party).value], "said": {"due": row.due}}
        Trail(session).add(actor, subject(row.deal), act, self._clock(), detail)

    def _today(self) -> str:
        return self._clock().date().isoformat()
