"""Reads the kansei dictionary and a planner's own file beside it, and refuses what breaks a rule."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import yaml
from pydantic import Field, ValidationError

from kyokan.errors import DictionaryError
from kyokan.graph.dictionary.checks import check_dictionary
from kyokan.graph.dictionary.entries import (
    LANGS,
    Attribute,
    Axis,
    CueLists,
    Entry,
    Sector,
    Slug,
    Source,
    SynonymLists,
    Tags,
    Term,
    Words,
    normalise_term,
)
from kyokan.graph.dictionary.model import Dictionary

DATA_FILE = Path(__file__).parent / "data" / "kansei.yaml"


# what a person reads instead of the validator's own words: rule, remedy
SHAPE_RULES = {
    "missing": ("is missing", "Add it"),
    "extra_forbidden": ("is not expected here", "Remove it; docs/dictionary.md lists the fields"),
    "string_type": ("is not text", "Put the word in quotes"),
    "string_pattern_mismatch": ("is not a plain id", "Use lower-case letters joined by hyphens"),
    "string_too_short": ("is empty", "Fill it in"),
    "tuple_type": ("is not a list", "Write [one, two] or one item a line after a hyphen"),
    "model_type": ("is not a set of fields", "Write name: value pairs"),
    "dict_type": ("is not a set of fields", "Write name: value pairs"),
    "float_type": ("is not a number", "Write a weight between 0 and 1"),
    "greater_than_equal": ("is below 0", "Write a weight between 0 and 1"),
    "less_than_equal": ("is above 1", "Write a weight between 0 and 1"),
}


class DictionaryFile(Entry):
    """The shape of the dictionary's own file."""

    version: Words
    sources: Mapping[str, Source] = {}
    sectors: tuple[Sector, ...] = Field(strict=False)
    axes: tuple[Axis, ...] = Field(strict=False)
    attributes: tuple[Attribute, ...] = Field(strict=False)


class OwnFile(Entry):
    """The shape of a planner's own file: attributes alone, read one by one."""

    attributes: tuple[Mapping[str, Any], ...] = Field(strict=False)


class Extension(Entry):
    """Words that a planner adds to an attribute the dictionary has; a word it had takes the new weight."""

    id: Slug
    synonyms: SynonymLists = SynonymLists()
    cues: CueLists = CueLists()
    tags: Tags = ()


class _Mark(NamedTuple):
    """A file and a place in it, for error messages."""

    file: str
    entry: str = ""

    def refuse(self, rule: str, remedy: str = "") -> NoReturn:
        raise DictionaryError(f"{self.file}, {self.entry}" if self.entry else self.file, rule, remedy)


def load_dictionary(extra: Path | None = None) -> Dictionary:
    """The kansei dictionary, with a planner's own file added where ``extra`` names one.

    Loading the same contents again returns the same object.

    Raises:
        DictionaryError: a file cannot be read or breaks a rule; names file, entry, rule and remedy.
    """
    if extra is None:
        return _load_ours(DATA_FILE)
    try:
        content = extra.read_bytes()
    except OSError as error:
        raise DictionaryError(str(extra), f"cannot be read ({error.strerror})", "Check the path") from error
    return _load_with(extra, content)


@lru_cache(maxsize=2)
def _load_ours(path: Path) -> Dictionary:
    return read_dictionary(path)


@lru_cache(maxsize=8)
def _load_with(extra: Path, content: bytes) -> Dictionary:
    return add_own_file(_load_ours(DATA_FILE), extra.name, content)


def read_dictionary(path: Path) -> Dictionary:
    """A whole dictionary from one file, checked.

    Raises:
        DictionaryError: as ``load_dictionary``.
    """
    mark = _Mark(path.name)
    data = _parse(path.read_bytes(), mark)
    try:
        file = DictionaryFile.model_validate(data)
    except ValidationError as error:
        _refuse_shape(mark, data, error)
    dictionary = Dictionary(file.version, file.sectors, file.axes, file.attributes, file.sources)
    check_dictionary(dictionary, path.name)
    return dictionary


def add_own_file(base: Dictionary, name: str, content: bytes) -> Dictionary:
    """``base`` with the attributes and words of a planner's own file; axes and sectors stay as they are.

    Raises:
        DictionaryError: as ``load_dictionary``.
    """
    mark = _Mark(name)
    data = _parse(content, mark)
    try:
        entries = OwnFile.model_validate(data).attributes
    except ValidationError as error:
        _refuse_shape(mark, data, error)
    attributes = {attribute.id: attribute for attribute in base.attributes}
    seen: set[str] = set()
    for position, entry in enumerate(entries, start=1):
        here = _Mark(name, f"attribute {entry.get('id', position)}")
        try:
            if str(entry.get("id")) in base:
                addition: Extension | Attribute = Extension.model_validate(entry)
            else:
                addition = Attribute.model_validate({"source": "own", **entry})
        except ValidationError as error:
            _refuse_shape(here, entry, error)
        if addition.id in seen:
            here.refuse("stands twice in this file", "Put its words into one entry")
        seen.add(addition.id)
        attributes[addition.id] = (
            _extended(attributes[addition.id], addition) if isinstance(addition, Extension) else addition
        )
    version = f"{base.version}+{hashlib.sha256(content).hexdigest()[:8]}"
    dictionary = Dictionary(version, base.sectors, base.axes, tuple(attributes.values()), base.sources)
    check_dictionary(dictionary, name)
    return dictionary


def _extended(attribute: Attribute, more: Extension) -> Attribute:
    """``attribute`` with the words of ``more``; a word that was listed before is moved to where ``more`` lists it."""
    synonyms, cues = {}, {}
    for lang in LANGS:
        moved = {normalise_term(term.term) for term in (*more.synonyms[lang], *more.cues[lang])}
        synonyms[lang] = _without(attribute.synonyms[lang], moved) + more.synonyms[lang]
        cues[lang] = _without(attribute.cues[lang], moved) + more.cues[lang]
    tags = _without(attribute.tags, {normalise_term(tag.term) for tag in more.tags}) + more.tags
    return attribute.model_copy(
        update={"synonyms": SynonymLists(**synonyms), "cues": CueLists(**cues), "tags": tags},
    )


def _without(terms: Sequence[Term], moved: set[str]) -> tuple[Term, ...]:
    return tuple(term for term in terms if normalise_term(term.term) not in moved)


class _StrictLoader(yaml.CSafeLoader):
    """Plain YAML, except that a key written twice is refused instead of quietly dropped."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - yaml's signature
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            line = node.start_mark.line + 1
            raise yaml.constructor.ConstructorError(
                None, None, f"key {twice[0]} stands twice in the entry of line {line}"
            )
        return super().construct_mapping(node, deep)


def _parse(content: bytes, mark: _Mark) -> Any:
    try:
        return yaml.load(content.decode("utf-8"), Loader=_StrictLoader)  # noqa: S506 - a safe loader
    except UnicodeDecodeError:
        mark.refuse("is not UTF-8 text", "Save it as UTF-8")
    except yaml.YAMLError as error:
        detail = " ".join(str(error).split())
        mark.refuse(f"is not readable as YAML: {detail}", "Check indentation, brackets and quotes there")


def _refuse_shape(mark: _Mark, data: Any, error: ValidationError) -> NoReturn:
    """Say the first thing wrong in the words of the file: which entry, which field, what was found."""
    first = error.errors(include_url=False)[0]
    place = list(first["loc"])
    entry = mark.entry
    if len(place) > 1 and isinstance(place[1], int):
        found = data[place[0]][place[1]]
        name = found.get("id") if isinstance(found, Mapping) else None
        entry = f"{str(place[0]).removesuffix('s')} {name or place[1] + 1}"
        place = place[2:]
    field = ".".join(str(part) for part in place) or "the entry"
    said, remedy = SHAPE_RULES.get(first["type"], (first["msg"].lower(), "See docs/dictionary.md for the shape"))
    _Mark(mark.file, entry).refuse(f"{field} {said}", remedy)
