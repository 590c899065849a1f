"""Words of a clause: a known category or place by its names, so that each reader has it in their own language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from kyokan.graph.languages import PARTED, in_full, spoken
from kyokan.graph.model import Entity, EntityKind, RelationKind
from kyokan.graph.names import normalise
from kyokan.web.forms import parts
from kyokan.web.ports import Known
from kyokan.web.view import View

SNAPSHOTS = 4  # of which the names of two kinds are held


def offered(view: View, kind: EntityKind) -> list[str]:
    """The known ones as clauses keep them, by their names in the page's language."""
    known = map(view.known.entity, view.known.rows(kind))
    return [in_both(one) for one in sorted(known, key=lambda one: one.label(view.lang).casefold())]


def category_of(view: View, things: Entity) -> str:
    """A thing's own category as clauses keep it, else that of whose product it is; empty where none is recorded."""
    makers = [view.entity(edge.target) for edge in view.known.relations(RelationKind.MADE_BY, source=things.id)]
    found = next(filter(None, map(view.category, (things, *makers))), None)
    return in_both(found) if found else ""


def kept(view: View, kind: EntityKind, typed: str) -> str:
    """A typed word as a clause keeps it: the one that it names in both languages, else as it was typed."""
    found = _named(view.known, kind, typed)
    return in_both(found) if found else typed


def kept_places(view: View, typed: Iterable[str]) -> list[str]:
    """Typed places as a clause keeps them, each once; one named with a comma as it was typed, for they share a line."""
    found = [(one, kept(view, EntityKind.PLACE, one)) for one in typed]
    return list(dict.fromkeys(both if parts(both) == [both] else one for one, both in found))


def heard(view: View, kind: EntityKind, written: str) -> str:
    """A word of a clause as the page's reader has it, however it was written when it was kept."""
    found = _named(view.known, kind, written)
    return found.label(view.lang) if found else in_full(written, view.lang)


def in_both(entity: Entity) -> str:
    """Its names parted by " / "; the one that it has where these are not two languages."""
    ja, en = entity.label("ja"), entity.label("en")
    both = f"{ja}{PARTED}{en}"
    return both if (spoken(both, "ja"), spoken(both, "en")) == (ja, en) else ja


def _named(known: Known, kind: EntityKind, written: str) -> Entity | None:
    """The one of a kind that every part of a word names, by name or id; None where none or several are named."""
    names = _by_name(known, kind)
    meant = [names.get(normalise(part), frozenset()) for part in written.split(PARTED)]
    rows = frozenset.intersection(*meant)
    return known.entity(*rows) if len(rows) == 1 else None


@lru_cache(maxsize=2 * SNAPSHOTS)
def _by_name(known: Known, kind: EntityKind) -> Mapping[str, frozenset[int]]:
    """Name → rows that have it; looked up once for a snapshot, which never changes."""
    found: dict[str, set[int]] = {}
    for row in known.rows(kind).tolist():
        for name in _names(known.entity(row)):
            found.setdefault(normalise(name), set()).add(row)
    return {name: frozenset(rows) for name, rows in found.items() if name}


def _names(entity: Entity) -> tuple[str, ...]:
    slug = entity.id.partition(":")[2]
    return entity.name, entity.name_ja, entity.name_en, entity.id, slug, *entity.aliases
