"""The embedded store: one SQLite file that web, workers and commands share without a server."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path as FilePath
from typing import Literal

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, column, func, select, table, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from kyokan.closing import Closing
from kyokan.errors import StoreError, StoreUnavailableError
from kyokan.graph.encoder import Vectors
from kyokan.graph.model import Entity, EntityKind, Relation, RelationKind
from kyokan.graph.stores import namesearch, sqlite_writes
from kyokan.graph.stores import sqlite_schema as db
from kyokan.graph.stores.codec import decode_entity, decode_relation
from kyokan.graph.stores.cosine import checked_vectors, nearest_rows
from kyokan.graph.stores.protocol import Changes, Path
from kyokan.graph.stores.sqlite_paths import find_paths
from kyokan.graph.stores.tally import Tally, batches

WRITE_BATCH = 5000
READ_BATCH = 2000
TRIGRAM = 3  # the name index holds pieces of this many characters; shorter texts are looked for by a scan


class SqliteStore(Closing):
    """A ``GraphStore`` in one SQLite file; ``GraphStore`` says what each method promises.

    Threads and processes may share the file: readers never wait, writers take turns.

    Args:
        path: the file; it and its folder are made where missing.

    Raises:
        StoreError: the file is no Kyokan store, or cannot be made.
    """

    def __init__(self, path: FilePath | str) -> None:
        self._path = FilePath(path).expanduser().absolute()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(self.url, f"its folder cannot be made ({error.strerror})") from error
        self._engine = db.open_engine(str(self._path))
        try:
            self._prepare()
        except StoreError:
            self.close()
            raise

    @property
    def url(self) -> str:
        """``sqlite:///`` and the absolute path of the file."""
        return f"sqlite:///{self._path}"

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def revision(self) -> int:
        """Microseconds since 1970 at the last change, always more than before; 0 before the first.

        The time keeps two files that stood under one name, one after the other, from sharing a revision.
        """
        with self._reading() as connection:
            return int(connection.scalar(select(db.meta.c.value).where(db.meta.c.key == "revision")) or 0)

    # Writing -------------------------------------------------------------------------------------------------

    def write(self, entities: Iterable[Entity] = (), relations: Iterable[Relation] = ()) -> Changes:
        """Insert or replace by identity, all or nothing."""
        tally = Tally()
        present: set[str] = set()
        with self._writing() as connection:
            for some_entities in batches(entities, WRITE_BATCH):
                sqlite_writes.write_entities(connection, some_entities, tally)
            for some_relations in batches(relations, WRITE_BATCH):
                sqlite_writes.write_relations(connection, some_relations, tally, present)
            if tally.changed:
                sqlite_writes.advance(connection)
        return tally.changes()

    def delete(self, entity_ids: Iterable[str] = (), relations: Iterable[tuple[str, str, str, str]] = ()) -> int:
        """Remove entities with all their relations, and relations by identity."""
        with self._writing() as connection:
            gone = sum(sqlite_writes.delete_relations(connection, part) for part in batches(relations, WRITE_BATCH))
            gone += sum(sqlite_writes.delete_entities(connection, part) for part in batches(entity_ids, WRITE_BATCH))
            if gone:
                sqlite_writes.advance(connection)
        return gone

    def put_vectors(self, encoder: str, ids: Sequence[str], vectors: Vectors) -> None:
        """Keep the vectors of entities; a row of zeros means that there is nothing to keep."""
        kept = checked_vectors(ids, vectors)
        with self._writing() as connection:
            sqlite_writes.write_vectors(connection, encoder, ids, kept)

    # Reading -------------------------------------------------------------------------------------------------

    def entity(self, entity_id: str) -> Entity | None:
        """The entity of that id."""
        return next(self.entities(ids=[entity_id]), None)

    def entities(self, kind: EntityKind | None = None, ids: Sequence[str] | None = None) -> Iterator[Entity]:
        """Entities by kind or ids, in order of id, streamed."""
        query = select(db.entity.c.record, db.entity.c.imported_at).order_by(db.entity.c.id)
        if kind is not None:
            query = query.where(db.entity.c.kind == kind.value)
        if ids is not None:
            listed = text("id IN (SELECT value FROM json_each(:listed))").bindparams(listed=json.dumps(list(ids)))
            query = query.where(listed)
        for record, imported_at in self._stream(query):
            yield decode_entity(record, imported_at)

    def relations(
        self, kind: RelationKind | None = None, source: str | None = None, target: str | None = None
    ) -> Iterator[Relation]:
        """Relations that match everything given, in order of identity, streamed."""
        columns = db.relation.c
        query = select(columns.record, columns.imported_at).order_by(*db.relation.primary_key)
        wanted = ((columns.kind, kind and kind.value), (columns.source, source), (columns.target, target))
        query = query.where(*(name == value for name, value in wanted if value is not None))
        for record, imported_at in self._stream(query):
            yield decode_relation(record, imported_at)

    def records(self, of: Literal["entities", "relations"]) -> Iterator[str]:
        """Canonical texts of everything, in order of id or identity, streamed."""
        rows = db.entity if of == "entities" else db.relation
        order = [db.entity.c.id] if of == "entities" else [*db.relation.primary_key]
        for record, _ in self._stream(select(rows.c.record, rows.c.imported_at).order_by(*order)):
            yield record

    def search(self, text: str, kinds: Sequence[EntityKind] = (), limit: int = 10) -> list[Entity]:
        """Entities whose names hold the text or all its words, best first."""
        want = namesearch.wanted(text)
        if want is None:
            return []
        holds = _holds(want.whole)
        if want.words:
            holds |= and_(*map(_holds, want.words))
        query = select(db.entity.c.id, db.entity.c.names).where(holds)
        if kinds:
            query = query.where(db.entity.c.kind.in_([kind.value for kind in kinds]))
        with self._reading() as connection:
            rows = connection.execute(query).all()
        ids = namesearch.best(want, rows, limit)
        found = {item.id: item for item in self.entities(ids=ids)}
        return [found[entity_id] for entity_id in ids if entity_id in found]

    def paths(self, source: str, target: str, max_hops: int = 3, limit: int = 10) -> list[Path]:
        """Shortest simple paths between two entities, any direction, no fan between them."""
        with self._reading() as connection:
            return find_paths(connection, source, target, max_hops, limit)

    def nearest(self, vector: Vectors, kind: EntityKind, limit: int = 10) -> list[tuple[str, float]]:
        """Ids of one kind by cosine, exact, best first."""
        columns = db.vector.c
        query = select(columns.id, columns.vector).where(columns.kind == kind.value).order_by(columns.id)
        with self._reading() as connection:
            rows = connection.execute(query).all()
        vectors = [np.frombuffer(blob, dtype="<f4") for _, blob in rows]
        return nearest_rows(vector, [entity_id for entity_id, _ in rows], vectors, limit)

    def count_entities(self) -> dict[str, int]:
        """Number of entities by kind."""
        return self._count(db.entity.c.kind)

    def count_relations(self) -> dict[str, int]:
        """Number of relations by kind."""
        return self._count(db.relation.c.kind)

    # Inside --------------------------------------------------------------------------------------------------

    def _count(self, kind: ColumnElement[str]) -> dict[str, int]:
        with self._reading() as connection:
            rows = connection.execute(select(kind, func.count()).group_by(kind).order_by(kind))
            return dict(rows.all())

    def _prepare(self) -> None:
        """Make the tables of a new file; refuse a file that another version made."""
        with self._reading() as connection:
            ready = connection.scalar(text("SELECT count(*) FROM sqlite_schema WHERE name = 'meta'"))
        with self._reading() if ready else self._writing() as connection:
            if not ready:
                db.create_tables(connection)
            found = connection.scalar(select(db.meta.c.value).where(db.meta.c.key == "schema"))
        if found != db.SCHEMA:
            raise StoreError(
                self.url, f"has schema {found}, this Kyokan reads {db.SCHEMA}", "Use the Kyokan that made it"
            )

    def _stream(self, query: Select[str, str]) -> Iterator[tuple[str, str]]:
        with self._reading() as connection:
            yield from connection.execution_options(yield_per=READ_BATCH).execute(query)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._guarded(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._guarded(), self._engine.execution_options(writing=True).begin() as connection:
            yield connection

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            reason = str(error.orig)
            if "locked" in reason or "busy" in reason:
                remedy = "Another process has been writing for long; try again"
                raise StoreUnavailableError(self.url, f"does not answer ({reason})", remedy) from error
            raise StoreError(self.url, f"the database refused ({reason})") from error


_name_index = table("entity_name", column("rowid"), column("entity_name"))


def _holds(piece: str) -> ColumnElement[bool]:
    """Whether the names may hold the piece: by the index where it is long enough."""
    if len(piece) < TRIGRAM:
        return func.instr(db.entity.c.names, piece) > 0
    quoted = '"' + piece.replace('"', '""') + '"'
    found = select(_name_index.c.rowid).where(_name_index.c.entity_name.op("MATCH")(quoted))
    return db.entity.c.row.in_(found)
