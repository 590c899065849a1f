"""What an organisation is told of its deals: its notices, and which of them are news to whom."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, exists, func, insert, literal, or_, select, true
from sqlalchemy.orm import Session

from kyokan.platform.accounts.actor import Actor
from kyokan.platform.database import Database
from kyokan.platform.deals.model import DealRow, NoticeReadRow, NoticeRow
from kyokan.platform.deals.scope import stands
from kyokan.platform.deals.steps import Party

REMINDER = "reminder"  # the act of a notice that one's own people asked for
PAGE = 50  # notices on a page of all


Apart = Callable[[Session, str], Mapping[str, int]]
"""The offers that an artist's own side sets apart, of which it has no news: id of a deal → yen that its offer lacks.

Asked for one organisation, or with an empty name for all of them.
"""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that an organisation ought to know; ``read`` once who asks has read it or their side acted."""

    id: int
    deal: str
    act: str
    at: str
    read: bool


def none_apart(_session: Session, _organisation: str) -> Mapping[str, int]:
    """Nothing is set apart."""
    return {}


class Notices:
    """The notices of all organisations; each actor reads those of the sides that they see.

    Args:
        database: where they are kept.
        apart: which offers are set apart. The list, the count and letters all ask it.
    """

    def __init__(self, database: Database, apart: Apart = none_apart) -> None:
        self._database = database
        self._apart = apart

    def of(self, actor: Actor, *, deal: str = "", unread: bool = False) -> list[Notice]:
        """Everything that the actor's organisation was told on the sides that the actor sees, the latest first.

        Args:
            actor: who asks.
            deal: of one deal alone, where it is named.
            unread: only what the actor has not read.
        """
        of_deal = (NoticeRow.deal == deal,) if deal else ()
        return self._listed(actor, *of_deal, *((is_unread(actor.person),) if unread else ()))

    def page(self, actor: Actor, before: int = 0) -> tuple[list[Notice], bool]:
        """Up to ``PAGE`` notices, the latest first, and whether there are older ones; none of offers set apart.

        Args:
            actor: who asks.
            before: only those told before the one of this id; 0 begins with the latest.
        """
        older = (NoticeRow.id < before,) if before else ()
        found = self._listed(actor, is_told(self.apart(actor)), *older, most=PAGE + 1)
        return found[:PAGE], len(found) > PAGE

    def news(self, actor: Actor) -> list[Notice]:
        """What the actor has not read, but for offers that are set apart; the latest first."""
        return self._listed(actor, self._is_news(actor))

    def unread(self, actor: Actor) -> int:
        """How many ``news`` holds."""
        query = select(func.count()).select_from(NoticeRow).where(*_told(actor), self._is_news(actor))
        with self._database.session() as session:
            return session.scalars(query).one()

    def apart(self, actor: Actor) -> Mapping[str, int]:
        """Id of a deal → yen that its offer lacks, for those set apart on the artist's side that the actor acts for."""
        if not stands(actor, Party.ARTIST):
            return {}
        with self._database.session() as session:
            return self._apart(session, actor.organisation)

    def mark_read(self, actor: Actor, first: int, last: int) -> None:
        """Take the actor's news from one id to another, both included, for read; to everybody else it stays news."""
        shown = select(NoticeRow.id, literal(actor.person)).where(
            *_told(actor), self._is_news(actor), NoticeRow.id.between(first, last)
        )
        with self._database.session(writing=True) as session:
            session.execute(insert(NoticeReadRow).from_select(["notice", "person"], shown))

    def _is_news(self, actor: Actor) -> ColumnElement[bool]:
        return is_told(self.apart(actor)) & is_unread(actor.person)

    def _listed(self, actor: Actor, *conditions: ColumnElement[bool], most: int | None = None) -> list[Notice]:
        asked = select(NoticeRow, is_unread(actor.person)).where(*_told(actor), *conditions)
        with self._database.session() as session:
            rows = session.execute(asked.order_by(NoticeRow.id.desc()).limit(most)).all()
            return [Notice(row.id, row.deal, row.act, row.at, not unread) for row, unread in rows]


def tell(session: Session, deal: DealRow, parties: Iterable[Party], act: str, at: str) -> None:
    """Tell some parties of a deal of an act, within the transaction that does it."""
    for party in sorted(parties):
        session.add(NoticeRow(organisation=deal.end(party), party=party, deal=deal.id, act=act, at=at))


def is_unread(person: str | SQLColumnExpression[str]) -> ColumnElement[bool]:
    """What makes a notice unread: neither has this person taken it for read, nor has their side acted on it since."""
    taken = exists().where(NoticeReadRow.notice == NoticeRow.id, NoticeReadRow.person == person)
    return NoticeRow.read.is_(False) & ~taken


def is_told(apart: Collection[str]) -> ColumnElement[bool]:
    """What makes a notice one to be told: it is none that the artist's side gets of a deal ``apart``.

    A reminder is told all the same: that side has asked for it.
    """
    if not apart:
        return true()
    of_those = and_(NoticeRow.party == Party.ARTIST, NoticeRow.deal.in_(sorted(apart)))
    return or_(~of_those, NoticeRow.act == REMINDER)


def _told(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """What makes a notice one of the actor's: their organisation's, on a side that they see."""
    sides = [party for party in Party if stands(actor, party)]
    return NoticeRow.organisation == actor.organisation, NoticeRow.party.in_(sides)
