"""Reads folders of the project's own plain tables: entities and relations as CSV or as JSON lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from kyokan.errors import StoreError
from kyokan.graph.importers.problems import RowError
from kyokan.graph.importers.reading import TextFile, json_value, parse_date, parse_json, read_document
from kyokan.graph.importers.records import Reading, Record
from kyokan.graph.model import Entity, EntityKind, Provenance, Relation, RelationKind, Rights
from kyokan.graph.names import slug
from kyokan.graph.stores import codec

CSV_FILES = ("entities.csv",)
JSONL_FILES = ("entities.jsonl",)
MANIFEST = "source.json"
_ENTITY_ID = re.compile(r"[a-z]+:\S+")


def _check_date(text: str) -> str:
    try:
        return parse_date(text, "")
    except RowError as error:
        raise ValueError(str(error)) from None


def _plain_number(value: Any) -> Any:
    """Text as a number only where it is written in plain digits; pydantic alone would take "1_000" and "infinity"."""
    if isinstance(value, str) and not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", value, re.ASCII):
        raise ValueError(f"{value[:40]!r} is not a finite number")
    return value


_Date = Annotated[str, AfterValidator(_check_date)]
_Number = Annotated[float, BeforeValidator(_plain_number), Field(allow_inf_nan=False)]


class SourceRow(BaseModel):
    """``source.json``: where the folder's facts come from."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(pattern=r"^\S+$")
    licence: str = ""
    rights: Rights = Rights.INTERNAL
    address: str = ""
    synthetic: bool = False


class EntityRow(BaseModel):
    """A row of the entities table."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: str
    kind: EntityKind
    name: str = Field(min_length=1)
    name_ja: str = ""
    name_en: str = ""
    aliases: tuple[str, ...] = ()
    external_ids: dict[str, str] = {}
    text_ja: str = ""
    text_en: str = ""
    attributes: dict[str, Any] = {}


class RelationRow(BaseModel):
    """A row of the relations table."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    kind: RelationKind
    source: str
    target: str
    key: str = ""
    weight: Annotated[_Number, Field(ge=0)] = 1.0
    confidence: Annotated[_Number, Field(ge=0, le=1)] = 1.0
    since: _Date = ""
    until: _Date = ""
    attributes: dict[str, Any] = {}
    address: str = ""


def read_csv(reading: Reading) -> Iterator[Record]:
    """``entities.csv`` and ``relations.csv``; lists are cut at "|", external ids are written scheme=value."""
    yield from _read(reading, "csv", _csv_rows)


def read_jsonl(reading: Reading) -> Iterator[Record]:
    """``entities.jsonl`` and ``relations.jsonl``; one object a line, its fields those of the tables."""
    yield from _read(reading, "jsonl", _json_rows)


Model = TypeVar("Model", bound=BaseModel)
_Rows = Callable[[Reading, str, type[BaseModel]], Iterator[tuple[int, dict[str, Any]]]]


def _read(reading: Reading, ending: str, rows: _Rows) -> Iterator[Record]:
    provenance = _provenance(reading)
    entities, relations = f"entities.{ending}", f"relations.{ending}"
    for number, values in rows(reading, entities, EntityRow):
        with reading.problems.row(entities, number):
            yield Record(_entity(_validated(EntityRow, values), provenance), entities, number)
    if not reading.has(relations):
        return
    for number, values in rows(reading, relations, RelationRow):
        with reading.problems.row(relations, number):
            yield Record(_relation(_validated(RelationRow, values), provenance), relations, number)


def _provenance(reading: Reading) -> Provenance:
    row = SourceRow(source=slug(reading.source.resolve().name))
    if reading.has(MANIFEST):
        text = read_document(reading.path(MANIFEST), reading.problems)
        try:
            row = SourceRow.model_validate(parse_json(text, MANIFEST, reading.problems))
        except ValidationError as error:
            first = error.errors()[0]
            column = ".".join(map(str, first["loc"]))
            reading.problems.refuse(MANIFEST, "manifest", f"{column}: {first['msg']}", column=column)
    return Provenance(**row.model_dump(), imported_at=reading.imported_at)


def _csv_rows(reading: Reading, file: str, model: type[BaseModel]) -> Iterator[tuple[int, dict[str, Any]]]:
    required = [name for name, rule in model.model_fields.items() if rule.is_required()]
    for row in reading.table(file, required):
        unknown = sorted(row.values.keys() - model.model_fields.keys())
        if unknown:
            message = f"{unknown[0]} is no column; known are {', '.join(model.model_fields)}"
            reading.problems.refuse(file, "unknown_column", message, row=1, column=unknown[0])
        with reading.problems.row(file, row.number):
            values: dict[str, Any] = {name: text for name in row.values if (text := row.text(name))}
            if "aliases" in values:
                values["aliases"] = [part.strip() for part in values["aliases"].split("|") if part.strip()]
            if "external_ids" in values:
                pairs = (part.partition("=") for part in values["external_ids"].split("|") if part.strip())
                values["external_ids"] = {scheme.strip(): value.strip() for scheme, _, value in pairs}
            if "attributes" in values:
                values["attributes"] = json_value(values["attributes"], "attributes")
            yield row.number, values


def _json_rows(reading: Reading, file: str, model: type[BaseModel]) -> Iterator[tuple[int, dict[str, Any]]]:
    text = TextFile(reading.path(file), reading.problems, progress=reading.progress)
    for line in text:
        with reading.problems.row(file, text.line):
            values = json_value(line)
            if not isinstance(values, dict):
                raise RowError("", "json", f"a line holds one object with {', '.join(model.model_fields)}")
            yield text.line, values


def _validated(model: type[Model], values: dict[str, Any]) -> Model:
    """The row; a RowError that names the first field which breaks a rule."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        column = str(first["loc"][0]) if first["loc"] else ""
        rule = {"missing": "missing_column", "extra_forbidden": "unknown_column"}.get(first["type"], "value")
        raise RowError(column, rule, first["msg"].removeprefix("Value error, ")) from None


def _entity(row: EntityRow, provenance: Provenance) -> Entity:
    if not _ENTITY_ID.fullmatch(row.id) or not row.id.startswith(f"{row.kind.value}:"):
        raise RowError("id", "id", f"the id of a {row.kind.value} is {row.kind.value}:name, not {row.id[:80]!r}")
    if any(not scheme or not value for scheme, value in row.external_ids.items()):
        raise RowError("external_ids", "value", "an external id is written scheme=value")
    entity = Entity(**dict(row), provenance=(provenance,))
    _check_storable(lambda: codec.encode_entity(entity))
    return entity


def _relation(row: RelationRow, provenance: Provenance) -> Relation:
    if row.since and row.until and row.until < row.since[: len(row.until)]:
        raise RowError("until", "date", f"{row.until} is before {row.since}")
    values = dict(row)
    address = values.pop("address") or provenance.address
    relation = Relation(**values, provenance=replace(provenance, address=address))
    _check_storable(lambda: codec.encode_relation(relation))
    return relation


def _check_storable(encode: Callable[[], object]) -> None:
    """A RowError where no store could keep the record: half a surrogate pair, a control character in an id."""
    try:
        encode()
    except StoreError as error:
        raise RowError("", "value", error.rule) from None
