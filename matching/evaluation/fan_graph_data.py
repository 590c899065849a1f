"""Reads the fan-graph folder: communities of artists, brands and products, and which share members, by year."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kyokan.errors import InputError
from kyokan.matching.evaluation.harness import require_file

FOLDER = "reddit_fan_graph"
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Community:
    """A community: its kind (artist, brand, product_community, music_community), origin and last.fm artist."""

    name: str
    kind: str
    origin: str
    lastfm_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FanGraph:
    """Communities by name, and by snapshot year the undirected pairs (names ascending) that share members."""

    communities: Mapping[str, Community]
    snapshots: Mapping[int, frozenset[Pair]]
    titles: Mapping[str, tuple[str, ...]]

    def before(self, year: int) -> frozenset[Pair]:
        """All pairs of snapshots earlier than ``year``."""
        return frozenset().union(*(pairs for when, pairs in self.snapshots.items() if when < year))


def pair(a: str, b: str) -> Pair:
    """The two names in ascending order."""
    return (a, b) if a < b else (b, a)


def read_fan_graph(root: Path, protocol: str) -> FanGraph:
    """Read ``root/reddit_fan_graph``; titles are optional.

    Raises:
        DataMissingError: ``nodes.csv`` or ``edges.csv`` is not there.
        InputError: a row breaks its format; the message names file and line.
    """
    nodes = require_file(root, FOLDER, "nodes.csv", protocol)
    edges = require_file(root, FOLDER, "edges.csv", protocol)
    communities = {
        row["node"]: Community(
            row["node"], row["type"], row.get("origin_hint") or "", _whole(row["lastfm_artist_id"], nodes, line)
        )
        for line, row in _rows(nodes, ("node", "type", "lastfm_artist_id"))
    }
    snapshots: dict[int, set[Pair]] = {}
    for line, row in _rows(edges, ("source", "target", "snapshot")):
        year = _whole(row["snapshot"], edges, line)
        if year is None:
            raise InputError(f"{edges}, line {line}", "needs a snapshot year", "Mend or remove the line")
        if row["source"] != row["target"]:
            snapshots.setdefault(year, set()).add(pair(row["source"], row["target"]))
    years = {year: frozenset(pairs) for year, pairs in sorted(snapshots.items())}
    return FanGraph(communities=communities, snapshots=years, titles=_read_titles(root))


def _read_titles(root: Path) -> dict[str, tuple[str, ...]]:
    path = root / FOLDER / "top_titles_2013.csv.gz"
    titles: dict[str, list[str]] = {}
    if path.is_file():
        for _, row in _rows(path, ("node", "title")):
            titles.setdefault(row["node"], []).append(row["title"])
    return {node: tuple(lines) for node, lines in titles.items()}


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            raise InputError(str(path), f"lacks the column {', '.join(missing)}", "Add it to the header line")
        for line, row in enumerate(reader, start=2):
            yield line, {column: value or "" for column, value in row.items() if column is not None}


def _whole(value: str, path: Path, line: int) -> int | None:
    if not value:
        return None
    try:
        return int(value)
    except ValueError as error:
        raise InputError(f"{path}, line {line}", f"{value!r} is not a whole number", "Mend the line") from error
