"""Captions of pieces of music, as musicians wrote them, with the mood words they gave."""

from __future__ import annotations

import ast
import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kyokan.errors import InputError
from kyokan.matching.evaluation.harness import require_file

FOLDER = "musiccaps"

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Captions:
    """Captions with a mood word among their aspects; ``moods`` (captions, words), ``aspects`` the others."""

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    aspects: tuple[tuple[str, ...], ...]
    writers: tuple[str, ...]
    moods: Flags

    def __len__(self) -> int:
        return len(self.ids)

    def subset(self, rows: Sequence[int]) -> Captions:
        """Some of the captions."""
        return Captions(
            tuple(self.ids[r] for r in rows),
            tuple(self.texts[r] for r in rows),
            tuple(self.aspects[r] for r in rows),
            tuple(self.writers[r] for r in rows),
            self.moods[np.asarray(rows, dtype=int)],
        )


def read_vocabulary(root: Path, protocol: str) -> tuple[str, ...]:
    """The mood words, in the order of their file."""
    return tuple(json.loads(require_file(root, FOLDER, "mood_vocab.json", protocol).read_text(encoding="utf-8")))


def read_captions(root: Path, vocabulary: Sequence[str], protocol: str) -> Captions:
    """Read the captions that have a mood word among their aspects.

    Raises:
        DataMissingError: the file is not there.
        InputError: a row is not of the known shape.
    """
    return _read(root, vocabulary, protocol, named=False)


def read_named(root: Path, vocabulary: Sequence[str], protocol: str) -> Captions:
    """Read the captions without a mood word among their aspects that yet name one, alone or in a phrase.

    ``moods`` are those named in the text ("has a romantic feel") or within an aspect ("relaxing melody").

    Raises:
        DataMissingError: the file is not there.
        InputError: a row is not of the known shape.
    """
    return _read(root, vocabulary, protocol, named=True)


def _read(root: Path, vocabulary: Sequence[str], protocol: str, *, named: bool) -> Captions:
    path = require_file(root, FOLDER, "musiccaps-public.csv", protocol)
    moods = set(vocabulary)
    patterns = [_pattern([word]) for word in vocabulary]
    found: list[tuple[str, str, tuple[str, ...], str, list[bool]]] = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                given = [str(aspect).strip().lower() for aspect in ast.literal_eval(row["aspect_list"])]
                others = tuple(aspect for aspect in given if aspect not in moods)
                if named == (len(others) < len(given)):
                    continue
                said = "\n".join([*given, row["caption"]])
                flags = [bool(p.search(said)) for p in patterns] if named else [word in given for word in vocabulary]
                if any(flags):
                    name = f"{row['ytid']}-{row['start_s']}"
                    found.append((name, row["caption"], others, row.get("author_id") or "", flags))
            except (KeyError, ValueError, SyntaxError, TypeError) as error:
                raise InputError(f"{path.name}, row {number}", f"is not of the known shape ({error!r})") from error
    ids, texts, aspects, writers, flags_of = zip(*found, strict=True) if found else ((), (), (), (), ())
    return Captions(ids, texts, aspects, writers, np.array(flags_of, dtype=bool).reshape(len(ids), len(vocabulary)))


def masked(text: str, vocabulary: Sequence[str]) -> str:
    """``text`` without the mood words."""
    return _pattern(vocabulary).sub("", text)


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    alternatives = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.compile(rf"\b(?:{alternatives})\b", re.IGNORECASE)
