"""An agency's stages: the ones it named, or one for each status until it names any; how they are kept."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kyokan.errors import QueryError
from kyokan.platform.deals.entries import Entered, Line, checked
from kyokan.platform.deals.steps import Status
from kyokan.platform.pipeline.model import StageRow

ON_BOARD = (Status.DRAFT, Status.SENT, Status.COUNTERED, Status.ACCEPTED, Status.RUNNING)
LONGEST_NAME = 40
MOST = 20


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage; without a name of the agency's own it is called as its status."""

    id: str
    status: Status
    ja: str = ""
    en: str = ""

    def name(self, lang: str) -> str:
        """Its name in a language, else in the other one."""
        return (self.ja or self.en) if lang == "ja" else (self.en or self.ja)


class StageEntry(Entered):
    """A stage as a planner writes it; ``id`` is empty for a new one."""

    id: Line = ""
    status: Status
    ja: Line = ""
    en: Line = ""


def stages_of(session: Session, agency: str) -> tuple[Stage, ...]:
    """The stages of an agency, in the order of the statuses and, within one, in the agency's own."""
    rows = session.scalars(select(StageRow).where(StageRow.agency == agency).order_by(StageRow.position)).all()
    if not rows:
        return tuple(Stage(status.value, status) for status in ON_BOARD)
    named = [Stage(row.id, Status(row.status), row.ja, row.en) for row in rows]
    return tuple(sorted(named, key=lambda one: ON_BOARD.index(one.status)))


def checked_stages(entered: Sequence[Mapping[str, Any]], known: Sequence[Stage]) -> tuple[Stage, ...]:
    """The stages as entered, new ones with an id.

    Raises:
        QueryError: one has no name or one too long, is of another board, or a status is left without any.
    """
    ids = {stage.id for stage in known if stage.name("ja")}
    entries = [checked(StageEntry, one) for one in entered]
    if len(entries) > MOST:
        raise QueryError("stages", f"are at most {MOST}", "Remove some", code="stages_many", most=MOST)
    stages = []
    for entry in entries:
        names = (entry.ja, entry.en)
        if not any(names) or max(map(len, names)) > LONGEST_NAME:
            rule = f"has a name of 1 to {LONGEST_NAME} letters in one language or both"
            raise QueryError("a stage", rule, "Name it", code="stage_name", longest=LONGEST_NAME)
        if entry.status not in ON_BOARD:
            raise QueryError("a stage", "is of a status that is on the board", "Choose another", code="stage_status")
        stages.append(Stage(entry.id if entry.id in ids else uuid.uuid4().hex, entry.status, *names))
    for status in ON_BOARD:
        if all(stage.status != status for stage in stages):
            rule = "needs at least one stage, or its deals would stand nowhere"
            raise QueryError(status.value, rule, "Keep one", code="stage_needed", status=status.value)
    if len({stage.id for stage in stages}) < len(stages):
        raise QueryError("a stage", "stands twice", "Leave one out", code="stage_status")
    return tuple(stages)


def keep(session: Session, agency: str, stages: Sequence[Stage]) -> None:
    """Make these the agency's stages; deals of a removed one then stand in the first of their status."""
    kept = {row.id: row for row in session.scalars(select(StageRow).where(StageRow.agency == agency))}
    for position, stage in enumerate(stages):
        row = kept.pop(stage.id, None)
        if row is None:
            row = StageRow(id=stage.id, agency=agency)
            session.add(row)
        row.status, row.position, row.ja, row.en = stage.status, position, stage.ja, stage.en
    for row in kept.values():
        session.delete(row)
