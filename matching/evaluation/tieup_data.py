"""The tie-ups that the protocol of that name learns from and asks for: reading, splitting by artist, describing."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kyokan.matching.evaluation.harness import require_file
from kyokan.matching.evaluation.metrics import Flags, Floats, Rows
from kyokan.matching.evaluation.tieup_graph import Described

NAME = "tieups"
FOLDER = "tieups_web"
PARTS = 3
NEW = 0.16  # of the companies to choose from, those that nobody learned from works with; as where rows are held out


@dataclass(frozen=True, slots=True)
class TieUps:
    """Pairs and descriptions as read: ``pairs`` (artist, company), type of each artist, category of each company."""

    pairs: frozenset[tuple[str, str]]
    types: dict[str, str]
    categories: dict[str, str]
    artists: dict[str, dict[str, str]]
    companies: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Task:
    """Names of both sides in ascending order, (A, C) tie-ups that may be learned from, (A, C) those of the hidden."""

    artists: tuple[str, ...]
    companies: tuple[str, ...]
    categories: tuple[str, ...]
    known: Floats
    truth: Floats

    @property
    def hidden(self) -> Rows:
        """Artists to rank companies for."""
        return np.flatnonzero(self.truth.any(axis=1))

    @property
    def learned(self) -> frozenset[tuple[str, str]]:
        """Pairs that may be learned from."""
        places = np.argwhere(self.known > 0).tolist()
        return frozenset((self.artists[artist], self.companies[company]) for artist, company in places)

    @property
    def popularity(self) -> Floats:
        """(C,) number of tie-ups in training."""
        return np.asarray(self.known.sum(axis=0))

    @property
    def same_category(self) -> Flags:
        """(C, C) whether two companies stand in one category."""
        groups = np.array(self.categories)
        return np.asarray(groups[:, None] == groups[None, :])


def read_tieups(root: Path) -> TieUps:
    """Read the three files of one side.

    Raises:
        DataMissingError: one is not there.
    """
    rows = _table(require_file(root, FOLDER, "tieups.csv", NAME), ",")
    categories: dict[str, Counter[str]] = {}
    for row in rows:
        categories.setdefault(row["company"], Counter())[row["category"]] += 1
    return TieUps(
        pairs=frozenset((row["artist"], row["company"]) for row in rows),
        types={row["artist"]: row["artist_type"] for row in rows},
        categories={name: min(count, key=lambda key: (-count[key], key)) for name, count in categories.items()},
        artists={row["name"]: row for row in _table(require_file(root, FOLDER, "artists.tsv", NAME), "\t")},
        companies={row["name"]: row for row in _table(require_file(root, FOLDER, "companies.tsv", NAME), "\t")},
    )


def _table(path: Path, delimiter: str) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {key: value or "" for key, value in row.items() if key} for row in csv.DictReader(file, delimiter=delimiter)
        ]


def group_of(artist: str) -> str:
    """The group a member belongs to ("Lisa (BLACKPINK)"), else the artist: one group stays on one side of a split."""
    member = re.search(r"[(（]([^)）]+)[)）]\s*$", artist)
    return member[1] if member else artist


def parts(data: TieUps, seed: int) -> list[frozenset[str]]:
    """Three parts of the artists, drawn by ``seed``; as many as there are groups where these are fewer."""
    groups = sorted({group_of(artist) for artist, _ in data.pairs})
    drawn = np.random.default_rng([seed, PARTS]).permutation(len(groups)) % PARTS
    part = dict(zip(groups, drawn.tolist(), strict=True))
    artists = sorted({artist for artist, _ in data.pairs})
    return [
        frozenset(artist for artist in artists if part[group_of(artist)] == one) for one in sorted(set(part.values()))
    ]


def build_task(data: TieUps, heldout: TieUps | None, hidden: frozenset[str]) -> Task:
    """What may be learned and what is asked; a hidden artist has no tie-up in training, whatever the data say.

    With held-out rows these are asked, else the tie-ups of the hidden.
    """
    scored = heldout.pairs - data.pairs if heldout else frozenset(pair for pair in data.pairs if pair[0] in hidden)
    learned = frozenset(pair for pair in data.pairs if pair[0] not in hidden)
    other = heldout or data
    artists = tuple(sorted({artist for artist, _ in data.pairs | other.pairs}))
    companies = tuple(
        sorted({company for _, company in data.pairs | other.pairs} | {*data.companies, *other.companies})
    )
    known, truth = np.zeros((len(artists), len(companies))), np.zeros((len(artists), len(companies)))
    for matrix, pairs in ((known, learned), (truth, scored)):
        for artist, company in pairs:
            matrix[artists.index(artist), companies.index(company)] = 1.0
    categories = other.categories | data.categories
    return Task(artists, companies, tuple(categories.get(name, "") for name in companies), known, truth)


def describe(task: Task, data: TieUps, heldout: TieUps | None) -> tuple[Described, Described]:
    """What the graph holds of both sides; nothing of it comes from a hidden tie-up."""
    other = heldout or data
    types, texts, prose = other.types | data.types, other.artists | data.artists, other.companies | data.companies
    artists = {name: texts.get(name, {}) | {"group": types.get(name, "")} for name in task.artists}
    companies = {
        name: prose.get(name, {}) | {"group": group}
        for name, group in zip(task.companies, task.categories, strict=True)
    }
    return artists, companies


def thinned(task: Task, seed: int) -> Task:
    """The task where at most ``NEW`` of the companies to choose from are new to those learned from.

    A company that only hidden artists work with is there to be chosen for no other reason. The more artists are hidden
    at a time of those there are, the more such companies there would be, and the more of what is asked would be about
    them alone. Those that stay are drawn by ``seed``; nothing is asked of the others.
    """
    new = np.flatnonzero(task.popularity == 0)
    kept = round(NEW / (1.0 - NEW) * (len(task.companies) - len(new)))
    dropped = np.random.default_rng(seed).permutation(new)[kept:]
    rows = np.setdiff1d(np.arange(len(task.companies)), dropped)
    return replace(
        task,
        companies=tuple(task.companies[row] for row in rows),
        categories=tuple(task.categories[row] for row in rows),
        known=task.known[:, rows],
        truth=task.truth[:, rows],
    )


def tasks_of(data: TieUps, heldout: TieUps | None, seed: int) -> list[Task]:
    """One task on held-out rows, else one for each part of the artists."""
    if heldout:
        return [build_task(data, heldout, frozenset(artist for artist, _ in heldout.pairs))]
    return [thinned(build_task(data, None, hidden), seed) for hidden in parts(data, seed)]
