"""The gate that approvals put before a draft: locked while they are asked for, sent once all are given."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kyokan.errors import NotAllowedError
from kyokan.platform.approvals.model import ApprovalRow, ClearanceRow, RequestRow, StepRow
from kyokan.platform.approvals.steps import needed, steps_of
from kyokan.platform.attachments.model import AttachmentRow
from kyokan.platform.deals.model import DealRow
from kyokan.platform.proposals.model import ManuscriptRow

CONTENT = ("headline", "rationale", "brand_side", "artist_side", "expires")


@dataclass(frozen=True, slots=True)
class Round:
    """How far a draft's approvals have come: the steps it needs, those given for it as it stands, what it holds now."""

    request: RequestRow
    steps: list[StepRow]
    given: dict[str, ApprovalRow]
    content: dict[str, Any]

    @property
    def next(self) -> StepRow | None:
        """The step whose turn it is."""
        return next((step for step in self.steps if step.id not in self.given), None)


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
    """Where a draft's approvals stand; one given for other words than it holds now is none."""
    request = session.get(RequestRow, deal.id) or RequestRow(
        deal=deal.id, round=0, open=False, name="", at="", reason=""
    )
    content = content_of(session, deal)
    steps = needed(steps_of(session, deal.agency), content["terms"])
    said = session.scalars(
        select(ApprovalRow)
        .where(ApprovalRow.deal == deal.id, ApprovalRow.round == request.round, ApprovalRow.approved)
        .order_by(ApprovalRow.id)
    )
    given = {row.step: row for row in said if request.open and row.seen == content}
    return Round(request, steps, given, content)


class ApprovalGate:
    """Keeps a draft with its agency until everybody asked has agreed to what it says."""

    def changing(self, session: Session, deal: DealRow, fields: Collection[str]) -> None:
        """Refuse to change what is being approved, where a step says so; elsewhere the approvals given fall."""
        if not {*CONTENT, "terms", "manuscript", "attachments"}.intersection(fields):
            return
        found = round_of(session, deal)
        if found.request.open and any(step.lock for step in found.steps):
            rule = "cannot be changed while its approvals are asked for"
            raise NotAllowedError("the draft", rule, "Take the request back first", code="approval_locked")

    def leaving(self, session: Session, deal: DealRow) -> None:
        """Refuse to show what is not approved by everybody it needs."""
        found = round_of(session, deal)
        if found.next is not None:
            rule = f"needs the approval “{found.next.name}” first"
            raise NotAllowedError("the draft", rule, "Ask for it", code="approval_missing", step=found.next.name)

    def sending(self, session: Session, deal: DealRow) -> None:
        """Refuse to send what is not approved by everybody it needs; the file itself asks for the clearance."""
        self.leaving(session, deal)
        session.merge(ClearanceRow(deal=deal.id, version=deal.version))
        session.flush()
