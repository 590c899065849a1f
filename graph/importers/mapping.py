"""The file that says which column of a catalogue means what."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kyokan.graph.importers.problems import Problems
from kyokan.graph.importers.reading import read_document
from kyokan.graph.model import EntityKind, Rights


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Columns(_Strict):
    """Names of columns. ``text_ja`` and ``text_en`` may name several; their values are joined by a line break."""

    name: str
    id: str = ""
    name_ja: str = ""
    name_en: str = ""
    aliases: str = ""
    maker: str = ""
    category: str = ""
    place: str = ""
    text_ja: tuple[str, ...] = ()
    text_en: tuple[str, ...] = ()

    def every(self) -> tuple[str, ...]:
        """All columns that are named."""
        single = (self.name, self.id, self.name_ja, self.name_en, self.aliases, self.maker, self.category, self.place)
        return tuple(dict.fromkeys(filter(None, (*single, *self.text_ja, *self.text_en))))


class AttributeColumn(_Strict):
    """A column that becomes an attribute: text, a number, a list cut at ``separator``, or JSON."""

    column: str
    type: Literal["text", "number", "list", "json"] = "text"
    separator: str = ","


class TagColumn(_Strict):
    """A column of tags cut at ``separator``; with ``numeric`` the column itself is a tag, its number the weight."""

    column: str
    separator: str = ","
    numeric: bool = False


class Mapping(_Strict):
    """How one catalogue is read.

    ``recognise`` are columns that only this catalogue has together. ``categories`` are categories of every row;
    ``maker`` a maker of every row. ``skip_repeats`` passes over rows whose name and maker came before, without a word.
    """

    source: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    licence: str
    rights: Rights = Rights.INTERNAL
    address: str = ""
    kind: EntityKind = EntityKind.PRODUCT
    columns: Columns
    maker: str = ""
    categories: tuple[str, ...] = ()
    attributes: dict[str, AttributeColumn] = {}
    tags: tuple[TagColumn, ...] = ()
    recognise: tuple[str, ...] = ()
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: Literal["utf-8", "latin-1", "cp932", "cp1252"] = "utf-8"
    undecodable: Literal["refuse", "replace"] = "refuse"
    skip_repeats: bool = False
    synthetic: bool = False

    @model_validator(mode="after")
    def _only_products_have_makers(self) -> Mapping:
        if (self.maker or self.columns.maker) and self.kind is not EntityKind.PRODUCT:
            raise ValueError("only a product has a maker")
        return self

    def every_column(self) -> tuple[str, ...]:
        """All columns that the mapping names."""
        attributes = (rule.column for rule in self.attributes.values())
        tags = (rule.column for rule in self.tags)
        return tuple(dict.fromkeys((*self.columns.every(), *attributes, *tags)))


def load_mapping(path: Path, problems: Problems) -> Mapping:
    """The mapping in a YAML file.

    Raises:
        ImportRefusedError: no such file, no YAML, or a key or value that breaks a rule.
    """
    try:
        return Mapping.model_validate(_yaml(read_document(path, problems)))
    except yaml.YAMLError as error:
        problems.refuse(path.name, "yaml", f"the mapping is no YAML ({' '.join(str(error).split())})")
    except ValidationError as error:
        # A key that is not known explains better than the one that is missing for it.
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        column = ".".join(map(str, first["loc"]))
        problems.refuse(path.name, "mapping", f"{column or 'mapping'}: {first['msg']}", column=column)


def shipped_mappings() -> list[Mapping]:
    """The mappings that come with Kyokan, in the order of their names."""
    folder = files("kyokan.graph.importers") / "data" / "mappings"
    texts = sorted((item.name, item.read_text(encoding="utf-8")) for item in folder.iterdir())
    return [Mapping.model_validate(_yaml(text)) for _, text in texts]


def _yaml(text: str) -> Any:
    return yaml.safe_load(text)
