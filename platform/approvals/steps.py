"""An agency's approval steps: for which drafts each is needed, whose it is, how the list is kept."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import product
from typing import Annotated, Any

from pydantic import StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session

from kyokan.errors import QueryError
from kyokan.graph.languages import PARTED
from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.approvals.model import StepRow
from kyokan.platform.deals.entries import Entered, Line, Yen, checked, yen
from kyokan.platform.pipeline.people import holders

MOST = 10
OWNERS = (Role.PLANNER, Role.ANALYST, Role.ADMIN)


class Criterion(StrEnum):
    """For which drafts a step is needed."""

    ALWAYS = "always"
    FEE = "fee"
    EXCLUSIVE = "exclusive"
    CATEGORY = "category"
    TERRITORY = "territory"


VALUED = (Criterion.FEE, Criterion.CATEGORY, Criterion.TERRITORY)


class StepEntry(Entered):
    """A step as a planner writes it; ``id`` is empty for a new one, ``person`` goes before ``role``."""

    id: Line = ""
    name: Annotated[Line, StringConstraints(min_length=1, max_length=60)]
    criterion: Criterion = Criterion.ALWAYS
    value: Line = ""
    role: Role = Role.PLANNER
    person: Line = ""
    lock: bool = False


def steps_of(session: Session, agency: str) -> list[StepRow]:
    """The steps of an agency in order."""
    return list(session.scalars(select(StepRow).where(StepRow.agency == agency).order_by(StepRow.position)))


def needed(steps: Sequence[StepRow], terms: Mapping[str, Any]) -> list[StepRow]:
    """The steps that a draft with these terms needs, in order.

    What terms leave open counts as met: a fee without an upper end may become any, no territory is every territory.
    """
    return [step for step in steps if _meets(Criterion(step.criterion), step.value, terms)]


def owns(actor: Actor, step: StepRow) -> bool:
    """Whether a step is the actor's to take."""
    return actor.person == step.person if step.person else actor.has(Role(step.role))


def checked_steps(session: Session, agency: str, entered: Sequence[Mapping[str, Any]]) -> list[StepEntry]:
    """The steps as entered, new ones with an id.

    Raises:
        QueryError: there are too many, one has no name, its value is missing, or its owner is not of the agency.
    """
    if len(entered) > MOST:
        raise QueryError("steps", f"are at most {MOST}", "Remove some", code="approval_many", most=MOST)
    known, people = {step.id for step in steps_of(session, agency)}, holders(session, agency, *OWNERS)
    return [_checked(one, known, people) for one in entered]


def keep(session: Session, agency: str, entries: Sequence[StepEntry]) -> None:
    """Make these the agency's steps."""
    kept = {row.id: row for row in steps_of(session, agency)}
    for position, entry in enumerate(entries):
        row = kept.pop(entry.id, None) or StepRow(id=entry.id, agency=agency)
        for name, value in entry.model_dump(mode="json", exclude={"id"}).items():
            setattr(row, name, value)
        row.position = position
        session.add(row)
    for row in kept.values():
        session.delete(row)


def _checked(one: Mapping[str, Any], known: set[str], people: Mapping[str, str]) -> StepEntry:
    entry = checked(StepEntry, one)
    if entry.role not in OWNERS or (entry.person and entry.person not in people):
        raise QueryError("owner", "is nobody of your agency", "Choose one", code="approval_owner")
    if entry.criterion in VALUED and not entry.value:
        raise QueryError("value", f"is needed for {entry.criterion.value}", "Say it", code="approval_value")
    if entry.criterion is Criterion.FEE and (not entry.value.isdecimal() or yen("value", int(entry.value)) is None):
        raise QueryError("value", "is an amount in yen", "Write it in figures", code="approval_value")
    value = entry.value if entry.criterion in VALUED else ""
    return entry.model_copy(update={"id": entry.id if entry.id in known else uuid.uuid4().hex, "value": value})


def _meets(criterion: Criterion, value: str, terms: Mapping[str, Any]) -> bool:
    if criterion is Criterion.FEE:
        highest: Yen | None = terms["fee_high"]
        return highest is None or highest >= int(value)
    if criterion is Criterion.EXCLUSIVE:
        return bool(terms["exclusive"])
    if criterion is Criterion.CATEGORY:
        return not terms["category"] or _names(value, terms["category"])
    if criterion is Criterion.TERRITORY:
        named = terms["territories"]
        return not named or any(_names(value, one) for one in named)
    return True


def _names(value: str, word: str) -> bool:
    """Whether a word of the terms names a value: in either language, one may be a part of the other."""
    halves = [[half.casefold() for half in one.split(PARTED)] for one in (value, word)]
    return any(one in other or other in one for one, other in product(*halves))
