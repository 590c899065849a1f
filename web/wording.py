"""The words of the pages in Japanese and English, and which of the two a person reads."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from markupsafe import Markup, escape

LANGUAGES = ("ja", "en")
CATALOGUES = sorted(Path(__file__).parent.glob("words*.yaml"))  # the pages' own, and one a room beside them
# A date or a span of figures: browsers end a line after its "-" or "〜".
UNBROKEN = re.compile(r"\d{4}-\d{2}(?:-\d{2})?|−?\d+〜\d+")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Key -> language -> text, from ``words*.yaml``, where both languages of a text stand side by side."""
    files: list[dict[str, dict[str, dict[str, str]]]] = [
        yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader) for path in CATALOGUES
    ]
    groups = [(group, entries) for file in files for group, entries in file.items()]
    return {f"{group}.{key}": texts for group, entries in groups for key, texts in entries.items()}


@cache
def licence_keys() -> dict[str, str]:
    """The terms of a source as importers write them -> the key of their words."""
    return {texts["en"]: key for key, texts in catalogue().items() if key.startswith("licence.")}


def say(lang: str, key: str, **values: Any) -> Markup:
    """The text of a key with its values filled in and escaped.

    Raises:
        KeyError: the catalogue has no such key; a test keeps pages and catalogue together.
    """
    return Markup(catalogue()[key][lang]).format(**values)  # noqa: S704 - the catalogue is ours; values are escaped


def whole(words: str) -> Markup:
    """A text in which dates and spans of figures stay on one line; for what is read, not for attributes."""
    return Markup(UNBROKEN.sub(r'<span class="unbroken">\g<0></span>', str(escape(words))))  # noqa: S704 - escaped before


def plain(words: str) -> str:
    """Words of a page as a text without marks, for what is no HTML."""
    return Markup(words).striptags()  # noqa: S704 - what comes out is text


def field_width(text: str) -> int:
    """Half-width columns that a text takes; a full-width letter takes two."""
    return sum(1 if letter.isascii() else 2 for letter in text)
