"""A context without a few facts: each part is edited where it is known what went, or left to be derived anew."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from kyokan.graph.model import RelationKind
from kyokan.matching.signals.categories import Identity, refilled, touched_by
from kyokan.matching.signals.complement import count_without
from kyokan.matching.signals.context import FANS, RESTS_ON, SIZES, TEXTS, Context
from kyokan.matching.signals.history import History
from kyokan.matching.signals.partners import Partners
from kyokan.matching.signals.profiles import Profiles
from kyokan.matching.signals.view import GraphView, Rows
from kyokan.matching.signals.walk_edits import edited_walk


@dataclass(frozen=True, slots=True)
class Edit:
    """What goes.

    ``view`` is the edited copy; ``touched`` says what went in the words of ``RESTS_ON``; ``cells`` are (K,) rows and
    columns of the profiles that are unknown there; ``relations`` are identities of those that are gone; ``lasting``
    says that the edited copy is kept for further questions.
    """

    view: GraphView
    touched: frozenset[str]
    cells: tuple[Rows, Rows]
    relations: Collection[Identity]
    lasting: bool = False

    def of(self, before: Context) -> Context:
        """The context of the edited copy."""
        after = before.over(self.view, self.touched)
        parts = after.__dict__  # the parts of a context are what it has derived
        if self.touches("profiles"):
            parts |= self._profiles(before)
        if self.touches("audiences") and FANS not in self.touched:
            parts["audiences"] = before.audiences.without(self.view, self.relations)
        if RelationKind.RELATED in self.touched and SIZES not in self.touched:
            parts["facts"] = before.facts.grouped(self.view)
        if self.touches("moulds"):
            self._categories(before, after)
        if self.touches("walk_graph"):
            profiles = (before.profiles, after.profiles)
            graph = edited_walk(
                before.walk_graph, self.view, profiles, self.cells, self.relations, lasting=self.lasting
            )
            parts |= {"walk_graph": graph} if graph is not None else {}
        if self.touched & (RESTS_ON["likeness"] | {RelationKind.TIED_UP}) and TEXTS not in self.touched:
            same = not self.touched & {RelationKind.TAGGED, RelationKind.IN_CATEGORY}
            parts["likeness"] = before.likeness.over(self.view, after.profiles, marks=same)
        self._tie_ups(before, after)
        return after

    def touches(self, part: str) -> bool:
        """Whether a part of a context may differ."""
        return bool(self.touched & RESTS_ON[part])

    def _profiles(self, before: Context) -> dict[str, Profiles]:
        """The profiles; nothing where a product has another maker left, whose values it may take."""
        gone = [self.view.row(source) for kind, source, _, _ in self.relations if kind == RelationKind.MADE_BY]
        unmade = np.unique(np.array(gone, dtype=np.int64))
        if np.any(np.diff(self.view.matrix(RelationKind.MADE_BY).indptr)[unmade]):
            return {}
        profiles = before.profiles.without(self.view, *self.cells, unmade)
        profiles.nodes, profiles.opposites = before.profiles.nodes, before.profiles.opposites
        return {"profiles": profiles}

    def _categories(self, before: Context, after: Context) -> None:
        rows = touched_by(before.view, self.relations)
        homes = {self.view.row(source) for kind, source, _, _ in self.relations if kind == RelationKind.IN_PLACE}
        parts = after.__dict__
        parts["categories"] = refilled(self.view, before.categories, rows)
        places = self.view.matrix(RelationKind.IN_PLACE)
        parts["moulds"] = before.moulds.changed({*rows, *homes}, after.categories, places)

    def _tie_ups(self, before: Context, after: Context) -> None:
        parts: dict[str, Any] = after.__dict__
        if RelationKind.TIED_UP in self.touched:
            parts["tie_ups"] = before.tie_ups.without(self.relations, before.settings)
        if self.touches("pair_table"):
            ends = (before.precedents, after.precedents), (before.profiles, after.profiles)
            parts["pair_table"] = count_without(before.pair_table, *ends)
            if after.pair_table is before.pair_table:
                kept = before.__dict__.keys() & {"pair_lift", "complement_typical"}
                parts |= {part: before.__dict__[part] for part in kept}
        if self.touches("history"):
            parts["history"] = History(after, before.history)
        if self.touches("partners"):
            parts["partners"] = Partners(after, before.partners, lasting=self.lasting)
