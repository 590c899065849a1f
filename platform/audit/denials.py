"""What people were denied: kept in the trail under whoever asked, a bounded number an hour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kyokan.platform.accounts.actor import Actor
from kyokan.platform.audit.trail import Record, Trail
from kyokan.platform.clock import Clock, stamp, utc
from kyokan.platform.database import Database

MOST = 100  # of one person in an hour: who goes on is known by then, and every record takes the file's lock
HOUR = timedelta(hours=1)


class Denials:
    """Denied access of people who are signed in; nobody else fills the trail with what is not theirs.

    Args:
        database: where the trail is kept.
        clock: the time, with its zone.
    """

    def __init__(self, database: Database, clock: Clock = utc) -> None:
        self._database = database
        self._clock = clock

    def note(self, actor: Actor, detail: Mapping[str, Any]) -> bool:
        """Keep that something was denied; False where the hour is full, whose last record says so (``last``).

        Raises:
            StoreUnavailableError: another process holds the lock for too long.
            StoreError: the file refuses.
        """
        with self._database.session() as session:
            if self._within_the_hour(session, actor) >= MOST:
                return False
        with self._database.session(writing=True) as session:
            before = self._within_the_hour(session, actor)
            if before < MOST:
                last = {"last": True} if before == MOST - 1 else {}
                Trail(session).add(actor, denied_to(actor.person), "denied", self._clock(), dict(detail) | last)
            return before < MOST

    def _within_the_hour(self, session: Session, actor: Actor) -> int:
        since = stamp(self._clock() - HOUR)
        asked = select(func.count()).where(Record.subject == denied_to(actor.person), Record.at > since)
        return session.scalars(asked).one()


def denied_to(person: str) -> str:
    """What the trail calls the denials of a person."""
    return f"denied:{person}"
