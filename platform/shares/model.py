"""The table of links by which somebody without an account reads one proposal."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from kyokan.platform.accounts.model import new_id
from kyokan.platform.database import Base


class LinkRow(Base):
    """One link. ``hash`` is the SHA-256 of its token, which is kept nowhere; times are ISO 8601 in UTC.

    ``person`` made it for ``organisation`` and answers for it: what they may no longer see, the link no longer shows.
    """

    __tablename__ = "share_link"

    id: Mapped[str] = mapped_column(Text, primary_key=True, default=new_id)
    hash: Mapped[str] = mapped_column(Text, unique=True)
    deal: Mapped[str] = mapped_column(ForeignKey("deal.id", ondelete="CASCADE"), index=True)
    organisation: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    made: Mapped[str] = mapped_column(Text)
    expires: Mapped[str] = mapped_column(Text)
    revoked: Mapped[str] = mapped_column(Text, default="")
    opens: Mapped[int] = mapped_column(default=0)
    opened: Mapped[str] = mapped_column(Text, default="")
