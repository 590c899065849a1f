"""Tie-ups in columns, and how alike two entities of one side are."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, Self

import numpy as np
import scipy.sparse as sp

from kyokan.graph.model import Relation, RelationKind
from kyokan.matching.signals.base import Side, Subject
from kyokan.matching.signals.kernels import GramChange
from kyokan.matching.signals.profiles import Profiles
from kyokan.matching.signals.settings import SignalSettings
from kyokan.matching.signals.texts import Texts
from kyokan.matching.signals.view import Floats, GraphView, Rows, Sparse, dense_row

YEAR = re.compile(r"^\d{4}")
PARTS_KEPT = 32
UNITS, TEXTS, MARKS = "units", "texts", "marks"  # kansei, text vectors, tags with categories
FEW_ROWS = 4  # up to so many, tags and categories are compared row by row
UNDATED_AGE = 1.0  # half-lives that an undated tie-up is taken to be old


@dataclass(frozen=True, slots=True)
class TieUps:
    """T tie-ups: rows of the artist and of the thing, weight = confidence × recency, and the relations."""

    artists: Rows
    things: Rows
    weights: Floats
    relations: tuple[Relation, ...]

    @classmethod
    def read(cls, view: GraphView, settings: SignalSettings) -> TieUps:
        """All tie-ups of a snapshot; recency halves every ``precedent_half_life`` years before its latest tie-up."""
        relations = tuple(view.relations(RelationKind.TIED_UP))
        artists, things = ([view.row(end) for end in ends] for ends in _ends(relations))
        return cls._of(relations, np.array(artists, dtype=np.int64), np.array(things, dtype=np.int64), settings)

    def without(self, identities: Collection[tuple[str, str, str, str]], settings: SignalSettings) -> Self:
        """Those that are left when some are taken away; the latest of them is what recency counts from."""
        sources = {source for _, source, _, _ in identities}
        kept = [
            place
            for place, relation in enumerate(self.relations)
            if relation.source not in sources or relation.identity not in identities
        ]
        relations = tuple(self.relations[place] for place in kept)
        return self._of(relations, self.artists[kept], self.things[kept], settings)

    @classmethod
    def _of(cls, relations: tuple[Relation, ...], artists: Rows, things: Rows, settings: SignalSettings) -> Self:
        years = np.array([year_of(relation) for relation in relations], dtype=np.float64)
        latest = np.nanmax(years) if len(years) and not np.isnan(years).all() else 0.0
        age = np.where(np.isnan(years), UNDATED_AGE, (latest - years) / settings.precedent_half_life)
        confidence = np.array([relation.confidence for relation in relations], dtype=np.float64)
        return cls(
            artists=artists,
            things=things,
            weights=confidence * np.power(0.5, age),
            relations=relations,
        )

    def __len__(self) -> int:
        return len(self.relations)

    def places_of(self, before: TieUps) -> Rows:
        """(T',) where each of those before stands here, −1 for one that was taken away."""
        if before is self:
            return np.arange(len(self))
        places = {id(relation): place for place, relation in enumerate(self.relations)}  # the very ones are left
        return np.array([places.get(id(relation), -1) for relation in before.relations], dtype=np.int64)

    @property
    def happened(self) -> Self:
        """Those between real parties: a deal made up to show the product is nobody's precedent."""
        real = [
            not (relation.attributes.get("fictional") or relation.provenance.synthetic) for relation in self.relations
        ]
        kept = np.flatnonzero(real)
        relations = tuple(self.relations[place] for place in kept)
        return replace(
            self, artists=self.artists[kept], things=self.things[kept], weights=self.weights[kept], relations=relations
        )

    def ends(self, side: Side) -> Rows:
        """(T,) rows of one side."""
        return self.artists if side is Side.PEOPLE else self.things

    def between(self, one: int, other: int) -> list[Relation]:
        """Tie-ups of two rows, in either order."""
        hit = ((self.artists == one) & (self.things == other)) | ((self.artists == other) & (self.things == one))
        return [self.relations[index] for index in np.flatnonzero(hit)]


def _ends(relations: Sequence[Relation]) -> tuple[list[str], list[str]]:
    return [relation.source for relation in relations], [relation.target for relation in relations]


def year_of(relation: Relation) -> float:
    """The year a tie-up began; NaN where the source gives none."""
    return _year_of(relation.since, relation.until)


@lru_cache(maxsize=4096)
def _year_of(since: str, until: str) -> float:
    found = YEAR.match(since) or YEAR.match(until)
    return float(found.group()) if found else float("nan")


class Likeness:
    """How alike two entities of one side are, in 0..1: the mean of cosines over what both ends could have.

    Three descriptions count, each as a cosine floored at 0: kansei strengths times how telling they are, centred text
    vectors, and tags with categories (log weights times inverse document frequency). A description that an entity
    lacks gives 0, so little-known entities are like nobody rather than like everybody.
    """

    def __init__(self, view: GraphView, profiles: Profiles, texts: Texts) -> None:
        self._view = view
        self._profiles = profiles
        self._texts = texts
        self._others: dict[tuple[int, str, bytes | None], tuple[Rows, Any]] = {}

    def over(self, view: GraphView, profiles: Profiles, *, marks: bool) -> Likeness:
        """The same texts with other profiles, and other tags or categories unless ``marks`` are the same."""
        likeness = Likeness(view, profiles, self._texts)
        gone = {UNITS} if profiles is not self._profiles else set()
        if marks:
            likeness.__dict__["marks"] = self.marks
        else:
            gone.add(MARKS)
        likeness.__dict__["_others"] = {key: kept for key, kept in self._others.items() if key[1] not in gone}
        return likeness

    def change(self, before: Likeness, rows: Rows) -> GramChange | None:
        """By how much rows are otherwise alike than they were; None where texts are others, whose cosines are floored.

        No cosine of the other descriptions is below 0. Texts also tell times.
        """
        if self._texts is not before._texts or (self.marks.nnz > 0) is not (before.marks.nnz > 0):
            return None
        factors = []
        if self._profiles is not before._profiles:
            factors.append((self._kept(rows, UNITS, self._units), before._kept(rows, UNITS, before._units)))
        if self.marks is not before.marks:
            factors.append((self.marks[rows], before.marks[rows]))
        return GramChange(self.share, factors)

    @property
    def share(self) -> float:
        """What each description counts: likeness is the mean of those that there are."""
        return 1.0 / (1 + int(self._texts.vectors is not None) + int(self.marks.nnz > 0))

    @cached_property
    def marks(self) -> Sparse:
        """(N, N) CSR of unit rows: tags and categories of each entity."""
        tags = self._view.matrix(RelationKind.TAGGED).copy()
        tags.data = np.log1p(np.maximum(tags.data, 0.0))
        categories = self._view.matrix(RelationKind.IN_CATEGORY).copy()
        categories.data = np.ones_like(categories.data, dtype=np.float64)
        marks = sp.csr_array(tags + categories).astype(np.float64)
        spread = np.bincount(marks.indices, minlength=marks.shape[1])
        entities = np.count_nonzero(np.diff(marks.indptr))
        marks.data = marks.data * np.log((entities + 1.0) / (spread[marks.indices] + 1.0))
        return _unit_rows(marks)

    def of(self, subject: Subject, rows: Rows) -> Floats:
        """(R,) likeness of the subject to each row."""
        telling = np.sqrt(self._profiles.telling)
        total = self._of_learned(rows, UNITS, self._units) @ _unit(subject.strength[None, :] * telling)[0]
        parts = 1
        if self._texts.vectors is not None:
            parts += 1
            if subject.vector is not None:
                centred = self._of_learned(rows, TEXTS, lambda some: self._texts.centred[some])
                total = total + np.maximum(centred @ subject.vector, 0.0)
        if subject.row is not None and self.marks.nnz:
            parts += 1
            total = total + (self.marks @ dense_row(self.marks, subject.row))[rows]
        return np.asarray(total / parts, dtype=np.float64)

    def between(self, rows: Rows, others: Rows) -> Floats:
        """(R, O) likeness of rows to others."""
        result = self.share * self._part(UNITS, rows, others) + self.beside_kansei(rows, others)
        if rows is others:
            np.fill_diagonal(result, 1.0)
        else:
            result[rows[:, None] == others[None, :]] = 1.0
        return result

    def beside_kansei(self, rows: Rows, others: Rows) -> Floats:
        """(R, O) what texts, tags and categories add to likeness; with oneself it says nothing."""
        result = np.zeros((len(rows), len(others)))
        if self._texts.vectors is not None:
            result += self._part(TEXTS, rows, others)
        if self.marks.nnz:
            result += self._part(MARKS, rows, others)
        result *= self.share
        return result

    def same_beside_kansei(self, before: Likeness) -> bool:
        """Whether texts, tags and categories are those that they were."""
        return self._texts is before._texts and self.marks is before.marks

    def units(self, rows: Rows) -> Sparse:
        """(R, A) CSR of unit profiles, whose products are the cosines of kansei."""
        strengths = self._profiles.sparse(rows)
        strengths.data *= np.sqrt(self._profiles.telling)[strengths.indices]
        return _unit_rows(strengths)

    def _part(self, part: str, rows: Rows, others: Rows) -> Floats:
        """(R, O) cosines of one description, floored at 0."""
        make = {UNITS: self._shared_units, TEXTS: self._shared_texts, MARKS: self._shared_marks}[part]
        if rows is not others and len(rows) > FEW_ROWS:
            return make(rows, others)
        which = b"" if rows is others else rows.tobytes()
        found: Floats = self._kept(others, part, lambda _: make(rows, others), which)
        return found  # what stays the same in an edited copy is kept

    def _shared_units(self, rows: Rows, others: Rows) -> Floats:
        units = self._kept(others, UNITS, self._units)
        return np.asarray((units if rows is others else self._units(rows)) @ units.T)

    def _shared_texts(self, rows: Rows, others: Rows) -> Floats:
        centred = self._kept(others, TEXTS, lambda chosen: self._texts.centred[chosen])
        return np.asarray(np.maximum((centred if rows is others else self._texts.centred[rows]) @ centred.T, 0.0))

    def _units(self, rows: Rows) -> Floats:
        return _unit(self._profiles.strengths(rows) * np.sqrt(self._profiles.telling))

    def _shared_marks(self, rows: Rows, others: Rows) -> Floats:
        """(R, O) cosines of tags and categories."""
        if len(rows) <= FEW_ROWS:
            found = [(self.marks @ dense_row(self.marks, row))[others] for row in rows.tolist()]
            return np.array(found).reshape(len(rows), len(others))
        return np.asarray((self.marks[rows] @ self._kept(others, MARKS, lambda one: self.marks[one].T)).toarray())

    def _of_learned(self, rows: Rows, part: str, make: Callable[[Rows], Any]) -> Any:
        """A part of rows, kept already where they are those that others are compared with."""
        kept = self._others.get((id(rows), part, None))
        return make(rows) if kept is None else kept[1]

    def _kept(self, others: Rows, part: str, make: Callable[[Rows], Any], rows: bytes | None = None) -> Any:
        """A part of the entities compared with, which are the same for every question, or of ``rows`` with them."""
        kept = self._others.get((id(others), part, rows))
        if kept is None:
            if len(self._others) >= PARTS_KEPT:  # those of few rows go, which the next question does not ask for
                lasting = {key: one for key, one in self._others.items() if not key[2]}
                self._others = lasting if len(lasting) < PARTS_KEPT else {}
            kept = self._others[id(others), part, rows] = (others, make(others))  # holding them keeps the id theirs
        return kept[1]


def _unit_rows(rows: Sparse) -> Sparse:
    lengths = np.sqrt(np.asarray(rows.power(2).sum(axis=1)).ravel())
    scale = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return sp.csr_array(sp.diags_array(scale) @ rows)


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0))
