"""The workroom's own records beside the graph: accounts, deals, the audit trail, in one file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import DDL, FromClause, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session

from kyokan.closing import Closing
from kyokan.errors import StoreError, StoreUnavailableError
from kyokan.graph.stores.sqlite_schema import open_engine
from kyokan.platform.migrations import WORKROOM, Steps, bring_up, version


class Base(DeclarativeBase):
    """Base of every table of the workroom."""


def refuse(table: FromClause, trigger: str, occasion: str, message: str) -> None:
    """Let the file itself refuse what no program may do, whichever writes to it.

    Args:
        table: with which the trigger is made.
        trigger: its name.
        occasion: ``BEFORE …`` up to its condition, in SQL.
        message: what the refusal says.
    """
    written = f"CREATE TRIGGER IF NOT EXISTS {trigger} {occasion} BEGIN SELECT RAISE(ABORT, '{message}'); END"
    event.listen(table, "after_create", DDL(written))  # type: ignore[no-untyped-call]


class OwnFile(Closing):
    """One SQLite file shared by threads and processes.

    Args:
        path: the file; made where missing, readable by its owner alone, and brought up where it is older.
        steps: what brings it up.

    Raises:
        NewerFileError: a newer program has written the file.
        StoreError: the file cannot be brought up, and is as it was.
        StoreUnavailableError: another process holds the lock for too long.
    """

    def __init__(self, path: Path, steps: Steps) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        self._engine = open_engine(str(path))
        try:
            with answering(path):
                bring_up(self._engine, path, steps)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @property
    def version(self) -> str:
        """The last step that the file has taken."""
        with self._engine.connect() as connection:
            return version(connection)


class Database(OwnFile):
    """The workroom's file; its arguments and errors are those of ``OwnFile``."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, WORKROOM)

    @contextmanager
    def session(self, *, writing: bool = False) -> Iterator[Session]:
        """One transaction: kept at the end, undone by any error. Records read stay readable afterwards.

        Args:
            writing: take the write lock at the beginning, so that what was read still holds when it is written on.

        Raises:
            StoreUnavailableError: another process holds the lock for too long.
            StoreError: the file refuses.
        """
        with answering(self.path):
            bind = self._engine.execution_options(writing=writing)
            with Session(bind, expire_on_commit=False) as session, session.begin():
                yield session


@contextmanager
def answering(path: Path) -> Iterator[None]:
    """Tell what a file of ours refuses.

    Raises:
        StoreUnavailableError: another process holds the lock for too long.
        StoreError: the file refuses.
    """
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig)
        kind = StoreUnavailableError if "locked" in reason or "busy" in reason else StoreError
        raise kind(str(path), f"does not answer ({reason})") from error
