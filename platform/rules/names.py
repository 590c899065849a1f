"""Whom and what a rule names, found in a snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from kyokan.graph.languages import PARTED
from kyokan.graph.model import EntityKind
from kyokan.matching.signals import Context, Side
from kyokan.matching.signals.view import Flags, Rows


def meets(context: Context, stated: Iterable[str], planned: Iterable[str], kind: EntityKind | None) -> bool:
    """Whether any word of the one is among the other's; "日本 / Japan", ``japan`` and ``place:japan`` are one."""
    one, other = ({name for word in words for name in spellings(context, word, kind)} for words in (stated, planned))
    return bool(one & other)


def spellings(context: Context, word: str, kind: EntityKind | None) -> Iterator[str]:
    """Every way to write a word of a clause, and each half of one in two languages; ``kind`` is what it may name."""
    bare = word.rpartition(":")[2] if kind and word.startswith(f"{kind.value}:") else word
    for part in (one.strip().casefold() for one in bare.replace("／", "/").split("/")):
        yield part
        if kind and (row := context.find(f"{kind.value}:{part}")) >= 0:
            yield from (context.label(row, lang).casefold() for lang in ("ja", "en"))


def named(context: Context, word: str, kind: EntityKind) -> int:
    """Row of the one of a kind that a word names in all its halves, by id or by name; -1 where there is none."""
    row = context.find(word if ":" in word else f"{kind.value}:{word.casefold()}")
    if row >= 0:
        return row
    halves, known = {half.casefold() for half in word.split(PARTED)}, context.view.rows(kind).tolist()
    return next((one for one in known if halves.issubset(spellings(context, context.id(one), kind))), -1)


def rows_of(context: Context, entity: str) -> Rows:
    """The row of an entity, with its products where it is a brand; none where it is not known."""
    row = context.find(entity)
    if row < 0:
        return np.array([], dtype=np.int64)
    own = np.array([row], dtype=np.int64)
    made = context.profiles.brand_of == row if context.side(row) is Side.THINGS else np.array([], dtype=np.bool_)
    return np.concatenate([own, np.flatnonzero(made)])


def bound(context: Context, row: int, artist: int) -> bool:
    """Whether a row is the artist, or of its group."""
    return bool(context.sides[row] == context.sides[artist]) and context.facts.same_group(row, artist)


def in_categories(context: Context, categories: Iterable[str], rows: Rows) -> Flags:
    """(R,) whether each row is of one of the categories."""
    known = [row for row in map(context.find, categories) if row >= 0]
    return np.asarray(context.categories[rows][:, known].sum(axis=1) > 0)


def tied_up_in(context: Context, topics: Iterable[str], artists: Rows) -> Flags:
    """(A,) whether each artist has tied up with a thing of these categories, or under a clause that names one."""
    refused = tuple(topics)
    tie_ups = context.tie_ups
    if not refused or not len(tie_ups):
        return np.zeros(len(artists), dtype=np.bool_)
    hit = in_categories(context, refused, tie_ups.things)
    named = [
        meets(context, refused, (str(relation.attributes.get("category") or ""),), EntityKind.CATEGORY)
        for relation in tie_ups.relations
    ]
    return np.asarray(np.isin(artists, tie_ups.artists[hit | np.array(named, dtype=np.bool_)]))


class Categories:
    """The categories of a snapshot by every spelling of them, so that each word of a clause is looked up, not searched.

    Args:
        context: the snapshot.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._by_spelling: dict[str, set[int]] = {}
        for row in context.view.rows(EntityKind.CATEGORY).tolist():
            for spelling in spellings(context, context.id(row), EntityKind.CATEGORY):
                self._by_spelling.setdefault(spelling, set()).add(row)

    def named(self, word: str) -> frozenset[int]:
        """Rows of the categories that a clause's word names; none where it is empty or names nothing known."""
        if not word:
            return frozenset()
        written = spellings(self._context, word, EntityKind.CATEGORY)
        return frozenset().union(*(self._by_spelling.get(one, ()) for one in written))

    def kept(self, word: str, partner: int) -> frozenset[int]:
        """Rows of the categories that a deal keeps: those named, else the partner's; empty where it keeps every one."""
        return self.named(word) or frozenset(self._context.categories_of(partner).tolist() if partner >= 0 else ())
