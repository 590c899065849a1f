"""The folder of snapshots: one current snapshot a store, built when needed, old ones cleared away."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest

from kyokan.graph.snapshot import Snapshot, SnapshotDirectory
from kyokan.graph.stores import SqliteStore
from tests.contracts.world import EVERYTHING, WEB
from tests.graph.test_snapshot import Letters, Terms
from tests.support.graphs import entity


@pytest.fixture
def store(sqlite_store: SqliteStore) -> SqliteStore:
    sqlite_store.write(EVERYTHING, WEB)
    return sqlite_store


@pytest.fixture
def directory(tmp_path: Path) -> SnapshotDirectory:
    return SnapshotDirectory(tmp_path / "snapshots")


def folders(directory: SnapshotDirectory) -> set[str]:
    return {path.name for path in directory.root.iterdir() if path.is_dir()}


def as_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what this process has opened."""
    monkeypatch.setattr("kyokan.graph.snapshot.directory._opened", {})


def test_the_current_snapshot_is_built_once(store: SqliteStore, directory: SnapshotDirectory) -> None:
    told: list[str] = []
    first = directory.current(store, dictionary=Terms(), progress=lambda stage, _done, _total: told.append(stage))
    assert set(told) == {"entities", "relations"}
    told.clear()
    second = SnapshotDirectory(directory.root).current(
        store, dictionary=Terms(), progress=lambda stage, _done, _total: told.append(stage)
    )
    assert (second, told) == (first, [])


def test_a_change_of_store_or_dictionary_brings_a_new_snapshot(
    store: SqliteStore, directory: SnapshotDirectory
) -> None:
    first = directory.current(store, dictionary=Terms())
    store.write([entity("tag:new")])
    second = directory.current(store, dictionary=Terms())
    third = directory.current(store, dictionary=Terms(version="2"))
    assert len({first.hash, second.hash, third.hash}) == 3
    assert "tag:new" in second
    assert "tag:new" not in first
    assert folders(directory) == {snapshot.directory.name for snapshot in (first, second, third)}


def test_a_write_taken_back_finds_the_old_folder_again(store: SqliteStore, directory: SnapshotDirectory) -> None:
    first = directory.current(store, dictionary=Terms())
    store.write([entity("tag:new")])
    directory.current(store, dictionary=Terms())
    store.delete(["tag:new"])
    assert directory.current(store, dictionary=Terms()).directory == first.directory


def test_two_stores_keep_a_current_snapshot_each(
    store: SqliteStore, directory: SnapshotDirectory, tmp_path: Path
) -> None:
    with SqliteStore(tmp_path / "other.db") as other:
        first, second = (directory.current(each, dictionary=Terms()) for each in (store, other))
        assert first.hash != second.hash
        directory.prune(keep=0)
        assert folders(directory) == {first.directory.name, second.directory.name}


def test_only_three_old_snapshots_are_kept(store: SqliteStore, directory: SnapshotDirectory) -> None:
    hashes = []
    for number in range(5):
        store.write([entity(f"tag:{number}")])
        snapshot = directory.current(store, dictionary=Terms())
        os.utime(snapshot.directory, (number, number))
        hashes.append(snapshot.directory.name)
    assert folders(directory) == set(hashes[2:])


def test_after_an_erasure_no_snapshot_holds_the_fan(store: SqliteStore, directory: SnapshotDirectory) -> None:
    directory.current(store, dictionary=Terms())
    store.delete(["fan:one"])
    snapshot = directory.current(store, dictionary=Terms())
    directory.prune(keep=0)
    assert "fan:one" not in snapshot
    assert folders(directory) == {snapshot.directory.name}
    assert not any(b"fan:one" in path.read_bytes() for path in directory.root.rglob("*") if path.is_file())


@pytest.mark.parametrize("damage", ["torn file", "torn pointer", "no folder"])
def test_a_damaged_folder_is_built_again(
    store: SqliteStore, directory: SnapshotDirectory, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = directory.current(store, dictionary=Terms())
    if damage == "torn file":
        (first.directory / "meta.json").write_text("{", encoding="utf-8")
    elif damage == "torn pointer":
        next(directory.root.glob("current-*.json")).write_text("[]", encoding="utf-8")
    else:
        shutil.rmtree(first.directory)
    as_another_process(monkeypatch)
    again = directory.current(store, dictionary=Terms())
    assert again.hash == first.hash
    assert Snapshot(again.directory).hash == first.hash


def test_vectors_are_made_once_and_again_if_torn(
    store: SqliteStore, directory: SnapshotDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write([entity("artist:told", text_en="abc")])
    encoder = Letters()
    snapshot = directory.current(store, dictionary=Terms(), encoder=encoder)
    directory.current(store, dictionary=Terms(), encoder=encoder)
    assert encoder.asked == ["abc"]
    next(snapshot.directory.glob("vectors-letters-*.npy")).write_bytes(b"\x93NUMPY")
    as_another_process(monkeypatch)
    again = directory.current(store, dictionary=Terms(), encoder=encoder)
    assert encoder.asked == ["abc", "abc"]
    vectors = again.vectors("letters")
    assert vectors is not None
    assert vectors[again.row("artist:told")].tolist() == pytest.approx([3**-0.5] * 3)


def test_what_a_dead_build_left_behind_goes(store: SqliteStore, directory: SnapshotDirectory) -> None:
    for name, age in (("building-old", 0), ("building-new", None)):
        (directory.root / name).mkdir(parents=True)
        if age is not None:
            os.utime(directory.root / name, (age, age))
    snapshot = directory.current(store, dictionary=Terms())
    assert folders(directory) == {snapshot.directory.name, "building-new"}


def test_threads_that_ask_at_once_get_the_same_content(store: SqliteStore, directory: SnapshotDirectory) -> None:
    found: list[str] = []
    begun: list[str] = []

    def ask() -> None:
        told: set[str] = set()
        found.append(directory.current(store, dictionary=Terms(), progress=lambda stage, *_: told.add(stage)).hash)
        begun.extend(told & {"entities"})

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert len(folders(directory)) == 1
    assert begun == ["entities"]  # one built, the others waited for it
