"""What a reader hands on: entities and relations with the row each stands in, and the context it reads in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kyokan.graph.importers.problems import Limits, Problems
from kyokan.graph.importers.reading import Progress, Row, TextFile, read_table
from kyokan.graph.importers.vocabulary import Category, KnownNames, categories, is_japanese, known_names
from kyokan.graph.model import Entity, EntityKind, JsonValue, Provenance, Relation, RelationKind
from kyokan.graph.names import normalise, slug


@dataclass(frozen=True, slots=True)
class Record:
    """An entity or relation as its source gives it.

    Ids are the source's own until names are resolved. An entity that no other turns out to be takes the id of its
    ``wish`` where that is free ("artist:radiohead"), else keeps its own ("artist:lastfm-148"); one without a wish keeps
    its own.
    """

    item: Entity | Relation
    file: str
    row: int | None
    wish: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that a reader needs: where to read, whom to tell, and what it was told."""

    source: Path
    problems: Problems
    limits: Limits = field(default_factory=Limits)
    progress: Progress | None = None
    imported_at: str = ""
    mapping: Path | None = None

    def path(self, name: str) -> Path:
        """A file of the source: inside the folder, or the source itself where it is a file."""
        return self.source / name if self.source.is_dir() else self.source

    def has(self, name: str) -> bool:
        """Whether the folder holds the file."""
        return self.source.is_dir() and (self.source / name).is_file()

    def table(
        self, name: str, columns: Sequence[str], *, delimiter: str = ",", quoted: bool = True, encoding: str = "utf-8"
    ) -> Iterator[Row]:
        """The rows of one of the source's tables."""
        text = TextFile(self.path(name), self.problems, encoding=encoding, progress=self.progress)
        return read_table(text, self.problems, columns=columns, delimiter=delimiter, quoted=quoted)


class Vocabulary:
    """Tags, categories and places that many rows name: each is handed on once, when it is first named."""

    def __init__(self, provenance: Provenance) -> None:
        self._provenance = provenance
        self._known: set[str] = set()

    def tag(self, name: str, file: str, row: int | None) -> tuple[str, list[Record]]:
        """The id of a tag, and its record where it is new."""
        return self._once(self._entity(EntityKind.TAG, slug(name), name), file, row)

    def place(self, name: str, file: str, row: int | None) -> tuple[str, list[Record]]:
        """The id of a place, and its record where it is new."""
        return self._once(self._entity(EntityKind.PLACE, slug(name), name), file, row)

    def category(self, name: str, file: str, row: int | None) -> tuple[str, list[Record]]:
        """The id of a category, and its record where it is new; known categories come with their labels."""
        known = categories().get(slug(name)) or Category(id=slug(name), en=name.replace("_", " "))
        attributes: dict[str, JsonValue] = {"family": known.family} if known.family else {}
        entity = self._entity(EntityKind.CATEGORY, known.id, known.en)
        return self._once(entity.with_changes(name_ja=known.ja, name_en=known.en, attributes=attributes), file, row)

    def _entity(self, kind: EntityKind, name_slug: str, name: str) -> Entity:
        return Entity(id=f"{kind.value}:{name_slug}", kind=kind, name=name, provenance=(self._provenance,))

    def _once(self, entity: Entity, file: str, row: int | None) -> tuple[str, list[Record]]:
        if entity.id in self._known:
            return entity.id, []
        self._known.add(entity.id)
        return entity.id, [Record(entity, file, row)]


def belongs(source: str, target: str, kind: RelationKind, provenance: Provenance) -> Relation:
    """A plain membership: made by, in a category, in a place."""
    return Relation(kind=kind, source=source, target=target, provenance=provenance)


def named_entity(
    entity_id: str,
    kind: EntityKind,
    name: str,
    provenance: Provenance,
    *,
    aliases: Sequence[str] = (),
    external_ids: Mapping[str, str] | None = None,
    attributes: Mapping[str, JsonValue] | None = None,
) -> Entity:
    """An entity whose name is put under its language, with the other names that our list knows for it."""
    known = known_names(kind).get(normalise(name), KnownNames(en="" if is_japanese(name) else name))
    name_ja = name if is_japanese(name) else known.ja
    name_en = known.en if is_japanese(name) else name
    shown = {name, name_ja, name_en}
    return Entity(
        id=entity_id,
        kind=kind,
        name=name,
        name_ja=name_ja,
        name_en=name_en,
        aliases=tuple(dict.fromkeys(alias for alias in (*aliases, *known.every) if alias and alias not in shown)),
        external_ids=external_ids or {},
        attributes=attributes or {},
        provenance=(provenance,),
    )


def names_known(kind: EntityKind, name: str) -> tuple[str, ...]:
    """The name, and what else our list knows it by."""
    known = known_names(kind).get(normalise(name))
    return tuple(dict.fromkeys((name, *(known.every if known else ()))))
