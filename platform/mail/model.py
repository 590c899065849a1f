"""The tables of mail: letters on their way, which notices somebody was written of, and who wants none."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kyokan.platform.database import Base


class LetterRow(Base):
    """A letter to one address; its text is kept only until it is sent or given up, for it may hold an invitation.

    Times are seconds since 1970. ``due`` is when it is tried next, empty once it is over; ``error`` says why the last
    try failed.
    """

    __tablename__ = "letter"
    __table_args__ = (Index("letter_by_due", "due"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    created: Mapped[float]
    tries: Mapped[int] = mapped_column(default=0)
    due: Mapped[float | None]
    sent: Mapped[float | None]
    error: Mapped[str] = mapped_column(default="")


class ToldRow(Base):
    """A notice that a person was written of."""

    __tablename__ = "told"

    notice: Mapped[int] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)


class Unwanted(Base):
    """A person who wants no letters about news."""

    __tablename__ = "mail_unwanted"

    person: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
