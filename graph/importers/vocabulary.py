"""The lists of ours that importing leans on: categories with their labels, and names known to mean the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from kyokan.graph.model import EntityKind
from kyokan.graph.names import has_kanji, normalise, slug


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A field of business or of work. Two categories of one ``family`` can be those of one brand."""

    id: str
    en: str
    ja: str = ""
    family: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNames:
    """Names of one act or company in both scripts; ``other`` are further spellings."""

    en: str
    ja: str = ""
    other: tuple[str, ...] = ()

    @property
    def every(self) -> tuple[str, ...]:
        """All names, the English first."""
        return tuple(name for name in (self.en, self.ja, *self.other) if name)


@cache
def categories() -> Mapping[str, Category]:
    """Categories by the slug of any name that a source may use for them."""
    found = {}
    for identifier, entry in _load("categories.yaml").items():
        category = Category(id=identifier, en=entry["en"], ja=entry["ja"], family=entry.get("family", ""))
        for name in (identifier, *entry.get("also", ())):
            found[slug(name)] = category
    return found


@cache
def known_names(kind: EntityKind) -> Mapping[str, KnownNames]:
    """Known names of one kind, by the key of each of their spellings."""
    found = {}
    for en, ja, *other in _load("known_names.yaml").get(kind.value, ()):
        names = KnownNames(en=en, ja=ja or "", other=tuple(other))
        for name in names.every:
            found[normalise(name)] = names
    return found


def is_japanese(name: str) -> bool:
    """Whether a name is written with kana or kanji."""
    return has_kanji(name) or any("\u3041" <= c <= "\u30fa" for c in name)


def _load(name: str) -> Any:
    text = (files("kyokan.graph.importers") / "data" / name).read_text(encoding="utf-8")
    return yaml.safe_load(text)
