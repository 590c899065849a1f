"""What each sort of file begins with: its tables as they stood when such files first named their version."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pysqlite3
from sqlalchemy import Connection

from kyokan.errors import StoreError

COLUMNS = "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'"


def complete(connection: Connection, tables: Path, name: str) -> None:
    """Make the tables that a file is without; one that names no version is completed and recognised so.

    Args:
        connection: to the file.
        tables: a file of ``CREATE … IF NOT EXISTS`` statements, an empty line between them.
        name: what such a file is called.

    Raises:
        StoreError: a table of the file has other columns than it should.
    """
    first = tables.read_text(encoding="utf-8")
    for statement in first.split("\n\n"):
        connection.exec_driver_sql(statement)
    with closing(pysqlite3.connect(":memory:")) as whole:
        whole.executescript(first)
        needed = {tuple(row) for row in whole.execute(COLUMNS)}
    if missing := needed - {tuple(row) for row in connection.exec_driver_sql(COLUMNS)}:
        named = ", ".join(sorted(".".join(pair) for pair in missing))
        raise StoreError(name, f"is of a time before its tables were kept (without {named}); nothing was changed")
