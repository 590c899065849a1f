"""From a question to who asks and who may answer: checks, the subject's profile, candidates that pass the filters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from kyokan.errors import QueryError, UnknownEntityError
from kyokan.graph.model import WITH_FANS, Entity, EntityKind, KanseiValue, RelationKind
from kyokan.matching.ranking.model import Query
from kyokan.matching.signals import SIGNALS, Context, Side, Subject
from kyokan.matching.signals.base import SIDE_OF_KIND
from kyokan.matching.signals.texts import unit_rows
from kyokan.matching.signals.view import Flags, Floats, Rows, Sparse

Reader = Callable[[str], Sequence[KanseiValue]]
"""Reads the kansei of a written brief."""

BRIEF_ID, AUDIENCE_ID = "query:brief", "query:audience"
JAPANESE = ("\u3040", "\u9fff")
CANDIDATE_KINDS = (EntityKind.ARTIST, EntityKind.BRAND, EntityKind.PRODUCT)


def check(query: Query, context: Context) -> None:
    """Refuse a question that breaks a rule; names what is wrong and what would do.

    Raises:
        QueryError: nothing is asked, a figure is out of range, or a signal, attribute, category or place is unknown.
    """
    if not query.asks:
        raise QueryError(
            "query",
            "has no entity, no audience, no text and no kansei",
            "Name an entity or whose fans ask, write a brief or want a kansei",
        )
    if query.top < 1:
        raise QueryError(f"top {query.top}", "must be 1 or more")
    for name, share in (("diversity", query.diversity), ("exposure", query.exposure), ("habit", query.habit)):
        if not 0 <= share <= 1:
            raise QueryError(f"{name} {share}", "must lie in 0..1")
    for kind in query.kinds:
        if kind not in CANDIDATE_KINDS:
            raise QueryError(f"kind {kind.value}", "cannot be proposed", f"Known are {', '.join(CANDIDATE_KINDS)}")
    for signal in sorted(query.without_signals):
        if signal not in SIGNALS:
            known = ", ".join(SIGNALS)
            raise QueryError(
                f"signal {signal!r}",
                "is unknown",
                f"Known are {known}",
                code="signal_unknown",
                name=signal,
                known=known,
            )
    _check_audience(query, context)
    _check_kansei(query, context)


def _check_audience(query: Query, context: Context) -> None:
    if query.audience and query.entity:
        raise QueryError("audience", "cannot ask beside an entity", "Name the one or the other")
    for one in query.audience:
        kind = str(context.view.kinds[context.view.row(one)])
        if kind not in WITH_FANS:
            raise QueryError(one, f"is a {kind}, which has no fans", f"Fans are those of {', '.join(WITH_FANS)}")


def _check_kansei(query: Query, context: Context) -> None:
    for attribute in (*sorted(query.without_attributes), *query.kansei):
        if context.profiles.column(attribute) < 0:
            raise QueryError(f"kansei {attribute!r}", "is no attribute of this dictionary")
    for attribute, weight in query.kansei.items():
        if not -1 <= weight <= 1:
            raise QueryError(f"kansei {attribute!r}", f"has weight {weight}, which is not in -1..1")


def subject_of(query: Query, context: Context, read: Reader | None) -> Subject:
    """Who asks: the entity or the audience, with the brief's and the wishes' kansei laid over it.

    Raises:
        UnknownEntityError: no entity of that id.
    """
    wishes = np.zeros(len(context.profiles.attributes))
    for attribute, weight in query.kansei.items():
        wishes[context.profiles.column(attribute)] = weight
    if query.entity:
        base = _entity_subject(query.entity, wishes, context)
    elif query.audience:
        liked = sorted({context.view.row(one) for one in query.audience})
        base = _liking(AUDIENCE_ID, tuple(liked), wishes, context)
    else:
        base = _empty(wishes)
    base = replace(base, habit=query.habit)
    return _with_brief(base, query.text, context, read) if query.text else base


def candidates_of(query: Query, subject: Subject, context: Context) -> Rows:
    """Rows that pass the filters, ascending.

    The subject itself, its own brand or products, what a fan or an audience likes already and excluded ids are left
    out; categories and places keep only those known to be there.
    """
    rows = _eligible(query, subject, context)
    keep = _within(query.categories, EntityKind.CATEGORY, rows, context)
    return np.asarray(rows[keep & _within(query.places, EntityKind.PLACE, rows, context)])


def facets(query: Query, subject: Subject, context: Context) -> dict[str, int]:
    """Category or place id → how many candidates it alone would leave, filters of the other sort as they are.

    Those that would leave nobody are not in it.
    """
    rows = _eligible(query, subject, context)
    named = {EntityKind.CATEGORY: query.categories, EntityKind.PLACE: query.places}
    found: dict[str, int] = {}
    for kind, other in ((EntityKind.CATEGORY, EntityKind.PLACE), (EntityKind.PLACE, EntityKind.CATEGORY)):
        kept = rows[_within(named[other], other, rows, context)]
        counts = np.bincount(_groups(kind, context)[kept].indices, minlength=len(context.sides))
        found |= {context.id(int(one)): int(counts[one]) for one in context.view.rows(kind) if counts[one]}
    return found


def _groups(kind: EntityKind, context: Context) -> Sparse:
    """(N, N) CSR whose stored entries say in which categories, or places, each entity is."""
    return context.categories if kind is EntityKind.CATEGORY else context.view.matrix(RelationKind.IN_PLACE)


def _within(names: Sequence[str], kind: EntityKind, rows: Rows, context: Context) -> Flags:
    """(R,) whether each row is in one of the named categories or places; all are where none is named."""
    if not names:
        return np.ones(len(rows), dtype=np.bool_)
    wanted = [resolve(name, kind, context) for name in names]
    return np.asarray(_groups(kind, context)[rows][:, wanted].sum(axis=1) > 0).ravel()


def _eligible(query: Query, subject: Subject, context: Context) -> Rows:
    """Rows of the kinds asked for but those left out, ascending."""
    kinds = query.kinds or _default_kinds(query, subject, context)
    rows = context.view.rows(*kinds)
    left_out = {context.view.row(entity_id) for entity_id in query.exclude} | set(subject.liked)
    if subject.row is not None:
        left_out.add(subject.row)
        makers = context.profiles.brand_of
        left_out.update(rows[(makers[rows] == subject.row) | (rows == makers[subject.row])].tolist())
        if not query.include_partners:
            left_out.update(_partners(subject.row, context))
    return np.asarray(rows[~np.isin(rows, np.array(sorted(left_out), dtype=np.int64))])


def resolve(name: str, kind: EntityKind, context: Context) -> int:
    """Row of a category or place given as id or slug.

    Raises:
        QueryError: there is none.
    """
    prefix = f"{kind.value}:"
    try:
        return context.view.row(name if name.startswith(prefix) else prefix + name)
    except UnknownEntityError:
        known = [context.id(int(row)) for row in context.view.rows(kind)[:12]]
        remedy, code = f"Known are {', '.join(known) or 'none'}", f"{kind.value}_unknown"
        raise QueryError(f"{kind.value} {name!r}", "is unknown", remedy, code=code, name=name) from None


def _entity_subject(entity_id: str, wishes: Floats, context: Context) -> Subject:
    row = context.view.row(entity_id)
    kind = EntityKind(str(context.view.kinds[row]))
    if kind is EntityKind.FAN:
        return _fan_subject(entity_id, row, wishes, context)
    if kind not in SIDE_OF_KIND:
        rule, remedy = f"is a {kind.value}, which cannot ask", "Name an artist, brand, product or fan"
        raise QueryError(entity_id, rule, remedy, code="cannot_ask", name=entity_id)
    vectors = context.texts
    return Subject(
        id=entity_id,
        row=row,
        side=context.side(row),
        strength=context.profiles.strength_of(row).astype(np.float64),
        wishes=wishes,
        vector=vectors.centred[row] if vectors.known[row] else None,
        text=context.view.entity(row),
        seeds={row: 1.0},
    )


def _fan_subject(entity_id: str, row: int, wishes: Floats, context: Context) -> Subject:
    """A fan asks as the mean of what the fan likes; the fan's own row takes no part, so nothing points to a person."""
    column = int(np.searchsorted(context.audiences.fan_rows, row))
    likes = context.audiences.likes[:, [column]].tocoo()
    liked = tuple(int(one) for one in np.sort(likes.coords[0]) if context.side(int(one)) is Side.PEOPLE)
    if not liked:
        return Subject(id=entity_id, row=None, side=Side.NONE, strength=np.zeros(len(wishes)), wishes=wishes)
    return _liking(entity_id, liked, wishes, context)


def _liking(name: str, liked: tuple[int, ...], wishes: Floats, context: Context) -> Subject:
    """People who ask as the mean of what they like; of kansei and text, as the mean of those that have any."""
    rows = np.array(liked)
    strength = context.profiles.strengths(rows).astype(np.float64)
    described = strength[strength.any(axis=1)]
    texts = rows[context.texts.known[rows]]
    vector = unit_rows(context.texts.centred[texts].mean(axis=0, keepdims=True))[0] if len(texts) else None
    return Subject(
        id=name,
        row=None,
        side=Side.PEOPLE,
        strength=described.mean(axis=0) if len(described) else np.zeros(len(wishes)),
        wishes=wishes,
        vector=vector,
        seeds={one: 1.0 / len(liked) for one in liked},
        liked=liked,
    )


def _empty(wishes: Floats) -> Subject:
    return Subject(id=BRIEF_ID, row=None, side=Side.NONE, strength=np.zeros(len(wishes)), wishes=wishes)


def _with_brief(subject: Subject, text: str, context: Context, read: Reader | None) -> Subject:
    """The subject with the brief's kansei (the stronger value holds), text and, without an entity, walk seeds."""
    strength = subject.strength.copy()
    for value in read(text) if read else ():
        column = context.profiles.column(value.attribute)
        if column >= 0:
            strength[column] = max(strength[column], value.intensity * value.confidence)
    vector, encoder = subject.vector, context.texts.encoder
    if encoder is not None and context.texts.vectors is not None:
        own = unit_rows(encoder.encode([text]) - context.texts.means[Side.NONE])[0]
        vector = own if vector is None else unit_rows((vector + own)[None, :])[0]
    nodes = context.profiles.nodes
    total = float(strength[nodes >= 0].sum()) or 1.0
    named = {int(nodes[column]): strength[column] / total for column in np.flatnonzero((strength > 0) & (nodes >= 0))}
    lang = "ja" if any(JAPANESE[0] <= letter <= JAPANESE[1] for letter in text) else "en"
    brief = Entity(id=BRIEF_ID, kind=EntityKind.WORK, name="brief", provenance=()).with_changes(
        **{f"text_{lang}": text}
    )
    return replace(subject, strength=strength, vector=vector, text=subject.text or brief, seeds=subject.seeds or named)


def _default_kinds(query: Query, subject: Subject, context: Context) -> tuple[EntityKind, ...]:
    """People are answered with brands (products where there are no brands), things and single fans with artists."""
    if (subject.liked and not query.audience) or subject.side is Side.THINGS:
        return (EntityKind.ARTIST,)
    things = EntityKind.BRAND if len(context.view.rows(EntityKind.BRAND)) else EntityKind.PRODUCT
    return (things,) if subject.side is Side.PEOPLE else (EntityKind.ARTIST, things)


def _partners(row: int, context: Context) -> set[int]:
    """Rows that the subject has worked with, brands with their products."""
    tie_ups = context.tie_ups
    ends = np.concatenate([tie_ups.things[tie_ups.artists == row], tie_ups.artists[tie_ups.things == row]])
    makers = context.profiles.brand_of
    with_makers = np.concatenate([ends, makers[ends]])
    return {int(one) for one in (*with_makers, *np.flatnonzero(np.isin(makers, ends))) if one >= 0}
