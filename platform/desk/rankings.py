"""A ranking as it was on a day, and what has changed between two of them, with the reasons that are cheap to know."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from pydantic import TypeAdapter

from kyokan.errors import UnknownEntityError
from kyokan.graph.model import RelationKind
from kyokan.matching.ranking import Query, Standing

if TYPE_CHECKING:
    from kyokan.matching.ranking import Matcher
    from kyokan.matching.signals.view import GraphView

DIGITS = 2  # of a score, as pages print it: a smaller difference is none


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an entity, as far as a change of it explains another place: profile digest, recorded tie-ups."""

    profile: str
    tie_ups: int


@dataclass(frozen=True, slots=True)
class Stood:
    """Where one stood; rank 0 is outside, with its standing and until when."""

    entity: str
    rank: int
    score: float
    standing: Standing = Standing.OPEN
    until: str = ""


@dataclass(frozen=True, slots=True)
class Ranking:
    """A question's ranking under one snapshot and one set of weights; ``known`` by id, that of the asker included."""

    snapshot: str
    weights: str
    asker: str
    places: tuple[Stood, ...]
    known: Mapping[str, Known]

    @property
    def ids(self) -> tuple[str, ...]:
        """Who stands in it."""
        return tuple(place.entity for place in self.places)


SHAPE: TypeAdapter[Ranking] = TypeAdapter(Ranking)


class Move(StrEnum):
    """How somebody's place has changed."""

    NEW = "new"
    GONE = "gone"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """One changed place. ``reasons``: profile, tie_up, blocked, freed, left (the catalogue)."""

    entity: str
    move: Move
    before: Stood | None
    after: Stood | None
    reasons: tuple[str, ...] = ()


def rank(matcher: Matcher, query: Query, also: Iterable[str] = ()) -> Ranking:
    """The ranking of a question now; what is known is noted of ``also`` too, as far as they are still there.

    Raises:
        QueryError: the question breaks a rule.
        UnknownEntityError: the entity asked about, or one to leave out, is gone.
    """
    places = tuple(
        Stood(place.entity, place.rank, place.score, place.standing, place.blocked_until or "")
        for place in matcher.places(query)
    )
    view = matcher.snapshot
    asker = query.entity or ""
    ids = {*(place.entity for place in places), *also, *([asker] if asker else [])}
    known = {one: found for one in sorted(ids) if (found := _known(view, one))}
    return Ranking(view.hash, matcher.settings.weights.version, asker, places, known)


def changes(before: Ranking, after: Ranking) -> list[Change]:
    """Who is new in the ranking, who is gone from it, who has moved; in this order, by the later rank."""
    then = {place.entity: place for place in before.places}
    now = {place.entity: place for place in after.places}
    found = []
    for entity in dict.fromkeys([*now, *then]):
        old, new = then.get(entity), now.get(entity)
        was, is_ = bool(old and old.rank), bool(new and new.rank)
        if was and is_ and old and new:
            if (old.rank, round(old.score, DIGITS)) == (new.rank, round(new.score, DIGITS)):
                continue
            move = Move.MOVED
        elif was or is_:
            move = Move.NEW if is_ else Move.GONE
        else:
            continue
        found.append(Change(entity, move, old, new, _reasons(entity, move, before, after, old, new)))
    order = list(Move)
    return sorted(found, key=lambda one: (order.index(one.move), (one.after or one.before or _NOBODY).rank, one.entity))


def grounds(before: Ranking, after: Ranking) -> list[str]:
    """What changed for all places alike: snapshot, weights, asker_profile, asker_tie_up."""
    found = [name for name in ("snapshot", "weights") if getattr(before, name) != getattr(after, name)]
    return found + [f"asker_{name}" for name in _differences(before.asker, before, after)]


_NOBODY = Stood("", 0, 0.0)


def _reasons(
    entity: str, move: Move, before: Ranking, after: Ranking, old: Stood | None, new: Stood | None
) -> tuple[str, ...]:
    reasons = []
    if move is Move.GONE and new and new.standing is Standing.BLOCKED:
        reasons.append("blocked")
    if move is Move.NEW and old and old.standing is Standing.BLOCKED:
        reasons.append("freed")
    if entity in before.known and entity not in after.known:
        reasons.append("left")
    return (*reasons, *_differences(entity, before, after))


def _differences(entity: str, before: Ranking, after: Ranking) -> list[str]:
    old, new = before.known.get(entity), after.known.get(entity)
    if old is None or new is None:
        return []
    return ["profile"] * (old.profile != new.profile) + ["tie_up"] * (new.tie_ups > old.tie_ups)


def _known(view: GraphView, entity_id: str) -> Known | None:
    try:
        row = view.row(entity_id)
    except UnknownEntityError:
        return None
    profile = np.nan_to_num(np.asarray(view.kansei.intensity[row], dtype=np.float64), nan=-1.0).round(DIGITS)
    ties = len(view.relations(RelationKind.TIED_UP, source=entity_id))
    ties += len(view.relations(RelationKind.TIED_UP, target=entity_id))
    return Known(hashlib.sha256(profile.tobytes()).hexdigest()[:16], ties)
