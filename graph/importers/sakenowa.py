"""Reads the Sakenowa data: sake brands with brewery, prefecture, flavour tags and flavour chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kyokan.graph.importers.problems import RowError
from kyokan.graph.importers.reading import read_json
from kyokan.graph.importers.records import Reading, Record, Vocabulary, belongs
from kyokan.graph.model import Entity, EntityKind, JsonValue, Provenance, Relation, RelationKind, Rights

SOURCE = "sakenowa"
FILES = ("brands.json", "breweries.json", "areas.json")
CHARTS, BRAND_TAGS, TAGS = "flavor-charts.json", "brand-flavor-tags.json", "flavor-tags-ja.json"
_AXES = ("f1", "f2", "f3", "f4", "f5", "f6")

_Item = Mapping[str, Any]


def read(reading: Reading) -> Iterator[Record]:
    """Brands in the category sake, with place and tags; the six axes f1 … f6 as the attribute ``flavour_chart``."""
    provenance = Provenance(
        source=SOURCE,
        licence="Sakenowa Data: free use with the attribution “Sakenowa”",
        rights=Rights.SHARE,
        address="https://muro.sakenowa.com/sakenowa-data/",
        imported_at=reading.imported_at,
    )
    vocabulary = Vocabulary(provenance)
    areas = dict(_by_id(reading, "areas.json", "areas"))
    breweries = dict(_by_id(reading, "breweries.json", "breweries"))
    charts = dict(_by_id(reading, CHARTS, "flavorCharts", "brandId")) if reading.has(CHARTS) else {}
    names = dict(_by_id(reading, TAGS, "tags")) if reading.has(TAGS) else {}
    tags = dict(_by_id(reading, BRAND_TAGS, "flavorTags", "brandId")) if reading.has(BRAND_TAGS) else {}
    brands = dict(_by_id(reading, "brands.json", "brands"))
    _check_brands(reading, brands, {CHARTS: charts, BRAND_TAGS: tags})
    for number, (brand_id, brand) in enumerate(brands.items(), start=1):
        with reading.problems.row("brands.json", number):
            brewery = _of(breweries, brand, "breweryId")
            entity = Entity(
                id=_brand_id(brand_id),
                kind=EntityKind.BRAND,
                name=_name(brand),
                name_ja=_name(brand),
                external_ids={SOURCE: str(brand_id)},
                attributes=_attributes(brewery, charts.get(brand_id)),
                provenance=(provenance,),
            )
            yield Record(entity, "brands.json", number)
            category, new = vocabulary.category("sake", "brands.json", number)
            yield from new
            yield Record(belongs(entity.id, category, RelationKind.IN_CATEGORY, provenance), "brands.json", number)
            place, new = vocabulary.place(_name(_of(areas, brewery, "areaId")), "brands.json", number)
            yield from new
            yield Record(belongs(entity.id, place, RelationKind.IN_PLACE, provenance), "brands.json", number)
    for number, (brand_id, item) in enumerate(tags.items(), start=1):
        for tag in item.get("tagIds") or () if brand_id in brands else ():
            with reading.problems.row(BRAND_TAGS, number):
                if tag not in names:
                    raise RowError("tagIds", "unknown_id", f"the tag {tag} is not in {TAGS}")
                tag_id, new = vocabulary.tag(_name(names[tag], "tag"), BRAND_TAGS, number)
                yield from new
                relation = Relation(
                    kind=RelationKind.TAGGED,
                    source=_brand_id(brand_id),
                    target=tag_id,
                    key=SOURCE,
                    provenance=provenance,
                )
                yield Record(relation, BRAND_TAGS, number)


def _by_id(reading: Reading, file: str, name: str, key: str = "id") -> Iterator[tuple[int, _Item]]:
    """The items of the list ``name``, each with its whole-number id; rows are places in the list, from 1."""
    document = read_json(reading.path(file), reading.problems)
    items: Any = document.get(name) if isinstance(document, dict) else None
    if not isinstance(items, list):
        reading.problems.refuse(file, "missing_column", f"there is no list {name!r}", column=name)
    seen: set[int] = set()
    for number, item in enumerate(items, start=1):
        with reading.problems.row(file, number):
            identifier = item.get(key) if isinstance(item, dict) else None
            if not isinstance(identifier, int) or isinstance(identifier, bool):
                raise RowError(key, "blank", "there is no id")
            if identifier in seen:
                raise RowError(key, "duplicate", f"{key} {identifier} was given before")
            seen.add(identifier)
            yield identifier, item


def _check_brands(reading: Reading, brands: Mapping[int, _Item], files: Mapping[str, Mapping[int, _Item]]) -> None:
    for file, items in files.items():
        for number, brand_id in enumerate(items, start=1):
            if brand_id not in brands:
                message = f"the brand {brand_id} is not in brands.json"
                reading.problems.add(file, number, "brandId", "unknown_id", message)


def _of(table: Mapping[int, _Item], item: _Item, column: str) -> _Item:
    if item.get(column) not in table:
        raise RowError(column, "unknown_id", f"{column} {item.get(column)} is not known")
    return table[item[column]]


def _name(item: _Item, column: str = "name") -> str:
    name = item.get(column)
    if not isinstance(name, str) or not name.strip():
        raise RowError(column, "blank", "there is no name")
    return name.strip()


def _attributes(brewery: _Item, chart: _Item | None) -> dict[str, JsonValue]:
    """The brewery where it has a name, and the six axes, each in 0..1, where there is a chart."""
    attributes: dict[str, JsonValue] = {}
    if isinstance(brewery.get("name"), str) and brewery["name"].strip():
        attributes["brewery"] = brewery["name"].strip()
    if chart is not None:
        for axis in _AXES:
            value = chart.get(axis)
            if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
                raise RowError(axis, "range", f"{value!r} is not a number in 0..1")
        attributes["flavour_chart"] = {axis: chart[axis] for axis in _AXES}
    return attributes


def _brand_id(brand_id: int) -> str:
    return f"brand:{SOURCE}-{brand_id}"
