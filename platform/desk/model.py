"""The tables of the desk: lists of candidates and what is kept in them. Times are ISO 8601, UTC."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kyokan.platform.accounts.model import new_id
from kyokan.platform.database import Base


class ShortlistRow(Base):
    """A named list of an organisation. ``removed`` is when it was put away, empty while it is in use."""

    __tablename__ = "shortlist"

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    organisation: Mapped[str] = mapped_column(Text, index=True)
    name: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created: Mapped[str] = mapped_column(Text)
    changed: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(Text)
    removed: Mapped[str] = mapped_column(Text, default="")
    everything: Mapped[list[EntryRow]] = relationship(
        order_by="EntryRow.place", cascade="all, delete-orphan", lazy="selectin"
    )

    @property
    def entries(self) -> list[EntryRow]:
        """Those that were not taken out, in the order in which they came."""
        return [entry for entry in self.everything if not entry.removed]


class EntryRow(Base):
    """A candidate kept for a question.

    ``place`` counts up in its list. ``asker`` is the entity that was asked about, empty for a brief or plain kansei;
    ``question`` is how it was asked (``questions.written``), ``score`` and ``snapshot`` what was answered when it was
    kept. ``version`` grows with every change of note or tags. ``removed`` is when it was taken out, else empty.
    """

    __tablename__ = "shortlist_entry"
    __table_args__ = (UniqueConstraint("shortlist", "entity", "asker"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    shortlist: Mapped[str] = mapped_column(ForeignKey("shortlist.id", ondelete="CASCADE"), index=True)
    place: Mapped[int] = mapped_column(Integer)
    entity: Mapped[str] = mapped_column(Text)
    asker: Mapped[str] = mapped_column(Text)
    question: Mapped[dict[str, Any]] = mapped_column(JSON)
    score: Mapped[float] = mapped_column(Float)
    snapshot: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str]] = mapped_column(JSON)
    person: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, default=1)
    removed: Mapped[str] = mapped_column(Text, default="")


class SearchRow(Base):
    """A question kept by name. ``checked`` is when its ranking was last taken, ``removed`` when it was put away."""

    __tablename__ = "saved_search"

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    organisation: Mapped[str] = mapped_column(Text, index=True)
    name: Mapped[str] = mapped_column(Text)
    question: Mapped[dict[str, Any]] = mapped_column(JSON)
    kept_by: Mapped[str] = mapped_column(Text)
    created: Mapped[str] = mapped_column(Text)
    checked: Mapped[str] = mapped_column(Text)
    removed: Mapped[str] = mapped_column(Text, default="")


class RankingRow(Base):
    """The ranking of a saved search from a moment on (``rankings.Ranking`` in JSON); an equal one is not kept anew."""

    __tablename__ = "saved_ranking"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    search: Mapped[str] = mapped_column(ForeignKey("saved_search.id", ondelete="CASCADE"), index=True)
    at: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class SeenRow(Base):
    """The ranking of a saved search that a person has seen last."""

    __tablename__ = "saved_search_seen"

    search: Mapped[str] = mapped_column(ForeignKey("saved_search.id", ondelete="CASCADE"), primary_key=True)
    person: Mapped[str] = mapped_column(Text, primary_key=True)
    ranking: Mapped[int] = mapped_column(ForeignKey("saved_ranking.id"))


class BatchRow(Base):
    """Questions that were asked at once, to be answered by the job of the same id for who asked."""

    __tablename__ = "batch"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    organisation: Mapped[str] = mapped_column(Text, index=True)
    person: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created: Mapped[str] = mapped_column(Text)


class AnswerRow(Base):
    """The answer to the question in that place (``Proposal.to_json``); null where it could not be asked."""

    __tablename__ = "batch_answer"

    batch: Mapped[str] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
