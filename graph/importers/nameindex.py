"""Entities of one kind by every key of their names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kyokan.graph.importers.vocabulary import is_japanese, known_names
from kyokan.graph.model import Entity
from kyokan.graph.names import name_keys


@dataclass(frozen=True, slots=True)
class Named:
    """The keys of one entity: of its name, of its other names, and what may be guessed from any of them."""

    exact: frozenset[str]
    alias: frozenset[str]
    known: frozenset[str]
    variant: frozenset[str]
    guess: frozenset[str]

    @classmethod
    def of(cls, entity: Entity) -> Named:
        """The keys of an entity's names."""
        other_names = [name for name in (entity.name_ja, entity.name_en, *entity.aliases) if name]
        name, others = name_keys(entity.name), name_keys(*other_names)
        listed = known_names(entity.kind)
        groups = {listed[key].en for key in (*name.exact, *others.exact) if key in listed}
        # Between two Latin names a guess says little; readings are for Japanese ones.
        guessable = any(is_japanese(one) for one in (entity.name, *other_names)) or "(" in entity.name
        return cls(
            exact=frozenset(name.exact),
            alias=frozenset(others.exact),
            known=frozenset(groups),
            variant=frozenset((*name.variant, *others.variant)),
            guess=frozenset((*name.guess, *others.guess) if guessable else ()),
        )


class NameIndex:
    """Looks entities up by the keys of ``Named`` and by external id."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        self._external: dict[tuple[str, str], str] = {}
        self._keys: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for entity in entities:
            for scheme, value in entity.external_ids.items():
                self._external.setdefault((scheme, value), entity.id)
            named = Named.of(entity)
            for strength in ("exact", "alias", "known", "variant", "guess"):
                for key in getattr(named, strength):
                    self._keys[strength][key].append(entity.id)

    def by_external_id(self, external_ids: Mapping[str, str]) -> Iterator[str]:
        """Entities that bear one of the ids, in the order of the ids given."""
        for pair in external_ids.items():
            if pair in self._external:
                yield self._external[pair]

    def candidates(self, named: Named, level: str) -> list[str]:
        """Ids of the entities that share a key on a level of resolution, ascending."""
        looked_up = {
            "same name": [(named.exact, "exact")],
            "known names": [(named.known, "known")],
            "alias": [(named.exact, "alias"), (named.alias, "exact")],
            "other order or script": [
                (named.variant, "exact"), (named.variant, "alias"), (named.variant, "variant"),
                (named.exact, "variant"), (named.alias, "variant"),
            ],
            "reading": [
                (named.guess, "exact"), (named.guess, "alias"), (named.guess, "variant"),
                (named.exact, "guess"), (named.alias, "guess"), (named.variant, "guess"),
            ],
        }[level]  # fmt: skip
        return sorted(
            {found for keys, strength in looked_up for key in keys for found in self._keys[strength].get(key, ())}
        )
