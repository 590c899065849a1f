"""Finding entities by name: sorted name keys, looked up exactly, by beginning, by part, and by likeness."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from kyokan.graph.model import Entity, EntityKind
from kyokan.graph.names import name_keys, normalise
from kyokan.graph.snapshot.columns import open_array, open_texts, write_texts

# A name spelt the same; the same name in another order or script; a reading that was guessed.
STRENGTH_SCORES = (1.0, 0.98, 0.9)
PREFIX_SCORE, PART_SCORE, LIKENESS_SCORE = 0.6, 0.4, 0.8
LENGTH_SCORE = 0.25  # what a text that is all of a key adds to beginning or part
LETTERS_A_SLIP, MOST_SLIPS = 3, 4  # one slip for every three letters but the first, of the shorter of two keys
SHORTEST_PART = 2
SHORTEST_LIKENESS = 4
MOST_CONSIDERED = 2000  # beginnings, and parts, of a very short text


@dataclass(frozen=True, slots=True)
class NameHit:
    """An entity that a text may mean; ``score`` in 0..1, ``exact`` where the names are the same but for spelling."""

    entity_id: str
    kind: EntityKind
    name: str
    score: float
    exact: bool


_keys = lru_cache(maxsize=100_000)(name_keys)
"""Keys are half the work of a snapshot; a process that builds one after the other keeps them."""


class NameWriter:
    """Gathers the keys of names; fans are left out, for nobody looks a pseudonym up."""

    def __init__(self) -> None:
        self._keys: list[tuple[str, int, int]] = []

    def add(self, row: int, entity: Entity) -> None:
        """Take in one entity's names."""
        if entity.kind is EntityKind.FAN:
            return
        keys = _keys(entity.name, entity.name_ja, entity.name_en, *entity.aliases)
        for strength, found in enumerate((keys.exact, keys.variant, keys.guess)):
            self._keys += [(key, strength, row) for key in found]

    def write(self, folder: Path) -> None:
        """Write the keys in ascending order, with row and strength of each."""
        self._keys.sort()
        write_texts(folder, "name_keys", (key for key, _, _ in self._keys))
        np.save(folder / "name_rows.npy", np.array([row for _, _, row in self._keys], dtype=np.int32))
        np.save(folder / "name_strengths.npy", np.array([strength for _, strength, _ in self._keys], dtype=np.int8))


class NameIndex:
    """The keys that ``NameWriter`` wrote."""

    def __init__(self, folder: Path) -> None:
        self._keys = open_texts(folder, "name_keys")
        self._rows = open_array(folder, "name_rows")
        self._strengths = open_array(folder, "name_strengths")

    def find(self, text: str, wanted: Callable[[int], bool], limit: int) -> list[tuple[int, float, bool]]:
        """Rows with score and whether the name is the same, best first, equal ones in order of row."""
        text = text.encode(errors="ignore").decode()  # half a surrogate pair, as a terminal may pass on, names nobody
        key = normalise(text)
        if not key or limit < 1:
            return []
        scores = dict(self._same(key, wanted)) or self._read_alike(text, wanted)
        sure = [score for score in scores.values() if score > STRENGTH_SCORES[2]]
        exact = {row for row, score in scores.items() if sure and score == max(sure)}
        if len(scores) < limit:
            _keep_best(scores, self._beginning(key), wanted)
            _keep_best(scores, self._holding(key), wanted)
        if len(scores) < limit and len(key) >= SHORTEST_LIKENESS:
            _keep_best(scores, self._like(key), wanted)
        ranked = sorted(scores.items(), key=lambda hit: (-hit[1], hit[0]))
        return [(row, score, row in exact) for row, score in ranked[:limit]]

    def _same(self, key: str, wanted: Callable[[int], bool]) -> Iterator[tuple[int, float]]:
        """Rows that have this very key, each once at its best."""
        seen: set[int] = set()
        for place in range(self._keys.first_from(key), len(self._keys)):
            if self._keys[place] != key:
                return
            row = int(self._rows[place])
            if row not in seen and wanted(row):
                seen.add(row)
                yield row, STRENGTH_SCORES[self._strengths[place]]

    def _read_alike(self, text: str, wanted: Callable[[int], bool]) -> dict[int, float]:
        """Rows that share a variant or a guessed reading with the text."""
        keys = name_keys(text)
        scores: dict[int, float] = {}
        for strength, found in ((1, keys.variant), (2, keys.guess)):
            for key in found:
                hits = ((row, min(score, STRENGTH_SCORES[strength])) for row, score in self._same(key, wanted))
                _keep_best(scores, hits, wanted)
        return scores

    def _beginning(self, key: str) -> Iterator[tuple[int, float]]:
        first = self._keys.first_from(key)
        for place in range(first, min(len(self._keys), first + MOST_CONSIDERED)):
            found = self._keys[place]
            if not found.startswith(key):
                return
            yield int(self._rows[place]), PREFIX_SCORE + LENGTH_SCORE * len(key) / len(found)

    def _holding(self, key: str) -> Iterator[tuple[int, float]]:
        if len(key) < SHORTEST_PART:
            return
        needle, blob = key.encode(), self._keys.blob
        at = blob.find(needle)
        for _ in range(MOST_CONSIDERED):
            if at < 0:
                return
            place = int(np.searchsorted(self._keys.offsets, at, side="right")) - 1
            yield int(self._rows[place]), PART_SCORE + LENGTH_SCORE * len(key) / len(self._keys[place])
            at = blob.find(needle, int(self._keys.offsets[place + 1]))

    def _like(self, key: str) -> Iterator[tuple[int, float]]:
        """Keys within a few slips: a letter too many, too few, another, or two that changed places (``OSA``)."""
        most = _slips(key)
        hits = process.extract(key, self._all_keys, scorer=OSA.distance, score_cutoff=most, limit=MOST_CONSIDERED)
        for found, slips, place in hits:
            if slips <= _slips(found):
                yield int(self._rows[place]), LIKENESS_SCORE * (1 - slips / max(len(key), len(found)))

    @cached_property
    def _all_keys(self) -> Sequence[str]:
        return self._keys.all()


def _slips(key: str) -> int:
    """In how many places a key may be mistyped: the shorter it is, the sooner it would be another name."""
    return min((len(key) - 1) // LETTERS_A_SLIP, MOST_SLIPS)


def _keep_best(scores: dict[int, float], hits: Iterable[tuple[int, float]], wanted: Callable[[int], bool]) -> None:
    for row, score in hits:
        if score > scores.get(row, 0.0) and wanted(row):
            scores[row] = score
