"""Questions and answers on a deal, beside its terms: each is addressed, and seen by whom it is addressed to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints
from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from kyokan.errors import NotAllowedError
from kyokan.platform.accounts.actor import Actor
from kyokan.platform.audit import Trail
from kyokan.platform.clock import Clock, stamp, utc
from kyokan.platform.database import Base, Database
from kyokan.platform.deals.entries import Entered, checked
from kyokan.platform.deals.notices import tell
from kyokan.platform.deals.scope import find, subject
from kyokan.platform.deals.steps import ROLE_OF, Party


class To(StrEnum):
    """Whom a message is addressed to."""

    AGENCY = "agency"
    BRAND = "brand"
    ARTIST = "artist"
    ALL = "all"


# Whom each party may address. The two sides speak to each other before everybody or not at all: the agency is always
# there, and nobody reads what was not addressed to them.
ADDRESSEES: Mapping[Party, tuple[To, ...]] = {
    Party.AGENCY: (To.ALL, To.BRAND, To.ARTIST),
    Party.BRAND: (To.AGENCY, To.ALL),
    Party.ARTIST: (To.AGENCY, To.ALL),
}


class MessageRow(Base):
    """One message; ``id`` comes from the form that was sent, so that sending it twice says it once."""

    __tablename__ = "deal_message"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    deal: Mapped[str] = mapped_column(ForeignKey("deal.id", ondelete="CASCADE"), index=True)
    party: Mapped[Party] = mapped_column(Text)
    addressed: Mapped[To] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)


class Said(Entered):
    """What somebody says, and to whom."""

    to: To
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


@dataclass(frozen=True, slots=True)
class Message:
    """A message as those see it who may."""

    party: Party
    to: To
    name: str
    at: str
    text: str


class Talk:
    """The messages of all deals.

    Args:
        database: where they are kept.
        clock: the time, with its zone.
    """

    def __init__(self, database: Database, clock: Clock = utc) -> None:
        self._database = database
        self._clock = clock

    def of(self, actor: Actor, deal_id: str) -> list[Message]:
        """What was said on a deal to the actor's side or by it, oldest first.

        Raises:
            UnknownDealError: there is none that the actor may see.
        """
        with self._database.session() as session:
            _, party = find(session, actor, deal_id)
            rows = session.scalars(select(MessageRow).where(MessageRow.deal == deal_id).order_by(MessageRow.at))
            return [
                Message(Party(row.party), To(row.addressed), row.name, row.at, row.text)
                for row in rows
                if party in heard_by(Party(row.party), To(row.addressed))
            ]

    def addressees(self, actor: Actor, deal_id: str) -> tuple[To, ...]:
        """Whom the actor may address on a deal; nobody for who may only read it.

        Raises:
            UnknownDealError: there is none that the actor may see.
        """
        with self._database.session() as session:
            deal, party = find(session, actor, deal_id)
            return ADDRESSEES[party] if deal.sent and actor.has(ROLE_OF[party]) else ()

    def say(self, actor: Actor, deal_id: str, key: str, fields: Mapping[str, str]) -> None:
        """Ask or answer.

        Args:
            actor: of one of the three parties, in the role that acts.
            deal_id: which deal.
            key: of the form; a key that is known says nothing again.
            fields: those of ``Said``.

        Raises:
            UnknownDealError: there is no deal that the actor may see.
            NotAllowedError: the actor may only read, may not address that party, or nobody has got the deal yet.
            QueryError: nothing is said, or too much.
        """
        said = checked(Said, fields)
        with self._database.session(writing=True) as session:
            deal, party = find(session, actor, deal_id, acting=True)
            if not deal.sent or said.to not in ADDRESSEES[party]:
                rule = "cannot be addressed from here"
                raise NotAllowedError(said.to.value, rule, "Address another party", code="talk_addressee")
            if session.scalar(select(MessageRow.id).where(MessageRow.id == key)):
                return
            now = self._clock()
            at = stamp(now, to="microseconds")
            row = MessageRow(id=key, deal=deal.id, party=party, addressed=said.to, text=said.text)
            row.person, row.name, row.at = actor.person, actor.name, at
            session.add(row)
            heard = heard_by(party, said.to)
            detail = {"seen_by": sorted(one.value for one in heard), "said": {}}
            Trail(session).add(actor, subject(deal.id), "say", now, detail)
            tell(session, deal, heard - {party}, "say", stamp(now))


def heard_by(party: Party, to: To) -> frozenset[Party]:
    """Who sees a message of a party: its own side and whom it is addressed to."""
    return frozenset(Party) if to is To.ALL else frozenset({party, Party(to.value)})
