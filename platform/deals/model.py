"""The tables of deals: the record, the versions of its terms, the verdicts on them, the notices."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, ForeignKeyConstraint, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kyokan.platform.database import Base, refuse
from kyokan.platform.deals.steps import MOVES, Party, Status


class DealRow(Base):
    """The record of a deal. ``version`` grows by one with every change; ``match`` and ``snapshot`` freeze its evidence.

    ``fee_floor`` is the artist side's, ``budget_ceiling`` the brand's, ``internal_note`` the agency's own; who sees
    which stands in ``fields``. What is long, or of many rows, is read where it is asked for: most who look a deal up
    only ask whose it is.
    """

    __tablename__ = "deal"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, index=True)
    brand_side: Mapped[str] = mapped_column(Text, index=True)
    artist_side: Mapped[str] = mapped_column(Text, index=True)
    artist: Mapped[str] = mapped_column(Text)
    brand: Mapped[str] = mapped_column(Text)
    headline: Mapped[str] = mapped_column(Text)
    rationale: Mapped[str] = mapped_column(Text)
    status: Mapped[Status] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    created: Mapped[str] = mapped_column(Text)
    changed: Mapped[str] = mapped_column(Text)
    sent: Mapped[str] = mapped_column(Text, default="")
    expires: Mapped[str] = mapped_column(Text)
    snapshot: Mapped[str] = mapped_column(Text)
    match: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    fee_floor: Mapped[int | None] = mapped_column(Integer)
    budget_ceiling: Mapped[int | None] = mapped_column(Integer)
    internal_note: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    terms: Mapped[list[TermsRow]] = relationship(order_by="TermsRow.number", cascade="all, delete-orphan")

    def end(self, party: Party) -> str:
        """The organisation that stands on a side; empty where a draft does not name it yet."""
        return {Party.AGENCY: self.agency, Party.BRAND: self.brand_side, Party.ARTIST: self.artist_side}[party]

    @property
    def offered(self) -> TermsRow:
        """The terms on the table."""
        return self.terms[-1]


class TermsRow(Base):
    """One version of the terms, and who put it on the table."""

    __tablename__ = "deal_terms"

    deal: Mapped[str] = mapped_column(ForeignKey("deal.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    party: Mapped[Party] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    verdicts: Mapped[list[VerdictRow]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    @property
    def accepted_by(self) -> frozenset[Party]:
        """The sides that said yes to exactly these terms."""
        return frozenset(Party(verdict.party) for verdict in self.verdicts)


class VerdictRow(Base):
    """A side's yes to one version of the terms; new terms need a new one."""

    __tablename__ = "deal_verdict"
    __table_args__ = (
        ForeignKeyConstraint(["deal", "number"], ["deal_terms.deal", "deal_terms.number"], ondelete="CASCADE"),
    )

    deal: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    party: Mapped[Party] = mapped_column(Text, primary_key=True)
    person: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(Text)


class NoticeRow(Base):
    """Something that an organisation, on its side of a deal, ought to know; ``read`` once that side has acted on it."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    organisation: Mapped[str] = mapped_column(Text, index=True)
    party: Mapped[Party] = mapped_column(Text)
    deal: Mapped[str] = mapped_column(ForeignKey("deal.id", ondelete="CASCADE"))
    act: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(Text)
    read: Mapped[bool] = mapped_column(Boolean, default=False)


class NoticeReadRow(Base):
    """A notice that a person has taken for read; to the others of the organisation it is news all the same."""

    __tablename__ = "notice_read"

    notice: Mapped[int] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True)
    person: Mapped[str] = mapped_column(Text, primary_key=True)


_LEGAL = ", ".join(f"('{start.value}', '{end.value}')" for start, end in sorted(MOVES))
refuse(
    DealRow.__table__,
    "deal_moves",
    f"BEFORE UPDATE OF status ON deal WHEN (OLD.status, NEW.status) NOT IN (VALUES {_LEGAL})",
    "no step leads from the one status to the other",
)
refuse(
    DealRow.__table__,
    "deal_begins",
    f"BEFORE INSERT ON deal WHEN NEW.status != '{Status.DRAFT.value}'",
    "a deal begins as a draft",
)
refuse(
    TermsRow.__table__,
    "terms_stand",
    "BEFORE UPDATE OF deal, number, party, content ON deal_terms"
    " WHEN (SELECT status FROM deal WHERE id = OLD.deal) != 'draft'",
    "terms that were offered stand as they were offered",
)
