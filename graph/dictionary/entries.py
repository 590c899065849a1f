"""What a dictionary file holds: sectors, axes and attributes with their words, checked for shape."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Role = Literal["synonym", "cue"]
Lang = Literal["ja", "en"]
LANGS: tuple[Lang, ...] = ("ja", "en")

SYNONYM_WEIGHT = 1.0
CUE_WEIGHT = 0.6
TAG_WEIGHT = 0.6

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z]+(-[a-z]+)*$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Entry(BaseModel):
    """Immutable, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Term(Entry):
    """A word or phrase and how strongly it speaks for its attribute, 0..1; 0 switches the term off."""

    term: Words
    weight: float = Field(ge=0.0, le=1.0)


def _with_default(weight: float) -> BeforeValidator:
    """Accept ``word``, ``word: 0.4`` and ``{term: word, weight: 0.4}``; a plain word takes the default ``weight``."""

    def expand(entry: Any) -> Any:
        if isinstance(entry, str):
            return {"term": entry, "weight": weight}
        if isinstance(entry, dict) and len(entry) == 1 and "term" not in entry:
            word, given = next(iter(entry.items()))
            return {"term": word, "weight": given}
        if isinstance(entry, dict):
            return {"weight": weight, **entry}
        return entry

    def expand_all(entries: Any) -> Any:
        return tuple(expand(entry) for entry in entries) if isinstance(entries, list | tuple) else entries

    return BeforeValidator(expand_all)


Synonyms = Annotated[tuple[Term, ...], _with_default(SYNONYM_WEIGHT)]
Cues = Annotated[tuple[Term, ...], _with_default(CUE_WEIGHT)]
Tags = Annotated[tuple[Term, ...], _with_default(TAG_WEIGHT)]


class Bilingual(Entry):
    """A short text in both languages; ``text["ja"]`` and ``text.ja`` read the same."""

    ja: Words
    en: Words

    def __getitem__(self, lang: str) -> str:
        return self.ja if lang == "ja" else self.en


class SynonymLists(Entry):
    """Words that name the attribute."""

    ja: Synonyms = ()
    en: Synonyms = ()

    def __getitem__(self, lang: str) -> tuple[Term, ...]:
        return self.ja if lang == "ja" else self.en


class CueLists(Entry):
    """Concrete words that evoke the attribute without naming it."""

    ja: Cues = ()
    en: Cues = ()

    def __getitem__(self, lang: str) -> tuple[Term, ...]:
        return self.ja if lang == "ja" else self.en


class Sector(Entry):
    """One of 2n directions of the circle; the one n further on is its opposite."""

    id: Slug
    ja: Words
    en: Words

    def label(self, lang: str) -> str:
        """The sector's name in ``lang``."""
        return self.ja if lang == "ja" else self.en


class Axis(Entry):
    """Two opposite sectors: a semantic differential."""

    id: Slug
    poles: tuple[Slug, Slug] = Field(strict=False)
    ja: Words
    en: Words
    source: Words

    def label(self, lang: str) -> str:
        """The axis's name in ``lang``."""
        return self.ja if lang == "ja" else self.en


class Source(Entry):
    """Where a scheme of terms was published and what its licence lets us do."""

    name: Words
    licence: Words


class Attribute(Entry):
    """A kansei term: what it means, the words that name or evoke it, and the tags that carry it.

    ``noun`` is what an English sentence says of it where the label would be taken for the mood of artist and brand
    themselves, or for something else: they evoke anguish, they do not feel anguished.
    """

    id: Slug
    sector: Slug
    label: Bilingual
    noun: Words | None = None
    opposite: Slug | None = None
    definition: Bilingual
    synonyms: SynonymLists = SynonymLists()
    cues: CueLists = CueLists()
    tags: Tags = ()
    source: Words


@lru_cache(maxsize=32768)  # loading compares every term several times
def normalise_term(text: str) -> str:
    """The form under which terms are compared: NFKC, case folded, hyphen and underscore as space."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[-_\s]+", " ", folded).strip()


def own_terms(attribute: Attribute, lang: str) -> dict[str, tuple[float, Role]]:
    """The terms of one attribute in ``lang``, normalised: label, then synonyms, then cues."""
    terms: dict[str, tuple[float, Role]] = {normalise_term(attribute.label[lang]): (SYNONYM_WEIGHT, "synonym")}
    lists: Sequence[tuple[Role, tuple[Term, ...]]] = (
        ("synonym", attribute.synonyms[lang]),
        ("cue", attribute.cues[lang]),
    )
    for role, entries in lists:
        terms |= {normalise_term(entry.term): (entry.weight, role) for entry in entries}
    return terms
