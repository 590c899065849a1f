"""The project's own export: the whole graph as two files of JSON lines, written and read back without loss."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from kyokan.errors import InputError, StoreError
from kyokan.graph.importers.merging import FIELD_SOURCES
from kyokan.graph.importers.problems import RowError
from kyokan.graph.importers.reading import TextFile, json_value, read_json
from kyokan.graph.importers.records import Reading, Record
from kyokan.graph.model import Entity, Relation, Rights
from kyokan.graph.stores import codec
from kyokan.graph.stores.protocol import GraphStore

VERSION = 1
MANIFEST, ENTITIES, RELATIONS = "manifest.json", "entities.jsonl", "relations.jsonl"


def export_graph(store: GraphStore, folder: Path, rights: Rights | None = None) -> dict[str, Any]:
    """Write the graph of a store into a new folder.

    Args:
        store: only read.
        folder: made; it must not be there, or be empty.
        rights: with ``Rights.SHARE`` only what may be passed on: facts of sources that allow it, and relations between
            entities that are written. Texts, attributes and ids that another source added to a shared entity stay out.

    Returns:
        The manifest: format, version, rights, number of entities and relations, SHA-256 of each file.

    Raises:
        InputError: the folder holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(str(folder), "is there already and not empty", "Name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    written: set[str] = set()
    entities = (_shared(entity) if rights is Rights.SHARE else entity for entity in store.entities())
    relations = (
        relation
        for relation in store.relations()
        if {relation.source, relation.target} <= written
        and (rights is not Rights.SHARE or relation.provenance.rights is Rights.SHARE)
    )
    manifest: dict[str, Any] = {"format": "kyokan", "version": VERSION, "rights": rights.value if rights else "all"}
    sums = {}
    manifest["entities"], sums[ENTITIES] = _write(folder / ENTITIES, _entity_lines(entities, written))
    manifest["relations"], sums[RELATIONS] = _write(folder / RELATIONS, map(_relation_line, relations))
    manifest["sha256"] = sums
    # Last, so that a folder without it is known to be torn.
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return manifest


def read(reading: Reading) -> Iterator[Record]:
    """Entities and relations as they were written, each with all its provenance."""
    manifest = read_json(reading.path(MANIFEST), reading.problems)
    if not isinstance(manifest, dict) or manifest.get("format") != "kyokan" or manifest.get("version") != VERSION:
        reading.problems.refuse(MANIFEST, "version", f"this is no export of version {VERSION}")
    sums = manifest.get("sha256")
    for file in (ENTITIES, RELATIONS):
        _check_sum(reading, file, sums.get(file) if isinstance(sums, dict) else None)
    yield from _read(reading, ENTITIES, codec.decode_entity)
    yield from _read(reading, RELATIONS, codec.decode_relation)


def is_export(source: Path) -> bool:
    """Whether the folder's manifest is that of an export."""
    try:
        manifest = json.loads((source / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("format") == "kyokan"


def _shared(entity: Entity) -> Entity | None:
    """What of an entity may be passed on; None where nothing may."""
    allowed = {record.source for record in entity.provenance if record.rights is Rights.SHARE}
    if not allowed:
        return None
    first = entity.provenance[0].source
    stated = entity.attributes.get(FIELD_SOURCES)
    owners: dict[str, str] = stated if isinstance(stated, dict) else {}

    def may(field: str) -> bool:
        return owners.get(field, first) in allowed

    attributes = {name: value for name, value in entity.attributes.items() if may(f"attributes.{name}")}
    attributes.pop(FIELD_SOURCES, None)
    kept = {field: source for field, source in owners.items() if source in allowed}
    provenance = tuple(record for record in entity.provenance if record.source in allowed)
    if kept:
        attributes[FIELD_SOURCES] = kept
    external = {scheme: value for scheme, value in entity.external_ids.items() if may(f"external_ids.{scheme}")}
    return replace(
        entity,
        text_ja=entity.text_ja if may("text_ja") else "",
        text_en=entity.text_en if may("text_en") else "",
        attributes=attributes,
        external_ids=external,
        provenance=provenance,
    )


def _entity_lines(entities: Iterable[Entity | None], written: set[str]) -> Iterator[str]:
    for entity in entities:
        if entity is not None:
            written.add(entity.id)
            yield _line(codec.encode_entity(entity))


def _relation_line(relation: Relation) -> str:
    return _line(codec.encode_relation(relation))


def _line(record: codec.Record) -> str:
    return f'{{"imported_at":{json.dumps(record.imported_at)},"record":{record.text}}}\n'


def _write(path: Path, lines: Iterable[str]) -> tuple[int, str]:
    digest = hashlib.sha256()
    count = 0
    with path.open("wb") as stream:
        for count, line in enumerate(lines, start=1):  # noqa: B007 - the last count is the number of lines
            raw = line.encode()
            digest.update(raw)
            stream.write(raw)
    return count, digest.hexdigest()


def _check_sum(reading: Reading, file: str, expected: object) -> None:
    try:
        with reading.path(file).open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        reading.problems.refuse(file, "missing_file", "the file is not there")
    if found != expected:
        reading.problems.refuse(file, "torn", "the file is not the one that was written (its SHA-256 differs)")


def _read(reading: Reading, file: str, decode: Callable[[str, str], Entity | Relation]) -> Iterator[Record]:
    text = TextFile(reading.path(file), reading.problems, progress=reading.progress)
    for line in text:
        with reading.problems.row(file, text.line):
            try:
                content = json_value(line)
                item = decode(json.dumps(content["record"]), content["imported_at"])
            except (KeyError, TypeError, ValueError, AttributeError, StoreError) as error:
                raise RowError("", "record", f"the line holds no record ({error})") from None
            if not item.provenance:
                raise RowError("provenance", "record", "the record names no source")
            yield Record(item, file, text.line)
