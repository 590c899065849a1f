"""Vectors kept in a small SQLite file, so that no text is encoded twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from pysqlite3 import dbapi2 as sqlite  # the standard library's SQLite may carry the WAL-reset bug, fixed in 3.51.3

from kyokan.graph.encoder import Encoder, Vectors

SCHEMA = """
CREATE TABLE IF NOT EXISTS vector (
    encoder TEXT NOT NULL,
    text BLOB NOT NULL,  -- SHA-256 of the UTF-8 text
    value BLOB NOT NULL,  -- little-endian float32
    PRIMARY KEY (encoder, text)
) WITHOUT ROWID
"""
KEYS_A_QUERY = 500
LOADING = "。"  # short, and never kept


class CachedEncoder:
    """An encoder that looks into a file first; several processes may share the file.

    The file is a cache: deleting it costs time only. A vector of the wrong length is encoded anew.
    """

    def __init__(self, encoder: Encoder, path: Path) -> None:
        self._encoder = encoder
        self._lock = Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: Any = sqlite.connect(str(path), timeout=30, isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("PRAGMA synchronous=NORMAL")
        self._file.execute(SCHEMA)

    @property
    def name(self) -> str:
        """The name of the encoder within."""
        return self._encoder.name

    @property
    def dimensions(self) -> int:
        """Those of the encoder within."""
        return self._encoder.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As the encoder within; each distinct text is encoded once in the life of the file."""
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        with self._lock:
            known = self._read(sorted(set(keys)))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            encoded = self._encoder.encode(list(missing.values()))
            new = dict(zip(missing, encoded, strict=True))
            with self._lock:
                self._write(new)
            known |= new
        rows = [known[key] for key in keys]
        return np.stack(rows) if rows else np.zeros((0, self.dimensions), dtype=np.float32)

    def load(self) -> None:
        """Have the encoder within ready, which loads its model when first asked."""
        self._encoder.encode([LOADING])

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _read(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        known: dict[bytes, Vectors] = {}
        for part in _parts(keys, KEYS_A_QUERY):
            places = ",".join("?" * len(part))
            query = f"SELECT text, value FROM vector WHERE encoder = ? AND text IN ({places})"  # noqa: S608  # places only
            for key, value in self._file.execute(query, [self.name, *part]):
                vector = np.frombuffer(value, dtype="<f4").astype(np.float32)
                if len(vector) == self.dimensions:
                    known[key] = vector
        return known

    def _write(self, vectors: dict[bytes, Vectors]) -> None:
        rows = [(self.name, key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        self._file.execute("BEGIN IMMEDIATE")
        self._file.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?, ?)", rows)
        self._file.execute("COMMIT")


def _parts(keys: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
