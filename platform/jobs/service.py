"""Jobs from enqueueing to their end: who may run one, for how long, and what becomes of a lost one.

A worker that claims a job gets a lease and a fence. It renews the lease while it works; one that falls silent loses the
job to the next worker, whose fence is higher, and whatever the first one writes afterwards is refused.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection, RowMapping

from kyokan.errors import BrokerUnavailableError, QueryError
from kyokan.platform.database import OwnFile, answering
from kyokan.platform.jobs.model import ACTIVE, ENDED_BADLY, FINAL, PROGRESS, Job, Owner, State, job, job_owner
from kyokan.platform.jobs.rhythm import Rhythm
from kyokan.platform.migrations import JOBS

ATTEMPTS = 3
GRACE = 5.0  # seconds a message may take before it is taken for lost
LONGEST_GAP = 60.0  # seconds between two announcements of a job that waits for a busy worker
LISTED = 100  # jobs that a page shows
KINDS = (
    *("import", "snapshot", "annotation", "mail", "deadlines", "searches", "matching"),
    *("tidy", "outcomes", "learning"),
)

log = logging.getLogger("kyokan.jobs")


class JobService(OwnFile):
    """The jobs in one SQLite file, shared by threads and processes.

    Args:
        path: the file; made where missing, readable by its owner alone, and brought up where it is older.
        publish: announces a job's id; raises ``BrokerUnavailableError`` where it cannot.
        lease: seconds for which a job belongs to its worker after each sign of life.
        clock: seconds since 1970.

    Raises:
        NewerFileError: a newer program has written the file.
        StoreError: the file cannot be brought up, and is as it was.
        StoreUnavailableError: another process holds the lock for too long.
    """

    def __init__(
        self,
        path: Path,
        publish: Callable[[str], None],
        *,
        lease: float = 60.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(path, JOBS)
        self._publish = publish
        self.lease = lease
        self._grace = min(GRACE, lease)
        self._clock = clock

    # Asking for a job ----------------------------------------------------------------------------------------

    def enqueue(self, kind: str, arguments: Mapping[str, Any] | None = None, owner: Owner | None = None) -> Job:
        """Keep a job, then announce it; one that cannot be announced now waits for the reaper.

        Args:
            kind: one of ``KINDS``.
            arguments: what its handler takes, as JSON.
            owner: whose it is; without one nobody sees it on a page.

        Raises:
            QueryError: no job is of that kind.
        """
        return self._add(kind, arguments or {}, owner)[0]

    def begin(
        self, kind: str, arguments: Mapping[str, Any], owner: Owner, once: str, job_id: str = ""
    ) -> tuple[Job, bool]:
        """Keep and announce a job unless one of the same key waits or runs; gives that one, and whether it is new.

        However many processes ask at the same moment, one job comes of it. Where ``job_id`` is given, it is the job's
        id, and one of that id is given as it stands, also when it is over.

        Raises:
            QueryError: no job is of that kind.
        """
        return self._add(kind, arguments, owner, once, job_id)

    def get(self, job_id: str) -> Job:
        """The job as it stands.

        Raises:
            QueryError: there is none of that id.
        """
        with self._opened(writing=False) as connection:
            found = _job(connection, job_id)
        if found is None:
            raise QueryError(job_id, "is not the id of a job", "See kyokan jobs")
        return found

    def jobs(self, limit: int = 50) -> list[Job]:
        """The latest jobs, newest first."""
        query = select(job).order_by(job.c.created.desc(), job.c.id).limit(limit)
        with self._opened(writing=False) as connection:
            return [_read(row) for row in connection.execute(query).mappings()]

    def owned(self, organisation: str, person: str = "", states: Collection[State] = ()) -> list[tuple[Job, Owner]]:
        """The latest jobs of an organisation, or of one person of it, newest first."""
        query = select(job, job_owner.c.organisation, job_owner.c.person, job_owner.c.name)
        query = query.join(job_owner, job_owner.c.job == job.c.id).where(job_owner.c.organisation == organisation)
        if person:
            query = query.where(job_owner.c.person == person)
        if states:
            query = query.where(job.c.state.in_(states))
        with self._opened(writing=False) as connection:
            rows = connection.execute(query.order_by(job.c.created.desc(), job.c.id).limit(LISTED)).mappings()
            return [(_read(row), Owner(row["organisation"], row["person"], row["name"])) for row in rows]

    def own(self) -> list[Job]:
        """The installation's own jobs, of commands and of the clock, that did not end well; the latest first."""
        nobodys = ~exists().where(job_owner.c.job == job.c.id)
        query = select(job).where(nobodys, job.c.state.in_(ENDED_BADLY)).order_by(job.c.finished.desc(), job.c.id)
        with self._opened(writing=False) as connection:
            return [_read(row) for row in connection.execute(query.limit(LISTED)).mappings()]

    def lost(self) -> list[Job]:
        """What somebody has to look after: dead jobs, and those of the clock whose input is at fault; latest first."""
        recurring = job.c.id.in_([recurring_id(kind) for kind in KINDS]) & job.c.state.in_(ENDED_BADLY)
        query = select(job).where((job.c.state == State.DEAD) | recurring).order_by(job.c.finished.desc(), job.c.id)
        with self._opened(writing=False) as connection:
            return [_read(row) for row in connection.execute(query).mappings()]

    def owner_of(self, job_id: str) -> Owner | None:
        """Whose a job is; None for nobody's and for none."""
        query = select(job_owner).where(job_owner.c.job == job_id)
        with self._opened(writing=False) as connection:
            row = connection.execute(query).mappings().first()
        return Owner(row["organisation"], row["person"], row["name"]) if row else None

    # Stopping one, and letting it try again --------------------------------------------------------------------

    def cancel(self, job_id: str, states: Collection[State] = ACTIVE) -> bool:
        """Stop a job that waits or runs, or is in one of ``states``; False for any other.

        Its worker learns it with the next sign of life.
        """
        over = {"state": State.CANCELLED, "finished": self._clock(), "lease_until": None}
        with self._opened(writing=True) as connection:
            waiting = (job.c.id == job_id) & job.c.state.in_(states)
            return connection.execute(update(job).where(waiting).values(over)).rowcount == 1

    def retry(self, job_id: str) -> bool:
        """Queue a job anew that was cancelled or did not end well; False for any other, or where one took its place."""
        now, another = self._clock(), job.alias()
        fresh = {"state": State.QUEUED, "queued": now, "published": None, "attempts": 0, "error": "", "progress": ""}
        with self._opened(writing=True) as connection:
            ended = (job.c.id == job_id) & job.c.state.in_(set(FINAL) - {State.DONE})
            ended &= ~exists().where(another.c.once == job.c.once, another.c.state.in_(ACTIVE))
            queued = connection.execute(update(job).where(ended).values(fresh | {"finished": None})).rowcount == 1
        if queued:
            self._announce_or_wait(job_id)
        return queued

    # Running one ---------------------------------------------------------------------------------------------

    def claim(self, job_id: str) -> Job | None:
        """Take a job for this worker; None where it is over, another's, or has used up its attempts."""
        now = self._clock()
        with self._opened(writing=True) as connection:
            found = _job(connection, job_id)
            lost = found and found.state is State.RUNNING and (found.lease_until or 0) <= now
            if found is None or not (found.state is State.QUEUED or lost):
                return None
            if found.attempts >= ATTEMPTS:
                self._bury(connection, job.c.id == job_id)
                return None
            mine = {"attempts": found.attempts + 1, "fence": found.fence + 1, "lease_until": now + self.lease}
            fresh = {"state": State.RUNNING, "started": now, "progress": ""}
            connection.execute(update(job).where(job.c.id == job_id).values(mine | fresh))
            return _job(connection, job_id)

    def heartbeat(self, mine: Job, progress: str = "") -> bool:
        """Renew the lease and say how far the work is; False where the job is no longer this worker's."""
        return self._write_as_owner(mine, lease_until=self._clock() + self.lease, progress=progress)

    def finish(self, mine: Job, result: Mapping[str, Any], progress: str = "") -> bool:
        """Close a job with its result, at the end of its progress; False where it is no longer this worker's.

        Args:
            mine: the job as this worker has claimed it.
            result: what came of it, as JSON.
            progress: the last that was told, where no heartbeat has carried it yet.
        """
        over = {"state": State.DONE, "error": "", "lease_until": None, "finished": self._clock()}
        return self._write_as_owner(
            mine, **over, result=dict(result), progress=_whole(progress or self.get(mine.id).progress)
        )

    def fail(self, mine: Job, error: str, *, again: bool) -> bool:
        """Close a job with an error line, or put it back where another attempt may help and is left.

        Returns:
            False where the job is no longer this worker's.
        """
        now = self._clock()
        if again and mine.attempts < ATTEMPTS:
            return self._write_as_owner(
                mine, state=State.QUEUED, queued=now, published=None, lease_until=None, error=error
            )
        state = State.DEAD if again else State.FAILED
        return self._write_as_owner(mine, state=state, lease_until=None, finished=now, error=error)

    # Coming again --------------------------------------------------------------------------------------------

    def recur(self, rhythms: Mapping[str, Rhythm]) -> None:
        """Queue the one job of each kind that comes again, where its time has come and its last run is over.

        The reaper announces it. However many workers ask, it is queued once; after a standstill once for all the times
        that passed.
        """
        now = self._clock()
        with self._opened(writing=True) as connection:
            for kind, rhythm in rhythms.items():
                fresh = {"state": State.QUEUED, "queued": now, "published": None, "attempts": 0, "error": ""}
                row = {"id": recurring_id(kind), "kind": kind, "arguments": {}, "created": now}
                ended = job.c.state.in_(FINAL) & (job.c.queued < rhythm.last(now))
                again = insert(job).values(**row, **fresh)
                connection.execute(again.on_conflict_do_update([job.c.id], set_=fresh, where=ended))

    # Finding what was lost -----------------------------------------------------------------------------------

    def reap(self) -> list[str]:
        """Announce again what waits unheard and what a silent worker left; returns the ids.

        A job that keeps waiting is announced at gaps that double up to a minute, so that messages do not pile up
        behind a long one.

        Raises:
            BrokerUnavailableError: nothing can be announced now; the next call will try again.
        """
        now = self._clock()
        silent = (job.c.state == State.RUNNING) & (job.c.lease_until <= now)
        heard = func.coalesce(job.c.published, job.c.queued)
        gap = func.max(self._grace, func.min(LONGEST_GAP, heard - job.c.queued))
        with self._opened(writing=True) as connection:
            self._bury(connection, silent & (job.c.attempts >= ATTEMPTS))
            requeued = update(job).where(silent).values(state=State.QUEUED, queued=now, published=None)
            due = list(connection.scalars(requeued.returning(job.c.id)))
            waiting = select(job.c.id).where(job.c.state == State.QUEUED, heard <= now - gap).order_by(job.c.created)
            due += connection.scalars(waiting)
        for job_id in due:
            self._announce(job_id)
        return due

    # Inside --------------------------------------------------------------------------------------------------

    def _add(
        self, kind: str, arguments: Mapping[str, Any], owner: Owner | None, once: str | None = None, job_id: str = ""
    ) -> tuple[Job, bool]:
        if kind not in KINDS:
            raise QueryError(kind, "is not a kind of job", f"Known are {', '.join(KINDS)}")
        now, job_id = self._clock(), job_id or uuid.uuid4().hex
        row = {"id": job_id, "kind": kind, "arguments": dict(arguments), "state": State.QUEUED, "once": once}
        with self._opened(writing=True) as connection:
            same = job.c.id == job_id
            if once is not None:
                same |= (job.c.once == once) & job.c.state.in_(ACTIVE)
            there = connection.scalars(select(job.c.id).where(same)).first()
            if there is None:
                connection.execute(job.insert().values(**row, created=now, queued=now))
                if owner:
                    connection.execute(job_owner.insert().values(job=job_id, **asdict(owner)))
        if there is None:
            self._announce_or_wait(job_id)
        return self.get(there or job_id), there is None

    def _announce_or_wait(self, job_id: str) -> None:
        """Announce a job; while the broker is away it waits for the reaper."""
        try:
            self._announce(job_id)
        except BrokerUnavailableError as error:
            log.warning("job %s waits unannounced: %s", job_id, error)

    def _announce(self, job_id: str) -> None:
        self._publish(job_id)
        with self._opened(writing=True) as connection:
            connection.execute(update(job).where(job.c.id == job_id).values(published=self._clock()))

    def _bury(self, connection: Connection, which: ColumnElement[bool]) -> None:
        error = func.coalesce(func.nullif(job.c.error, ""), "the worker ended before the job did, every time")
        over = {"state": State.DEAD, "finished": self._clock(), "lease_until": None, "error": error}
        connection.execute(update(job).where(which).values(over))

    def _write_as_owner(self, mine: Job, **values: Any) -> bool:
        owned = (job.c.id == mine.id) & (job.c.fence == mine.fence) & (job.c.state == State.RUNNING)
        with self._opened(writing=True) as connection:
            return connection.execute(update(job).where(owned).values(values)).rowcount == 1

    @contextmanager
    def _opened(self, *, writing: bool) -> Iterator[Connection]:
        with answering(self.path), self._engine.execution_options(writing=writing).begin() as connection:
            yield connection


def recurring_id(kind: str) -> str:
    """The id of the one job of a kind that comes again."""
    return f"{kind}-recurring"


def _whole(progress: str) -> str:
    """How far a job is that is done, from what its worker told last."""
    found = PROGRESS.fullmatch(progress)
    return f"{found['stage']} {found['total']}/{found['total']}" if found and found["total"] else progress


def _job(connection: Connection, job_id: str) -> Job | None:
    row = connection.execute(select(job).where(job.c.id == job_id)).mappings().first()
    return None if row is None else _read(row)


def _read(row: RowMapping) -> Job:
    return Job(**{one.name: row[one.name] for one in fields(Job)} | {"state": State(row["state"])})
