"""Brings the installation's own files to the form that this program knows: forward only, all or nothing, with a copy.

Each file in ``versions`` is one step of the workroom's file, in Alembic's terms a revision, each in ``jobs`` one of the
jobs' file. ``HEAD`` and ``JOBS_HEAD`` name the last.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pysqlite3
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from kyokan.errors import NewerFileError, StoreError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0007"
JOBS_HEAD = "0002"
SCRIPTS = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps that one sort of file takes: where they are, ``head`` the last.

    ``name`` is what the file is called, ``known_by`` a table that each has had, also before it named its version.
    """

    name: str
    folder: Path
    head: str
    known_by: str


WORKROOM = Steps("workroom", SCRIPTS / "versions", HEAD, "organisation")
JOBS = Steps("file of jobs", SCRIPTS / "jobs", JOBS_HEAD, "job")


def bring_up(engine: Engine, path: Path, steps: Steps) -> None:
    """Bring a file up where it is older than this program; one that is as new costs a single look.

    Any number of processes may do so at once: one changes the file, the others wait and find it done.

    Raises:
        NewerFileError: a newer program has written it.
        StoreError: it is of another sort, or a step failed; the file is as it was before.
    """
    with engine.connect() as connection:
        if version(connection) == steps.head:
            return
    with _alone(engine) as connection:
        held = version(connection)
        if held == steps.head:
            return
        config = _config(connection, steps)
        if _tables(connection):
            _recognise(config, held, connection, path, steps)
            _copy(path, steps)
        _run(config, connection, path, steps)


def version(connection: Connection) -> str:
    """The last step that a file has taken; empty where it names none."""
    if "alembic_version" not in _tables(connection):
        return ""
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())


def copy_of(path: Path, steps: Steps) -> Path:
    """Where the copy of a file stands that was taken before it was brought up."""
    return path.with_name(f"{path.stem}.before-{steps.head}{path.suffix}")


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction under the write lock; a table made anew takes no rows of others along as it goes."""
    with engine.connect() as connection:
        driver = connection.connection.cursor()
        driver.execute("PRAGMA foreign_keys = OFF")  # within a transaction it would change nothing
        try:
            with connection.execution_options(writing=True).begin():
                yield connection
        finally:
            driver.execute("PRAGMA foreign_keys = ON")


def _config(connection: Connection, steps: Steps) -> Config:
    from alembic.config import Config  # takes longer to load than a page to answer, and is seldom needed

    config = Config(attributes={"connection": connection})
    settings = {"script_location": str(SCRIPTS), "version_locations": str(steps.folder), "path_separator": "newline"}
    for name, value in settings.items():
        config.set_main_option(name, value.replace("%", "%%"))
    return config


def _run(config: Config, connection: Connection, path: Path, steps: Steps) -> None:
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(config, "head")
        if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise StoreError(str(path), "would hold rows that point nowhere; nothing was changed")
    except (CommandError, DBAPIError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        rule = f"could not be brought to version {steps.head} ({reason}); nothing was changed"
        raise StoreError(str(path), rule, "Go on with the Kyokan that wrote it, and report this") from error


def _recognise(config: Config, held: str, connection: Connection, path: Path, steps: Steps) -> None:
    """Refuse a file that this program has no step for."""
    from alembic.script import ScriptDirectory

    if not held and steps.known_by not in _tables(connection):
        remedy = "Move it away, or set KYOKAN_HOME to another folder"
        raise StoreError(str(path), f"is no {steps.name} of Kyokan", remedy)
    if held and held not in {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}:
        rule = f"is of version {held}, and this program knows none after {steps.head}"
        raise NewerFileError(str(path), rule, "Install the newer Kyokan that wrote it, or go back to an older copy")


def _tables(connection: Connection) -> set[str]:
    return set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())


def _copy(path: Path, steps: Steps) -> None:
    """A whole copy, readable by its owner alone; it bears its name only once it is whole."""
    final = copy_of(path, steps)
    part = final.with_suffix(".part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        with closing(pysqlite3.connect(path)) as source, closing(pysqlite3.connect(part)) as target:
            source.backup(target)
        part.replace(final)
    except (OSError, pysqlite3.Error) as error:
        rule = f"could not be written ({error}), so that {path.name} was left as it is"
        raise StoreError(str(final), rule, "Make room beside it") from error
