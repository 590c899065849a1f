"""The file of jobs comes up as the workroom's does: whole, with a copy beside it, or not at all."""

from __future__ import annotations

import shutil
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pysqlite3
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from kyokan.errors import NewerFileError, StoreError
from kyokan.platform import migrations
from kyokan.platform.jobs import JobService, State
from kyokan.platform.jobs.model import Owner, metadata
from tests.platform.test_migrations import rows, whole

FIRST = (migrations.JOBS.folder / "first.sql").read_text(encoding="utf-8")
OURS = Owner("agency", "hana", "Hana")


def add(opened: pysqlite3.Connection, number: int, kind: str, state: str, organisation: str = "") -> None:
    """A job as it was kept before the file named its version."""
    row = (str(number), kind, "{}", state, 0, 0, number, number, None, None, None, None, "", None, "")
    opened.execute(f"INSERT INTO job VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
    if organisation:
        opened.execute("INSERT INTO job_owner VALUES (?, ?, 'p', 'P')", (str(number), organisation))


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file of before, in which two began the same at once, a command and others something else."""
    path = tmp_path / "jobs.db"
    with closing(pysqlite3.connect(path)) as made, made:
        made.executescript(FIRST)
        add(made, 1, "searches", "done", "agency")
        add(made, 2, "searches", "running", "agency")
        add(made, 3, "searches", "queued", "agency")
        add(made, 4, "searches", "queued", "other")
        add(made, 5, "import", "queued")
        add(made, 6, "import", "queued")
    return path


def opened(path: Path) -> JobService:
    return JobService(path, lambda _job_id: None, clock=lambda: 1000.0)


def test_the_steps_make_what_is_declared(tmp_path):
    with opened(tmp_path / "jobs.db") as jobs:
        assert jobs.version == migrations.JOBS_HEAD
    declared = tmp_path / "declared.db"
    engines = [create_engine(f"sqlite:///{path}", module=pysqlite3) for path in (tmp_path / "jobs.db", declared)]
    metadata.create_all(engines[1])
    with engines[0].connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    for engine in engines:
        engine.dispose()
    indexes = "SELECT name, lower(replace(sql, '(\"once\")', '(once)')) FROM sqlite_master WHERE name LIKE 'job%_%'"
    made, wanted = (dict(rows(path, f"{indexes} AND type = 'index'")) for path in (tmp_path / "jobs.db", declared))
    assert made.keys() == wanted.keys()
    assert "where state in ('queued', 'running')" in made["job_once"]
    assert "where state in ('queued', 'running')" in wanted["job_once"]
    assert (tmp_path / "jobs.db").stat().st_mode & 0o077 == 0


def test_an_older_file_comes_up_with_all_its_jobs_and_a_copy_stays_beside_it(old):
    before = whole(old)
    with opened(old) as jobs:
        assert jobs.version == migrations.JOBS_HEAD
        assert sorted(one.id for one in jobs.jobs()) == list("123456")
        found, new = jobs.begin("searches", {}, OURS, "searches:agency")
        assert (found.id, new) == ("2", False)  # what runs already is not begun again
    assert rows(old, "SELECT id, once FROM job WHERE once IS NOT NULL ORDER BY id") == [
        ("2", "searches:agency"),
        ("4", "searches:other"),
    ]
    copy = migrations.copy_of(old, migrations.JOBS)
    assert copy.name == f"jobs.before-{migrations.JOBS_HEAD}.db"
    assert whole(copy) == before
    copy.unlink()
    with opened(old):
        assert not copy.exists()


def test_a_step_that_fails_half_way_leaves_the_file_as_it_was(old, tmp_path, monkeypatch):
    steps = tmp_path / "steps"
    shutil.copytree(migrations.JOBS.folder, steps)
    (steps / "r0003.py").write_text(
        "from alembic import op\nrevision, down_revision = '0003', '0002'\n"
        "def upgrade():\n    op.execute('DELETE FROM job')\n    op.execute('CREATE TABLE job (id INTEGER)')\n"
    )
    monkeypatch.setattr("kyokan.platform.jobs.service.JOBS", replace(migrations.JOBS, folder=steps, head="0003"))
    before = whole(old)
    with pytest.raises(StoreError, match=r"could not be brought to version 0003 .* nothing was changed"):
        opened(old)
    assert whole(old) == before


def test_a_newer_file_and_one_that_is_none_of_ours_are_refused_and_left_alone(old, tmp_path):
    with opened(old):
        pass
    with closing(pysqlite3.connect(old)) as changed, changed:
        changed.execute("UPDATE alembic_version SET version_num = '9999'")
    other = tmp_path / "other.db"
    with closing(pysqlite3.connect(other)) as made:
        made.executescript("CREATE TABLE organisation (id VARCHAR)")  # a workroom's, say
    for path, kind, said in ((old, NewerFileError, "is of version 9999"), (other, StoreError, "is no file of jobs")):
        before = whole(path)
        with pytest.raises(kind, match=said):
            opened(path)
        assert whole(path) == before


def test_several_may_open_an_older_file_at_once(old):
    ready, versions = threading.Barrier(4), []

    def open_it() -> None:
        ready.wait()
        with opened(old) as jobs:
            versions.append((jobs.version, jobs.get("5").state))

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert versions == [(migrations.JOBS_HEAD, State.QUEUED)] * 4
