"""Who may run a job, for how long, and what becomes of a lost one: rows only, with a clock that the test sets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kyokan.errors import BrokerUnavailableError, QueryError, SettingsError
from kyokan.platform.jobs import JobService, State
from kyokan.platform.jobs.handlers import HANDLERS
from kyokan.platform.jobs.rhythm import RHYTHMS, Rhythm
from kyokan.platform.jobs.service import KINDS
from kyokan.platform.jobs.tasks import make_app
from kyokan.platform.settings import load_settings


class World:
    """A clock and a broker that can be away."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.away = False
        self.sent: list[str] = []

    def publish(self, job_id: str) -> None:
        if self.away:
            raise BrokerUnavailableError("broker", "does not answer")
        self.sent.append(job_id)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def jobs(world: World, tmp_path: Path) -> Iterator[JobService]:
    with JobService(tmp_path / "jobs.db", world.publish, lease=60, clock=lambda: world.now) as service:
        yield service


def test_every_kind_of_job_has_a_handler():
    assert set(HANDLERS) == set(KINDS)


def test_a_job_is_kept_and_announced_by_its_id(jobs: JobService, world: World):
    job = jobs.enqueue("import", {"source": "/data/静か"})
    assert world.sent == [job.id]
    assert (job.state, job.attempts, job.arguments, job.published) == (
        State.QUEUED,
        0,
        {"source": "/data/静か"},
        1000.0,
    )


def test_a_job_of_unknown_kind_is_refused_and_not_kept(jobs: JobService):
    with pytest.raises(QueryError, match="Known are import, snapshot, annotation, mail"):
        jobs.enqueue("dance")
    assert jobs.jobs() == []


def test_a_job_is_kept_while_the_broker_is_away_and_announced_once_it_answers(jobs: JobService, world: World):
    world.away = True
    job = jobs.enqueue("snapshot")
    assert (job.state, job.published) == (State.QUEUED, None)
    world.now += 5
    with pytest.raises(BrokerUnavailableError):
        jobs.reap()
    world.away = False
    assert jobs.reap() == world.sent == [job.id]


def test_of_two_deliveries_one_is_run(jobs: JobService):
    job = jobs.enqueue("snapshot")
    first = jobs.claim(job.id)
    assert first
    assert (first.state, first.attempts, first.fence, first.lease_until) == (State.RUNNING, 1, 1, 1060.0)
    assert jobs.claim(job.id) is None
    assert jobs.finish(first, {"snapshot": "sha256:1"})
    assert jobs.claim(job.id) is None
    assert jobs.get(job.id).result == {"snapshot": "sha256:1"}


@pytest.mark.parametrize(
    ("told", "ended"),
    [("matching 87/100", "matching 100/100"), ("rows 1,200/4,000", "rows 4,000/4,000"), ("rows 7", "rows 7")],
)
def test_a_job_that_is_done_has_come_to_its_end_whatever_was_told_last(jobs: JobService, told: str, ended: str):
    mine = jobs.claim(jobs.enqueue("matching").id)
    assert mine
    assert jobs.heartbeat(mine, told)
    assert jobs.finish(mine, {})
    assert jobs.get(mine.id).progress == ended


def test_a_message_without_a_row_is_left(jobs: JobService):
    assert jobs.claim("nothing") is None
    with pytest.raises(QueryError):
        jobs.get("nothing")


def test_a_heartbeat_renews_the_lease_and_says_how_far_the_work_is(jobs: JobService, world: World):
    mine = jobs.claim(jobs.enqueue("snapshot").id)
    assert mine
    world.now += 50
    assert jobs.heartbeat(mine, "vectors 3/9")
    world.now += 59
    assert jobs.reap() == []
    assert (jobs.get(mine.id).progress, jobs.get(mine.id).lease_until) == ("vectors 3/9", 1110.0)


@pytest.mark.parametrize("reaped", [True, False])
def test_a_late_owner_cannot_write(jobs: JobService, world: World, *, reaped: bool):
    late = jobs.claim(jobs.enqueue("snapshot").id)
    assert late
    world.now += 60
    if reaped:
        assert jobs.reap() == [late.id]
        assert not jobs.finish(late, {})
    owner = jobs.claim(late.id)
    assert owner
    assert (owner.attempts, owner.fence) == (2, 2)
    assert not jobs.heartbeat(late)
    assert not jobs.finish(late, {"of": "late"})
    assert not jobs.fail(late, "late", again=True)
    assert jobs.finish(owner, {"of": "owner"})
    assert jobs.get(late.id).result == {"of": "owner"}


def test_a_job_whose_worker_ends_three_times_is_dead(jobs: JobService, world: World):
    job = jobs.enqueue("snapshot")
    for _ in range(3):
        assert jobs.claim(job.id)
        world.now += 60
    assert jobs.reap() == []
    dead = jobs.get(job.id)
    assert (dead.state, dead.attempts, dead.finished) == (State.DEAD, 3, 1180.0)
    assert dead.error == "the worker ended before the job did, every time"
    assert jobs.claim(job.id) is None


def test_an_error_that_may_pass_is_tried_three_times_and_keeps_its_line(jobs: JobService):
    job = jobs.enqueue("snapshot")
    for attempt, state in ((1, State.QUEUED), (2, State.QUEUED), (3, State.DEAD)):
        mine = jobs.claim(job.id)
        assert mine
        assert jobs.fail(mine, f"store away ({attempt})", again=True)
        assert (jobs.get(job.id).state, jobs.get(job.id).error) == (state, f"store away ({attempt})")


def test_an_error_of_the_input_ends_the_job_at_once(jobs: JobService):
    mine = jobs.claim(jobs.enqueue("import").id)
    assert mine
    assert jobs.fail(mine, "no such file", again=False)
    assert (jobs.get(mine.id).state, jobs.claim(mine.id)) == (State.FAILED, None)


def test_a_waiting_job_is_announced_at_gaps_that_double_up_to_a_minute(jobs: JobService, world: World):
    jobs.enqueue("snapshot")
    heard = []
    for second in range(1, 201):
        world.now = 1000.0 + second
        heard += [second] * len(jobs.reap())
    assert heard == [5, 10, 20, 40, 80, 140, 200]


def test_the_latest_jobs_come_first_with_times_in_utc(jobs: JobService, world: World):
    first = jobs.enqueue("snapshot")
    world.now = 2000.0
    second = jobs.enqueue("snapshot")
    assert [job.id for job in jobs.jobs()] == [second.id, first.id]
    assert [job.id for job in jobs.jobs(limit=1)] == [second.id]
    assert second.to_json() == {
        "id": second.id,
        "kind": "snapshot",
        "arguments": {},
        "state": "queued",
        "attempts": 0,
        "created": "1970-01-01T00:33:20+00:00",
        "started": None,
        "finished": None,
        "progress": "",
        "result": None,
        "error": "",
    }


def test_a_broker_of_unknown_kind_is_refused(tmp_path: Path):
    with pytest.raises(SettingsError, match="KYOKAN_BROKER"):
        make_app(load_settings(home=tmp_path, broker="pigeon://loft"))


HOURLY = {"snapshot": Rhythm(3600.0, 600.0)}


@pytest.mark.parametrize(
    ("now", "due"), [(4200.0, 4200.0), (4199.9, 600.0), (600.0, 600.0), (599.9, -3000.0), (8000.0, 7800.0)]
)
def test_a_rhythm_is_due_every_so_often_after_its_offset(now: float, due: float):
    assert HOURLY["snapshot"].last(now) == due


def test_a_job_comes_again_once_its_time_has_come_and_its_last_run_is_over(jobs: JobService, world: World):
    jobs.recur(HOURLY)
    jobs.recur(HOURLY)
    (job,) = jobs.jobs()
    world.now = 4200.0
    jobs.recur(HOURLY)
    mine = jobs.claim(job.id)
    assert mine
    assert mine.attempts == 1, "it waited, and was not queued a second time"
    world.now = 8000.0
    jobs.recur(HOURLY)
    assert jobs.get(job.id).state is State.RUNNING
    assert jobs.finish(mine, {})
    jobs.recur(HOURLY)
    again = jobs.claim(job.id)
    assert again
    assert (again.attempts, again.fence, again.queued) == (1, 2, 8000.0)


def test_a_job_that_comes_again_does_so_after_a_failure_and_not_before_its_time(jobs: JobService, world: World):
    world.now = 4300.0
    jobs.recur(HOURLY)
    mine = jobs.claim("snapshot-recurring")
    assert mine
    assert jobs.fail(mine, "no", again=False)
    jobs.recur(HOURLY)
    assert jobs.get(mine.id).state is State.FAILED
    world.now = 7800.0
    jobs.recur(HOURLY)
    assert (jobs.get(mine.id).state, jobs.get(mine.id).error) == (State.QUEUED, "")


def test_every_job_that_comes_again_has_a_handler():
    assert set(RHYTHMS) <= set(KINDS)
