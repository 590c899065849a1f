"""Everything the signals derive from one snapshot, computed once and when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self, TypeVar, overload

import numpy as np

from kyokan.errors import UnknownEntityError
from kyokan.graph.dictionary import Dictionary
from kyokan.graph.encoder import Encoder
from kyokan.graph.model import EntityKind, RelationKind
from kyokan.matching.signals.audiences import Audiences
from kyokan.matching.signals.base import SIDE_OF_KIND, Side
from kyokan.matching.signals.categories import filled_categories, sold_categories
from kyokan.matching.signals.complement import PairTable, count_pairs, typical_value
from kyokan.matching.signals.facts import Facts
from kyokan.matching.signals.history import History
from kyokan.matching.signals.kinship import Kinship
from kyokan.matching.signals.moulds import Moulds
from kyokan.matching.signals.partners import PairWeights, Partners
from kyokan.matching.signals.profiles import Profiles
from kyokan.matching.signals.settings import SignalSettings
from kyokan.matching.signals.texts import Texts
from kyokan.matching.signals.tie_ups import Likeness, TieUps
from kyokan.matching.signals.times import Times
from kyokan.matching.signals.view import Flags, Floats, GraphView, Rows, Sparse
from kyokan.matching.signals.walk_graph import EDGE_WEIGHTS, WalkGraph

T = TypeVar("T")
LANGS = ("ja", "en")
VALUES, TEXTS, FANS, SIZES = "values", "texts", "fans", "sizes"
# What each part of a context is derived from, so that an edited copy derives anew no more than it must. Relations go by
# their kind.
RESTS_ON: Mapping[str, frozenset[str]] = {
    "profiles": frozenset({VALUES, RelationKind.MADE_BY}),
    "texts": frozenset({TEXTS}),
    "audiences": frozenset({FANS, RelationKind.OVERLAPS, RelationKind.MADE_BY}),
    "facts": frozenset({SIZES, RelationKind.RELATED}),
    "audience_sizes": frozenset({FANS, SIZES, RelationKind.MADE_BY}),
    "typical_audience": frozenset({FANS, SIZES, RelationKind.MADE_BY}),
    "tie_ups": frozenset({RelationKind.TIED_UP}),
    "precedents": frozenset({RelationKind.TIED_UP}),
    "likeness": frozenset({VALUES, TEXTS, RelationKind.MADE_BY, RelationKind.TAGGED, RelationKind.IN_CATEGORY}),
    "times": frozenset({TEXTS}),
    "kinship": frozenset(
        {VALUES, TEXTS, RelationKind.MADE_BY, RelationKind.TAGGED, RelationKind.IN_CATEGORY, RelationKind.TIED_UP}
    ),
    "pair_table": frozenset({VALUES, RelationKind.MADE_BY, RelationKind.TIED_UP}),
    "pair_lift": frozenset({VALUES, RelationKind.MADE_BY, RelationKind.TIED_UP}),
    "complement_typical": frozenset({VALUES, RelationKind.MADE_BY, RelationKind.TIED_UP}),
    "moulds": frozenset({RelationKind.IN_CATEGORY, RelationKind.MADE_BY, RelationKind.IN_PLACE}),
    "history": frozenset({RelationKind.IN_CATEGORY, RelationKind.MADE_BY, RelationKind.IN_PLACE, RelationKind.TIED_UP}),
    "partners": frozenset(
        {
            VALUES,
            TEXTS,
            RelationKind.MADE_BY,
            RelationKind.TAGGED,
            RelationKind.IN_CATEGORY,
            RelationKind.IN_PLACE,
            RelationKind.TIED_UP,
        }
    ),
    "walk_graph": frozenset({VALUES, *EDGE_WEIGHTS}),
    "categories": frozenset({RelationKind.IN_CATEGORY, RelationKind.MADE_BY}),
    "sold_categories": frozenset({RelationKind.IN_CATEGORY, RelationKind.MADE_BY}),
}


class Part(cached_property[T]):
    """A part of a context, derived when first asked for; one that no edit touched is that of the context before it."""

    @overload
    def __get__(self, context: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, context: object, owner: type[Any] | None = None) -> T: ...
    def __get__(self, context: object, owner: type[Any] | None = None) -> T | Self:
        if isinstance(context, Context):
            context.inherit(str(self.attrname))
        return super().__get__(context, owner)


class Context:
    """Derived columns of one snapshot; immutable once made, safe to share between threads that only read.

    ``pairs`` says what past tie-ups weigh: learned, not derived, so an edited copy keeps it.
    """

    def __init__(
        self,
        view: GraphView,
        encoder: Encoder | None = None,
        settings: SignalSettings | None = None,
        dictionary: Dictionary | None = None,
        pairs: PairWeights | None = None,
    ) -> None:
        self.view = view
        self.settings = settings or SignalSettings()
        self.pairs = pairs or PairWeights()
        self.dictionary = dictionary
        self.encoder = encoder
        self._labels: dict[tuple[int, str], str] = {}
        self._before: Context | None = None
        self._touched: frozenset[str] = frozenset()

    @Part
    def sides(self) -> Rows:
        """(N,) side of each row."""
        return _sides(self.view)

    def over(self, view: GraphView, touched: frozenset[str], pairs: PairWeights | None = None) -> Context:
        """The context of an edited copy of the same entities; what rests on none of ``touched`` is taken over."""
        context = Context(view, self.encoder, self.settings, self.dictionary, pairs or self.pairs)
        context._before, context._touched = self, touched
        context._labels = self._labels  # nothing that can be taken away changes a name
        return context

    def inherit(self, part: str) -> None:
        """Take a part over from the context that this one is an edited copy of, unless it was touched."""
        if self._before is not None and not RESTS_ON.get(part, frozenset()) & self._touched:
            self.__dict__[part] = getattr(self._before, part)

    def side(self, row: int) -> Side:
        """The side of a row."""
        return Side(int(self.sides[row]))

    @Part
    def profiles(self) -> Profiles:
        """Kansei profiles."""
        return Profiles(self.view, self.sides, self.settings, self.dictionary)

    @Part
    def texts(self) -> Texts:
        """Text vectors."""
        return Texts(self.view, self.encoder, self.sides)

    @Part
    def audiences(self) -> Audiences:
        """Fans and surveyed overlaps."""
        return Audiences(self.view, self.sides)

    @Part
    def likeness(self) -> Likeness:
        """How alike two of one side are."""
        return Likeness(self.view, self.profiles, self.texts)

    @Part
    def times(self) -> Times:
        """When acts were active."""
        return Times(self.view, self.sides)

    @Part
    def kinship(self) -> Kinship:
        """How much what one did says of another."""
        return Kinship(self)

    @Part
    def facts(self) -> Facts:
        """What entities state of themselves."""
        return Facts.read(self.view, self.sides)

    @Part
    def audience_sizes(self) -> Floats:
        """(N,) people in each audience; 0 where unknown or under the minimum cell."""
        return self.audiences.sizes(self.facts.sizes)

    @Part
    def typical_audience(self) -> Mapping[Side, float]:
        """Median size of the known audiences of each side; 0 where none is known."""
        found = {}
        for side in (Side.PEOPLE, Side.THINGS):
            sizes = self.audience_sizes[self.sides == side]
            found[side] = float(np.median(sizes[sizes > 0])) if (sizes > 0).any() else 0.0
        return found

    @Part
    def tie_ups(self) -> TieUps:
        """All tie-ups, made-up ones too: what they exclude holds between their parties."""
        return TieUps.read(self.view, self.settings)

    @Part
    def precedents(self) -> TieUps:
        """Tie-ups that happened, which others may learn from."""
        return self.tie_ups.happened

    @Part
    def pair_lift(self) -> Floats:
        """(A, A) how much oftener than by chance attributes went together."""
        return self.pair_table.lift(self.settings.complement_prior)

    @Part
    def pair_table(self) -> PairTable:
        """Which attribute of an artist went with which of a thing, over the tie-ups that happened."""
        return count_pairs(self.precedents, self.profiles)

    @Part
    def complement_typical(self) -> float:
        """The usual size of what complement sums up."""
        return typical_value(self.pair_table, self.pair_lift, self.precedents, self.profiles)

    @Part
    def moulds(self) -> Moulds:
        """Who has the same categories and homes."""
        return Moulds.of(self.categories, self.view.matrix(RelationKind.IN_PLACE))

    @Part
    def history(self) -> History:
        """Who worked with whom."""
        return History(self)

    @Part
    def partners(self) -> Partners:
        """What past tie-ups say of any pair."""
        return Partners(self)

    @Part
    def walk_graph(self) -> WalkGraph:
        """The graph the walk goes over."""
        return WalkGraph.build(self.view, self.profiles, self.sides, self.settings)

    @Part
    def categories(self) -> Sparse:
        """(N, N) CSR of 0/1, entity × category."""
        return filled_categories(self.view)

    @Part
    def sold_categories(self) -> Sparse:
        """(N, N) CSR of 0/1, artist × category of the products the artist makes."""
        return sold_categories(self.view, self.sides, self.categories)

    def categories_of(self, row: int) -> Rows:
        """Category rows of an entity, ascending."""
        start, end = self.categories.indptr[row], self.categories.indptr[row + 1]
        return np.sort(self.categories.indices[start:end].astype(np.int64))

    def id(self, row: int) -> str:
        """The id of a row."""
        return self.view.ids[row]

    def find(self, entity_id: str) -> int:
        """The row of an id, −1 if there is none."""
        try:
            return self.view.row(entity_id)
        except UnknownEntityError:
            return -1

    def label(self, row: int, lang: str) -> str:
        """The name of a row's entity in ``lang``."""
        if (row, lang) not in self._labels:
            entity = self.view.entity(row)
            self._labels |= {(row, one): entity.label(one) for one in LANGS}
        return self._labels[row, lang]

    def attribute_label(self, column: int, lang: str) -> str:
        """The label of a kansei column in ``lang``."""
        return self.profiles.label(column, lang)

    def cross(self, side: Side, candidates: Rows) -> Flags:
        """(C,) whether each candidate stands on the other side (a brief stands opposite everybody)."""
        if side is Side.NONE:
            return np.ones(len(candidates), dtype=np.bool_)
        return np.asarray(self.sides[candidates] != side)


def _sides(view: GraphView) -> Rows:
    sides = np.full(len(view.ids), Side.NONE, dtype=np.int64)
    for kind in EntityKind:
        side = SIDE_OF_KIND.get(kind)
        if side is not None:
            sides[view.rows(kind)] = side
    return sides
