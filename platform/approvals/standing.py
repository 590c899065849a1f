"""Where approvals stand, as the people of an agency look at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kyokan.platform.accounts.actor import Actor
from kyokan.platform.approvals.gate import Round, round_of
from kyokan.platform.approvals.model import ApprovalRow
from kyokan.platform.approvals.steps import OWNERS, owns, steps_of
from kyokan.platform.deals.model import DealRow
from kyokan.platform.pipeline.people import holders


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A step that is needed: whose it is, who gave it and when (empty where nobody has), whether its turn is now."""

    id: str
    name: str
    person: str
    role: str
    given_by: str
    at: str
    turn: bool
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the approvals of a draft stand, or of the counter-offer that was asked for last.

    ``guarded`` says that the agency has steps at all; ``locked`` that what is approved may not be changed now;
    ``reason`` why it was sent back last, ``sent_back_by`` by whom; ``changed`` holds what differs from what the one who
    said something last saw: field -> before and after. ``round`` counts how often approvals were asked for; ``terms``
    are the counter-offer's, None for a draft and where none was asked for.
    """

    round: int
    terms: Mapping[str, Any] | None
    guarded: bool
    steps: tuple[Asked, ...]
    open: bool
    asked_by: str
    locked: bool
    reason: str
    sent_back_by: str
    changed: Mapping[str, tuple[Any, Any]]

    @property
    def complete(self) -> bool:
        """Whether nothing stands between it and sending it."""
        return all(step.given_by for step in self.steps)


def standing_of(session: Session, actor: Actor, deal: DealRow) -> Standing:
    """Where the approvals of a draft or counter-offer stand, for somebody of its agency."""
    found = round_of(session, deal)
    turn = found.next if found.request.open else None
    people = holders(session, actor.organisation, *OWNERS)
    last = _said_last(session, found)
    return Standing(
        round=found.request.round,
        terms=found.request.terms,
        guarded=bool(steps_of(session, deal.agency)),
        steps=tuple(
            Asked(
                id=step.id,
                name=step.name,
                person=people.get(step.person, "") if step.person else "",
                role=step.role,
                given_by=found.given[step.id].name if step.id in found.given else "",
                at=found.given[step.id].at if step.id in found.given else "",
                turn=step is turn,
                mine=step is turn and owns(actor, step),
            )
            for step in found.steps
        ),
        open=found.request.open,
        asked_by=found.request.name,
        locked=found.locked,
        reason=found.request.reason,
        sent_back_by=last.name if last and found.request.reason else "",
        changed=_differences(last.seen, found.content) if last else {},
    )


def _said_last(session: Session, found: Round) -> ApprovalRow | None:
    """What was said last of this draft or this counter-offer."""
    said = select(ApprovalRow).where(ApprovalRow.deal == found.request.deal).order_by(ApprovalRow.id.desc()).limit(1)
    last = session.scalars(said).first()
    return last if last and last.seen.get("counter") == found.content.get("counter") else None


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Field -> before and after, terms field by field."""
    old, new = ({**one, **one["terms"]} for one in (before, after))
    return {name: (old.get(name), new[name]) for name in new if name != "terms" and old.get(name) != new[name]}
