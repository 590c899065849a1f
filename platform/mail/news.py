"""News by mail: what an organisation was told of its deals, gathered into one letter a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path

import yaml
from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from kyokan.platform.accounts.model import Membership, Organisation, Person
from kyokan.platform.clock import Clock, here, stamp, utc
from kyokan.platform.database import Database
from kyokan.platform.deals.model import NoticeRow
from kyokan.platform.deals.notices import Apart, is_told, is_unread, none_apart
from kyokan.platform.deals.steps import ROLE_OF
from kyokan.platform.mail.model import ToldRow, Unwanted
from kyokan.platform.mail.outbox import Letter, Outbox

FRESH = timedelta(days=2)  # older news is no news: mail switched on late brings no flood


class News:
    """Writes letters about news.

    Args:
        database: where notices and people are.
        outbox: takes the letters.
        address: where people reach this installation, without a slash at the end.
        clock: the time, with its zone.
        apart: which offers are set apart on the artist's side: its people are not written of them either.
    """

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        address: str,
        clock: Clock = utc,
        apart: Apart = none_apart,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._address = address
        self._clock = clock
        self._apart = apart

    def gather(self) -> int:
        """One letter to each person with news that they were not written of; gives how many letters.

        Notice, mark and letter are kept together, so that nobody is written twice of the same.
        """
        since = stamp(self._clock() - FRESH)
        found: defaultdict[tuple[str, str], list[NoticeRow]] = defaultdict(list)
        with self._database.session() as session:
            if session.execute(self._untold(session, since).limit(1)).first() is None:
                return 0
        with self._database.session(writing=True) as session:
            for notice, person in session.execute(self._untold(session, since)):
                found[person, notice.organisation].append(notice)
                session.add(ToldRow(notice=notice.id, person=person))
            for (person, organisation), notices in found.items():
                self._outbox.put(session, self._letter(session, person, organisation, notices))
        return len(found)

    def wanted(self, person: str) -> bool:
        """Whether somebody wants letters about news."""
        with self._database.session() as session:
            return session.get(Unwanted, person) is None

    def want(self, person: str, *, wanted: bool) -> None:
        """Send somebody letters about news from now on, or none."""
        with self._database.session(writing=True) as session:
            kept = session.get(Unwanted, person)
            if wanted and kept:
                session.delete(kept)
            elif not wanted and not kept:
                session.add(Unwanted(person=person))

    def _letter(self, session: Session, person: str, organisation: str, notices: list[NoticeRow]) -> Letter:
        reader = session.get_one(Person, person)
        tongue, name = reader.language, session.get_one(Organisation, organisation).name
        told = [(said(f"act.{one.act}", tongue, "act.other"), here(one.at, self._clock).date()) for one in notices]
        text = [
            said("news.greeting", tongue, name=reader.name),
            said("news.opening", tongue, organisation=name),
            "\n".join(f"・ {what} ({day})" for what, day in told),
            f"{said('news.closing', tongue)}\n{self._address}/deals",
            f"{said('news.stop', tongue)}: {self._address}/account#letters",
        ]
        return Letter(reader.email, said("news.subject", tongue), "\n\n".join(text) + "\n")

    def _untold(self, session: Session, since: str) -> Select[NoticeRow, str]:
        """News with each person who acts on that side of its deal, has not read it, wants letters and got none."""
        acts_there = or_(
            *((NoticeRow.party == party) & (Membership.role == role) for party, role in ROLE_OF.items())
        ) & (Membership.organisation == NoticeRow.organisation)
        person = Membership.person
        told = exists().where(ToldRow.notice == NoticeRow.id, ToldRow.person == person)
        unwanted = exists().where(Unwanted.person == person)
        return (
            select(NoticeRow, person)
            .join(Membership, acts_there)
            .join(Person, (Person.id == person) & Person.active)
            .where(is_told(self._apart(session, "")), is_unread(person), NoticeRow.at >= since, ~told, ~unwanted)
            .order_by(NoticeRow.id, person)
        )


def invitation_letter(address: str, *, organisation: str, link: str, language: str) -> Letter:
    """The letter that brings an invitation."""
    text = [said("invited.opening", language, organisation=organisation), said("invited.closing", language), link]
    return Letter(address, said("invited.subject", language, organisation=organisation), "\n\n".join(text) + "\n")


def said(key: str, language: str, otherwise: str = "", **values: str) -> str:
    """A text of ours in one language; ``otherwise`` is the key to take where there is none of that name."""
    words = _words()
    return words.get(key, words.get(otherwise, {}))[language].format(**values)


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load(Path(__file__).with_name("letters.yaml").read_text("utf-8"))
    return found
