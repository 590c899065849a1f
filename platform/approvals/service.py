"""Approvals as people give them: asked for by a planner, given in order by their owners, sent back with a reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from kyokan.errors import ChangedMeanwhileError, NotAllowedError, QueryError
from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.approvals.gate import Round, locked, round_of
from kyokan.platform.approvals.model import ApprovalRow, StepListRow, StepRow
from kyokan.platform.approvals.standing import Standing, standing_of
from kyokan.platform.approvals.steps import OWNERS, checked_steps, keep, owns, steps_of
from kyokan.platform.audit import Trail
from kyokan.platform.clock import Clock, stamp, utc
from kyokan.platform.database import Database
from kyokan.platform.deals.entries import LONGEST_REASON, Terms, checked, within
from kyokan.platform.deals.model import DealRow
from kyokan.platform.deals.notices import tell
from kyokan.platform.deals.scope import find, subject
from kyokan.platform.deals.steps import OPEN, Party, Status
from kyokan.platform.pipeline.people import holders

APPROVABLE = OPEN | {Status.DRAFT}


class Approvals:
    """The approvals of all agencies; each is its agency's alone, and the sides of a deal never meet a word of it.

    Args:
        database: where they are kept, with the deals.
        clock: the time, with its zone.
    """

    def __init__(self, database: Database, clock: Clock = utc) -> None:
        self._database = database
        self._clock = clock

    # The steps of an agency ----------------------------------------------------------------------------------

    def steps(self, actor: Actor) -> tuple[list[StepRow], dict[str, str], int]:
        """The steps of the actor's agency, who may own one (id -> name), and the version of the list.

        Raises:
            NotAllowedError: the actor is no planner.
        """
        _only_planners(actor)
        with self._database.session() as session:
            kept = session.get(StepListRow, actor.organisation)
            people = holders(session, actor.organisation, *OWNERS)
            return steps_of(session, actor.organisation), people, kept.version if kept else 0

    def arrange(self, actor: Actor, version: int, entered: Sequence[Mapping[str, Any]]) -> None:
        """The whole list of steps as it shall be, in order: fields of ``steps.StepEntry``.

        Raises:
            NotAllowedError: the actor is no planner.
            ChangedMeanwhileError: the list is not as it was when ``version`` was read.
            QueryError: a step breaks a rule.
        """
        _only_planners(actor)
        agency = actor.organisation
        with self._database.session(writing=True) as session:
            kept = session.get(StepListRow, agency) or StepListRow(agency=agency, version=0)
            if kept.version != version:
                raise ChangedMeanwhileError("the steps", "were changed meanwhile", "Look again", code="board_changed")
            entries = checked_steps(session, agency, entered)
            session.add(kept)
            kept.version += 1
            session.flush()
            keep(session, agency, entries)
            told = {"steps": [entry.model_dump(mode="json", exclude={"id"}) for entry in entries]}
            Trail(session).add(actor, f"approvals:{agency}", "arrange", self._clock(), told)

    # The approvals of a draft or a counter-offer --------------------------------------------------------------

    def of(self, actor: Actor, deal_id: str) -> Standing | None:
        """Where the approvals of a draft stand, or of a counter-offer once it is sent.

        None where the actor is not of its agency, or nothing of the deal is to be sent any more.

        Raises:
            UnknownDealError: there is none that the actor may see.
        """
        with self._database.session() as session:
            deal, party = find(session, actor, deal_id)
            if party is not Party.AGENCY or deal.status not in APPROVABLE:
                return None
            return standing_of(session, actor, deal)

    def ask(self, actor: Actor, deal_id: str, version: int) -> None:
        """Ask for the approvals that a draft needs; asked twice, it is asked once.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: the actor is no planner of its agency, or it is no draft.
            ChangedMeanwhileError: the draft is not as it was when ``version`` was read.
            QueryError: it needs none.
        """
        with self._database.session(writing=True) as session:
            deal, found = self._found(session, actor, deal_id, version, of={Status.DRAFT}, acting=True)
            if not found.request.open:
                self._begin(session, actor, deal, found)

    def ask_counter(self, actor: Actor, deal_id: str, version: int, terms: Mapping[str, Any]) -> None:
        """Ask for the approvals that a counter-offer needs; the same asked twice is asked once, others are asked anew.

        Args:
            actor: a planner of the agency.
            deal_id: of a deal that was sent and waits for answers.
            version: of the deal that was looked at.
            terms: the fields of ``deals.entries.Terms``; nobody outside the agency reads them before they are offered.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: the actor is no planner of its agency, the deal is not open, or others are being approved.
            ChangedMeanwhileError: the deal is not as it was when ``version`` was read.
            QueryError: they break a rule, or need no approval.
        """
        entered = checked(Terms, terms).model_dump(mode="json")
        with self._database.session(writing=True) as session:
            deal, found = self._found(session, actor, deal_id, version, of=OPEN, acting=True)
            if found.request.open and found.request.terms == entered:
                return
            if found.locked:
                raise locked("the counter-offer")
            found.request.terms = entered
            session.merge(found.request)
            self._begin(session, actor, deal, round_of(session, deal))

    def approve(self, actor: Actor, deal_id: str, version: int, step: str, asked: int | None = None) -> None:
        """Agree to a draft or counter-offer as it stands; agreed twice, it is agreed once.

        Args:
            actor: whose step it is.
            deal_id: of which deal.
            version: of the deal that was looked at.
            step: its id.
            asked: ``Standing.round`` that was looked at; a counter-offer cannot do without, for it may be another by
                now while the deal is still the same.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: the step is not the actor's, or not now.
            ChangedMeanwhileError: it is not as it was when ``version`` and ``asked`` were read.
        """
        with self._database.session(writing=True) as session:
            deal, found = self._found(session, actor, deal_id, version)
            _same(deal, found, asked)
            if step in found.given and found.given[step].person == actor.person:
                return
            turn = _turn(actor, found, step)
            session.add(self._said(actor, deal, found, turn, approved=True))
            self._record(session, actor, deal, "approve", {"step": turn.name})

    def send_back(
        self, actor: Actor, deal_id: str, version: int, step: str, reason: str, asked: int | None = None
    ) -> None:
        """Refuse a draft or counter-offer as it stands: it is open to changes again, and every approval is asked anew.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: the step is not the actor's, or not now.
            ChangedMeanwhileError: it is not as it was when ``version`` and ``asked`` were read (as in ``approve``).
            QueryError: no reason is given, or one that is too long.
        """
        why = within("reason", reason, LONGEST_REASON)
        if not why:
            raise QueryError("reason", "is needed to send a draft back", "Say it", code="reason_needed")
        with self._database.session(writing=True) as session:
            deal, found = self._found(session, actor, deal_id, version)
            _same(deal, found, asked)
            turn = _turn(actor, found, step)
            session.add(self._said(actor, deal, found, turn, approved=False))
            found.request.open, found.request.reason = False, why
            self._record(session, actor, deal, "send_back", {"step": turn.name, "reason": why})

    def recall(self, actor: Actor, deal_id: str, version: int) -> None:
        """Take the request back: draft or counter-offer is open to changes again, and the approvals given fall.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: the actor is no planner of its agency, or nothing of the deal is to be sent any more.
            ChangedMeanwhileError: the deal is not as it was when ``version`` was read.
        """
        with self._database.session(writing=True) as session:
            deal, found = self._found(session, actor, deal_id, version, acting=True)
            if found.request.open:
                found.request.open = False
                self._record(session, actor, deal, "recall", {})

    # ---------------------------------------------------------------------------------------------------------

    def _found(
        self,
        session: Session,
        actor: Actor,
        deal_id: str,
        version: int,
        *,
        of: Collection[Status] = APPROVABLE,
        acting: bool = False,
    ) -> tuple[DealRow, Round]:
        deal, party = find(session, actor, deal_id, acting=acting)
        if party is not Party.AGENCY or deal.status not in of:
            rule = "has nothing of yours to approve now"
            raise NotAllowedError("this deal", rule, "See its record", code="approval_nothing")
        if deal.version != version:
            raise _changed()
        return deal, round_of(session, deal)

    def _begin(self, session: Session, actor: Actor, deal: DealRow, found: Round) -> None:
        """Begin a round of approvals."""
        if not found.steps:
            raise QueryError("this", "needs no approval", "Send it", code="approval_none")
        request = session.merge(found.request)
        request.round, request.open, request.reason = request.round + 1, True, ""
        request.name, request.at = actor.name, self._now()
        self._record(session, actor, deal, "ask_approval", {})

    def _said(self, actor: Actor, deal: DealRow, found: Round, step: StepRow, *, approved: bool) -> ApprovalRow:
        return ApprovalRow(
            deal=deal.id,
            round=found.request.round,
            step=step.id,
            person=actor.person,
            name=actor.name,
            at=self._now(),
            approved=approved,
            seen=found.content,
        )

    def _record(self, session: Session, actor: Actor, deal: DealRow, act: str, said: Mapping[str, Any]) -> None:
        """Write the record, which the agency alone reads, and tell its people."""
        session.flush()
        detail = {"seen_by": [Party.AGENCY.value], "said": dict(said)}
        Trail(session).add(actor, subject(deal.id), act, self._clock(), detail)
        tell(session, deal, [Party.AGENCY], act, self._now())

    def _now(self) -> str:
        return stamp(self._clock())


def _only_planners(actor: Actor) -> None:
    if not actor.has(Role.PLANNER):
        raise NotAllowedError("approval steps", "are set by planners", "Ask one of your agency", code="planner_only")


def _turn(actor: Actor, found: Round, step: str) -> StepRow:
    """The step whose turn it is, if it is the named one and the actor's."""
    turn = found.next if found.request.open else None
    if turn is None or turn.id != step:
        raise NotAllowedError("this step", "is not asked for now", "See whose turn it is", code="approval_turn")
    if not owns(actor, turn):
        raise NotAllowedError("this step", "is somebody else's", "Ask its owner", code="approval_owner")
    return turn


def _same(deal: DealRow, found: Round, asked: int | None) -> None:
    """Holds where what is to be judged is what was looked at; a draft's version says so itself."""
    looked_at = found.request.round if asked is None and deal.status == Status.DRAFT else asked
    if looked_at != found.request.round:
        raise _changed()


def _changed() -> ChangedMeanwhileError:
    return ChangedMeanwhileError("this deal", "was changed meanwhile", "Look at it as it stands now")
