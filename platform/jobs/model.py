"""What a job is, and the table that keeps it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, REAL, Column, Index, Integer, MetaData, Table, Text, text


class State(StrEnum):
    """Where a job stands: the last four are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # its input is at fault: trying again would not help
    DEAD = "dead"  # every attempt ended in an error or with the worker
    CANCELLED = "cancelled"  # somebody stopped it


ENDED_BADLY = (State.FAILED, State.DEAD)
ACTIVE = (State.QUEUED, State.RUNNING)
FINAL = (State.DONE, State.FAILED, State.DEAD, State.CANCELLED)


PROGRESS = re.compile(r"(?P<stage>.+?) (?P<done>[\d,]+)(?:/(?P<total>[\d,]+))?")


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it stood when it was read.

    Times are seconds since 1970. ``lease_until`` is when a running job may be given to another worker, ``fence`` the
    number of the present owner, ``queued`` when it last began to wait, ``published`` when it was last announced.
    """

    id: str
    kind: str
    arguments: dict[str, Any]
    state: State
    attempts: int
    fence: int
    created: float
    queued: float
    published: float | None
    lease_until: float | None
    started: float | None
    finished: float | None
    progress: str
    result: dict[str, Any] | None
    error: str

    def to_json(self) -> dict[str, Any]:
        """The object that ``kyokan jobs --json`` prints; times in ISO 8601, UTC."""
        times = {
            name: moment and datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")
            for name in ("created", "started", "finished")
            for moment in [getattr(self, name)]
        }
        inside = ("fence", "queued", "published", "lease_until")
        return {name: value for name, value in asdict(self).items() if name not in inside} | times


@dataclass(frozen=True, slots=True)
class Owner:
    """Who began a job, and for which organisation; ``name`` is shown to others."""

    organisation: str
    person: str
    name: str


metadata = MetaData()

job = Table(
    "job",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("fence", Integer, nullable=False, default=0),
    Column("created", REAL, nullable=False),
    Column("queued", REAL, nullable=False),
    Column("published", REAL),
    Column("lease_until", REAL),
    Column("started", REAL),
    Column("finished", REAL),
    Column("progress", Text, nullable=False, default=""),
    Column("result", JSON(none_as_null=True)),
    Column("error", Text, nullable=False, default=""),
    Column("once", Text),  # of all jobs with this key, one may wait or run
    Index("job_by_state", "state", "created"),
    Index("job_once", "once", unique=True, sqlite_where=text("state IN ('queued', 'running')")),
)

# Whose a job is; one that a command began, or that comes again by itself, has no row here.
job_owner = Table(
    "job_owner",
    metadata,
    Column("job", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("name", Text, nullable=False),
    Index("job_owner_by_organisation", "organisation", "person"),
)
