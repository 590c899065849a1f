"""The tables of deals: the record, the versions of its terms, the verdicts on them, the notices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, ForeignKeyConstraint, FromClause, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kyokan.platform.database import Base, refuse
from kyokan.platform.deals.steps import ENDS, MOVES, Party, Status


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
    reason: Mapped[str] = mapped_column(Text, default="")


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
_ENDED = ", ".join(f"'{status.value}'" for status in sorted(ENDS))
_TURNS = "BEFORE UPDATE OF status ON deal WHEN OLD.status != NEW.status AND NEW.status"
_SENT_WITH = (
    *("id", "agency", "brand_side", "artist_side", "artist", "brand", "headline", "rationale"),
    *("created", "sent", "expires", "snapshot", "match"),
)


def _changed(*columns: str) -> str:
    """The condition that an update changes one of some columns."""
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return f"({old}) IS NOT ({new})"


# What each table refuses, whichever program asks: trigger → when, and what it says. ``OR REPLACE`` drops the row before
# without asking, so each table also refuses a row whose place is taken.
REFUSED: Mapping[FromClause, Mapping[str, tuple[str, str]]] = {
    DealRow.__table__: {
        "deal_moves": (
            f"BEFORE UPDATE OF status ON deal WHEN (OLD.status, NEW.status) NOT IN (VALUES {_LEGAL})",
            "no step leads from the one status to the other",
        ),
        "deal_begins": (
            f"BEFORE INSERT ON deal WHEN NEW.status != '{Status.DRAFT.value}'",
            "a deal begins as a draft",
        ),
        "deal_once": (
            "BEFORE INSERT ON deal WHEN EXISTS (SELECT 1 FROM deal WHERE id = NEW.id)",
            "a deal takes the place of no other",
        ),
        "deal_stays": (
            f"BEFORE DELETE ON deal WHEN OLD.status != '{Status.DRAFT.value}'",
            "a proposal that was sent is not dropped",
        ),
        "deal_stands": (
            f"BEFORE UPDATE ON deal WHEN OLD.status != '{Status.DRAFT.value}' AND {_changed(*_SENT_WITH)}",
            "what was proposed stands as it was sent",
        ),
        "deal_sent": (
            f"{_TURNS} = '{Status.SENT.value}' AND '' IN (NEW.sent, NEW.brand_side, NEW.artist_side)",
            "a proposal is sent to two sides",
        ),
        "deal_agreed": (
            (
                "BEFORE UPDATE OF status ON deal WHEN OLD.status != NEW.status AND NEW.status = 'accepted'"
                " AND (SELECT COUNT(*) FROM deal_verdict WHERE deal = OLD.id"
                " AND number = (SELECT MAX(number) FROM deal_terms WHERE deal = OLD.id)) < 2"
            ),
            "a deal is agreed once both sides have accepted the terms on the table",
        ),
        "deal_reasoned": (
            f"{_TURNS} IN ('{Status.DECLINED.value}', '{Status.WITHDRAWN.value}') AND TRIM(NEW.reason) = ''",
            "a deal is declined or withdrawn with a reason",
        ),
        "deal_finished": (
            f"{_TURNS} = '{Status.FINISHED.value}' AND COALESCE(NEW.outcome, 'null') = 'null'",
            "a deal is finished with an outcome",
        ),
        "deal_ended": (
            f"BEFORE UPDATE ON deal WHEN OLD.status IN ({_ENDED}) AND {_changed('reason', 'outcome')}",
            "how a deal ended stands",
        ),
    },
    TermsRow.__table__: {
        "terms_stand": (
            (
                "BEFORE UPDATE OF deal, number, party, content ON deal_terms"
                " WHEN (SELECT status FROM deal WHERE id = OLD.deal) != 'draft'"
            ),
            "terms that were offered stand as they were offered",
        ),
        "terms_stay": (
            "BEFORE DELETE ON deal_terms WHEN (SELECT status FROM deal WHERE id = OLD.deal) != 'draft'",
            "terms that were offered are not dropped",
        ),
        "terms_follow": (
            (
                "BEFORE INSERT ON deal_terms"
                " WHEN NEW.number != COALESCE((SELECT MAX(number) FROM deal_terms WHERE deal = NEW.deal), 0) + 1"
            ),
            "new terms come after the last ones",
        ),
        "terms_open": (
            (
                "BEFORE INSERT ON deal_terms WHEN NEW.number > 1"
                " AND (SELECT status FROM deal WHERE id = NEW.deal) NOT IN ('sent', 'countered')"
            ),
            "new terms are offered while a proposal waits for an answer",
        ),
    },
    VerdictRow.__table__: {
        "verdict_of_side": (
            "BEFORE INSERT ON deal_verdict WHEN NEW.party NOT IN ('artist', 'brand')",
            "only the two sides accept",
        ),
        "verdict_on_table": (
            (
                "BEFORE INSERT ON deal_verdict"
                " WHEN NEW.number != (SELECT MAX(number) FROM deal_terms WHERE deal = NEW.deal)"
                " OR (SELECT status FROM deal WHERE id = NEW.deal) NOT IN ('sent', 'countered')"
            ),
            "a side accepts the terms that are on the table",
        ),
        "verdict_once": (
            (
                "BEFORE INSERT ON deal_verdict WHEN EXISTS (SELECT 1 FROM deal_verdict"
                " WHERE deal = NEW.deal AND number = NEW.number AND party = NEW.party)"
            ),
            "a side accepts once",
        ),
        "verdict_stands": ("BEFORE UPDATE ON deal_verdict", "a yes stands as it was said"),
        "verdict_stays": ("BEFORE DELETE ON deal_verdict", "a yes is not dropped"),
    },
}
for _table, _triggers in REFUSED.items():
    for _name, (_occasion, _message) in _triggers.items():
        refuse(_table, _name, _occasion, _message)
