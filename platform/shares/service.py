"""The one way out: every document taken and every link made, opened or revoked is written to the trail."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kyokan.errors import InputError, NotAllowedError, QueryError, UnknownDealError
from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.accounts.codes import digest
from kyokan.platform.accounts.directory import Directory
from kyokan.platform.audit import Trail
from kyokan.platform.clock import Clock, stamp, utc
from kyokan.platform.database import Database
from kyokan.platform.deals import Deals, Party, Seen
from kyokan.platform.deals.entries import within
from kyokan.platform.deals.fields import outside
from kyokan.platform.deals.gate import Gate
from kyokan.platform.deals.scope import find
from kyokan.platform.deals.steps import Status
from kyokan.platform.proposals import Manuscripts
from kyokan.platform.shares.model import LinkRow

LONGEST_LABEL = 100
DAYS = (1, 7, 30, 90)
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 256 bits in base64url


class Audience(StrEnum):
    """Who a document is for: one's own organisation, or somebody outside it."""

    INTERNAL = "internal"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class Link:
    """A link as the agency that made it sees it; its address is kept nowhere and shown once."""

    id: str
    name: str
    label: str
    made: str
    expires: str
    opens: int
    opened: str
    revoked: str
    living: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """What the reader of a link sees: the proposal as anybody outside may see it, and until when."""

    deal: Seen
    expires: str


class Shares:
    """Documents and links out of the deals of all organisations; each holds only what its actor may see.

    Args:
        database: where links and the trail are kept.
        deals: the deals, asked as the actor.
        manuscripts: what each says sentence by sentence, asked as the actor.
        accounts: who may still act for whom.
        clock: the time, with its zone.
        gates: what has a say before a draft is shown outside.
    """

    def __init__(
        self,
        database: Database,
        deals: Deals,
        manuscripts: Manuscripts,
        accounts: Directory,
        clock: Clock = utc,
        gates: Sequence[Gate] = (),
    ) -> None:
        self._database = database
        self._deals = deals
        self._manuscripts = manuscripts
        self._gates = gates
        self._accounts = accounts
        self._clock = clock

    # Documents -----------------------------------------------------------------------------------------------

    def take_out(self, actor: Actor, deal_id: str, form: str, audience: Audience) -> Seen:
        """What a document about a deal may hold, once the trail says that it was taken.

        An agency chooses its audience; a side takes out its own rendering and no other.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: a side asked for an external version, or a draft may not leave its agency yet.
        """
        deal = self._read(actor, deal_id)
        agency = deal["agency"] == actor.organisation and "internal_note" in deal
        if audience is Audience.EXTERNAL and not agency:
            rule = "is made by the agency"
            raise NotAllowedError("an external version", rule, "Take out your own", code="external_agency")
        seen_by = [Party.AGENCY.value] if agency else _sides(deal, actor)
        with self._database.session(writing=True) as session:
            if audience is Audience.EXTERNAL:
                self._ask_gates(session, actor, deal_id)
            said = {"form": form, "audience": audience.value}
            self._note(session, actor, f"deal:{deal_id}", "export", {"seen_by": seen_by, "said": said})
        return outside(deal) if audience is Audience.EXTERNAL else deal

    def take_ranking(self, actor: Actor, asked: Mapping[str, Any], form: str) -> None:
        """Note that a ranking was taken out, and what was asked."""
        with self._database.session(writing=True) as session:
            self._note(session, actor, f"organisation:{actor.organisation}", "export", {"form": form, **asked})

    # Links ---------------------------------------------------------------------------------------------------

    def make(self, actor: Actor, deal_id: str, token: str, *, days: int, label: str = "") -> Link:
        """A link to the external rendering of a deal; the same token makes one, however often it is asked.

        Args:
            actor: a planner of the deal's agency.
            deal_id: what the link shows.
            token: 256 unguessable bits in base64url; kept as SHA-256 only.
            days: how long the link lives, one of ``DAYS``.
            label: what it is for, told to the agency alone.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: the actor is no planner of the agency, or a draft may not leave it yet.
            QueryError: a value breaks its rule.
        """
        self._planned(actor, deal_id)
        if not TOKEN.fullmatch(token):
            raise QueryError("token", "must have 256 bits in base64url")
        if days not in DAYS:
            raise QueryError("days", f"must be one of {', '.join(map(str, DAYS))}", "Choose one")
        with self._database.session(writing=True) as session:
            self._ask_gates(session, actor, deal_id)
            found = session.scalars(select(LinkRow).where(LinkRow.hash == digest(token))).one_or_none()
            if found is None:
                found = _new_link(actor, deal_id, token, label, self._clock(), timedelta(days=days))
                session.add(found)
                session.flush()
                said = {"link": found.id, "expires": found.expires}
                self._note(session, actor, f"deal:{deal_id}", "share", _to_agency(said))
            return self._link(found)

    def links(self, actor: Actor, deal_id: str) -> list[Link]:
        """The links to a deal of the actor's agency, the newest first.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: the actor is no planner of the agency.
        """
        self._planned(actor, deal_id)
        asked = select(LinkRow).where(LinkRow.deal == deal_id, LinkRow.organisation == actor.organisation)
        with self._database.session() as session:
            return [self._link(row) for row in session.scalars(asked.order_by(LinkRow.made.desc(), LinkRow.id))]

    def revoke(self, actor: Actor, deal_id: str, link: str) -> None:
        """End a link; ending one that has ended does nothing.

        Raises:
            UnknownDealError: there is no such deal or link that the actor may see.
            NotAllowedError: the actor is no planner of the agency.
        """
        self._planned(actor, deal_id)
        with self._database.session(writing=True) as session:
            own = select(LinkRow).where(LinkRow.organisation == actor.organisation, LinkRow.deal == deal_id)
            row = session.scalars(own.where(LinkRow.id == link)).one_or_none()
            if row is None:
                raise _unknown("a link")
            if not row.revoked:
                row.revoked = stamp(self._clock())
                self._note(session, actor, f"deal:{deal_id}", "share_revoke", _to_agency({"link": row.id}))

    def open(self, token: str, *, counted: bool = True) -> Opened:
        """What a link shows now; the opening is counted unless a program only looked ahead.

        Raises:
            UnknownDealError: the link is unknown, over or revoked, who made it may no longer show the deal, or
                the draft may not be shown as it stands now; which of these is not told.
        """
        with self._database.session() as session:
            row = session.scalars(select(LinkRow).where(LinkRow.hash == digest(token))).one_or_none()
        if row is None or not self._living(row):
            raise _unknown("this link")
        maker = self._accounts.acting(row.person, row.organisation)
        if maker is None:
            raise _unknown("this link")
        try:
            self._planned(maker, row.deal)
            deal = self._read(maker, row.deal)
            with self._database.session() as session:
                self._ask_gates(session, maker, row.deal)
        except InputError:
            raise _unknown("this link") from None
        if counted:
            self._count(row.hash)
        return Opened(outside(deal), row.expires)

    # ---------------------------------------------------------------------------------------------------------

    def _count(self, kept: str) -> None:
        with self._database.session(writing=True) as session:
            row = session.scalars(select(LinkRow).where(LinkRow.hash == kept)).one()
            row.opens += 1
            row.opened = stamp(self._clock())
            self._note(session, None, f"share:{row.id}", "open", {"deal": row.deal})

    def _read(self, actor: Actor, deal_id: str) -> Seen:
        """A deal with what it says, as the actor's side reads both."""
        said = self._manuscripts.of(actor, deal_id)
        return self._deals.get(actor, deal_id) | {"sentences": said.sentences, "sketches": said.sketches}

    def _ask_gates(self, session: Session, actor: Actor, deal_id: str) -> None:
        deal, _ = find(session, actor, deal_id)
        if deal.status == Status.DRAFT:
            for gate in self._gates:
                gate.leaving(session, deal)

    def _planned(self, actor: Actor, deal_id: str) -> None:
        """Holds where the actor plans this deal for its agency."""
        deal = self._deals.get(actor, deal_id)
        if deal["agency"] != actor.organisation or not actor.has(Role.PLANNER):
            rule = "is made by a planner of the agency"
            raise NotAllowedError("a link", rule, "Ask one of your organisation", code="link_planner")

    def _living(self, row: LinkRow) -> bool:
        return not row.revoked and stamp(self._clock()) < row.expires

    def _link(self, row: LinkRow) -> Link:
        state = {name: getattr(row, name) for name in Link.__slots__ if name != "living"}
        return Link(**state, living=self._living(row))

    def _note(self, session: Session, actor: Actor | None, subject: str, act: str, detail: Mapping[str, Any]) -> None:
        Trail(session).add(actor, subject, act, self._clock(), detail)


def _sides(deal: Seen, actor: Actor) -> list[str]:
    """On which side of a deal that is not their own agency's an actor stands, for the part of the trail they read."""
    ends = {Party.BRAND: deal["brand_side"], Party.ARTIST: deal["artist_side"]}
    return [party.value for party, organisation in ends.items() if organisation == actor.organisation]


def _new_link(actor: Actor, deal_id: str, token: str, label: str, now: datetime, lasts: timedelta) -> LinkRow:
    """The row of a link, which knows its token by the hash alone."""
    return LinkRow(
        hash=digest(token),
        deal=deal_id,
        organisation=actor.organisation,
        person=actor.person,
        name=actor.name,
        label=within("label", " ".join(label.split()), LONGEST_LABEL),
        made=stamp(now),
        expires=stamp(now + lasts),
        opens=0,
        opened="",
        revoked="",
    )


def _to_agency(said: Mapping[str, Any]) -> dict[str, Any]:
    return {"seen_by": [Party.AGENCY.value], "said": dict(said)}


def _unknown(what: str) -> UnknownDealError:
    return UnknownDealError(what, "leads nowhere", "Ask who gave it to you")
