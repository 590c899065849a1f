"""What a batch of a write changes: new, changed and unchanged records told apart by hash, and counted by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar

from kyokan.graph.stores.protocol import Changes

T = TypeVar("T")
Identity = TypeVar("Identity", bound=Hashable)
Row = dict[str, Any]
"""A record's columns; ``kind`` and ``hash`` are always among them."""


class Tally:
    """Counts what a write does, record by record in the order given, whatever the size of its batches."""

    def __init__(self) -> None:
        self._added: Counter[str] = Counter()
        self._updated: Counter[str] = Counter()
        self._unchanged: Counter[str] = Counter()

    def sift(self, rows: Mapping[Identity, list[Row]], known: Mapping[Identity, str]) -> list[Row]:
        """The rows of a batch that must be written, one an identity.

        Args:
            rows: identity to all rows of that identity in the batch, in order.
            known: identity to hash of what the store already holds.
        """
        pending = []
        for identity, versions in rows.items():
            stored = held = known.get(identity)
            for row in versions:
                counter = self._added if held is None else self._updated if held != row["hash"] else self._unchanged
                counter[row["kind"]] += 1
                held = row["hash"]
            if held != stored:
                pending.append(versions[-1])
        return pending

    @property
    def changed(self) -> bool:
        """Whether anything was added or updated."""
        return bool(self._added or self._updated)

    def changes(self) -> Changes:
        """The counts, kinds in ascending order."""
        return Changes(*(dict(sorted(part.items())) for part in (self._added, self._updated, self._unchanged)))


def grouped(rows: Iterable[tuple[Identity, Row]]) -> dict[Identity, list[Row]]:
    """Identity to its rows, both in order of appearance."""
    groups: dict[Identity, list[Row]] = {}
    for identity, row in rows:
        groups.setdefault(identity, []).append(row)
    return groups


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of up to ``size`` items."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
