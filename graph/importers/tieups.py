"""Reads tie-ups that happened: artist, company, product, category, kind, year and the page that says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kyokan.graph.importers.problems import RowError
from kyokan.graph.importers.reading import Row
from kyokan.graph.importers.records import Reading, Record, Vocabulary, belongs, named_entity, names_known
from kyokan.graph.importers.vocabulary import is_japanese
from kyokan.graph.model import Entity, EntityKind, JsonValue, Provenance, Relation, RelationKind, Rights
from kyokan.graph.names import normalise, slug

SOURCE = "tieups"
TEXT_SOURCE = "tieups-texts"
FILES = ("tieups.csv",)
_TEXTS = {EntityKind.ARTIST: "artists.tsv", EntityKind.BRAND: "companies.tsv"}
_COLUMNS = (
    "id",
    "artist",
    "artist_type",
    "brand_or_product",
    "company",
    "category",
    "tie_type",
    "year",
    "evidence",
    "source",
)
# A re-check of 50 pairs found 49 right; official pages are surer than press, press surer than lists.
_CONFIDENCE = {"A": 0.99, "B": 0.97, "C": 0.95}
_BRACKET = re.compile(r"^(.*?)\s*[(（](.*?)[)）]\s*$")


@dataclass(slots=True)
class _Seen:
    """Entities and memberships already handed on."""

    keys: set[str | tuple[str, str]] = field(default_factory=set)

    def new(self, records: Iterable[Record]) -> Iterator[Record]:
        """The records that were not handed on before."""
        for record in records:
            item = record.item
            key = item.id if isinstance(item, Entity) else (item.source, item.target)
            if key not in self.keys:
                self.keys.add(key)
                yield record


def read(reading: Reading) -> Iterator[Record]:
    """Artists, companies as brands, their products and categories, and one tied_up relation a row.

    A row's ``brand_or_product`` is a product of the company, or where it only spells the company another way, an alias.
    Descriptions in ``artists.tsv`` and ``companies.tsv`` beside it come in for use inside only.
    """
    facts = Provenance(
        source=SOURCE, licence="Facts, each with its page", rights=Rights.SHARE, imported_at=reading.imported_at
    )
    vocabulary = Vocabulary(facts)
    seen = _Seen()
    numbers: set[int] = set()
    names: dict[EntityKind, dict[str, str]] = {EntityKind.ARTIST: {}, EntityKind.BRAND: {}}
    for row in reading.table("tieups.csv", _COLUMNS):
        with reading.problems.row(row.file, row.number):
            number = row.integer("id", minimum=0)
            if number in numbers:
                raise RowError("id", "duplicate", f"the id {number} was given before")
            numbers.add(number)
            tie_up = _tie_up(row, facts)
            names[EntityKind.ARTIST][row.text("artist")] = tie_up.source
            names[EntityKind.BRAND][row.text("company")] = tie_up.target
            ends = list(_ends(row, tie_up, vocabulary, facts))
            yield from seen.new(ends)
            yield Record(tie_up, row.file, row.number)
    texts = Provenance(
        source=TEXT_SOURCE, licence="Evaluation only", rights=Rights.INTERNAL, imported_at=reading.imported_at
    )
    words = Vocabulary(texts)
    for kind, file in _TEXTS.items():
        if reading.has(file):
            yield from _texts(reading, file, kind, names[kind], words, texts)


def _tie_up(row: Row, facts: Provenance) -> Relation:
    year = row.date("year")
    grade = row.required("evidence")[0]
    if grade not in _CONFIDENCE:
        raise RowError("evidence", "unknown_value", f"the grade {row.text('evidence')!r} begins with none of A, B, C")
    brand = f"brand:{SOURCE}-{slug(row.required('company'))}"
    attributes: dict[str, JsonValue] = {
        "tie_type": row.required("tie_type"),
        "category": f"category:{slug(row.required('category'))}",
        "evidence": grade,
    }
    if row.text("song"):
        attributes["song"] = row.text("song")
    if row.required("brand_or_product") and not _same_company(row):
        attributes["product"] = f"product:{SOURCE}-{slug(row.text('company') + ' ' + row.text('brand_or_product'))}"
    return Relation(
        kind=RelationKind.TIED_UP,
        source=f"artist:{SOURCE}-{slug(row.required('artist'))}",
        target=brand,
        key=f"{SOURCE}-{row.text('id')}",
        confidence=_CONFIDENCE[grade],
        since=year,
        until=year,
        attributes=attributes,
        provenance=Provenance(
            source=SOURCE,
            licence=facts.licence,
            rights=facts.rights,
            address=row.text("source"),
            imported_at=facts.imported_at,
        ),
    )


def _ends(row: Row, tie_up: Relation, vocabulary: Vocabulary, facts: Provenance) -> Iterator[Record]:
    """The artist, company, product and categories of a row."""
    file, number = row.file, row.number
    artist = row.text("artist")
    origin: dict[str, JsonValue] = {"origin": "jp"} if row.text("name_script") == "ja" and is_japanese(artist) else {}
    type_: dict[str, JsonValue] = {"type": row.required("artist_type")}
    yield _fact(named_entity(tie_up.source, EntityKind.ARTIST, artist, facts, attributes=type_ | origin), row)
    company = row.text("company")
    spelled = (row.text("brand_or_product"),) if _same_company(row) else ()
    yield _fact(named_entity(tie_up.target, EntityKind.BRAND, company, facts, aliases=spelled), row)
    profession, new = vocabulary.category(row.text("artist_type"), file, number)
    category, more = vocabulary.category(row.text("category"), file, number)
    yield from (*new, *more)
    members = [(tie_up.source, profession), (tie_up.target, category)]
    product = tie_up.attributes.get("product")
    if isinstance(product, str):
        yield _product(product, row, facts)
        yield Record(belongs(product, tie_up.target, RelationKind.MADE_BY, facts), file, number)
        members.append((product, category))
    for source, target in members:
        yield Record(belongs(source, target, RelationKind.IN_CATEGORY, facts), file, number)


def _product(product: str, row: Row, facts: Provenance) -> Record:
    """A product, its maker's names before its own among the aliases: "Citizen xC" is asked for, not "xC"."""
    name = row.text("brand_or_product")
    bracket = _BRACKET.match(name)
    makers = names_known(EntityKind.BRAND, row.text("company"))
    company = {normalise(maker) for maker in makers}
    parts = bracket.groups() if bracket else (name,)
    shorts = [part for part in parts if part and normalise(part) not in company]
    spelled = [f"{maker} {short}" for maker in makers for short in shorts if normalise(maker) not in normalise(short)]
    aliases = (*(short for short in shorts if short != name), *spelled)
    wish = name if normalise(row.text("company")) in normalise(name) else f"{row.text('company')} {name}"
    return _fact(named_entity(product, EntityKind.PRODUCT, name, facts, aliases=aliases), row, wish)


def _fact(entity: Entity, row: Row, wish: str = "") -> Record:
    own = entity.with_changes(external_ids={SOURCE: entity.id.partition("-")[2]})
    return Record(own, row.file, row.number, wish=f"{entity.kind.value}:{slug(wish or entity.name)}")


def _same_company(row: Row) -> bool:
    """Whether ``brand_or_product`` only spells the company again."""
    names = {normalise(name) for name in names_known(EntityKind.BRAND, row.text("company"))}
    return normalise(row.text("brand_or_product")) in names


def _texts(
    reading: Reading, file: str, kind: EntityKind, ids: dict[str, str], words: Vocabulary, provenance: Provenance
) -> Iterator[Record]:
    """Descriptions and kansei words of a file, as a source of its own that may not be passed on."""
    for row in reading.table(file, ("name", "text_ja", "text_en"), delimiter="\t", quoted=False):
        with reading.problems.row(row.file, row.number):
            name = row.required("name")
            if name not in ids:
                raise RowError("name", "unknown_id", f"{name!r} is in no tie-up")
            entity = Entity(
                id=ids[name],
                kind=kind,
                name=name,
                text_ja=row.text("text_ja"),
                text_en=row.text("text_en"),
                attributes={"audience": row.text("audience").split(";")} if row.text("audience") else {},
                provenance=(provenance,),
            )
            yield Record(entity, row.file, row.number)
            for word in dict.fromkeys(filter(None, map(str.strip, row.text("kansei").split(";")))):
                tag, new = words.tag(word, row.file, row.number)
                yield from new
                tagged = Relation(
                    kind=RelationKind.TAGGED, source=ids[name], target=tag, key=TEXT_SOURCE, provenance=provenance
                )
                yield Record(tagged, row.file, row.number)
