"""Rivalry: are the two substitutes rather than partners?"""

from __future__ import annotations

import numpy as np

from kyokan.graph.model import Relation, RelationKind
from kyokan.matching.ranking.model import Evidence
from kyokan.matching.signals.base import Side, SignalValues, Subject
from kyokan.matching.signals.context import Context
from kyokan.matching.signals.view import Flags, Floats, Rows, Sparse, dense_row

HALF = 1.0


def score(context: Context, subject: Subject, candidates: Rows) -> SignalValues:
    """How far the two compete; the fusion gives this signal a negative weight.

        value = stated rivalry + [both are things of one category] · likeness + [the artist sells that category]

    Stated rivalry is a ``rival_of`` edge (weight × confidence); likeness is ``Likeness`` in 0..1: near, but a
    substitute. An artist sells a category when a product made by the artist is in it.

    Edge cases: 0 and known when both categories are known and differ; unknown (0) where nothing is known of either.
    A brand and its own product are no rivals. Two artists are rivals only where an edge says so. A brief has no rivals.

    Example: two watch brands of likeness .7 and a rival_of edge of weight 1: 1.7.
    """
    if subject.row is None:
        return SignalValues.unknown(len(candidates))
    stated, alike, sold = _parts(context, subject, subject.row, candidates)
    has = np.diff(context.categories.indptr) > 0
    known = (stated > 0) | (sold > 0) | (has[candidates] & bool(has[subject.row]))
    return SignalValues.of(stated + alike + sold, known, np.ones(len(candidates)), HALF)


def evidence(context: Context, subject: Subject, candidate: int) -> tuple[Evidence, ...]:
    """The stated rivalry, the category in common and what the artist sells itself."""
    if subject.row is None:
        return ()
    stated, alike, sold = (float(part[0]) for part in _parts(context, subject, subject.row, np.array([candidate])))
    ends = (subject.id, context.id(candidate))
    items = []
    if stated > 0:
        items.append(
            Evidence(kind="path", ids=ends, weight=stated, note="stated rivals", note_ja="競い合う相手と記録されている")
        )
    shared = np.intersect1d(context.categories_of(subject.row), context.categories_of(candidate))
    if alike > 0:
        items.append(_in_category(context, ends, int(shared[0]), alike))
    if sold > 0:
        items.append(_sells(context, subject.row, candidate, sold))
    return tuple(items)


def rivals(context: Context, subject: Subject, candidates: Rows) -> Flags:
    """(C,) whether each candidate is a rival: stated, very like in the same category, or sold by the artist itself."""
    if subject.row is None:
        return np.zeros(len(candidates), dtype=np.bool_)
    stated, alike, sold = _parts(context, subject, subject.row, candidates)
    return np.asarray((stated > 0) | (alike >= context.settings.rival_likeness) | (sold > 0))


def _parts(context: Context, subject: Subject, row: int, candidates: Rows) -> tuple[Floats, Floats, Floats]:
    """(C,) stated rivalry, likeness within one category, own sales in the category."""
    stated = np.zeros(len(candidates))
    for relation in subject.once(context, "stated rivals", lambda: stated_rivals(context, row)):
        other = relation.target if relation.source == context.id(row) else relation.source
        hit = candidates == context.view.row(other)
        stated[hit] = np.maximum(stated[hit], relation.weight * relation.confidence)
    makers = context.profiles.brand_of
    same = subject.once(context, "same category", lambda: _meeting(context.categories, context.categories, row))
    own = (candidates == row) | (makers[candidates] == row) | (makers[row] == candidates)
    things = (context.sides[candidates] == Side.THINGS) & (context.side(row) is Side.THINGS)
    alike = np.zeros(len(candidates))
    chosen = np.flatnonzero(same[candidates] & things & ~own)
    if len(chosen):
        alike[chosen] = context.likeness.of(subject, candidates[chosen])
    sold = subject.once(context, "sold", lambda: _sold(context, row))[candidates] & context.cross(
        context.side(row), candidates
    )
    return stated, alike, np.where(sold, 1.0, 0.0)


def stated_rivals(context: Context, row: int) -> list[Relation]:
    """``rival_of`` edges at a row, from either end."""
    name = context.id(row)
    view = context.view
    return view.relations(RelationKind.RIVAL_OF, source=name) + view.relations(RelationKind.RIVAL_OF, target=name)


def _sold(context: Context, row: int) -> Flags:
    """(N,) whether the artist, were the row paired with each, makes a product of the thing's category."""
    if context.side(row) is Side.PEOPLE:
        return _meeting(context.categories, context.sold_categories, row)
    return _meeting(context.sold_categories, context.categories, row)


def _meeting(of_all: Sparse, of_one: Sparse, row: int) -> Flags:
    """(N,) whether each row of a matrix has a column in common with one row of another."""
    return np.asarray(of_all @ dense_row(of_one, row) > 0)


def _in_category(context: Context, ends: tuple[str, str], category: int, weight: float) -> Evidence:
    ja, en = (context.label(category, lang) for lang in ("ja", "en"))
    return Evidence(
        kind="path",
        ids=(ends[0], context.id(category), ends[1]),
        weight=weight,
        note=f"both are {en} and alike: a substitute",
        note_ja=f"ともに{ja}で、よく似ている。代わりになる",
    )


def _sells(context: Context, row: int, candidate: int, weight: float) -> Evidence:
    artist, thing = (row, candidate) if context.side(row) is Side.PEOPLE else (candidate, row)
    sold = context.sold_categories[[artist]].indices
    category = int(np.intersect1d(sold, context.categories_of(thing))[0])
    ja, en = (context.label(category, lang) for lang in ("ja", "en"))
    return Evidence(
        kind="path",
        ids=(context.id(artist), context.id(category), context.id(thing)),
        weight=weight,
        note=f"the artist sells {en} too",
        note_ja=f"アーティスト自身も{ja}を売っている",
    )
