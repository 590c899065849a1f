"""A port: what else has a say before a draft is changed or sent, asked within the same transaction."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from sqlalchemy.orm import Session

from kyokan.platform.deals.model import DealRow


class Gate(Protocol):
    """Stands between a draft and its planners."""

    def changing(self, session: Session, deal: DealRow, fields: Collection[str]) -> None:
        """Before fields of a draft change.

        Raises:
            NotAllowedError: they may not change now.
        """
        ...

    def leaving(self, session: Session, deal: DealRow) -> None:
        """Before a draft is shown to anybody outside its agency.

        Raises:
            NotAllowedError: it may not be shown as it stands.
        """
        ...

    def sending(self, session: Session, deal: DealRow) -> None:
        """Before a draft is sent.

        Raises:
            NotAllowedError: it may not be sent as it stands.
        """
        ...
