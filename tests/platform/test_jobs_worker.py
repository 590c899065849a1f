"""Real workers over real brokers: a job is run once, survives its worker, and ends."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from kyokan.graph.importers.annotation import GROUNDS
from kyokan.graph.model import Entity, EntityKind, Provenance, Relation, RelationKind
from kyokan.graph.stores import open_store
from kyokan.matching.ranking import Query
from kyokan.platform.accounts import Role
from kyokan.platform.accounts.model import OrganisationKind
from kyokan.platform.accounts.service import Visit
from kyokan.platform.cli import main
from kyokan.platform.desk.batches import MOST_ASKERS
from kyokan.platform.jobs import Job, State, open_jobs
from kyokan.platform.jobs.rhythm import RHYTHMS
from kyokan.platform.jobs.tasks import QUEUE, make_app, publish, run_job
from kyokan.platform.services import Services
from kyokan.platform.settings import Settings, load_settings
from tests.platform.accounting import GOOD
from tests.support.left_out import leave_out
from tests.support.ports import free_port

KYOKAN = [sys.executable, "-c", "from kyokan.platform.cli import main; main()"]
Command = Callable[..., tuple[object, str]]
LEASE = 2.0
FINAL = {State.DONE, State.FAILED, State.DEAD}
PATIENCE = 120  # seconds; only a hanging test comes near
TEXTS = 400  # likewise of texts to be read
MANY = 30_000  # an import of so many takes longer than a worker takes to tell of its progress


class House:
    """A home folder with a broker and workers, all of which end with the test."""

    def __init__(self, folder: Path, broker: str, stack: ExitStack) -> None:
        self.settings = load_settings(home=folder / "home", broker=broker)
        self.folder = folder
        self._stack = stack

    def environment(self, store: str = "") -> dict[str, str]:
        ours = {"KYOKAN_HOME": str(self.settings.home), "KYOKAN_BROKER": self.settings.broker, "KYOKAN_STORE": store}
        return os.environ | ours

    def worker(self, store: str = "") -> subprocess.Popen[bytes]:
        log = self._stack.enter_context((self.folder / "worker.log").open("ab"))
        process = subprocess.Popen(
            [*KYOKAN, "worker", "--lease", str(LEASE)],
            env=self.environment(store),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self._stack.callback(end, process)
        return process

    def redis(self, port: int) -> None:
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        self._stack.callback(end, process)
        until(lambda: answers(port))

    def wait(self, job_id: str, when: Callable[[Job], bool] = lambda job: job.state in FINAL) -> Job:
        with open_jobs(self.settings) as jobs:
            until(lambda: when(jobs.get(job_id)), self.log)
            return jobs.get(job_id)

    def log(self) -> str:
        path = self.folder / "worker.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with all its children, at any moment."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def until(happens: Callable[[], bool], say: Callable[[], str] = str) -> None:
    last = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < last, say()
        time.sleep(0.05)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def needs_redis() -> None:
    if shutil.which("redis-server") is None:
        leave_out("the tests of jobs over Redis cannot run: redis-server is not installed")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(params=["files", "redis"])
def house(request: pytest.FixtureRequest, tmp_path: Path, stack: ExitStack) -> House:
    if request.param == "files":
        return House(tmp_path, "", stack)
    needs_redis()
    port = free_port()
    house = House(tmp_path, f"redis://127.0.0.1:{port}/0", stack)
    house.redis(port)
    return house


@pytest.fixture
def kyokan(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in a house; gives its exit status and standard output."""

    def run(house: House, *arguments: str) -> tuple[object, str]:
        monkeypatch.setenv("KYOKAN_HOME", str(house.settings.home))
        monkeypatch.setenv("KYOKAN_BROKER", house.settings.broker)
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(list(arguments))
        return left.value.code, capsys.readouterr().out

    return run


def write_source(folder: Path, artists: int) -> Path:
    source = folder / "artists"
    source.mkdir()
    rows = (json.dumps({"kind": "artist", "id": f"artist:a{i}", "name": f"Singer {i}"}) for i in range(artists))
    (source / "entities.jsonl").write_text("\n".join(rows), encoding="utf-8")
    return source


def entities(settings: Settings) -> dict[str, int]:
    with open_store(settings.store_url) as store:
        return store.count_entities()


def test_a_job_left_by_the_command_is_run_once_however_often_it_is_delivered(
    house: House, tmp_path: Path, kyokan: Command
):
    status, said = kyokan(house, "import", str(write_source(tmp_path, 3)), "--later", "--no-annotate")
    job_id = said.strip()
    publish(house.settings, job_id)
    publish(house.settings, job_id)
    with open_jobs(house.settings) as jobs:
        after = jobs.enqueue("snapshot")
    house.worker()
    assert house.wait(after.id).state is State.DONE
    done = house.wait(job_id)
    assert (status, done.state, done.attempts, done.error) == (0, State.DONE, 1, "")
    assert done.result
    assert done.result["added"]["artist"] == 3
    assert house.log().count("is over or another's") >= 2  # the reaper may have announced it too
    assert entities(house.settings) == {"artist": 3}
    listed = json.loads(kyokan(house, "jobs", "--json")[1])["jobs"]
    asked = [(job["kind"], job["state"]) for job in listed if job["kind"] not in RHYTHMS]
    assert asked == [("snapshot", "done"), ("import", "done")]


def test_a_job_whose_worker_is_killed_is_finished_by_the_next_with_the_effect_of_once(house: House, tmp_path: Path):
    with open_jobs(house.settings) as jobs:
        job = jobs.enqueue("import", {"source": str(write_source(tmp_path, MANY)), "annotate": False})
    first = house.worker()
    house.wait(job.id, lambda job: bool(job.progress))
    end(first)
    cut = house.wait(job.id, lambda _: True)
    assert (cut.state, cut.attempts) == (State.RUNNING, 1)
    house.worker()
    done = house.wait(job.id)
    assert (done.state, done.attempts, done.fence) == (State.DONE, 2, 2)
    assert entities(house.settings) == {"artist": MANY}


def test_reading_anew_goes_on_after_a_killed_worker_and_keeps_what_a_person_set(tmp_path: Path, stack: ExitStack):
    house = House(tmp_path, "", stack)
    own = (Provenance(source="house-list"),)
    texts = {f"artist:a{number}": f"A quiet and serene voice, number {number}." for number in range(TEXTS)}
    said = [
        Entity(id=one, kind=EntityKind.ARTIST, name=one, text_en=text, provenance=own) for one, text in texts.items()
    ]
    serene = Entity(id="kansei:serene", kind=EntityKind.KANSEI, name="serene", provenance=own)
    set_by_hand = Relation(
        kind=RelationKind.EVOKES,
        source="artist:a0",
        target=serene.id,
        weight=0.125,
        attributes={"source": "human"},
        provenance=own[0],
    )
    said[0] = replace(said[0], attributes={GROUNDS: "read by an older one"})
    with open_store(house.settings.store_url) as store:
        store.write([*said, serene], [set_by_hand])
    with open_jobs(house.settings) as jobs:
        job = jobs.enqueue("annotation")
    first = house.worker()
    house.wait(job.id, lambda job: job.progress.startswith("annotating") and "annotating 0/" not in job.progress)
    end(first)
    house.worker()
    done = house.wait(job.id)
    assert (done.state, done.attempts) == (State.DONE, 2)
    assert done.result
    assert 0 < done.result["read"] < TEXTS
    with Services(house.settings) as services:
        assert services.snapshot().hash == done.result["snapshot"]
        assert services.reread() == 0
        read = {relation.source for relation in services.store.relations(RelationKind.EVOKES)}
        assert read == set(texts)
        kept = services.store.relations(source="artist:a0", target=serene.id)
        assert [one.weight for one in kept] == [0.125]


def test_rankings_for_many_go_on_after_a_killed_worker_and_each_is_made_once(tmp_path: Path, stack: ExitStack):
    house = House(tmp_path, "", stack)
    own = (Provenance(source="house-list"),)
    askers = [f"brand:b{number}" for number in range(MOST_ASKERS)]
    artists = [f"artist:a{number}" for number in range(60)]
    found = [
        Entity(id=one, kind=EntityKind(one.partition(":")[0]), name=one, provenance=own) for one in (*askers, *artists)
    ]
    with Services(house.settings) as services:
        kansei = services.dictionary.to_entities()
        evokes = [
            Relation(
                kind=RelationKind.EVOKES,
                source=one.id,
                target=kansei[(place + step) % len(kansei)].id,
                weight=0.5,
                provenance=own[0],
            )
            for place, one in enumerate(found)
            for step in range(24)
        ]
        services.store.write([*kansei, *found], evokes)
        services.snapshot()
        agency = services.accounts.create_organisation("Waon", OrganisationKind.AGENCY).id
        invited = services.accounts.invite("hana@example.com", agency, Role.PLANNER)
        entered = services.accounts.accept(invited, name="Hana", password=GOOD, language="en", visit=Visit())
        planner = services.accounts.sessions.actor_of(entered.session_id)
        assert planner
        questions = [Query(entity=one, kinds=(EntityKind.ARTIST,), top=5) for one in askers]
        batch = services.batches.ask(planner, "a" * 32, "Brands", questions)
        job = services.jobs.answer(planner, batch)
        first = house.worker()
        house.wait(job.id, lambda job: job.progress.startswith("matching") and "matching 0/" not in job.progress)
        end(first)
        before = services.batches.count(batch)["answered"]
        assert 0 < before < len(askers)
        house.worker()
        done = house.wait(job.id)
        assert (done.state, done.attempts) == (State.DONE, 2)
        assert done.result == {"answered": len(askers), "not_askable": 0}
        assert done.progress == f"matching {len(askers)}/{len(askers)}"
        _, answers = services.batches.answers(planner, batch)
    assert [one.query.entity for one in answers] == askers


def test_a_job_that_fails_every_time_is_dead_after_three_attempts_and_the_worker_goes_on_until_stopped(
    tmp_path: Path, stack: ExitStack
):
    house = House(tmp_path, "", stack)
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database" * 1000)
    with open_jobs(house.settings) as jobs:
        poison = jobs.enqueue("snapshot")
    worker = house.worker(store=f"sqlite:///{broken}")
    dead = house.wait(poison.id)
    assert (dead.state, dead.attempts) == (State.DEAD, 3)
    assert "not a database" in dead.error
    assert worker.poll() is None
    worker.terminate()
    assert worker.wait() == 0


def test_a_source_that_is_not_there_fails_at_once(tmp_path: Path, stack: ExitStack):
    house = House(tmp_path, "", stack)
    with open_jobs(house.settings) as jobs:
        job = jobs.enqueue("import", {"source": str(tmp_path / "nowhere"), "annotate": False})
        run_job(house.settings, LEASE, job.id)
        failed = jobs.get(job.id)
    assert (failed.state, failed.attempts) == (State.FAILED, 1)
    assert "nowhere" in failed.error


def test_a_job_asked_for_while_the_broker_is_away_waits_and_runs_once_it_is_there(
    tmp_path: Path, stack: ExitStack, kyokan: Command
):
    needs_redis()
    port = free_port()
    house = House(tmp_path, f"redis://127.0.0.1:{port}/0", stack)
    status, said = kyokan(house, "import", str(write_source(tmp_path, 2)), "--later", "--no-annotate", "--json")
    job = json.loads(said)
    assert (status, job["state"]) == (0, "queued")
    assert kyokan(house, "worker") == (3, "")
    house.redis(port)
    house.worker()
    assert house.wait(job["id"]).state is State.DONE


def test_a_torn_message_is_passed_over(tmp_path: Path):
    settings = load_settings(home=tmp_path)
    with make_app(settings).connection_for_read() as connection:
        (tmp_path / "broker" / "messages" / f"0-torn.{QUEUE}.msg").touch()
        publish(settings, "whole")
        message = connection.SimpleQueue(QUEUE).get(block=False)
        assert message.payload[0] == ["whole"]
        message.ack()
        assert not list((tmp_path / "broker" / "messages").iterdir())


@pytest.mark.parametrize("more", [["--store", "sqlite:///x.db"], ["--mapping", "no.yaml"]])
def test_what_a_worker_could_not_do_is_refused_and_nothing_is_kept(
    tmp_path: Path, stack: ExitStack, kyokan: Command, more: list[str]
):
    house = House(tmp_path, "", stack)
    assert kyokan(house, "import", str(write_source(tmp_path, 1)), "--later", *more) == (2, "")
    with open_jobs(house.settings) as jobs:
        assert jobs.jobs() == []


def test_a_worker_runs_the_jobs_that_come_again(house: House):
    house.worker()
    with open_jobs(house.settings) as jobs:
        until(lambda: len(jobs.jobs()) == len(RHYTHMS), house.log)
    for kind in RHYTHMS:
        assert house.wait(f"{kind}-recurring").state is State.DONE


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_the_web_runs_a_worker_beside_it_that_ends_with_it(tmp_path: Path, stack: ExitStack, ending: signal.Signals):
    house = House(tmp_path, "", stack)
    port = free_port()
    log = stack.enter_context((tmp_path / "worker.log").open("ab"))
    command = [*KYOKAN, "serve", "--port", str(port)]
    web = subprocess.Popen(command, env=house.environment(), stdout=log, stderr=log, start_new_session=True)
    stack.callback(end, web)
    with open_jobs(house.settings) as jobs:
        asked = jobs.enqueue("snapshot")
    assert house.wait(asked.id).state is State.DONE
    web.send_signal(ending)
    web.wait(PATIENCE)
    until(lambda: not workers_of(web.pid), house.log)


def workers_of(parent: int) -> list[str]:
    """Processes of the worker that was started beside a process."""
    found = subprocess.run(["pgrep", "-f", f"worker --beside {parent}$"], capture_output=True, text=True, check=False)
    return found.stdout.split()
