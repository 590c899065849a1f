"""Reads the demo's catalogue files: artists, brands, products and what joins them, and the tie-ups that happened."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"

# The four shapes of catalogue files, by the first word of their names.
_KINDS = {"artists": "artist", "brands": "brand", "products": "product"}
_PROFESSIONS = {"actor": "actor", "athlete": "athlete"}  # everybody else makes music
_CONFIDENCE = {"A": 0.99, "B": 0.97, "C": 0.95}  # official page, press, list; 49 of 50 re-checked pairs were right

Row = dict[str, Any]


@dataclass(slots=True)
class Rows:
    """Rows of the ``jsonl`` import format."""

    entities: list[Row] = field(default_factory=list)
    relations: list[Row] = field(default_factory=list)

    def relate(self, kind: str, source: str, target: str, **more: Any) -> None:
        """Add a relation."""
        self.relations.append({"kind": kind, "source": source, "target": target, **more})


def read_catalogue(folder: Path = DATA) -> Rows:
    """Every entity of the catalogue with its categories, tags, place, maker and group.

    Raises:
        KeyError: an entry names a category that the vocabulary does not hold.
    """
    vocabulary = _load(folder / "vocabulary.yaml")
    colours = {row["brand"]: row["colour"] for row in _table(folder / "colours.tsv")}
    rows = Rows()
    _add_vocabulary(rows, vocabulary)
    for kind, entry in read_entries(folder):
        _add_entity(rows, kind, entry, colours)
        _add_memberships(rows, kind, entry, vocabulary["categories"])
    return rows


def read_tie_ups(folder: Path = DATA) -> Rows:
    """Tie-ups that happened, from artist to brand, each with the page that says so and a confidence by its grade."""
    rows = Rows()
    for row in _table(folder / "tie-ups.tsv"):
        attributes = {
            "tie_type": row["tie_type"],
            "category": f"category:{row['category']}",
            "evidence": row["evidence"],
            "named": row["named"],
        }
        if row["song"]:
            attributes["song"] = row["song"]
        if row["product"]:
            attributes["product"] = f"product:{row['product']}"
        rows.relate(
            "tied_up",
            f"artist:{row['artist']}",
            f"brand:{row['brand']}",
            key=row["key"],
            confidence=_CONFIDENCE[row["evidence"]],
            since=row["year"],
            until=row["year"],
            attributes=attributes,
            address=row["address"],
        )
    return rows


def read_entries(folder: Path = DATA) -> Iterator[tuple[str, Row]]:
    """Kind and entry of everything in the catalogue files, file by file."""
    for path in sorted(folder.glob("*-*.yaml")):
        for entry in _load(path):
            yield _KINDS[path.name.partition("-")[0]], entry


def _add_vocabulary(rows: Rows, vocabulary: Mapping[str, Mapping[str, list[str]]]) -> None:
    for heading, kind in (("categories", "category"), ("tags", "tag"), ("places", "place")):
        for slug, (ja, en, *parent) in vocabulary[heading].items():
            entity = {"id": f"{kind}:{slug}", "kind": kind, "name": en, "name_ja": ja, "name_en": en}
            rows.entities.append(entity)
            if parent:
                rows.relate("related", entity["id"], f"category:{parent[0]}", attributes={"how": "is_a"})


def _add_entity(rows: Rows, kind: str, entry: Row, colours: Mapping[str, str]) -> None:
    attributes: Row = {}
    if kind == "artist":
        attributes = {"type": _PROFESSIONS.get(entry["type"], "music"), "role": entry["type"]}
        if entry["place"] == "japan":
            attributes["origin"] = "jp"
    if "founded" in entry:
        attributes["founded"] = entry["founded"]
    if kind == "brand" and entry["id"] in colours:
        attributes["colour"] = colours[entry["id"]]
    if entry.get("fictional"):
        attributes["fictional"] = True
    rows.entities.append(
        {
            "id": f"{kind}:{entry['id']}",
            "kind": kind,
            "name": entry["name_ja" if entry.get("place", "japan") == "japan" else "name_en"],
            "name_ja": entry["name_ja"],
            "name_en": entry["name_en"],
            "aliases": entry.get("aliases", []),
            "text_ja": entry["text_ja"],
            "text_en": entry["text_en"],
            "attributes": attributes,
        }
    )


def _add_memberships(rows: Rows, kind: str, entry: Row, categories: Mapping[str, list[str]]) -> None:
    """Relations of an entry; whatever is in a category is in the one above it too, where other sources put it."""
    own = f"{kind}:{entry['id']}"
    category = entry["category"] if kind != "artist" else _PROFESSIONS.get(entry["type"], "music")
    for slug in (category, *categories[category][2:]):
        rows.relate("in_category", own, f"category:{slug}")
    for tag in entry.get("tags", ()):
        rows.relate("tagged", own, f"tag:{tag}")
    if "place" in entry:
        rows.relate("in_place", own, f"place:{entry['place']}")
    if "brand" in entry:
        rows.relate("made_by", own, f"brand:{entry['brand']}")
    if "parent" in entry:
        rows.relate("related", own, f"brand:{entry['parent']}", attributes={"how": "part_of"})
    if "member_of" in entry:
        rows.relate("related", own, f"artist:{entry['member_of']}", attributes={"how": "member_of"})
    if "exclusive" in entry:
        clause = dict(entry["exclusive"])
        target, since, until = (clause.pop(name) for name in ("brand", "since", "until"))
        attributes = {"exclusive": True, "fictional": True, **clause}
        rows.relate("tied_up", own, f"brand:{target}", key="demo", since=since, until=until, attributes=attributes)


def _load(path: Path) -> Any:
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, yaml.CSafeLoader)


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))
