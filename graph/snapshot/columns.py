"""Columns on disk: numpy files and columns of text, written once and opened memory-mapped."""

from __future__ import annotations

import json
import mmap
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

from kyokan.errors import SnapshotError
from kyokan.graph.headers import ONE_AT_A_TIME

FORMAT = 1
META = "meta.json"
NEWLINE = ord("\n")


class TextColumn(Sequence[str]):
    """Texts of UTF-8 in one file, one a line, with the offset of each line's beginning beside it."""

    def __init__(self, blob: mmap.mmap | bytes, offsets: NDArray[np.int64]) -> None:
        self.blob = blob
        self.offsets = offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @overload
    def __getitem__(self, position: int) -> str: ...
    @overload
    def __getitem__(self, position: slice) -> list[str]: ...
    def __getitem__(self, position: int | slice) -> str | list[str]:
        if isinstance(position, slice):
            return [self[place] for place in range(*position.indices(len(self)))]
        place = range(len(self))[position]
        return self.blob[self.offsets[place] : self.offsets[place + 1] - 1].decode()

    def all(self) -> list[str]:
        """Every text; far quicker than one by one."""
        return bytes(self.blob[:]).decode().split("\n")[:-1]

    def first_from(self, text: str) -> int:
        """In an ascending column, the position of the first text not below ``text``."""
        return bisect_left(self, text)

    def position(self, text: str) -> int | None:
        """In an ascending column without repetitions, the position of ``text``."""
        place = self.first_from(text)
        return place if place < len(self) and self[place] == text else None


class TextWriter:
    """Writes a ``TextColumn`` line by line; a context manager, whose end finishes the files."""

    def __init__(self, folder: Path, name: str) -> None:
        self._offsets_file = folder / f"{name}.npy"
        self._file = (folder / f"{name}.txt").open("wb")
        self._lengths: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        offsets = np.zeros(len(self._lengths) + 1, dtype=np.int64)
        np.cumsum(self._lengths, out=offsets[1:])
        np.save(self._offsets_file, offsets)

    def add(self, line: bytes) -> None:
        """Write one text, which holds no line break."""
        self._file.write(line)
        self._file.write(b"\n")
        self._lengths.append(len(line) + 1)


def write_texts(folder: Path, name: str, texts: Iterable[str]) -> None:
    """Write a whole ``TextColumn``."""
    with TextWriter(folder, name) as writer:
        for text in texts:
            writer.add(text.encode())


def open_array(folder: Path, name: str) -> NDArray[Any]:
    """A numpy file, memory-mapped and read-only.

    Raises:
        SnapshotError: missing or torn.
    """
    try:
        with ONE_AT_A_TIME:
            array: NDArray[Any] = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise torn(folder, f"{name}.npy cannot be read ({error})") from error
    return array


def open_texts(folder: Path, name: str) -> TextColumn:
    """A ``TextColumn``, memory-mapped.

    Raises:
        SnapshotError: missing or torn.
    """
    try:
        with (folder / f"{name}.txt").open("rb") as file:
            empty = not file.seek(0, 2)
            blob = b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise torn(folder, f"{name}.txt cannot be read ({error})") from error
    return TextColumn(blob, open_array(folder, name))


def write_meta(folder: Path, content: Mapping[str, Any]) -> None:
    """Write what a snapshot is, with the size of every file beside it; the last file to be written."""
    sizes = {path.name: path.stat().st_size for path in sorted(folder.iterdir())}
    text = json.dumps({"format": FORMAT, **content, "sizes": sizes}, indent=1)
    (folder / META).write_text(text + "\n", encoding="utf-8")


def read_meta(folder: Path) -> dict[str, Any]:
    """What a snapshot is, once every file was found in its full size.

    Raises:
        SnapshotError: missing, torn, or of another format.
    """
    try:
        meta: dict[str, Any] = json.loads((folder / META).read_text(encoding="utf-8"))
        if meta["format"] != FORMAT:
            raise torn(folder, f"has format {meta['format']}, this Kyokan reads {FORMAT}")
        for name, size in meta["sizes"].items():
            found = (folder / name).stat().st_size
            if found != size:
                raise torn(folder, f"{name} has {found} bytes instead of {size}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise torn(folder, f"{META} or a file it names cannot be read ({error})") from error
    return meta


def torn(folder: Path, rule: str) -> SnapshotError:
    """The error for a snapshot that cannot be used."""
    return SnapshotError(f"snapshot {folder}", rule, "Remove the folder; it is built again from the store")
