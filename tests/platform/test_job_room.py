"""Jobs as people meet them: whose they are, stopping one at any moment, and letting one try again."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select, text

from kyokan.errors import NotAllowedError, QueryError, StoreError, UnknownRecordError
from kyokan.platform.audit import Record, Trail
from kyokan.platform.jobs import JobService, State
from kyokan.platform.jobs.model import Owner
from kyokan.platform.jobs.rhythm import Rhythm
from kyokan.platform.jobs.room import JobRoom
from kyokan.platform.jobs.service import KINDS
from tests.platform.dealing import ANALYST, BRAND, MANAGER, PLANNER, STRANGER, Clock, Role, person

COLLEAGUE = person("yui", "agency", Role.PLANNER)
OWNER = Owner("agency", "hana", "Hana")
ADMIN = person("ada", "agency", Role.ADMIN)


@pytest.fixture
def announced():
    return []


@pytest.fixture
def jobs(tmp_path, announced):
    with JobService(tmp_path / "jobs.db", announced.append, lease=60, clock=lambda: 1000.0) as service:
        yield service


@pytest.fixture
def room(jobs, database):
    return JobRoom(jobs, database, Clock())


@pytest.fixture
def begun(room):
    return room.begin(PLANNER, "searches").id


def seen(room, actor, states=()):
    return [one.job.id for one in room.of(actor, states)]


def test_a_job_is_seen_by_who_began_it_and_by_admins_of_the_organisation(room, begun, jobs):
    jobs.enqueue("snapshot")  # a command's: nobody's
    assert seen(room, PLANNER) == seen(room, ADMIN) == [begun]
    for other in (COLLEAGUE, ANALYST, STRANGER):
        assert seen(room, other) == []
        for act in (room.get, room.cancel, room.retry):
            with pytest.raises(UnknownRecordError):
                act(other, begun)
    with pytest.raises(UnknownRecordError):
        room.get(ADMIN, jobs.jobs()[0].id if jobs.jobs()[0].id != begun else jobs.jobs()[1].id)


def test_beginning_twice_begins_once_until_it_is_over(room, begun, jobs):
    assert room.begin(COLLEAGUE, "searches").id == begun
    jobs.finish(jobs.claim(begun), {})
    assert room.begin(COLLEAGUE, "searches").id != begun


def test_it_is_begun_for_the_actors_organisation_alone_and_by_planners(room, begun, jobs):
    assert jobs.get(begun).arguments == {"organisation": "agency"}
    with pytest.raises(NotAllowedError):
        room.begin(ANALYST, "searches")
    for kind in ("import", "dance"):
        with pytest.raises(QueryError):
            room.begin(PLANNER, kind)


def test_what_is_about_the_whole_catalogue_is_begun_by_admins_of_an_agency_alone(room, jobs):
    guests = [person("ada", home, Role.ADMIN) for home in (BRAND.organisation, MANAGER.organisation, "nobody-knows")]
    for other in (PLANNER, ANALYST, *guests):
        assert not room.may_begin(other, "annotation")
        with pytest.raises(NotAllowedError, match="admin of an agency"):
            room.begin(other, "annotation")
    assert jobs.jobs() == []
    assert room.may_begin(ADMIN, "annotation")
    assert room.begin(ADMIN, "annotation").kind == "annotation"


@pytest.mark.parametrize("kind", sorted({*KINDS} - {"searches", "annotation"}))
def test_what_commands_and_the_clock_begin_nobody_begins_from_a_page(room, jobs, kind):
    everything = person("ada", "agency", *Role)
    assert not room.may_begin(everything, kind)
    with pytest.raises(QueryError):
        room.begin(everything, kind)
    assert jobs.jobs() == []


def test_a_guest_lets_no_job_about_the_whole_catalogue_try_again(room, jobs):
    guest = person("ada", BRAND.organisation, Role.ADMIN)
    begun, _ = jobs.begin("annotation", {}, Owner(guest.organisation, guest.person, "Ada"), "annotation:before")
    room.cancel(guest, begun.id)
    assert [one.may_retry for one in room.of(guest)] == [False]
    with pytest.raises(NotAllowedError):
        room.retry(guest, begun.id)
    assert jobs.get(begun.id).state is State.CANCELLED


def test_whoever_is_no_planner_any_more_lets_no_look_at_searches_try_again_but_an_admin_does(room, begun, jobs):
    room.cancel(PLANNER, begun)
    former = person(PLANNER.person, "agency", Role.ANALYST)
    assert [[one.may_retry for one in room.of(actor)] for actor in (former, PLANNER, ADMIN)] == [
        [False],
        [True],
        [True],
    ]
    with pytest.raises(NotAllowedError):
        room.retry(former, begun)
    assert jobs.get(begun).state is State.CANCELLED
    room.retry(ADMIN, begun)
    assert jobs.get(begun).state is State.QUEUED


def test_a_job_that_is_no_kind_of_ones_own_to_begin_may_try_again_where_it_is_ones_own(room, jobs):
    asked = room.answer(MANAGER, "a" * 32).id
    room.cancel(MANAGER, asked)
    assert [one.may_retry for one in room.of(MANAGER)] == [True]
    room.retry(MANAGER, asked)
    assert jobs.get(asked).state is State.QUEUED


def test_a_job_that_waits_is_cancelled_and_never_claimed(room, begun, jobs):
    room.cancel(PLANNER, begun)
    assert jobs.get(begun).state is State.CANCELLED
    assert jobs.claim(begun) is None


def test_a_job_that_runs_is_cancelled_and_its_worker_learns_it_with_the_next_sign_of_life(room, begun, jobs):
    mine = jobs.claim(begun)
    assert jobs.heartbeat(mine, "searches 1/3")
    assert room.of(PLANNER)[0].progress == ("searches", 1, 3)
    room.cancel(ADMIN, begun)
    assert not jobs.heartbeat(mine, "searches 2/3")
    assert not jobs.finish(mine, {"x": 1})
    assert not jobs.fail(mine, "late", again=True)
    assert (jobs.get(begun).state, jobs.get(begun).result) == (State.CANCELLED, None)


@pytest.mark.parametrize("how", ["cancelled", "failed", "dead"])
def test_what_did_not_end_well_may_try_again_with_all_its_attempts(room, begun, jobs, announced, how):
    if how == "cancelled":
        room.cancel(PLANNER, begun)
    for _ in range(3 if how == "dead" else how == "failed"):
        jobs.fail(jobs.claim(begun), "no", again=how == "dead")
    assert jobs.get(begun).state.value == how
    assert seen(room, ADMIN, (State.DEAD,)) == ([begun] if how == "dead" else [])
    announced.clear()
    room.retry(PLANNER, begun)
    assert announced == [begun]
    again = jobs.get(begun)
    assert (again.state, again.attempts, again.error, again.finished) == (State.QUEUED, 0, "", None)


def test_what_is_done_or_under_way_stays_as_it_is(room, begun, jobs):
    room.retry(PLANNER, begun)
    mine = jobs.claim(begun)
    room.retry(PLANNER, begun)
    jobs.finish(mine, {})
    room.cancel(PLANNER, begun)
    room.retry(PLANNER, begun)
    assert jobs.get(begun).state is State.DONE


def test_what_people_do_with_jobs_is_in_the_trail(room, begun, database):
    room.cancel(PLANNER, begun)
    room.cancel(PLANNER, begun)
    room.retry(ADMIN, begun)
    with database.session() as session:
        told = [(one.act, one.name) for one in Trail(session).of(f"job:{begun}")]
    assert told == [("begin", "Hana"), ("cancel", "Hana"), ("retry", "Ada")]


def test_many_who_begin_at_the_same_moment_begin_once(tmp_path, database):
    """Several processes, each with its own connection to the two files, let go at once."""
    with JobService(tmp_path / "jobs.db", lambda _job: None):
        pass
    script = """
import sys
from pathlib import Path
from kyokan.platform.database import Database
from kyokan.platform.jobs import JobService
from kyokan.platform.jobs.model import Owner
from kyokan.platform.jobs.room import JobRoom
from kyokan.platform.jobs.service import KINDS
from tests.platform.dealing import MAKI, PLANNER, person, Role
folder = Path(sys.argv[1])
with Database(folder / "workroom.db") as database, JobService(folder / "jobs.db", lambda _job: None) as jobs:
    room, who = JobRoom(jobs, database), [PLANNER, MAKI][int(sys.argv[2]) % 2]
    for round in range(5):
        print("ready", flush=True)
        sys.stdin.read(1)
        print(room.begin(who, "searches").id, flush=True)
"""
    command = [sys.executable, "-c", script, str(tmp_path)]
    told = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": Path(__file__).parents[2]}
    with ExitStack() as stack:
        jobs = stack.enter_context(JobService(tmp_path / "jobs.db", lambda _job: None))
        beginning = [stack.enter_context(subprocess.Popen([*command, str(one)], **told)) for one in range(4)]
        for _ in range(5):
            for process in beginning:
                assert process.stdout.readline() == "ready\n"
            for process in beginning:
                process.stdin.write("!")
                process.stdin.flush()
            begun = {process.stdout.readline().strip() for process in beginning}
            assert len(begun) == 1
            assert [job.id for job in jobs.jobs() if job.state is State.QUEUED] == [*begun]
            assert jobs.finish(jobs.claim(*begun), {})
    assert [process.returncode for process in beginning] == [0] * 4
    with database.session() as session:
        found = session.scalars(select(Record.subject).where(Record.act == "begin")).all()
    assert len(found) == len(set(found)) == 5  # one record each, whoever was first


def test_the_file_itself_lets_no_two_of_a_key_wait_or_run(jobs):
    jobs.begin("searches", {}, OWNER, "searches:agency")
    empty = "0, 0, 0, 0, NULL, NULL, NULL, NULL, '', NULL, ''"
    copied = text(f"INSERT INTO job SELECT 'other', kind, arguments, state, {empty}, once FROM job")  # noqa: S608
    with pytest.raises(StoreError, match="UNIQUE"), jobs._opened(writing=True) as connection:
        connection.execute(copied)


def test_one_that_another_took_the_place_of_is_not_let_try_again(room, begun, jobs):
    room.cancel(PLANNER, begun)
    other = room.begin(COLLEAGUE, "searches").id
    room.retry(PLANNER, begun)
    assert jobs.get(begun).state is State.CANCELLED
    jobs.finish(jobs.claim(other), {})
    room.retry(PLANNER, begun)
    assert jobs.get(begun).state is State.QUEUED


def die(jobs, kind, error="OSError: [Errno 28] saeki@example.com"):
    """A job of the installation's own that ended dead."""
    job_id = jobs.enqueue(kind).id
    for _ in range(3):
        jobs.fail(jobs.claim(job_id), error, again=True)
    return job_id


def test_the_installations_own_dead_jobs_are_seen_by_an_agencys_admin_alone_without_what_the_error_holds(room, jobs):
    lost = die(jobs, "outcomes")
    jobs.enqueue("mail")  # waits: nothing to look after
    (found,) = room.own(ADMIN)
    assert (found.job.id, found.owner, found.error, found.may_retry) == (lost, None, "OSError", True)
    for other in (PLANNER, ANALYST, person("ada", BRAND.organisation, Role.ADMIN)):
        assert room.own(other) == []
        for act in (room.get, room.retry, room.cancel):
            with pytest.raises(UnknownRecordError):
                act(other, lost)


@pytest.mark.parametrize("error", ["the file /home/saeki: is torn", "saeki@example.com: is no address", ""])
def test_a_line_that_begins_with_no_kind_of_fault_is_not_shown(room, jobs, error):
    die(jobs, "outcomes", error)
    assert [one.error for one in room.own(ADMIN)] == [""]


def test_an_agencys_admin_lets_the_installations_own_try_again_and_it_is_recorded(room, jobs, announced, database):
    lost = die(jobs, "outcomes")
    announced.clear()
    room.retry(ADMIN, lost)
    assert (announced, jobs.get(lost).state, room.own(ADMIN)) == ([lost], State.QUEUED, [])
    with pytest.raises(UnknownRecordError):
        room.cancel(ADMIN, lost)
    with database.session() as session:
        assert [(one.act, one.name) for one in Trail(session).of(f"job:{lost}")] == [("retry", "Ada")]


def test_the_operator_retries_and_cancels_any_job_and_is_told_what_cannot_be(room, begun, jobs, database):
    lost = die(jobs, "outcomes")
    assert [one.id for one in jobs.lost()] == [lost]
    assert room.operate(lost, "retry").state is State.QUEUED
    for one in (lost, begun, die(jobs, "learning")):
        assert room.operate(one, "cancel").state is State.CANCELLED
        with pytest.raises(QueryError, match="is cancelled"):
            room.operate(one, "cancel")
    with pytest.raises(QueryError, match="is not the id of a job"):
        room.operate("nothing", "retry")
    assert jobs.lost() == []
    with database.session() as session:
        told = [(one.act, one.name) for one in Trail(session).of(f"job:{lost}")]
    assert told == [("retry", "system"), ("cancel", "system")]


def test_what_comes_again_and_failed_is_to_be_looked_after_and_a_commands_bad_input_is_not(jobs):
    jobs.recur({"mail": Rhythm(60.0)})
    for job_id in ("mail-recurring", jobs.enqueue("import", {"source": "/nowhere"}).id):
        jobs.fail(jobs.claim(job_id), "is not there", again=False)
    assert [one.id for one in jobs.lost()] == ["mail-recurring"]
    assert len(jobs.own()) == 2
