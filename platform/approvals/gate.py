"""The gate that approvals put before what an agency sends: locked while they are asked for, open once all are given."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kyokan.errors import NotAllowedError
from kyokan.platform.approvals.model import ApprovalRow, ClearanceRow, CounterClearanceRow, RequestRow, StepRow
from kyokan.platform.approvals.steps import needed, steps_of
from kyokan.platform.attachments.model import AttachmentRow
from kyokan.platform.deals.entries import Terms
from kyokan.platform.deals.model import DealRow
from kyokan.platform.deals.steps import Status
from kyokan.platform.proposals.model import ManuscriptRow

CONTENT = ("headline", "rationale", "brand_side", "artist_side", "expires")


@dataclass(frozen=True, slots=True)
class Round:
    """How far approvals have come: the steps needed, those given for what is asked about as it stands, what it says.

    Where no counter-offer was asked for, ``request`` is a new one and ``steps`` is empty.
    """

    request: RequestRow
    steps: list[StepRow]
    given: dict[str, ApprovalRow]
    content: dict[str, Any]

    @property
    def next(self) -> StepRow | None:
        """The step whose turn it is."""
        return next((step for step in self.steps if step.id not in self.given), None)

    @property
    def locked(self) -> bool:
        """Whether it may not be changed now."""
        return self.request.open and any(step.lock for step in self.steps)


def content_of(session: Session, deal: DealRow) -> dict[str, Any]:
    """What a draft says, as far as the others will read it."""
    written = session.get(ManuscriptRow, deal.id)
    attached = (
        select(AttachmentRow.name)
        .where(AttachmentRow.deal == deal.id, AttachmentRow.everybody, AttachmentRow.removed.is_(False))
        .order_by(AttachmentRow.at, AttachmentRow.id)
    )
    plain = {name: getattr(deal, name) for name in CONTENT}
    return plain | {
        "terms": dict(deal.offered.content),
        "manuscript": written.content if written else None,
        "attachments": list(session.scalars(attached)),
    }


def round_of(session: Session, deal: DealRow) -> Round:
    """Where the approvals of a draft stand, or of the counter-offer to what is on the table.

    An approval given for other words than it holds now is none; a counter-offer to what is not on the table any more
    is over.
    """
    draft = deal.status == Status.DRAFT
    number = deal.offered.number + (not draft)
    request = _request(session, deal.id, number)
    content: dict[str, Any] = {"counter": number, "terms": request.terms}
    if draft:
        content = content_of(session, deal)
    terms = content["terms"]
    steps = [] if terms is None else needed(steps_of(session, deal.agency), terms)
    said = session.scalars(
        select(ApprovalRow)
        .where(ApprovalRow.deal == deal.id, ApprovalRow.round == request.round, ApprovalRow.approved)
        .order_by(ApprovalRow.id)
    )
    given = {row.step: row for row in said if request.open and row.seen == content}
    return Round(request, steps, given, content)


class ApprovalGate:
    """Keeps drafts and counter-offers with their agency until everybody asked has agreed to what they say."""

    def changing(self, session: Session, deal: DealRow, fields: Collection[str]) -> None:
        """Refuse to change what is being approved, where a step says so; elsewhere the approvals given fall."""
        if not {*CONTENT, "terms", "manuscript", "attachments"}.intersection(fields):
            return
        if round_of(session, deal).locked:
            raise locked("the draft")

    def leaving(self, session: Session, deal: DealRow) -> None:
        """Refuse to show what is not approved by everybody it needs."""
        _refuse("the draft", round_of(session, deal).next)

    def sending(self, session: Session, deal: DealRow) -> None:
        """Refuse to send what is not approved by everybody it needs; the file itself asks for the clearance."""
        self.leaving(session, deal)
        session.merge(ClearanceRow(deal=deal.id, version=deal.version))
        session.flush()

    def countering(self, session: Session, deal: DealRow, terms: Terms) -> None:
        """Refuse terms that are not approved by everybody they need; the file asks for the clearance of just these."""
        found, offered = round_of(session, deal), terms.model_dump(mode="json")
        if offered == found.content["terms"]:
            _refuse("the counter-offer", found.next)
        elif found.locked:
            raise locked("the counter-offer")
        else:
            _refuse("the counter-offer", next(iter(needed(steps_of(session, deal.agency), offered)), None))
        session.merge(CounterClearanceRow(deal=deal.id, number=found.request.number, terms=offered))
        session.flush()


def _request(session: Session, deal_id: str, number: int) -> RequestRow:
    """The request for the terms of a number, or a new one in which nothing is asked for."""
    kept = session.get(RequestRow, deal_id)
    if kept is not None and kept.number == number:
        return kept
    past = kept.round if kept else 0
    return RequestRow(deal=deal_id, number=number, round=past, open=False, name="", at="", reason="")


def locked(what: str) -> NotAllowedError:
    """That a draft or a counter-offer is being approved, and a step keeps it as it is."""
    rule = "cannot be changed while its approvals are asked for"
    return NotAllowedError(what, rule, "Take the request back first", code="approval_locked")


def _refuse(what: str, missing: StepRow | None) -> None:
    if missing is not None:
        rule = f"needs the approval “{missing.name}” first"
        raise NotAllowedError(what, rule, "Ask for it", code="approval_missing", step=missing.name)
