"""The tables as they stood when a file first named its version; an unnamed one is completed and recognised."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pysqlite3
from alembic import op

from kyokan.errors import StoreError

revision = "0001"
down_revision = None

FIRST = (Path(__file__).parents[1] / "first.sql").read_text(encoding="utf-8")
COLUMNS = "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'"


def upgrade() -> None:
    """Make what is missing.

    Raises:
        StoreError: a table of the file has other columns than it should.
    """
    connection = op.get_bind()
    for statement in FIRST.split("\n\n"):
        connection.exec_driver_sql(statement)
    with closing(pysqlite3.connect(":memory:")) as whole:
        whole.executescript(FIRST)
        needed = {tuple(row) for row in whole.execute(COLUMNS)}
    if missing := needed - {tuple(row) for row in connection.exec_driver_sql(COLUMNS)}:
        named = ", ".join(sorted(".".join(pair) for pair in missing))
        raise StoreError("workroom", f"is of a time before its tables were kept (without {named}); nothing was changed")
