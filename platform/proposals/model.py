"""The table of manuscripts: what a proposal says beside its headline and terms."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kyokan.platform.database import Base


class ManuscriptRow(Base):
    """The sentences and sketches of a deal, in order.

    A sentence holds its ``key`` (empty for the planner's own words), ``ja``, ``en``, ``signal`` and ``benefit``; a
    sketch its ``kind``, ``title`` and ``text``. ``before`` is what all of it was until the last change.
    """

    __tablename__ = "manuscript"

    deal: Mapped[str] = mapped_column(ForeignKey("deal.id", ondelete="CASCADE"), primary_key=True)
    sentences: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    sketches: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    @property
    def content(self) -> dict[str, Any]:
        """All that it says."""
        return {"sentences": self.sentences, "sketches": self.sketches}
