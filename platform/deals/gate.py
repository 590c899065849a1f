"""Ports: what else has a say before a deal is drafted, changed, sent or agreed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from sqlalchemy.orm import Session

from kyokan.platform.accounts.actor import Actor
from kyokan.platform.deals.entries import Terms
from kyokan.platform.deals.model import DealRow


class Gate(Protocol):
    """Stands between an agency's planners and the others; asked within the transaction of what they do."""

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

    def countering(self, session: Session, deal: DealRow, terms: Terms) -> None:
        """Before the agency puts new terms on the table.

        Raises:
            NotAllowedError: it may not offer these.
        """
        ...


class Admission(Protocol):
    """Says whether an artist and a brand may come together under terms."""

    def proposing(self, actor: Actor, artist: str, brand: str, terms: Terms) -> None:
        """Before a pair is drafted or sent; it may write, so no transaction is open.

        Raises:
            RuleStopError: the pair is closed.
        """
        ...

    def addressing(self, session: Session, deal: DealRow) -> None:
        """Before a draft is sent and before the last side agrees, within the transaction: who speaks for whom.

        Raises:
            QueryError: another organisation than the side named represents the artist or the brand.
        """
        ...

    def unrepresented(self, session: Session, deal: DealRow) -> Mapping[str, bool]:
        """The artist and the brand (by id) whose side does not represent them → whether another organisation does."""
        ...

    def agreeing(self, actor: Actor, deal: DealRow, terms: Terms) -> None:
        """Before the last side agrees, within the transaction: nothing else is agreed meanwhile.

        Raises:
            RuleStopError: the pair is closed by now.
        """
        ...


class _Everybody:
    """Admits every pair."""

    def proposing(self, actor: Actor, artist: str, brand: str, terms: Terms) -> None:
        """Nothing is closed."""

    def addressing(self, session: Session, deal: DealRow) -> None:
        """Whoever is named stands for what it is about."""

    def unrepresented(self, session: Session, deal: DealRow) -> Mapping[str, bool]:  # noqa: ARG002
        """Nothing is."""
        return {}

    def agreeing(self, actor: Actor, deal: DealRow, terms: Terms) -> None:
        """Nothing is closed."""


EVERYBODY = _Everybody()
