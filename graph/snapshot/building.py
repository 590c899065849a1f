"""Builds a snapshot: reads the store once, in order, into a temporary folder that takes its name when it is whole."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from kyokan.errors import SnapshotError
from kyokan.graph.encoder import Encoder
from kyokan.graph.model import RelationKind
from kyokan.graph.snapshot.columns import TextWriter, write_meta
from kyokan.graph.snapshot.edges import EdgeWriter
from kyokan.graph.snapshot.encoding import add_vectors
from kyokan.graph.snapshot.kansei import KanseiWriter
from kyokan.graph.snapshot.naming import NameWriter
from kyokan.graph.snapshot.snapshot import Snapshot
from kyokan.graph.stores.codec import decode_entity
from kyokan.graph.stores.protocol import GraphStore

Progress = Callable[[str, int, int], None]
"""Told (stage, done, total) as work goes on."""

TEMPORARY = "building-"
ATTEMPTS = 5
REPORT_EVERY = 5000
EVOKES = RelationKind.EVOKES.value


class KanseiTerms(Protocol):
    """What a snapshot takes from the kansei dictionary."""

    @property
    def version(self) -> str:
        """Version of the dictionary, the planner's own terms included."""
        ...

    @property
    def ids(self) -> Sequence[str]:
        """Attribute ids in order."""
        ...


def build_snapshot(
    store: GraphStore,
    directory: Path,
    *,
    dictionary: KanseiTerms,
    encoder: Encoder | None = None,
    progress: Progress | None = None,
) -> Snapshot:
    """Build the snapshot of a store as a folder of ``directory`` named by its hash, and open it.

    The folder appears whole or not at all; one that is there already is used. The hash is SHA-256 over the
    dictionary version and the canonical text of every entity and relation in order, one a line.

    Args:
        store: read in ascending order; read again if somebody writes meanwhile.
        directory: where the folder is made.
        dictionary: gives the kansei columns.
        encoder: writes the texts' vectors too.
        progress: told how far it is.

    Raises:
        SnapshotError: the store changed at every attempt.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for _ in range(ATTEMPTS):
        revision = store.revision()
        temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=directory))
        try:
            digest = _write_columns(store, temporary, dictionary, progress or _silent)
            if store.revision() == revision:
                snapshot = Snapshot(_publish(temporary, directory / digest))
                if encoder is not None:
                    add_vectors(snapshot, encoder, progress)
                return snapshot
        except KeyError as error:
            # An end of a relation is missing: only a write between the two readings can bring that about.
            if store.revision() == revision:
                raise SnapshotError(store.url, f"holds a relation of {error}, which does not exist") from error
        finally:
            for leftover in directory.glob(f"{temporary.name}*"):
                shutil.rmtree(leftover, ignore_errors=True)
    raise SnapshotError(store.url, f"changed during each of {ATTEMPTS} readings", "Try again once the import is over")


def _publish(temporary: Path, final: Path) -> Path:
    """Give the folder its name; a whole folder of that name serves as well, a torn one makes way."""
    try:
        temporary.rename(final)
    except OSError:
        try:
            Snapshot(final)
            os.utime(final)
        except SnapshotError:
            final.rename(temporary.with_name(f"{temporary.name}-torn"))
            temporary.rename(final)
    return final


def _write_columns(store: GraphStore, folder: Path, dictionary: KanseiTerms, progress: Progress) -> str:
    """Write every file of a snapshot; returns the hash as hexadecimal digits."""
    hashed = hashlib.sha256(f"kyokan snapshot\ndictionary {dictionary.version}\n".encode())
    rows = _write_entities(store, folder, hashed.update, progress)
    ranges = _write_relations(store, folder, hashed.update, progress, dictionary, rows)
    meta = {
        "hash": f"sha256:{hashed.hexdigest()}",
        "dictionary": dictionary.version,
        "attributes": list(dictionary.ids),
        "relations": ranges,
    }
    write_meta(folder, meta)
    return hashed.hexdigest()


def _write_entities(
    store: GraphStore, folder: Path, update: Callable[[bytes], None], progress: Progress
) -> dict[str, int]:
    """Write the columns of entities; returns the row of each id."""
    rows: dict[str, int] = {}
    kinds: list[str] = []
    names = NameWriter()
    total = sum(store.count_entities().values())
    with TextWriter(folder, "entities") as texts, TextWriter(folder, "ids") as ids:
        for row, record in enumerate(store.records("entities")):
            line = record.encode()
            update(line + b"\n")
            texts.add(line)
            entity = decode_entity(record)
            ids.add(entity.id.encode())
            rows[entity.id] = row
            kinds.append(entity.kind.value)
            names.add(row, entity)
            if row % REPORT_EVERY == 0:
                progress("entities", row, total)
    progress("entities", total, total)
    np.save(folder / "kinds.npy", np.array(kinds, dtype="<U16"))
    names.write(folder)
    return rows


def _write_relations(
    store: GraphStore,
    folder: Path,
    update: Callable[[bytes], None],
    progress: Progress,
    dictionary: KanseiTerms,
    rows: dict[str, int],
) -> dict[str, tuple[int, int]]:
    """Write the columns of relations and of kansei; returns the range of each kind among the edges."""
    kansei = KanseiWriter(dictionary.ids)
    edges = EdgeWriter()
    total = sum(store.count_relations().values())
    with TextWriter(folder, "relations") as texts:
        for place, record in enumerate(store.records("relations")):
            line = record.encode()
            update(line + b"\n")
            texts.add(line)
            relation = json.loads(record)
            source = rows[relation["source"]]
            edges.add(relation["kind"], source, rows[relation["target"]], relation["weight"])
            if relation["kind"] == EVOKES:
                kansei.add(source, relation)
            if place % REPORT_EVERY == 0:
                progress("relations", place, total)
    progress("relations", total, total)
    kansei.write(folder, len(rows))
    return edges.write(folder, len(rows))


def _silent(_stage: str, _done: int, _total: int) -> None:
    return
