"""Jobs as people meet them: each its own, an organisation's admins all of theirs; cancelling and trying again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kyokan.errors import NotAllowedError, QueryError, UnknownRecordError
from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.accounts.model import Organisation, OrganisationKind
from kyokan.platform.audit import Trail
from kyokan.platform.clock import Clock, utc
from kyokan.platform.database import Database
from kyokan.platform.jobs.model import ACTIVE, ENDED_BADLY, FINAL, PROGRESS, Job, Owner, State
from kyokan.platform.jobs.service import JobService

# What may be begun from a page, by whom of an agency: a brand and an artist's side are guests of a catalogue which
# others keep. Everything else is the operator's, by commands, or comes again by itself.
BEGUN_BY: Mapping[str, Role] = {"searches": Role.PLANNER, "annotation": Role.ADMIN}


@dataclass(frozen=True, slots=True)
class Seen:
    """A job and whose it is, None for the installation's own.

    ``beginner`` says whether it is the reader's to begin, and so to let try again.
    """

    job: Job
    owner: Owner | None
    beginner: bool

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.job.state in ACTIVE

    @property
    def may_retry(self) -> bool:
        """Whether it ended without being done, and the reader may let it try again."""
        return self.beginner and self.job.state in FINAL and self.job.state is not State.DONE

    @property
    def error(self) -> str:
        """Why it did not end well; of the installation's own job no more than the kind of fault.

        The line itself may hold what is somebody else's, such as an address or a row that could not be written.
        """
        if self.owner:
            return self.job.error
        kind = self.job.error.partition(":")[0]
        return kind if kind.isidentifier() else ""

    @property
    def progress(self) -> tuple[str, int, int] | None:
        """(stage, done, total) of a running job; total 0 where it is not known."""
        found = PROGRESS.fullmatch(self.job.progress)
        if found is None or self.job.state is not State.RUNNING:
            return None
        done, total = (int((found[name] or "0").replace(",", "")) for name in ("done", "total"))
        return found["stage"], done, total


class JobRoom:
    """The jobs that people began; each answer holds only those that its actor may see.

    A person sees their own, an admin those of the organisation, an agency's admin also the installation's own that did
    not end well. A job of others, and any other that nobody began, is refused like one that does not exist. Jobs lie in
    a file of their own, so their record in the audit trail follows the act.

    Args:
        jobs: where jobs are kept.
        database: where the audit trail is kept.
        clock: the time, with its zone.
    """

    def __init__(self, jobs: JobService, database: Database, clock: Clock = utc) -> None:
        self._jobs = jobs
        self._database = database
        self._clock = clock

    def of(self, actor: Actor, states: tuple[State, ...] = ()) -> list[Seen]:
        """Those that the actor may see, newest first; only those in some states where any are named."""
        person = "" if actor.has(Role.ADMIN) else actor.person
        agency = self._of_agency(actor)
        owned = self._jobs.owned(actor.organisation, person, states)
        return [_seen(actor, job, owner, agency=agency) for job, owner in owned]

    def own(self, actor: Actor) -> list[Seen]:
        """The installation's own jobs that did not end well, for an agency's admin to let try again; nobody else's."""
        if not (actor.has(Role.ADMIN) and self._of_agency(actor)):
            return []
        return [Seen(one, None, beginner=True) for one in self._jobs.own()]

    def get(self, actor: Actor, job_id: str) -> Seen:
        """One of them.

        Raises:
            UnknownRecordError: there is none that the actor may see.
        """
        found = self._jobs.owner_of(job_id)
        if found is None and (own := [one for one in self.own(actor) if one.job.id == job_id]):
            return own[0]
        mine = found and found.organisation == actor.organisation
        if found is None or not mine or not (actor.has(Role.ADMIN) or found.person == actor.person):
            raise UnknownRecordError(job_id, "is no job of yours", "See your jobs")
        return _seen(actor, self._jobs.get(job_id), found, agency=self._of_agency(actor))

    def may_begin(self, actor: Actor, kind: str) -> bool:
        """Whether a job of that kind is the actor's to begin."""
        return kind in BEGUN_BY and actor.has(BEGUN_BY[kind]) and self._of_agency(actor)

    def begin(self, actor: Actor, kind: str) -> Job:
        """Begin a job for the actor's organisation; one of that kind that still waits or runs is given instead.

        Raises:
            QueryError: no such job is begun from a page.
            NotAllowedError: it is not the actor's to begin.
        """
        if kind not in BEGUN_BY:
            remedy = f"Known are {', '.join(BEGUN_BY)}"
            raise QueryError(kind, "is not begun from a page", remedy, code="job_kind")
        if not self.may_begin(actor, kind):
            raise _not_to_begin(kind)
        owner, once = Owner(actor.organisation, actor.person, actor.name), f"{kind}:{actor.organisation}"
        begun, new = self._jobs.begin(kind, {"organisation": actor.organisation}, owner, once)
        if new:
            self._record(actor, begun.id, "begin", {"kind": kind})
        return begun

    def answer(self, actor: Actor, batch_id: str) -> Job:
        """Begin the job that answers a batch which the actor has asked for; both have one id, so twice begins one."""
        owner = Owner(actor.organisation, actor.person, actor.name)
        arguments = {"organisation": actor.organisation, "batch": batch_id}
        begun, new = self._jobs.begin("matching", arguments, owner, batch_id, batch_id)
        if new:
            self._record(actor, begun.id, "begin", {"kind": begun.kind})
        return begun

    def cancel(self, actor: Actor, job_id: str) -> None:
        """Stop a job: one that waits at once, one that runs at its next step. One that is over stays as it ended.

        Raises:
            UnknownRecordError: there is none that the actor may see.
        """
        self.get(actor, job_id)
        if self._jobs.cancel(job_id):
            self._record(actor, job_id, "cancel", {})

    def retry(self, actor: Actor, job_id: str) -> None:
        """Let a job that was cancelled or did not end well try again; one that waits, runs or is done stays as it is.

        Raises:
            UnknownRecordError: there is none that the actor may see.
            NotAllowedError: it is not the actor's to begin any more, nor is the actor an admin of whose it is.
        """
        found = self.get(actor, job_id)
        if not found.beginner:
            raise _not_to_begin(found.job.kind)
        if self._jobs.retry(job_id):
            self._record(actor, job_id, "retry", {})

    def operate(self, job_id: str, act: str) -> Job:
        """Cancel (``cancel``) any job, or let it try again (``retry``), as the operator by a command.

        Raises:
            QueryError: there is none of that id, or it does not stand so that this can be done.
        """
        before = self._jobs.get(job_id)
        done = self._jobs.retry(job_id) if act == "retry" else self._jobs.cancel(job_id, (*ACTIVE, *ENDED_BADLY))
        if not done:
            remedy = "Any but one that is done or cancelled is cancelled, one that ended without being done is retried"
            raise QueryError(job_id, f"is {before.state}, and another may have its place", remedy)
        self._record(None, job_id, act, {})
        return self._jobs.get(job_id)

    def _of_agency(self, actor: Actor) -> bool:
        with self._database.session() as session:
            home = session.get(Organisation, actor.organisation)
            return home is not None and home.kind is OrganisationKind.AGENCY

    def _record(self, actor: Actor | None, job_id: str, act: str, said: Mapping[str, Any]) -> None:
        with self._database.session(writing=True) as session:
            Trail(session).add(actor, f"job:{job_id}", act, self._clock(), said)


def _seen(actor: Actor, job: Job, owner: Owner, *, agency: bool) -> Seen:
    """A job of the actor's as they may go on with it: an admin of an agency with all that its people begin."""
    beginner = job.kind not in BEGUN_BY or (agency and actor.has(BEGUN_BY[job.kind], Role.ADMIN))
    return Seen(job, owner, beginner)


def _not_to_begin(kind: str) -> NotAllowedError:
    whose = f"is begun by a {BEGUN_BY[kind]} of an agency"
    return NotAllowedError("this job", whose, "Ask one", code=f"job_begin_{kind}")
