"""The tables of the pipeline: an agency's stages, and where each deal stands among them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from kyokan.platform.database import Base
from kyokan.platform.deals.steps import Status


class BoardRow(Base):
    """An agency's board; ``version`` grows by one with every change of its stages."""

    __tablename__ = "pipeline_board"

    agency: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, default=0)


class StageRow(Base):
    """A stage by the agency's name for it, in one language or both, and the status whose deals stand there."""

    __tablename__ = "pipeline_stage"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    agency: Mapped[str] = mapped_column(ForeignKey("pipeline_board.agency", ondelete="CASCADE"), index=True)
    status: Mapped[Status] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer)
    ja: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text)


class PlaceRow(Base):
    """What an agency notes of one deal: the stage it was moved to, its owner, what comes next.

    ``stage`` holds while it is one of the deal's status; it names no row once that stage was removed. ``owner`` is the
    id of a person, ``next_on`` an ISO date, each empty where there is none. ``version`` grows by one with every change.
    """

    __tablename__ = "pipeline_place"

    deal: Mapped[str] = mapped_column(ForeignKey("deal.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, default=0)
    stage: Mapped[str] = mapped_column(Text, default="")
    owner: Mapped[str] = mapped_column(Text, default="")
    next_act: Mapped[str] = mapped_column(Text, default="")
    next_on: Mapped[str] = mapped_column(Text, default="")
