"""The tables of rules: who represents whom with which rules, what they stopped, and notes on conflicts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from kyokan.platform.database import Base


class RosterRow(Base):
    """An artist or brand, the one organisation that represents it, and its rules; ``version`` grows with each change.

    The entity is the key: who comes second is refused, so that no two sides bind one name.
    """

    __tablename__ = "roster"

    entity: Mapped[str] = mapped_column(Text, primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    version: Mapped[int] = mapped_column(Integer, default=1)
    changed: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class StopRow(Base):
    """A proposal that a rule stopped before it arrived; asking again on the same day counts once.

    Who asked and with whom is kept so that it counts once; the side whose rule it was is told the count alone.
    """

    __tablename__ = "rule_stop"

    entity: Mapped[str] = mapped_column(Text, primary_key=True)
    rule: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[str] = mapped_column(Text, primary_key=True)
    partner: Mapped[str] = mapped_column(Text, primary_key=True)
    agency: Mapped[str] = mapped_column(Text, primary_key=True)


class ResolutionRow(Base):
    """What a side has decided about a conflict in its calendar; ``conflict`` is the key of a term in it, or of two."""

    __tablename__ = "conflict_resolution"

    organisation: Mapped[str] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True)
    conflict: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(Text)
