"""Tables of the SQLite store, and the connection settings under which they are safe.

The write-ahead log of SQLite before 3.51.3 can corrupt a database that several connections write and checkpoint
(sqlite.org/wal.html, "The WAL-reset bug"); such a library is refused. ``pysqlite3`` brings a sound one.
"""

from __future__ import annotations

from typing import Any

import pysqlite3
from sqlalchemy import (
    REAL,
    Column,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
    text,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import URL, Connection

from kyokan.errors import StoreError

SCHEMA = 1
SAFE_SQLITE = (3, 51, 3)
BUSY_SECONDS = 60

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Integer, nullable=False),
    sqlite_with_rowid=False,
)

entity = Table(
    "entity",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("names", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("imported_at", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("entity_by_kind", "kind", "id"),
)

relation = Table(
    "relation",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("source", Text, ForeignKey("entity.id"), primary_key=True),
    Column("target", Text, ForeignKey("entity.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("weight", REAL, nullable=False),
    Column("confidence", REAL, nullable=False),
    Column("record", Text, nullable=False),
    Column("imported_at", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("relation_by_source", "source"),
    Index("relation_by_target", "target"),
    sqlite_with_rowid=False,
)

vector = Table(
    "vector",
    metadata,
    Column("id", Text, ForeignKey("entity.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("encoder", Text, nullable=False),
    Column("vector", LargeBinary, nullable=False),  # float32, little-endian
    Index("vector_by_kind", "kind"),
)

# Pieces of three characters serve every script alike; the folded names themselves stand in entity.names.
_NAME_INDEX = text(
    "CREATE VIRTUAL TABLE IF NOT EXISTS entity_name "
    "USING fts5(names, tokenize = 'trigram case_sensitive 1', content = '', contentless_delete = 1)"
)


def create_tables(connection: Connection) -> None:
    """Make what is missing, within the caller's transaction: several processes may do it at once."""
    metadata.create_all(connection)
    connection.execute(_NAME_INDEX)
    rows = [{"key": "schema", "value": SCHEMA}, {"key": "revision", "value": 0}]
    connection.execute(insert(meta).on_conflict_do_nothing(), rows)


def open_engine(path: str) -> Engine:
    """An engine whose writes take the lock at their beginning and reach the disk before they are acknowledged.

    Raises:
        StoreError: the SQLite library has the write-ahead log bug.
    """
    check_library(pysqlite3.sqlite_version_info)
    engine = create_engine(
        URL.create("sqlite", database=path),
        module=pysqlite3,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        pool_size=8,
        max_overflow=56,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def check_library(version: tuple[int, ...]) -> None:
    """Refuse a SQLite library with the write-ahead log bug.

    Raises:
        StoreError: ``version`` is older than 3.51.3.
    """
    if tuple(version) < SAFE_SQLITE:
        found, needed = (".".join(map(str, part)) for part in (version, SAFE_SQLITE))
        raise StoreError(
            f"SQLite {found}",
            f"may corrupt a database under concurrent writes; {needed} or newer is needed",
            "Install a newer pysqlite3 (pip install --upgrade pysqlite3)",
        )


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin alone
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -65536"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
