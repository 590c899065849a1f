"""A snapshot from which some facts are taken away, with the columns of a snapshot, so that all is derived anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from kyokan.graph.encoder import Encoder, Vectors
from kyokan.graph.model import Entity, EntityKind, Relation, RelationKind
from kyokan.matching.evidence.removal import Removal
from kyokan.matching.signals.audiences import FAN_RELATIONS
from kyokan.matching.signals.context import VALUES, Context
from kyokan.matching.signals.edits import Edit
from kyokan.matching.signals.facts import SIZE_ATTRIBUTES
from kyokan.matching.signals.texts import drop_sentence, encode_entities
from kyokan.matching.signals.view import GraphView, KanseiView, Rows, Sparse, place_of


@dataclass(frozen=True, slots=True)
class EditedKansei:
    """Profiles with some values unknown."""

    attributes: Sequence[str]
    intensity: NDArray[np.float32]
    confidence: NDArray[np.float32]


class EditedView:
    """``GraphView`` of ``base`` without ``removal``; ``forgotten`` attributes are unknown to everybody."""

    def __init__(
        self,
        base: GraphView,
        removal: Removal,
        *,
        encoder: Encoder | None = None,
        forgotten: frozenset[str] = frozenset(),
    ) -> None:
        self._base = base
        self._removal = removal
        self._encoder = encoder
        self._forgotten = frozenset(_slug(attribute) for attribute in forgotten)
        self._matrices: dict[tuple[RelationKind, bool], Sparse] = {}

    @property
    def hash(self) -> str:
        """That of the snapshot underneath: a what-if is asked of it."""
        return self._base.hash

    @property
    def dictionary(self) -> str:
        """As underneath."""
        return self._base.dictionary

    @property
    def ids(self) -> Sequence[str]:
        """As underneath."""
        return self._base.ids

    @property
    def kinds(self) -> NDArray[np.str_]:
        """As underneath."""
        return self._base.kinds

    def row(self, entity_id: str) -> int:
        """As underneath."""
        return self._base.row(entity_id)

    def rows(self, *kinds: EntityKind) -> Rows:
        """As underneath."""
        return self._base.rows(*kinds)

    @cached_property
    def kansei(self) -> KanseiView:
        """Profiles without the removed values."""
        base = self._base.kansei
        columns = {_slug(attribute): column for column, attribute in enumerate(base.attributes)}
        intensity, confidence = np.array(base.intensity), np.array(base.confidence)
        for attribute in sorted(self._forgotten & columns.keys()):
            intensity[:, columns[attribute]], confidence[:, columns[attribute]] = np.nan, 0.0
        for entity, attribute in sorted(self._removal.values):
            if _slug(attribute) in columns:
                cell = (self.row(entity), columns[_slug(attribute)])
                intensity[cell], confidence[cell] = np.nan, 0.0
        return EditedKansei(base.attributes, intensity, confidence)

    def entity(self, row: int) -> Entity:
        """The entity without removed sentences and forgotten audience figures."""
        entity = self._base.entity(row)
        for name, lang, sentence in sorted(self._removal.texts):
            if name == entity.id:
                entity = drop_sentence(entity, lang, sentence)
        if entity.id in self._removal.sizes:
            kept = {name: value for name, value in entity.attributes.items() if name not in SIZE_ATTRIBUTES}
            entity = entity.with_changes(attributes=kept)
        return entity

    def matrix(self, kind: RelationKind, *, transpose: bool = False) -> Sparse:
        """Weights without those of removed relations and let-go fans."""
        if (kind, transpose) not in self._matrices:
            self._matrices[kind, transpose] = self._thinned(kind, transpose=transpose)
        return self._matrices[kind, transpose]

    def _thinned(self, kind: RelationKind, *, transpose: bool) -> Sparse:
        removed = [identity for identity in sorted(self._removal.relations) if identity[0] == kind.value]
        fans = kind in FAN_RELATIONS and bool(self._removal.audiences or self._removal.sizes)
        if not removed and not fans:
            return self._base.matrix(kind, transpose=transpose)
        base = self._base.matrix(kind, transpose=transpose and not fans)
        data = np.array(base.data, dtype=np.float64)
        for _, source, target, key in removed:
            ends = (self.row(source), self.row(target))
            place = place_of(base, *(reversed(ends) if transpose and not fans else ends))
            for relation in self._base.relations(kind, source=source, target=target):
                if relation.key == key and place is not None:
                    data[place] -= relation.weight
        matrix = sp.csr_array((data, base.indices, base.indptr), shape=base.shape, copy=True)
        result = self._without_fans(matrix) if fans else matrix
        result.data[np.abs(result.data) < 1e-12] = 0.0  # noqa: PLR2004  # what rounding leaves of a removed edge
        result.eliminate_zeros()
        return sp.csr_array(result.T) if transpose and fans else result

    def relations(self, kind: RelationKind, *, source: str | None = None, target: str | None = None) -> list[Relation]:
        """Relations that are left."""
        found = self._base.relations(kind, source=source, target=target)
        return [relation for relation in found if relation.identity not in self._removal.relations]

    def vectors(self, encoder: str) -> Vectors | None:
        """Vectors, those of texts with removed sentences made anew."""
        base = self._base.vectors(encoder)
        touched = sorted({name for name, _, _ in self._removal.texts})
        if base is None or self._encoder is None or not touched:
            return base
        rows = [self.row(name) for name in touched]
        vectors = np.array(base)
        vectors[rows] = encode_entities(self._encoder, [self.entity(row) for row in rows])
        return vectors

    def _without_fans(self, likes: Sparse) -> Sparse:
        """(N, N) fan → entity after shared fans let go of the second entity, and all fans of forgotten audiences."""
        for one, other in sorted(self._removal.audiences):
            shared = np.intersect1d(self._fans_of(one), self._fans_of(other))
            likes = _let_go(likes, shared, self._family(other))
        for name in sorted(self._removal.sizes):
            likes = _let_go(likes, self._fans_of(name), self._family(name))
        return likes

    def _family(self, name: str) -> Rows:
        """The row of an entity and of what it makes."""
        row = self.row(name)
        products = self._base.matrix(RelationKind.MADE_BY, transpose=True)[[row]].indices
        return np.array([row, *products.tolist()], dtype=np.int64)

    def _fans_of(self, name: str) -> Rows:
        family = self._family(name)
        found = [self._base.matrix(kind, transpose=True)[family].indices for kind in FAN_RELATIONS]
        return np.unique(np.concatenate(found)).astype(np.int64)


def _let_go(likes: Sparse, fans: Rows, entities: Rows) -> Sparse:
    edges = likes.tocoo()
    kept = ~(np.isin(edges.coords[0], fans) & np.isin(edges.coords[1], entities))
    ends = (edges.coords[0][kept], edges.coords[1][kept])
    return sp.coo_array((edges.data[kept], ends), shape=likes.shape).tocsr()


def _slug(attribute: str) -> str:
    return attribute.removeprefix("kansei:")


def edited_context(
    context: Context, removal: Removal, encoder: Encoder | None, attributes: frozenset[str] = frozenset()
) -> Context:
    """A context without some facts, and as if some attributes did not exist; all else is taken over."""
    view = EditedView(context.view, removal, encoder=encoder, forgotten=attributes)
    profiles = context.profiles
    values = [(context.view.row(entity), profiles.column(one)) for entity, one in sorted(removal.values)]
    cells = np.array([(row, column) for row, column in values if column >= 0], dtype=np.int64).reshape(-1, 2)
    for column in map(profiles.column, sorted(attributes)):
        here = profiles.cells.of_column(column)
        cells = np.vstack([cells, np.column_stack([profiles.cells.rows[here], profiles.cells.columns[here]])])
    if attributes:
        cells = np.unique(cells, axis=0)
    touched = removal.touched | ({VALUES} if attributes else frozenset())
    return Edit(view, touched, (cells[:, 0], cells[:, 1]), removal.relations, bool(attributes)).of(context)
