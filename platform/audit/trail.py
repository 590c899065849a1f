"""The audit trail: each record carries the hash of the one before it, and the file refuses to change or drop any."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Integer, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kyokan.errors import StoreError
from kyokan.platform.accounts.actor import Actor
from kyokan.platform.clock import stamp
from kyokan.platform.database import Base, refuse

SYSTEM = "system"


class Record(Base):
    """One act. ``subject`` is what was acted on (``deal:…``), ``detail`` what a reader needs to understand it.

    ``hash`` is SHA-256 over ``previous`` and all other columns but ``number``.
    """

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    at: Mapped[str] = mapped_column(Text)
    organisation: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text, index=True)
    act: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text, unique=True)

    def digest(self) -> str:
        """The hash that this record ought to carry."""
        content = [self.at, self.organisation, self.person, self.name, self.subject, self.act, self.detail]
        written = json.dumps([self.previous, *content], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(written.encode()).hexdigest()


for change in ("UPDATE", "DELETE"):
    refuse(
        Record.__table__,
        f"audit_refuses_{change.lower()}",
        f"BEFORE {change} ON audit",
        "the audit trail is only added to",
    )
refuse(  # what takes the place of another drops it without asking
    Record.__table__,
    "audit_refuses_replace",
    "BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE number = NEW.number OR hash = NEW.hash)",
    "the audit trail is only added to",
)


_request: ContextVar[str] = ContextVar("request", default="")


def under_request(number: str) -> None:
    """What is recorded in this thread from now on was asked for by this request of the web; empty means by none."""
    _request.set(number)


class Trail:
    """Adds to the trail and reads it, within a session of the caller, so that act and record stand or fall together."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, actor: Actor | None, subject: str, act: str, at: datetime, detail: Mapping[str, Any]) -> Record:
        """Record an act; without an actor the system acted. The session must be a writing one."""
        last = self._session.scalars(select(Record).order_by(Record.number.desc()).limit(1)).first()
        record = Record(
            at=stamp(at),
            organisation=actor.organisation if actor else SYSTEM,
            person=actor.person if actor else SYSTEM,
            name=actor.name if actor else SYSTEM,
            subject=subject,
            act=act,
            detail=dict(detail) | ({"request": number} if (number := _request.get()) else {}),
            previous=last.hash if last else "",
        )
        record.hash = record.digest()
        self._session.add(record)
        self._session.flush()
        return record

    def of(self, subject: str) -> list[Record]:
        """Everything that was done to a subject, oldest first."""
        return list(self._session.scalars(select(Record).where(Record.subject == subject).order_by(Record.number)))

    def verify(self) -> int:
        """How many records there are, once the whole chain has been followed.

        Raises:
            StoreError: a record was changed, dropped or put in between; names the first that does not fit.
        """
        previous, count = "", 0
        asked = select(Record).order_by(Record.number).execution_options(yield_per=1_000)
        for record in self._session.scalars(asked):
            if record.previous != previous or record.hash != record.digest():
                raise StoreError(f"audit record {record.number}", "does not fit the one before it", "Restore a backup")
            previous, count = record.hash, count + 1
        return count
