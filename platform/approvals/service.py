"""Approvals as people give them: asked for by a planner, given in order by their owners, sent back with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kyokan.errors import ChangedMeanwhileError, NotAllowedError, QueryError
from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.approvals.gate import Round, round_of
from kyokan.platform.approvals.model import ApprovalRow, StepListRow, StepRow
from kyokan.platform.approvals.steps import OWNERS, checked_steps, keep, owns, steps_of
from kyokan.platform.audit import Trail
from kyokan.platform.database import Database
from kyokan.platform.deals.model import DealRow, NoticeRow
from kyokan.platform.deals.scope import find, subject
from kyokan.platform.deals.service import Clock
from kyokan.platform.deals.steps import Party, Status
from kyokan.platform.pipeline.people import holders


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A step of a draft: whose it is, who gave it and when (empty where nobody has), whether its turn is now."""

    id: str
    name: str
    person: str
    role: str
    given_by: str
    at: str
    turn: bool
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a draft's approvals stand.

    ``locked`` says that it may not be changed now; ``reason`` why it was sent back last, ``sent_back_by`` by whom;
    ``changed`` holds what differs from what the one who said something last saw: field -> before and after.
    """

    steps: tuple[Asked, ...]
    open: bool
    asked_by: str
    locked: bool
    reason: str
    sent_back_by: str
    changed: Mapping[str, tuple[Any, Any]]

    @property
    def complete(self) -> bool:
        """Whether nothing stands between the draft and sending it."""
        return all(step.given_by for step in self.steps)


class Approvals:
    """The approvals of all agencies; each is its agency's alone, and the sides of a deal never meet a word of it.

    Args:
        database: where they are kept, with the deals.
        clock: the time, with its zone.
    """

    def __init__(self, database: Database, clock: Clock = lambda: datetime.now(UTC)) -> None:
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

    # The approvals of a draft --------------------------------------------------------------------------------

    def of(self, actor: Actor, deal_id: str) -> Standing | None:
        """Where the approvals of a draft stand; None where the actor is not of its agency, or it is no draft any more.

        Raises:
            UnknownDealError: there is none that the actor may see.
        """
        with self._database.session() as session:
            deal, party = find(session, actor, deal_id)
            if party is not Party.AGENCY or deal.status != Status.DRAFT:
                return None
            return _standing(session, actor, round_of(session, deal))

    def ask(self, actor: Actor, deal_id: str, version: int) -> None:
        """Ask for the approvals that a draft needs; asked twice, it is asked once.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: the actor is no planner of its agency, or it is no draft.
            ChangedMeanwhileError: the draft is not as it was when ``version`` was read.
            QueryError: it needs none.
        """
        with self._database.session(writing=True) as session:
            deal, found = self._draft(session, actor, deal_id, version, acting=True)
            if found.request.open:
                return
            if not found.steps:
                raise QueryError("the draft", "needs no approval", "Send it", code="approval_none")
            request = found.request
            request.round, request.open, request.reason = request.round + 1, True, ""
            request.name, request.at = actor.name, self._now()
            session.add(request)
            self._record(session, actor, deal, "ask_approval", {})

    def approve(self, actor: Actor, deal_id: str, version: int, step: str) -> None:
        """Agree to a draft as it stands; agreed twice, it is agreed once.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: the step is not the actor's, or not now.
            ChangedMeanwhileError: the draft is not as it was when ``version`` was read.
        """
        with self._database.session(writing=True) as session:
            deal, found = self._draft(session, actor, deal_id, version)
            if step in found.given and found.given[step].person == actor.person:
                return
            turn = _turn(actor, found, step)
            session.add(self._said(actor, deal, found, turn, approved=True))
            self._record(session, actor, deal, "approve", {"step": turn.name})

    def send_back(self, actor: Actor, deal_id: str, version: int, step: str, reason: str) -> None:
        """Refuse a draft as it stands: it is open to changes again, and every approval is asked anew.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: the step is not the actor's, or not now.
            ChangedMeanwhileError: the draft is not as it was when ``version`` was read.
            QueryError: no reason is given.
        """
        why = reason.strip()[:1000]
        if not why:
            raise QueryError("reason", "is needed to send a draft back", "Say it", code="reason_needed")
        with self._database.session(writing=True) as session:
            deal, found = self._draft(session, actor, deal_id, version)
            turn = _turn(actor, found, step)
            session.add(self._said(actor, deal, found, turn, approved=False))
            found.request.open, found.request.reason = False, why
            self._record(session, actor, deal, "send_back", {"step": turn.name, "reason": why})

    def recall(self, actor: Actor, deal_id: str, version: int) -> None:
        """Take the request back: the draft is open to changes again, and the approvals given fall.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: the actor is no planner of its agency, or it is no draft.
            ChangedMeanwhileError: the draft is not as it was when ``version`` was read.
        """
        with self._database.session(writing=True) as session:
            deal, found = self._draft(session, actor, deal_id, version, acting=True)
            if found.request.open:
                found.request.open = False
                self._record(session, actor, deal, "recall", {})

    # ---------------------------------------------------------------------------------------------------------

    def _draft(
        self, session: Session, actor: Actor, deal_id: str, version: int, *, acting: bool = False
    ) -> tuple[DealRow, Round]:
        deal, party = find(session, actor, deal_id, acting=acting)
        if party is not Party.AGENCY or deal.status != Status.DRAFT:
            raise NotAllowedError("this deal", "is no draft of yours", "See its record", code="approval_no_draft")
        if deal.version != version:
            raise ChangedMeanwhileError("this deal", "was changed meanwhile", "Look at it as it stands now")
        return deal, round_of(session, deal)

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
        session.add(NoticeRow(organisation=deal.agency, party=Party.AGENCY, deal=deal.id, act=act, at=self._now()))

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")


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


def _standing(session: Session, actor: Actor, found: Round) -> Standing:
    turn = found.next if found.request.open else None
    people = holders(session, actor.organisation, *OWNERS)
    said = select(ApprovalRow).where(ApprovalRow.deal == found.request.deal).order_by(ApprovalRow.id.desc()).limit(1)
    last = session.scalars(said).first()
    return Standing(
        steps=tuple(
            Asked(
                id=step.id,
                name=step.name,
                person=people.get(step.person, "") if step.person else "",
                role=step.role,
                given_by=found.given[step.id].name if step.id in found.given else "",
                at=found.given[step.id].at if step.id in found.given else "",
                turn=step is turn,
                mine=step is turn and owns(actor, step),
            )
            for step in found.steps
        ),
        open=found.request.open,
        asked_by=found.request.name,
        locked=found.request.open and any(step.lock for step in found.steps),
        reason=found.request.reason,
        sent_back_by=last.name if last and found.request.reason else "",
        changed=_differences(last.seen, found.content) if last else {},
    )


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Field -> before and after, terms field by field."""
    old, new = ({**one, **one["terms"]} for one in (before, after))
    return {name: (old.get(name), new[name]) for name in new if name != "terms" and old.get(name) != new[name]}
