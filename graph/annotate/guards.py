"""Guards against words that look like a term and mean something else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import yaml

from kyokan.graph.annotate.language import Lang
from kyokan.graph.dictionary import normalise_term

GUARDS_FILE = Path(__file__).parent / "data" / "guards.yaml"
_REACH = 40  # characters of context a guard may look at

_Pattern = tuple[re.Pattern[str] | None, re.Pattern[str] | None]


@dataclass(frozen=True)
class Guards:
    """For each language and term, patterns of the text before and after that forbid the term there."""

    patterns: Mapping[tuple[Lang, str], Sequence[_Pattern]]

    @classmethod
    def load(cls, path: Path = GUARDS_FILE) -> Self:
        """Read a guards file: ``ja`` and ``en`` lists of ``{term, before, after}``."""
        return cls(_read(path))

    def forbid(self, term: str, text: str, start: int, end: int, lang: Lang) -> bool:
        """Whether ``text[start:end]`` is not meant as ``term``."""
        for before, after in self.patterns.get((lang, term), ()):
            if before and not before.search(text[max(0, start - _REACH) : start]):
                continue
            if not after or after.match(text[end : end + _REACH]):
                return True
        return False


@lru_cache(maxsize=4)
def _read(path: Path) -> Mapping[tuple[Lang, str], Sequence[_Pattern]]:
    lists: Mapping[Lang, Sequence[Mapping[str, Any]]] = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    patterns: dict[tuple[Lang, str], list[_Pattern]] = {}
    for lang, guards in lists.items():
        for guard in guards:
            before = re.compile(f"(?:{guard['before']})$", re.IGNORECASE) if "before" in guard else None
            after = re.compile(guard["after"], re.IGNORECASE) if "after" in guard else None
            patterns.setdefault((lang, normalise_term(guard["term"])), []).append((before, after))
    return patterns
