"""What an organisation is told of its deals: its notices, which of them are news, and which nobody has read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from kyokan.errors import NotAllowedError
from kyokan.platform.accounts.actor import Actor
from kyokan.platform.database import Database
from kyokan.platform.deals.model import DealRow, NoticeRow
from kyokan.platform.deals.scope import stands
from kyokan.platform.deals.steps import ROLE_OF, Party

REMINDER = "reminder"  # the act of a notice that one's own people asked for


Apart = Callable[[Session, str], Mapping[str, int]]
"""The offers that an artist's own side sets apart, of which it has no news: id of a deal → yen that its offer lacks.

Asked for one organisation, or with an empty name for all of them.
"""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that an organisation ought to know."""

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
            unread: only what nobody has read.
        """
        of_deal = (NoticeRow.deal == deal,) if deal else ()
        return self._listed(*_told(actor), *of_deal, *((NoticeRow.read.is_(False),) if unread else ()))

    def news(self, actor: Actor) -> list[Notice]:
        """What nobody of the actor's organisation has read, but for offers that are set apart; the latest first."""
        return self._listed(*_told(actor), self._is_news(actor))

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

    def mark_read(self, actor: Actor, notices: Collection[int]) -> None:
        """Take notices for read, for everybody of the sides that the actor acts on; all others are left alone.

        Raises:
            NotAllowedError: the actor acts on no side: what who only reads has seen is news to the others.
        """
        sides = [party for party in Party if actor.has(ROLE_OF[party])]
        if not sides:
            remedy = "Ask one who acts in your organisation"
            raise NotAllowedError("news", "is taken for read by those who act on it", remedy, code="news_read")
        mine = NoticeRow.organisation == actor.organisation, NoticeRow.party.in_(sides)
        with self._database.session(writing=True) as session:
            session.execute(update(NoticeRow).where(*mine, NoticeRow.id.in_(sorted(notices))).values(read=True))

    def _is_news(self, actor: Actor) -> ColumnElement[bool]:
        return is_news(self.apart(actor))

    def _listed(self, *conditions: ColumnElement[bool]) -> list[Notice]:
        with self._database.session() as session:
            rows = session.scalars(select(NoticeRow).where(*conditions).order_by(NoticeRow.id.desc())).all()
            return [Notice(row.id, row.deal, row.act, row.at, row.read) for row in rows]


def tell(session: Session, deal: DealRow, parties: Iterable[Party], act: str, at: str) -> None:
    """Tell some parties of a deal of an act, within the transaction that does it."""
    for party in sorted(parties):
        session.add(NoticeRow(organisation=deal.end(party), party=party, deal=deal.id, act=act, at=at))


def is_news(apart: Collection[str]) -> ColumnElement[bool]:
    """What makes a notice news: nobody has read it, and it is none that the artist's side gets of a deal ``apart``.

    A reminder is news all the same: that side has asked for it.
    """
    unread = NoticeRow.read.is_(False)
    if not apart:
        return unread
    of_those = and_(NoticeRow.party == Party.ARTIST, NoticeRow.deal.in_(sorted(apart)))
    return and_(unread, or_(~of_those, NoticeRow.act == REMINDER))


def _told(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """What makes a notice one of the actor's: their organisation's, on a side that they see."""
    sides = [party for party in Party if stands(actor, party)]
    return NoticeRow.organisation == actor.organisation, NoticeRow.party.in_(sides)
