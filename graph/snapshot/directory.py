"""The folder of snapshots: hands out the current one, builds it where the store has changed, clears old ones away."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from kyokan.errors import SnapshotError
from kyokan.graph.encoder import Encoder
from kyokan.graph.snapshot.building import TEMPORARY, KanseiTerms, Progress, build_snapshot
from kyokan.graph.snapshot.columns import META
from kyokan.graph.snapshot.encoding import add_vectors
from kyokan.graph.snapshot.snapshot import Snapshot
from kyokan.graph.stores.protocol import GraphStore

KEPT = 3
LOCK = "building.lock"
ABANDONED_SECONDS = 6 * 3600  # a temporary folder or file this old belongs to a process that has died

_opened: dict[Path, Snapshot] = {}  # by pointer: each store's last snapshot, shared by the threads of this process
_lock = threading.Lock()


class SnapshotDirectory:
    """Snapshots under one folder, shared by all processes of this machine.

    Args:
        root: the folder; made where missing.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def current(
        self,
        store: GraphStore,
        *,
        dictionary: KanseiTerms,
        encoder: Encoder | None = None,
        progress: Progress | None = None,
    ) -> Snapshot:
        """The snapshot of the store as it stands; built if store or dictionary changed, or if the folder is torn.

        Args:
            store: whose revision is asked for.
            dictionary: gives the kansei columns.
            encoder: whose vectors the snapshot shall have.
            progress: told how far it is.

        Raises:
            SnapshotError: the store changed at every attempt to read it.
        """
        state: dict[str, object] = {"store": store.url, "revision": store.revision(), "dictionary": dictionary.version}
        snapshot = self._pointed(state)
        if snapshot is None:
            with self._alone():
                snapshot = self._pointed(state)
                if snapshot is None:
                    return self._build(store, state, dictionary, encoder, progress)
        if encoder is not None:
            add_vectors(snapshot, encoder, progress)
        return snapshot

    def _build(
        self,
        store: GraphStore,
        state: dict[str, object],
        dictionary: KanseiTerms,
        encoder: Encoder | None,
        progress: Progress | None,
    ) -> Snapshot:
        snapshot = build_snapshot(store, self.root, dictionary=dictionary, progress=progress)
        if encoder is not None:
            add_vectors(snapshot, encoder, progress)
        if store.revision() == state["revision"]:
            self._point(state, snapshot)  # whoever is pointed to it finds the vectors too
        self.prune()
        return snapshot

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One builds at a time; the other processes and threads wait, and find what was built."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / LOCK).open("a") as file:  # closing it lets the next one go on
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def prune(self, keep: int = KEPT) -> None:
        """Remove all but the ``keep`` last used snapshots; those that are current for a store stay.

        After an erasure, ``keep=0`` makes sure that no older snapshot holds what was erased.
        """
        pointed = {self._pointer_content(path).get("snapshot") for path in self.root.glob("current-*.json")}
        folders = sorted(self.root.glob("[0-9a-f]" * 64), key=lambda path: (path.stat().st_mtime, path.name))
        for folder in folders[: max(len(folders) - keep, 0)]:
            if folder.name not in pointed:
                shutil.rmtree(folder, ignore_errors=True)
        for left in self.root.glob(f"{TEMPORARY}*"):
            with contextlib.suppress(OSError):
                if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
                    shutil.rmtree(left) if left.is_dir() else left.unlink()

    # The pointer: which snapshot belongs to which state of a store -------------------------------------------

    def _pointer(self, url: str) -> Path:
        return self.root / f"current-{hashlib.blake2b(url.encode(), digest_size=8).hexdigest()}.json"

    def _pointer_content(self, path: Path) -> dict[str, object]:
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def _pointed(self, state: dict[str, object]) -> Snapshot | None:
        pointer = self._pointer(str(state["store"]))
        content = self._pointer_content(pointer)
        folder = self.root / str(content.pop("snapshot", ""))
        if content != state:
            return None
        with _lock:
            held = _opened.get(pointer)
        if held is not None and held.directory == folder and (folder / META).exists():
            return held
        try:
            return _remember(pointer, Snapshot(folder))
        except SnapshotError:
            return None

    def _point(self, state: dict[str, object], snapshot: Snapshot) -> None:
        pointer = self._pointer(str(state["store"]))
        with tempfile.NamedTemporaryFile("w", dir=self.root, prefix=TEMPORARY, delete=False, encoding="utf-8") as file:
            json.dump(state | {"snapshot": snapshot.directory.name}, file)
        Path(file.name).replace(pointer)
        _remember(pointer, snapshot)


def _remember(pointer: Path, snapshot: Snapshot) -> Snapshot:
    """Keep the snapshot open for the next question."""
    with _lock:
        _opened[pointer] = snapshot
    return snapshot
