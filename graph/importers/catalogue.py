"""Reads a product catalogue: one CSV file and a mapping that says what its columns mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kyokan.graph.importers.mapping import AttributeColumn, Mapping, load_mapping, shipped_mappings
from kyokan.graph.importers.problems import RowError
from kyokan.graph.importers.reading import Row, TextFile, json_value, parse_number, read_table
from kyokan.graph.importers.records import Reading, Record, Vocabulary, belongs, named_entity, names_known
from kyokan.graph.model import EntityKind, JsonValue, Provenance, Relation, RelationKind
from kyokan.graph.names import normalise, slug

_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)


def recognises(source: Path) -> bool:
    """Whether a shipped mapping knows the header of the file, or of the folder's one CSV file."""
    return _shipped_mapping(source) is not None


def read(reading: Reading) -> Iterator[Record]:
    """Products with their makers, categories and tags, or whatever kind the mapping names."""
    problems = reading.problems
    path = _file(reading.source)
    if path is None:
        problems.refuse(reading.source.name, "missing_file", "the folder does not hold exactly one CSV file")
    mapping = load_mapping(reading.mapping, problems) if reading.mapping else _shipped_mapping(path)
    if mapping is None:
        remedy = "Name a mapping by --mapping"
        problems.refuse(path.name, "no_mapping", "no shipped mapping knows these columns", remedy=remedy)
    text = TextFile(
        path,
        problems,
        encoding=mapping.encoding,
        replace=mapping.undecodable == "replace",
        progress=reading.progress,
    )
    catalogue = _Catalogue(mapping, reading.imported_at)
    for row in read_table(text, problems, columns=mapping.every_column(), delimiter=mapping.delimiter):
        with problems.row(row.file, row.number):
            yield from list(catalogue.records(row))


def _file(source: Path) -> Path | None:
    """The file itself, or the one CSV file of a folder."""
    if not source.is_dir():
        return source
    tables = sorted(source.glob("*.csv"))
    return tables[0] if len(tables) == 1 else None


def _shipped_mapping(source: Path) -> Mapping | None:
    path = _file(source)
    if path is None or not path.is_file():
        return None
    with path.open("rb") as stream:
        header = stream.readline(1 << 16).decode("utf-8-sig", errors="replace").rstrip("\r\n")
    for mapping in shipped_mappings():
        columns = {column.strip().strip('"') for column in header.split(mapping.delimiter)}
        if set(mapping.recognise) <= columns:
            return mapping
    return None


@dataclass(slots=True)
class _Catalogue:
    """What is known of a catalogue while its rows are read."""

    mapping: Mapping
    imported_at: str
    provenance: Provenance = field(init=False)
    vocabulary: Vocabulary = field(init=False)
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        mapping = self.mapping
        self.provenance = Provenance(
            source=mapping.source,
            licence=mapping.licence,
            rights=mapping.rights,
            address=mapping.address,
            synthetic=mapping.synthetic,
            imported_at=self.imported_at,
        )
        self.vocabulary = Vocabulary(self.provenance)

    def records(self, row: Row) -> Iterator[Record]:
        """All that one row says."""
        columns, kind = self.mapping.columns, self.mapping.kind
        name = row.required(columns.name)
        maker = self.mapping.maker or (row.required(columns.maker) if columns.maker else "")
        own = row.required(columns.id) if columns.id else f"{maker} {name}".strip()
        entity_id = f"{kind.value}:{self.mapping.source}-{slug(own)}"
        if entity_id in self.seen:
            if self.mapping.skip_repeats:
                return
            raise RowError(columns.id or columns.name, "duplicate", f"{own!r} was given before")
        entity = named_entity(
            entity_id,
            kind,
            name,
            self.provenance,
            aliases=(*_cut(row.text(columns.aliases), "|"), *_with_maker(name, maker)),
            external_ids={self.mapping.source: slug(own)},
            attributes=self._attributes(row),
        ).with_changes(text_ja=_texts(row, columns.text_ja), text_en=_texts(row, columns.text_en))
        for language, column in (("name_ja", columns.name_ja), ("name_en", columns.name_en)):
            if row.text(column):
                entity = entity.with_changes(**{language: row.text(column)})
        tags = list(self._tags(row))
        self.seen.add(entity_id)
        wish = "" if columns.id else f"{kind.value}:{slug(own)}"
        yield Record(entity, row.file, row.number, wish=wish)
        if maker:
            yield from self._maker(maker, entity_id, row)
        for category in dict.fromkeys((*self.mapping.categories, *_cut(row.text(columns.category), "|"))):
            category_id, new = self.vocabulary.category(category, row.file, row.number)
            yield from new
            yield self._belongs(entity_id, category_id, RelationKind.IN_CATEGORY, row)
        if row.text(columns.place):
            place_id, new = self.vocabulary.place(row.text(columns.place), row.file, row.number)
            yield from new
            yield self._belongs(entity_id, place_id, RelationKind.IN_PLACE, row)
        for tag, weight in tags:
            tag_id, new = self.vocabulary.tag(tag, row.file, row.number)
            yield from new
            tagged = Relation(
                kind=RelationKind.TAGGED,
                source=entity_id,
                target=tag_id,
                key=self.mapping.source,
                weight=weight,
                provenance=self.provenance,
            )
            yield Record(tagged, row.file, row.number)

    def _maker(self, maker: str, product: str, row: Row) -> Iterator[Record]:
        brand_id = f"brand:{self.mapping.source}-{slug(maker)}"
        if brand_id not in self.seen:
            self.seen.add(brand_id)
            external = {self.mapping.source: f"maker-{slug(maker)}"}
            brand = named_entity(brand_id, EntityKind.BRAND, maker, self.provenance, external_ids=external)
            yield Record(brand, row.file, row.number, wish=f"brand:{slug(maker)}")
            for category in self.mapping.categories:
                category_id, new = self.vocabulary.category(category, row.file, row.number)
                yield from new
                yield self._belongs(brand_id, category_id, RelationKind.IN_CATEGORY, row)
        yield self._belongs(product, brand_id, RelationKind.MADE_BY, row)

    def _belongs(self, source: str, target: str, kind: RelationKind, row: Row) -> Record:
        return Record(belongs(source, target, kind, self.provenance), row.file, row.number)

    def _attributes(self, row: Row) -> dict[str, JsonValue]:
        return {
            name: _attribute(row.text(rule.column), rule)
            for name, rule in self.mapping.attributes.items()
            if row.text(rule.column)
        }

    def _tags(self, row: Row) -> Iterator[tuple[str, float]]:
        """Tags with their weights, each slug once."""
        found: dict[str, tuple[str, float]] = {}
        for rule in self.mapping.tags:
            if not rule.numeric:
                for tag in _cut(row.text(rule.column), rule.separator):
                    found.setdefault(slug(tag), (tag, 1.0))
            elif row.text(rule.column) and (weight := row.number_of(rule.column, minimum=0)) > 0:
                found.setdefault(slug(rule.column), (rule.column, weight))
        yield from found.values()


def _with_maker(name: str, maker: str) -> tuple[str, ...]:
    """The name with each of the maker's before it: "Rolex Submariner" is asked for, not "Submariner"."""
    makers = names_known(EntityKind.BRAND, maker) if maker else ()
    return tuple(f"{one} {name}" for one in makers if normalise(one) not in normalise(name))


def _attribute(text: str, rule: AttributeColumn) -> JsonValue:
    if rule.type == "number":
        digits = text.replace(",", "") if _THOUSANDS.fullmatch(text) else text
        return parse_number(digits, rule.column)
    if rule.type == "list":
        return list(_cut(text, rule.separator))
    value: JsonValue = json_value(text, rule.column) if rule.type == "json" else text
    return value


def _texts(row: Row, columns: tuple[str, ...]) -> str:
    return "\n".join(filter(None, map(row.text, columns)))


def _cut(text: str, separator: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (part.strip(" .") for part in text.split(separator)))))
