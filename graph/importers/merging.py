"""Joins what two sources say of one entity: the same result however often a source is imported again."""

from __future__ import annotations

from collections.abc import Mapping

from kyokan.graph.model import Entity, JsonValue, Provenance

FIELD_SOURCES = "field_sources"
"""Attribute that maps a field to the source that wrote it, for fields not written by the entity's first source."""

_TEXT_FIELDS = ("name", "name_ja", "name_en", "text_ja", "text_en")


def merge_entities(stored: Entity, incoming: Entity) -> Entity:
    """The stored entity with what an incoming record of one source adds to it.

    A source may rewrite what it wrote itself and fill what is blank; what another source wrote stays. Aliases are
    united, a name that loses becomes an alias, and there is one provenance record a source. The id stays the stored
    one. Importing the same record again changes nothing.

    Args:
        stored: what the store holds.
        incoming: the same entity as one source gives it; its first provenance record names the source.
    """
    source = incoming.provenance[0].source
    first = stored.provenance[0].source
    held: dict[str, str] = dict(_mapping(stored.attributes.get(FIELD_SOURCES)))
    owners = _Owners(held, first, source)

    texts: dict[str, str] = {}
    for field in _TEXT_FIELDS:
        old, new = getattr(stored, field), getattr(incoming, field)
        texts[field] = new if new and owners.may_write(field, blank=not old) else old
    external = dict(stored.external_ids)
    for scheme, value in incoming.external_ids.items():
        if owners.may_write(f"external_ids.{scheme}", blank=scheme not in external):
            external[scheme] = value
    attributes = {name: value for name, value in stored.attributes.items() if name != FIELD_SOURCES}
    for name, attribute in incoming.attributes.items():
        if name != FIELD_SOURCES and owners.may_write(f"attributes.{name}", blank=name not in attributes):
            attributes[name] = attribute
    if owners.held:
        attributes[FIELD_SOURCES] = dict(sorted(owners.held.items()))
    return stored.with_changes(
        **texts,
        aliases=_aliases(stored, incoming, texts),
        external_ids=external,
        attributes=attributes,
        provenance=merge_provenance(stored.provenance, incoming.provenance),
    )


def merge_provenance(stored: tuple[Provenance, ...], incoming: tuple[Provenance, ...]) -> tuple[Provenance, ...]:
    """One record a source, the first source first; a source's newer record takes the place of its older one."""
    newest = {record.source: record for record in (*stored, *incoming)}
    return tuple(newest.values())


class _Owners:
    """Which source wrote a field; the entity's first source is understood where none is named."""

    def __init__(self, held: dict[str, str], first: str, source: str) -> None:
        self.held = held
        self._first = first
        self._source = source

    def may_write(self, field: str, *, blank: bool) -> bool:
        """Whether the incoming source may write the field; notes it as the owner where it fills a blank."""
        if blank:
            self.held.pop(field, None)
            if self._source != self._first:
                self.held[field] = self._source
            return True
        return self.held.get(field, self._first) == self._source


def _aliases(stored: Entity, incoming: Entity, texts: Mapping[str, str]) -> tuple[str, ...]:
    """Known aliases in their order, then new ones; names shown elsewhere are no aliases."""
    shown = {texts["name"], texts["name_ja"], texts["name_en"]}
    names = (*stored.aliases, *incoming.aliases, stored.name, incoming.name, stored.name_ja, stored.name_en)
    every = dict.fromkeys((*names, incoming.name_ja, incoming.name_en))
    return tuple(name for name in every if name and name not in shown)


def _mapping(value: JsonValue) -> Mapping[str, str]:
    return value if isinstance(value, dict) else {}
