"""Manuscripts as people write and read them: each side reads what rests on evidence that it may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.orm import Session

from kyokan.errors import ChangedMeanwhileError, NotAllowedError, QueryError
from kyokan.matching.evidence import Statement, statements
from kyokan.platform.accounts.actor import Actor
from kyokan.platform.audit import Trail
from kyokan.platform.clock import Clock, stamp, utc
from kyokan.platform.database import Database
from kyokan.platform.deals.entries import Entered, Line, Prose, checked
from kyokan.platform.deals.fields import speaks_for
from kyokan.platform.deals.gate import Gate
from kyokan.platform.deals.model import DealRow
from kyokan.platform.deals.scope import find, subject
from kyokan.platform.deals.steps import Party, Status
from kyokan.platform.proposals.model import ManuscriptRow

FIELD = "manuscript"
MOST_SENTENCES, MOST_SKETCHES = 20, 8


class SketchKind(StrEnum):
    """What a sketch is of."""

    VISUAL = "visual"
    COPY = "copy"
    CHANNEL = "channel"
    EVENT = "event"


class SentenceEntry(Entered):
    """A sentence: the key of one that the evidence bears, or the planner's own words in one language or both."""

    key: Annotated[str, Field(max_length=1000)] = ""
    ja: Line = ""
    en: Line = ""


class SketchEntry(Entered):
    """A sketch of what could be made."""

    kind: SketchKind
    title: Line = ""
    text: Prose = ""


class ManuscriptEntry(Entered):
    """A manuscript as its planner writes it, in order."""

    sentences: tuple[SentenceEntry, ...] = ()
    sketches: tuple[SketchEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Manuscript:
    """What a proposal says to one side: see ``ManuscriptRow`` for the fields of each part."""

    sentences: tuple[dict[str, str], ...] = ()
    sketches: tuple[dict[str, str], ...] = ()


class Manuscripts:
    """The manuscripts of all deals, read as the deals themselves are.

    Args:
        database: where they are kept, with the deals.
        clock: the time, with its zone.
        gates: what else has a say before a draft is changed.
    """

    def __init__(self, database: Database, clock: Clock = utc, gates: Sequence[Gate] = ()) -> None:
        self._database = database
        self._clock = clock
        self._gates = gates

    def of(self, actor: Actor, deal_id: str, lens: Party | None = None) -> Manuscript:
        """What a deal says to the actor's side; with ``lens``, for its agency alone, to another side.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: the lens is not the actor's to look through.
        """
        with self._database.session() as session:
            _, party = find(session, actor, deal_id)
            if lens is not None and party is not Party.AGENCY:
                raise NotAllowedError("this view", "is its agency's", "See the deal", code="agency_only")
            row = session.get(ManuscriptRow, deal_id)
            if row is None:
                return Manuscript()
            read = [one for one in row.sentences if speaks_for(one["benefit"], lens or party)]
            return Manuscript(tuple(read), tuple(row.sketches))

    def offered(self, actor: Actor, deal_id: str) -> list[Statement]:
        """Every sentence that the frozen evidence of a draft bears.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: it is no draft of the actor's agency, or the actor is no planner.
        """
        with self._database.session() as session:
            return statements(_draft(session, actor, deal_id).match)

    def before(self, actor: Actor, deal_id: str) -> Manuscript | None:
        """What a draft said until its last change, which can be taken back; None where it was never changed.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: it is no draft of the actor's agency, or the actor is no planner.
        """
        with self._database.session() as session:
            _draft(session, actor, deal_id)
            row = session.get(ManuscriptRow, deal_id)
            return _read(row.before) if row and row.before else None

    def keep(self, actor: Actor, deal_id: str, version: int, fields: Mapping[str, Any]) -> bool:
        """Make this what a draft says: the fields of ``ManuscriptEntry``; whether it said anything else until now.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: it is no draft of the actor's agency, it is locked, or the actor is no planner.
            ChangedMeanwhileError: the draft is not as it was when ``version`` was read.
            QueryError: a sentence says nothing or rests on no evidence of this deal, or there are too many.
        """
        entered = checked(ManuscriptEntry, fields)
        with self._database.session(writing=True) as session:
            deal = _draft(session, actor, deal_id)
            row = session.get(ManuscriptRow, deal_id) or ManuscriptRow(deal=deal_id, sentences=[], sketches=[])
            sentences = _sentences(entered.sentences, deal, row)
            sketches = [one.model_dump(mode="json") for one in entered.sketches if one.title or one.text]
            if len(sentences) > MOST_SENTENCES or len(sketches) > MOST_SKETCHES:
                raise QueryError("the proposal", "says too much", "Leave something out", code="manuscript_long")
            return self._write(session, actor, deal, row, version, {"sentences": sentences, "sketches": sketches})

    def take_back(self, actor: Actor, deal_id: str, version: int) -> None:
        """Let a draft say what it said before its last change; where it was never changed nothing happens.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: it is no draft of the actor's agency, it is locked, or the actor is no planner.
            ChangedMeanwhileError: the draft is not as it was when ``version`` was read.
        """
        with self._database.session(writing=True) as session:
            deal = _draft(session, actor, deal_id)
            row = session.get(ManuscriptRow, deal_id)
            if row and row.before:
                self._write(session, actor, deal, row, version, row.before)

    def _write(
        self,
        session: Session,
        actor: Actor,
        deal: DealRow,
        row: ManuscriptRow,
        version: int,
        content: Mapping[str, Any],
    ) -> bool:
        if row.content == content:
            return False
        if deal.version != version:
            raise ChangedMeanwhileError("this deal", "was changed meanwhile", "Look at it as it stands now")
        for gate in self._gates:
            gate.changing(session, deal, {FIELD})
        row.before = row.content
        row.sentences, row.sketches = content["sentences"], content["sketches"]
        session.add(row)
        deal.version += 1
        deal.changed = stamp(self._clock())
        session.flush()
        told = {"seen_by": [Party.AGENCY.value], "said": {"fields": [FIELD]}}
        Trail(session).add(actor, subject(deal.id), "change", self._clock(), told)
        return True


def _read(content: Mapping[str, Any]) -> Manuscript:
    return Manuscript(tuple(content["sentences"]), tuple(content["sketches"]))


def _draft(session: Session, actor: Actor, deal_id: str) -> DealRow:
    deal, party = find(session, actor, deal_id, acting=True)
    if party is not Party.AGENCY or deal.status != Status.DRAFT:
        raise NotAllowedError("this deal", "is no draft of yours", "See its record", code="approval_no_draft")
    return deal


def _sentences(entered: Sequence[SentenceEntry], deal: DealRow, row: ManuscriptRow) -> list[dict[str, str]]:
    """The sentences in full: those on evidence as the evidence words them, never as a form does."""
    known = {one["key"]: one for one in row.sentences if one["key"]}
    known |= {one.key: asdict(one) for one in statements(deal.match)}
    found: list[dict[str, str]] = []
    for one in entered:
        if one.key:
            if one.key not in known:
                raise QueryError("a sentence", "rests on no evidence of this deal", code="sentence_lost")
            if known[one.key] not in found:
                found.append(known[one.key])
        elif one.ja or one.en:
            found.append({"key": "", "ja": one.ja, "en": one.en, "signal": "", "benefit": "both"})
    return found
