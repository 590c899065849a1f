"""Reads the last.fm folder (fans, artists, plays, taggings) into arrays that share row numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from kyokan.errors import InputError
from kyokan.matching.evaluation.harness import require_file

FOLDER = "hetrec2011-lastfm-2k"
LEAST_TAG_USERS = 3
LEAST_LISTED = 4
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class LastFm:
    """Plays and taggings as rows of ids; nothing here is derived from more than the files of one folder.

    ``plays`` has columns (fan id, artist id, play count); ``taggings`` (fan id, artist id, tag id). ``artists`` and
    ``tags`` give the name of each id; artists that only occur in plays or taggings have an empty name.
    """

    plays: Rows
    taggings: Rows
    artists: dict[int, str]
    tags: dict[int, str]

    def with_rows(self, *, plays: Rows | None = None, taggings: Rows | None = None) -> LastFm:
        """The same names with other rows."""
        return replace(
            self,
            plays=self.plays if plays is None else plays,
            taggings=self.taggings if taggings is None else taggings,
        )


def read_lastfm(root: Path, protocol: str) -> LastFm:
    """Read ``root/hetrec2011-lastfm-2k``.

    Raises:
        DataMissingError: a file is not there.
        InputError: a row breaks its format; the message names file and line.
    """
    return LastFm(
        plays=read_numbers(require_file(root, FOLDER, "user_artists.dat", protocol), 3),
        taggings=read_numbers(require_file(root, FOLDER, "user_taggedartists.dat", protocol), 3),
        artists=read_names(require_file(root, FOLDER, "artists.dat", protocol), "utf-8"),
        tags=read_names(require_file(root, FOLDER, "tags.dat", protocol), "latin-1"),
    )


def read_hidden_plays(root: Path, protocol: str) -> Rows:
    """The rows of ``user_artists.dat`` of a held-out folder, shape (n, 3)."""
    return read_numbers(require_file(root, FOLDER, "user_artists.dat", protocol), 3)


def read_hidden_taggings(root: Path, protocol: str) -> Rows:
    """The rows of ``user_taggedartists.dat`` of a held-out folder, shape (n, 3)."""
    return read_numbers(require_file(root, FOLDER, "user_taggedartists.dat", protocol), 3)


def read_numbers(path: Path, columns: int) -> Rows:
    """The first ``columns`` columns of a tab-separated file of whole numbers with a header line, shape (n, columns)."""
    lines = path.read_text(encoding="latin-1").splitlines()[1:]
    rows = np.empty((len(lines), columns), dtype=np.int64)
    kept = 0
    for number, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        try:
            rows[kept] = [int(value) for value in line.split("\t")[:columns]]
        except ValueError as error:
            rule = f"needs {columns} whole numbers separated by tabs"
            raise InputError(f"{path}, line {number}", rule, "Mend or remove the line") from error
        kept += 1
    return rows[:kept]


def read_names(path: Path, encoding: str) -> dict[int, str]:
    """Id → second column of a tab-separated file with a header line."""
    names: dict[int, str] = {}
    for number, line in enumerate(path.read_text(encoding=encoding).split("\n")[1:], start=2):
        if not line.strip():
            continue
        fields = line.rstrip("\r").split("\t")
        if len(fields) < 2 or not fields[0].isdigit():  # noqa: PLR2004 - id and name
            raise InputError(f"{path}, line {number}", "needs an id, a tab and a name", "Mend or remove the line")
        names[int(fields[0])] = fields[1]
    return names


def pair_keys(rows: Rows, first: int = 0, second: int = 1) -> Rows:
    """One whole number for each row's two ids, so that pairs can be looked up with ``np.isin``."""
    return (rows[:, first].astype(np.int64) << 32) | rows[:, second]


def without_pairs(rows: Rows, pairs: Rows, first: int = 0, second: int = 1) -> Rows:
    """The rows whose (first, second) ids are not among ``pairs`` (keys of :func:`pair_keys`)."""
    return rows[~np.isin(pair_keys(rows, first, second), pairs)]


def frequent_tags(taggings: Rows) -> Rows:
    """Ids of the tags that at least three users gave, ascending."""
    users = np.unique(taggings[:, [0, 2]], axis=0)
    tags, count = np.unique(users[:, 1], return_counts=True)
    return tags[count >= LEAST_TAG_USERS]


def index(ids: Iterable[int]) -> Rows:
    """The distinct ids in ascending order; the position of an id is its row."""
    return np.array(sorted(set(ids)), dtype=np.int64)


def positions(ids: Rows, values: Rows) -> Rows:
    """Row of each value in the ascending ``ids``; −1 where it is not among them."""
    if not len(ids):
        return np.full(len(values), -1, dtype=np.int64)
    found = np.minimum(np.searchsorted(ids, values), len(ids) - 1)
    return np.where(ids[found] == values, found, -1)


def matrix(
    rows: Rows, columns: Rows, values: Sequence[float] | NDArray[np.generic], shape: tuple[int, int]
) -> csr_array:
    """Sparse matrix from positions; entries at −1 are left out, repeated ones are summed."""
    keep = (rows >= 0) & (columns >= 0)
    data = np.asarray(values, dtype=np.float64)[keep]
    built = csr_array((data, (rows[keep], columns[keep])), shape=shape)
    built.sum_duplicates()
    return built


def read_lists(taggings: Rows, artists: Rows) -> csr_array:
    """Lists × artists flags: the artists that one user gave one tag, where they are at least four.

    Whoever writes a list keeps together what belongs together for them, whatever the tag means to others.
    """
    rows = np.unique(taggings, axis=0)
    _, place, size = np.unique(rows[:, [0, 2]], axis=0, return_inverse=True, return_counts=True)
    long = size >= LEAST_LISTED
    row = np.where(long, np.cumsum(long) - 1, -1)[place.ravel()]
    return matrix(row, positions(artists, rows[:, 1]), np.ones(len(rows)), (int(long.sum()), len(artists)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Tags and words of tags that at least three users gave in some taggings, and how busy each user is there.

    ``spelled`` has a row (tag id, word row) for each word of each tag; ``users`` ascending, ``tagged`` how many artists
    each of them tagged.
    """

    tags: Rows
    spelled: Rows
    words: int
    users: Rows
    tagged: Rows

    @classmethod
    def of(cls, taggings: Rows, names: dict[int, str]) -> Vocabulary:
        """Learn it from ``taggings``; a word is a run of letters or digits in the name of a tag."""
        split = [(tag, word) for tag, name in names.items() for word in set(re.findall(r"[^\W_]+", name.lower()))]
        row = {word: place for place, word in enumerate(sorted({word for _, word in split}))}
        spelled = np.array([(tag, row[word]) for tag, word in split], dtype=np.int64).reshape(-1, 2)
        kept = frequent_tags(spell(taggings, spelled))
        spelled[:, 1] = positions(kept, spelled[:, 1])
        users, tagged = np.unique(np.unique(taggings[:, :2], axis=0)[:, 0], return_counts=True)
        return cls(
            tags=frequent_tags(taggings),
            spelled=spelled[spelled[:, 1] >= 0],
            words=len(kept),
            users=users,
            tagged=tagged,
        )

    def count_tags(self, taggings: Rows, artists: Rows) -> csr_array:
        """Artists × tags counts of users."""
        column = positions(self.tags, taggings[:, 2])
        shape = (len(artists), len(self.tags))
        return matrix(positions(artists, taggings[:, 1]), column, np.ones(len(taggings)), shape)

    def count_words(self, taggings: Rows, artists: Rows) -> csr_array:
        """Artists × words counts of users."""
        rows = spell(taggings, self.spelled)
        return matrix(positions(artists, rows[:, 1]), rows[:, 2], np.ones(len(rows)), (len(artists), self.words))


def spell(taggings: Rows, spelled: Rows) -> Rows:
    """Taggings (fan, artist, tag) as distinct rows (fan, artist, word)."""
    ordered = spelled[np.argsort(spelled[:, 0], kind="stable")]
    first = np.searchsorted(ordered[:, 0], taggings[:, 2], side="left")
    count = np.searchsorted(ordered[:, 0], taggings[:, 2], side="right") - first
    place = np.repeat(first - np.cumsum(count) + count, count) + np.arange(count.sum())
    pairs = np.repeat(taggings[:, :2], count, axis=0)
    return np.unique(np.column_stack([pairs, ordered[place, 1]]), axis=0)
