"""Attachments as people put and read them; a file is what its first bytes say, never what its name says."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import filetype
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from kyokan.errors import NotAllowedError, QueryError, UnknownDealError
from kyokan.platform.accounts.actor import Actor
from kyokan.platform.attachments.model import AttachmentContent, AttachmentRow
from kyokan.platform.audit import Trail
from kyokan.platform.clock import Clock, stamp, utc
from kyokan.platform.database import Database
from kyokan.platform.deals.gate import Gate
from kyokan.platform.deals.model import DealRow
from kyokan.platform.deals.notices import tell
from kyokan.platform.deals.scope import find, of_organisation, subject
from kyokan.platform.deals.steps import ENDS, Party, Status

LARGEST = 10 * 1024 * 1024  # bytes
MOST = 10  # of one side on one deal: a limit for all together would tell each side how many the others have
KINDS = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}
SUFFIXES = {"image/jpeg": (".jpg", ".jpeg")}
LONGEST_NAME = 100
FIELD = "attachments"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a deal as its reader sees it; ``mine`` where it is of the reader's side, ``at`` in ISO form."""

    id: str
    deal: str
    name: str
    media: str
    size: int
    person: str
    at: str
    everybody: bool
    mine: bool


class Attachments:
    """The files of all deals, read as the deals themselves are.

    Args:
        database: where they are kept, with the deals.
        clock: the time, with its zone.
        gates: what else has a say before a draft is changed.
    """

    def __init__(self, database: Database, clock: Clock = utc, gates: Sequence[Gate] = ()) -> None:
        self._database = database
        self._clock = clock
        self._gates = gates

    def of(self, actor: Actor, deal_id: str) -> list[Attachment]:
        """The files of a deal that the actor's side may read, oldest first.

        Raises:
            UnknownDealError: there is none that the actor may see.
        """
        with self._database.session() as session:
            _, party = find(session, actor, deal_id)
            rows = session.scalars(_kept(deal_id).order_by(AttachmentRow.at, AttachmentRow.id))
            return [_seen(row, party) for row in rows if _reads(row, party)]

    def read(self, actor: Actor, attachment_id: str) -> tuple[Attachment, bytes]:
        """A file and what it holds.

        Raises:
            UnknownDealError: there is none that the actor may read.
        """
        with self._database.session() as session:
            row, _, party = _found(session, actor, attachment_id)
            if row.removed:
                raise UnknownDealError(attachment_id, "is no file of yours", "See the deal")
            return _seen(row, party), session.get_one(AttachmentContent, row.id).content

    def add(
        self, actor: Actor, deal_id: str, name: str, content: bytes, *, everybody: bool = False, key: str = ""
    ) -> None:
        """Put a file to a deal.

        Args:
            actor: one who may act on a side of the deal.
            deal_id: of which deal.
            name: as the reader shall see it; nothing is ever found by it.
            content: a PDF, PNG or JPEG of at most ``LARGEST`` bytes.
            everybody: for all sides; else for the actor's own.
            key: id of the attachment (32 hexadecimal figures), so that asking twice makes one; without it a new one.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: the actor only reads, the deal has ended, or the draft is locked.
            QueryError: it is empty, too large, of another kind, or one too many.
        """
        media = _checked(content)
        with self._database.session(writing=True) as session:
            deal, party = self._open(session, actor, deal_id)
            if key and session.scalar(select(AttachmentRow.id).where(AttachmentRow.id == key)):
                return
            _check_room(session, deal_id, party)
            self._ask_gates(session, deal, everybody=everybody)
            row = AttachmentRow(
                id=key or uuid.uuid4().hex,
                deal=deal_id,
                party=party,
                everybody=everybody,
                name=_tidy(name, media),
                media=media,
                size=len(content),
                person=actor.name,
                at=self._now(),
            )
            session.add(row)
            session.flush()
            session.add(AttachmentContent(id=row.id, content=content))
            self._record(session, actor, deal, row, "attach")

    def remove(self, actor: Actor, attachment_id: str) -> str:
        """Take a file of one's own side away, which can be undone; gives the id of its deal.

        Raises:
            UnknownDealError: there is none that the actor may read.
            NotAllowedError: it is of another side, the actor only reads, the deal has ended, or the draft is locked.
        """
        return self._turn(actor, attachment_id, removed=True)

    def restore(self, actor: Actor, attachment_id: str) -> str:
        """Put a file back that was removed; gives the id of its deal.

        Raises:
            UnknownDealError: there is none that the actor may read.
            NotAllowedError: as for ``remove``.
            QueryError: it would be one too many.
        """
        return self._turn(actor, attachment_id, removed=False)

    # ---------------------------------------------------------------------------------------------------------

    def _turn(self, actor: Actor, attachment_id: str, *, removed: bool) -> str:
        with self._database.session(writing=True) as session:
            row, _, party = _found(session, actor, attachment_id)
            deal, _ = self._open(session, actor, row.deal)
            if row.party != party:
                raise NotAllowedError("this file", "is of another side", "Ask them", code="file_theirs")
            if row.removed == removed:
                return row.deal
            if not removed:
                _check_room(session, row.deal, party)
            self._ask_gates(session, deal, everybody=row.everybody)
            row.removed = removed
            self._record(session, actor, deal, row, "detach" if removed else "attach")
            return row.deal

    def _open(self, session: Session, actor: Actor, deal_id: str) -> tuple[DealRow, Party]:
        deal, party = find(session, actor, deal_id, acting=True)
        if deal.status in ENDS:
            raise NotAllowedError("this deal", "has ended", "See its record", code="deal_ended")
        return deal, party

    def _ask_gates(self, session: Session, deal: DealRow, *, everybody: bool) -> None:
        if everybody and deal.status == Status.DRAFT:
            for gate in self._gates:
                gate.changing(session, deal, {FIELD})

    def _record(self, session: Session, actor: Actor, deal: DealRow, row: AttachmentRow, act: str) -> None:
        """Write the record, for those who may read the file, and tell the others among them."""
        readers: Collection[Party] = tuple(Party) if row.everybody else (Party(row.party),)
        if row.everybody and deal.status == Status.DRAFT:  # who approves or sends a draft has looked at this one
            deal.version += 1
        session.flush()
        detail = {"seen_by": sorted(party.value for party in readers), "said": {"file": row.name}}
        Trail(session).add(actor, subject(deal.id), act, self._clock(), detail)
        if deal.sent:
            tell(session, deal, {*readers} - {Party(row.party)}, act, self._now())

    def _now(self) -> str:
        return stamp(self._clock())


def _found(session: Session, actor: Actor, attachment_id: str) -> tuple[AttachmentRow, DealRow, Party]:
    own = select(AttachmentRow).join(DealRow).where(of_organisation(actor))
    row = session.scalars(own.where(AttachmentRow.id == attachment_id)).one_or_none()
    if row is None:
        raise UnknownDealError(attachment_id, "is no file of yours", "See the deal")
    deal, party = find(session, actor, row.deal)
    if not _reads(row, party):
        raise UnknownDealError(attachment_id, "is no file of yours", "See the deal")
    return row, deal, party


def _kept(deal_id: str) -> Select[AttachmentRow]:
    return select(AttachmentRow).where(AttachmentRow.deal == deal_id, AttachmentRow.removed.is_(False))


def _check_room(session: Session, deal_id: str, party: Party) -> None:
    """Hold that a side may put one more file to a deal."""
    own = _kept(deal_id).where(AttachmentRow.party == party).subquery()
    if session.scalars(select(func.count()).select_from(own)).one() >= MOST:
        raise QueryError("files", f"are at most {MOST}", "Remove one", code="file_many", most=MOST)


def _reads(row: AttachmentRow, party: Party) -> bool:
    return row.everybody or row.party == party


def _seen(row: AttachmentRow, party: Party) -> Attachment:
    mine = row.party == party
    return Attachment(row.id, row.deal, row.name, row.media, row.size, row.person, row.at, row.everybody, mine)


def _checked(content: bytes) -> str:
    """The media type that the first bytes tell."""
    if not content:
        raise QueryError("the file", "is empty", "Choose another", code="file_empty")
    if len(content) > LARGEST:
        raise QueryError("the file", "has more than 10 MB", "Make it smaller", code="file_large")
    media = filetype.guess_mime(content)
    if media not in KINDS:
        raise QueryError("the file", "is no PDF, PNG or JPEG", "Choose another", code="file_kind")
    return str(media)


def _tidy(name: str, media: str) -> str:
    """A name to show: its last part without anything that does not print, with the ending of its kind."""
    last = re.split(r"[/\\]", name)[-1]
    printed = " ".join("".join(letter if letter.isprintable() else " " for letter in last).split()).lstrip(".")
    ending = KINDS[media]
    if not printed.lower().endswith(SUFFIXES.get(media, (ending,))):
        return f"{printed[: LONGEST_NAME - len(ending)] or 'file'}{ending}"
    stem, _, suffix = printed.rpartition(".")
    return f"{stem[: LONGEST_NAME - len(suffix) - 1] or 'file'}.{suffix}"
