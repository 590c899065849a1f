"""Categories as terms name them: a known one in both languages, so that each reader has it in theirs."""

from __future__ import annotations

from kyokan.graph.languages import PARTED, spoken
from kyokan.graph.model import Entity, EntityKind
from kyokan.graph.names import normalise
from kyokan.web.view import View


def offered(view: View) -> list[str]:
    """The known categories as terms hold them, by their names in the page's language."""
    known = map(view.known.entity, view.known.rows(EntityKind.CATEGORY))
    return [in_both(one) for one in sorted(known, key=lambda one: one.label(view.lang).casefold())]


def named(view: View, typed: str) -> str:
    """A typed category as terms hold it: the one known category of that name or id, else the word as it was typed."""
    wanted = {normalise(part) for part in typed.split(PARTED)}
    found = [
        one
        for one in map(view.known.entity, view.known.rows(EntityKind.CATEGORY))
        if typed == one.id or wanted <= {normalise(name) for name in _names(one) if name}
    ]
    return in_both(found[0]) if typed and len(found) == 1 else typed


def in_both(category: Entity) -> str:
    """Its names parted by " / "; the one that it has where these are not two languages."""
    ja, en = category.label("ja"), category.label("en")
    both = f"{ja}{PARTED}{en}"
    return both if (spoken(both, "ja"), spoken(both, "en")) == (ja, en) else ja


def _names(category: Entity) -> tuple[str, ...]:
    slug = category.id.partition(":")[2]
    return category.name, category.name_ja, category.name_en, slug, *category.aliases
