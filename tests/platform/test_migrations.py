"""A workroom's file of an older Kyokan comes up whole, or stays as it was; a newer one is left alone."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pysqlite3
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect
from sqlalchemy.orm import Session

from kyokan.errors import NewerFileError, StoreError
from kyokan.platform import migrations
from kyokan.platform.accounts import Role
from kyokan.platform.accounts.model import Invitation, Person
from kyokan.platform.audit import Trail
from kyokan.platform.database import Base, Database
from kyokan.platform.settings import Settings
from kyokan.platform.workroom import Workroom

FIRST = (migrations.SCRIPTS / "first.sql").read_text(encoding="utf-8")
ROWS = """
INSERT INTO organisation VALUES ('o', 'agency', 'Koyomido');
INSERT INTO person VALUES ('p', 'saeki@example.com', 'Saeki', 'ja', 'hashed', 1, NULL, NULL, 0);
INSERT INTO membership VALUES ('p', 'o', 'planner');
INSERT INTO recovery_code VALUES ('one', 'p');
INSERT INTO invitation VALUES ('joins', 'new@example.com', 'o', 'analyst', 2e9, NULL);
INSERT INTO invitation VALUES ('resets', 'saeki@example.com', NULL, NULL, 2e9, 1e9);
"""


def rows(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(pysqlite3.connect(path)) as opened:
        return opened.execute(statement).fetchall()


def whole(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as opened:
        return list(opened.iterdump())


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file as Kyokan wrote it before its files named their version."""
    path = tmp_path / "workroom.db"
    with closing(pysqlite3.connect(path)) as opened:
        opened.executescript(FIRST + ROWS)
    return path


@pytest.fixture
def failing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> migrations.Steps:
    """One more step, which fails after it has changed something."""
    steps = tmp_path / "steps of one's own" / "versions"
    shutil.copytree(migrations.WORKROOM.folder, steps)
    shutil.copy(migrations.SCRIPTS / "first.sql", steps.parent)
    step = """
from alembic import op
revision, down_revision = "9999", LAST
def upgrade():
    op.execute("DELETE FROM recovery_code")
    op.execute("CREATE TABLE half (id INTEGER)")
    op.execute("CREATE TABLE organisation (id INTEGER)")
"""
    (steps / "r9999.py").write_text(step.replace("LAST", repr(migrations.HEAD)))
    longer = replace(migrations.WORKROOM, folder=steps, head="9999")
    monkeypatch.setattr("kyokan.platform.database.WORKROOM", longer)
    return longer


def test_the_steps_lead_one_by_one_to_the_version_that_is_named_the_last():
    for sort in (migrations.WORKROOM, migrations.JOBS):
        directory = ScriptDirectory(str(migrations.SCRIPTS), version_locations=[str(sort.folder)])
        steps = [step.revision for step in directory.walk_revisions()]
        assert steps == [f"{number:04}" for number in range(len(steps), 0, -1)]
        assert steps[0] == sort.head


def test_the_steps_make_what_the_rooms_declare(tmp_path):
    with Workroom(Settings(home=tmp_path)).database as database:
        made = database.path
    engines = [create_engine(f"sqlite:///{path}", module=pysqlite3) for path in (made, tmp_path / "declared.db")]
    Base.metadata.create_all(engines[1])
    with engines[0].connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    # What Alembic does not compare: triggers, checks, and what becomes of rows whose parent goes.
    triggers, checks, keys = [], [], []
    for engine in engines:
        look, path = inspect(engine), Path(str(engine.url.database))
        tables = sorted(set(look.get_table_names()) - {"alembic_version"})
        triggers.append(set(rows(path, "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")))
        checks.append({(table, check["sqltext"]) for table in tables for check in look.get_check_constraints(table)})
        keys.append({(table, str(key)) for table in tables for key in look.get_foreign_keys(table)})
        engine.dispose()
    assert triggers[0] == triggers[1]
    assert checks[0] == checks[1]
    assert keys[0] == keys[1]


def test_an_older_file_comes_up_with_all_its_rows_and_a_copy_stays_beside_it(old):
    before = whole(old)
    with Database(old) as database:
        assert database.version == migrations.HEAD
        with database.session(writing=True) as session:
            assert session.get_one(Person, "p").name == "Saeki"
            assert Trail(session).verify() == 0
    assert rows(old, "SELECT * FROM recovery_code") == [("one", "p")]
    copy = migrations.copy_of(old, migrations.WORKROOM)
    assert whole(copy) == before
    assert copy.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in old.parent.iterdir()) == [copy.name, old.name]


def test_invitations_of_one_role_keep_it(old):
    with Database(old) as database, database.session() as session:
        invited, reset = session.get_one(Invitation, "joins"), session.get_one(Invitation, "resets")
        assert (invited.email, invited.organisation, invited.used) == ("new@example.com", "o", None)
        assert invited.roles == (Role.ANALYST,)
        assert (reset.organisation, reset.used, reset.roles) == (None, 1e9, ())


def test_a_table_and_a_trigger_that_an_older_file_lacks_are_made(old):
    with closing(pysqlite3.connect(old)) as opened:
        opened.executescript("DROP TABLE roster; DROP TRIGGER audit_refuses_delete;")
    with Database(old):
        pass
    made = rows(old, "SELECT name FROM sqlite_master WHERE name IN ('roster', 'audit_refuses_delete')")
    assert len(made) == 2


def test_what_is_as_new_as_the_program_is_not_copied(old):
    for _ in range(2):
        with Database(old):
            pass
        migrations.copy_of(old, migrations.WORKROOM).unlink(missing_ok=True)
    assert not migrations.copy_of(old, migrations.WORKROOM).exists()


def test_a_new_file_has_nothing_to_copy(tmp_path):
    with Database(tmp_path / "workroom.db") as database:
        assert database.version == migrations.HEAD
    assert [path.name for path in tmp_path.iterdir()] == ["workroom.db"]


def test_a_step_that_fails_half_way_leaves_the_file_as_it_was(old, failing):
    before = whole(old)
    with pytest.raises(StoreError, match=r"could not be brought to version 9999 .* nothing was changed"):
        Database(old)
    assert whole(old) == before
    assert whole(migrations.copy_of(old, failing)) == before


def test_a_file_that_cannot_be_copied_is_left_as_it_was(old):
    before = whole(old)
    (old.parent / f"workroom.before-{migrations.HEAD}.db").mkdir()
    with pytest.raises(StoreError, match="could not be written"):
        Database(old)
    assert whole(old) == before


def test_a_file_of_a_newer_program_is_refused_and_left_alone(old):
    with Database(old):
        pass
    migrations.copy_of(old, migrations.WORKROOM).unlink()
    with closing(pysqlite3.connect(old)) as opened, opened:
        opened.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerFileError, match="is of version 9999, and this program knows none after") as refused:
        Database(old)
    assert refused.value.exit_code == 2
    assert rows(old, "SELECT version_num FROM alembic_version") == [("9999",)]
    assert not migrations.copy_of(old, migrations.WORKROOM).exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("CREATE TABLE songs (id INTEGER)", "is no workroom"),
        ("CREATE TABLE organisation (id VARCHAR PRIMARY KEY)", r"without organisation\.kind, organisation\.name"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_and_left_alone(tmp_path, content, said):
    path = tmp_path / "workroom.db"
    with closing(pysqlite3.connect(path)) as opened:
        opened.executescript(content)
    before = whole(path)
    with pytest.raises(StoreError, match=said):
        Database(path)
    assert whole(path) == before


def test_several_processes_may_open_an_older_file_at_once(old):
    script = """
import sys
from pathlib import Path
from kyokan.platform.database import Database
sys.stdin.read(1)
with Database(Path(sys.argv[1])) as database:
    print(database.version)
"""
    command = [sys.executable, "-c", script, str(old)]
    opening = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        for _ in range(3)
    ]
    for process in opening:  # all have loaded what they need before any opens the file
        assert process.stdin
        process.stdin.write("!")
        process.stdin.flush()
    assert [process.communicate()[0].strip() for process in opening] == [migrations.HEAD] * 3
    assert [process.returncode for process in opening] == [0] * 3
    assert rows(old, "SELECT * FROM recovery_code") == [("one", "p")]
    assert len(rows(old, "SELECT * FROM alembic_version")) == 1


def test_keys_between_tables_hold_again_once_the_file_is_up(old):
    with Database(old) as database, database.session(writing=True) as session:
        _let_go(session)
    assert rows(old, "SELECT * FROM recovery_code") == []


def _let_go(session: Session) -> None:
    session.delete(session.get_one(Person, "p"))
