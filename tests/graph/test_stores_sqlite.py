"""The SQLite store: the contract, and what is its own."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kyokan.errors import StoreError
from kyokan.graph.stores import GraphStore, SqliteStore
from kyokan.graph.stores.sqlite_schema import check_library
from tests.contracts.question_contract import QuestionContract
from tests.contracts.store_contract import StoreContract
from tests.contracts.world import EVERYTHING, WEB
from tests.support.graphs import entity, relation


class TestSqliteStore(StoreContract, QuestionContract):
    @pytest.fixture
    def store(self, sqlite_store: SqliteStore) -> SqliteStore:
        return sqlite_store

    @pytest.fixture
    def reopen(self, sqlite_store: SqliteStore, tmp_path: Path) -> Callable[[], GraphStore]:
        return lambda: SqliteStore(tmp_path / "graph.db")


def test_the_folder_of_the_file_is_made(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "a" / "b" / "graph.db") as store:
        assert store.url == f"sqlite:///{tmp_path}/a/b/graph.db"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="folder cannot be made"):
        SqliteStore(tmp_path / "file" / "graph.db")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "graph.db").write_bytes(b"name,kind\n" * 200)
    with pytest.raises(StoreError, match="not a database"):
        SqliteStore(tmp_path / "graph.db")


def test_a_store_of_another_schema_is_refused(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "graph.db").close()
    with sqlite3.connect(tmp_path / "graph.db") as connection:
        connection.execute("UPDATE meta SET value = 99 WHERE key = 'schema'")
    connection.close()
    with pytest.raises(StoreError, match="schema 99"):
        SqliteStore(tmp_path / "graph.db")


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2)])
def test_a_sqlite_that_may_corrupt_the_log_is_refused(version: tuple[int, ...]) -> None:
    with pytest.raises(StoreError, match=r"3\.51\.3 or newer"):
        check_library(version)


def test_a_store_written_and_closed_is_there_again(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "graph.db") as store:
        store.write(EVERYTHING, WEB)
        revision = store.revision()
    with SqliteStore(tmp_path / "graph.db") as store:
        assert (store.revision(), len(list(store.relations()))) == (revision, len(WEB))


def test_a_killed_writer_leaves_no_half_write(tmp_path: Path) -> None:
    program = """
import os, sys
from kyokan.graph.stores import SqliteStore
from tests.support.graphs import entity
def some():
    yield from (entity(f"tag:{n}") for n in range(6000))
    os.kill(os.getpid(), 9)
SqliteStore(sys.argv[1]).write(some())
"""
    ended = subprocess.run([sys.executable, "-c", program, str(tmp_path / "graph.db")], check=False)
    assert ended.returncode == -9
    with SqliteStore(tmp_path / "graph.db") as store:
        assert (store.revision(), store.count_entities()) == (0, {})
        store.write(EVERYTHING, WEB)


def test_readers_see_the_state_at_which_they_began(sqlite_store: SqliteStore) -> None:
    sqlite_store.write([entity(f"tag:{number:05}") for number in range(5000)])
    reading = sqlite_store.entities()
    next(reading)
    sqlite_store.write([entity("tag:99999")])
    assert sum(1 for _ in reading) == 4999


ids = st.sampled_from([f"tag:{letter}" for letter in "abcdé😀"])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("entity"), ids, st.sampled_from(["x", "y"])),
        st.tuples(st.just("relation"), ids, ids, st.sampled_from(["", "k"]), st.sampled_from([1.0, 2.0])),
        st.tuples(st.just("delete"), ids),
        st.tuples(st.just("unrelate"), ids, ids, st.sampled_from(["", "k"])),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_any_sequence_of_writes_and_removals_agrees_with_plain_dictionaries(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, ...]]
) -> None:
    entities, relations = {}, {}
    with SqliteStore(tmp_path_factory.mktemp("store") / "graph.db") as store:
        for what, *details in steps:
            revision = store.revision()
            if what == "entity":
                item = entity(details[0], details[1])
                changed = entities.get(item.id) != item
                entities[item.id] = item
                store.write([item])
            elif what == "relation":
                edge = relation("related", details[0], details[1], details[3], key=details[2])
                if {edge.source, edge.target} - entities.keys():
                    with pytest.raises(StoreError):
                        store.write([], [edge])
                    changed = False
                else:
                    changed = relations.get(edge.identity) != edge
                    relations[edge.identity] = edge
                    store.write([], [edge])
            elif what == "delete":
                touching = [key for key in relations if details[0] in key[1:3]]
                gone = len(touching) + (entities.pop(details[0], None) is not None)
                for key in touching:
                    del relations[key]
                changed = bool(gone)
                assert store.delete([details[0]]) == gone
            else:
                identity = ("related", *details)
                changed = relations.pop(identity, None) is not None
                assert store.delete(relations=[identity]) == int(changed)
            assert (store.revision() > revision) == changed
        assert list(store.entities()) == [entities[key] for key in sorted(entities)]
        assert list(store.relations()) == [relations[key] for key in sorted(relations)]
