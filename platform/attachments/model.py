"""The tables of attachments: what is known of each, and apart from it what it holds."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from kyokan.platform.database import Base
from kyokan.platform.deals.steps import Party


class AttachmentRow(Base):
    """A file of a deal, put there on the side ``party``; read by that side alone unless it is for ``everybody``."""

    __tablename__ = "attachment"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    deal: Mapped[str] = mapped_column(ForeignKey("deal.id", ondelete="CASCADE"), index=True)
    party: Mapped[Party] = mapped_column(Text)
    everybody: Mapped[bool]
    name: Mapped[str] = mapped_column(Text)
    media: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Integer)
    person: Mapped[str] = mapped_column(Text)  # the name of who put it there
    at: Mapped[str] = mapped_column(Text)
    removed: Mapped[bool] = mapped_column(default=False)


class AttachmentContent(Base):
    """The bytes of an attachment: in the file of the workroom, so that they stand or fall with their record."""

    __tablename__ = "attachment_content"

    id: Mapped[str] = mapped_column(ForeignKey("attachment.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
