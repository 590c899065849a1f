"""The tables of approvals: an agency's steps, who asked for the approvals of what, the approvals given."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from kyokan.platform.database import Base, refuse
from kyokan.platform.deals.model import TermsRow


class StepListRow(Base):
    """An agency's list of steps; ``version`` grows by one with every change."""

    __tablename__ = "approval_list"

    agency: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, default=0)


class StepRow(Base):
    """A step: for which drafts (``criterion`` and its ``value``) and whose it is, a ``person``'s or a ``role``'s."""

    __tablename__ = "approval_step"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    agency: Mapped[str] = mapped_column(ForeignKey("approval_list.agency", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Text)
    criterion: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    lock: Mapped[bool]


class RequestRow(Base):
    """That approvals were asked for: of a draft, or of the counter-offer that shall be the terms of ``number``.

    ``open`` until it is taken or sent back, then with a ``reason``. ``terms`` are the counter-offer's alone.
    """

    __tablename__ = "approval_request"

    deal: Mapped[str] = mapped_column(ForeignKey("deal.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    terms: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    round: Mapped[int] = mapped_column(Integer, default=0)
    open: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")


class ApprovalRow(Base):
    """What somebody said of a draft or counter-offer, and what they saw of it: it holds for exactly that."""

    __tablename__ = "approval"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    deal: Mapped[str] = mapped_column(ForeignKey("deal.id", ondelete="CASCADE"), index=True)
    round: Mapped[int] = mapped_column(Integer)
    step: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(Text)
    approved: Mapped[bool]
    seen: Mapped[dict[str, Any]] = mapped_column(JSON)


class ClearanceRow(Base):
    """That a version of a draft had every approval it needs when it was sent."""

    __tablename__ = "approval_clearance"

    deal: Mapped[str] = mapped_column(ForeignKey("deal.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)


class CounterClearanceRow(Base):
    """That terms had every approval they need when the agency put them on the table as those of ``number``."""

    __tablename__ = "approval_counter"

    deal: Mapped[str] = mapped_column(ForeignKey("deal.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)


refuse(
    ClearanceRow.__table__,
    "deal_approved",
    "BEFORE UPDATE OF status ON deal WHEN OLD.status = 'draft' AND NEW.status = 'sent'"
    " AND EXISTS (SELECT 1 FROM approval_step WHERE agency = OLD.agency)"
    " AND NOT EXISTS (SELECT 1 FROM approval_clearance WHERE deal = OLD.id AND version = OLD.version)",
    "a draft of an agency with approval steps is sent through them",
)
refuse(
    TermsRow.__table__,
    "counter_approved",
    "BEFORE INSERT ON deal_terms WHEN NEW.party = 'agency' AND NEW.number > 1"
    " AND EXISTS (SELECT 1 FROM approval_step JOIN deal USING (agency) WHERE deal.id = NEW.deal)"
    " AND NOT EXISTS (SELECT 1 FROM approval_counter"
    " WHERE deal = NEW.deal AND number = NEW.number AND terms = NEW.content)",
    "a counter-offer of an agency with approval steps is made through them",
)
