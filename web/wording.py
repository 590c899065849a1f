"""The words of the pages in Japanese and English, and which of the two a person reads."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from markupsafe import Markup

LANGUAGES = ("ja", "en")
CATALOGUES = sorted(Path(__file__).parent.glob("words*.yaml"))  # the pages' own, and one a room beside them


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Key -> language -> text, from ``words*.yaml``, where both languages of a text stand side by side."""
    files: list[dict[str, dict[str, dict[str, str]]]] = [
        yaml.safe_load(path.read_text(encoding="utf-8")) for path in CATALOGUES
    ]
    groups = [(group, entries) for file in files for group, entries in file.items()]
    return {f"{group}.{key}": texts for group, entries in groups for key, texts in entries.items()}


def say(lang: str, key: str, **values: Any) -> Markup:
    """The text of a key with its values filled in and escaped.

    Raises:
        KeyError: the catalogue has no such key; a test keeps pages and catalogue together.
    """
    return Markup(catalogue()[key][lang]).format(**values)  # noqa: S704 - the catalogue is ours; values are escaped


def plain(words: str) -> str:
    """Words of a page as a text without marks, for what is no HTML."""
    return Markup(words).striptags()  # noqa: S704 - what comes out is text


def field_width(text: str) -> int:
    """Half-width columns that a text takes; a full-width letter takes two."""
    return sum(1 if letter.isascii() else 2 for letter in text)
