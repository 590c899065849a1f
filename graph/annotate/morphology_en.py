"""English text to tokens, by simplemma."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import simplemma

from kyokan.graph.annotate.tokens import Token

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+|[^\w\s-]")
_LENGTHENED = re.compile(r"(\w)\1{2,}")
_SHORT = 2  # letters left of a word that are too few to be a word of feeling
PLURAL = "+s"  # part of the key of a noun or verb in -s

# Nouns whose adjective simplemma does not give, and spellings that differ by country.
_BASES = {
    "warmth": "warm", "depth": "deep", "strength": "strong", "beauty": "beautiful", "elegance": "elegant",
    "nostalgia": "nostalgic", "melancholy": "melancholic", "mystery": "mysterious", "luxury": "luxurious",
    "romance": "romantic", "energy": "energetic", "joy": "joyful", "grace": "graceful", "passion": "passionate",
    "innocence": "innocent", "intimacy": "intimate", "freshness": "fresh", "brilliance": "brilliant",
    "silence": "silent", "sorrow": "sorrowful", "purity": "pure", "simplicity": "simple", "youth": "youthful",
    "danger": "dangerous", "tradition": "traditional", "modernity": "modern", "sophistication": "sophisticated",
    "aggression": "aggressive", "tenderness": "tender", "gaiety": "gay", "wit": "witty", "humour": "humorous",
    "glamour": "glamorous", "drama": "dramatic", "comfort": "comfortable", "wildness": "wild", "boldness": "bold",
    "refinement": "refined", "exuberance": "exuberant", "vibrancy": "vibrant", "solitude": "solitary",
}  # fmt: skip
_SPELLINGS = (
    (re.compile(r"^grey"), "gray"),
    (re.compile(r"^cosy|^cosi(?=e)"), "cozy"),
    (re.compile(r"(?<=\w\w)our(?=s?$|ful|ite|less|ous)"), "or"),
    (re.compile(r"(?<=\w\w)is(?=e$|ed$|ing$|ation$)"), "iz"),
    (re.compile(r"(?<=\w\w)tre$"), "ter"),
    (re.compile(r"ll(?=ed$|ing$)"), "l"),
)
_SUFFIXES = (
    ("iness", "y"), ("ness", ""), ("ily", "y"), ("ically", "ic"), ("ly", ""), ("ity", ""), ("ity", "e"),
    ("ish", ""), ("iest", "y"), ("ier", "y"), ("ingly", "ing"), ("edly", "ed"),
)  # fmt: skip
_DENYING_PREFIXES = ("un", "in", "im", "non", "dis", "anti")


def tokenize_en(text: str) -> list[Token]:
    """Tokens of ``text`` with offsets into it; a hyphen parts words."""
    return [_token(match) for match in _WORD.finditer(text)]


def term_keys_en(term: str, *, cue: bool) -> list[tuple[str, ...]]:
    """Under which keys a dictionary term is found: "burning passion" → (burning, passion).

    A cue is found in every form of its words. A word that names an attribute keeps its form in -ing or -ed, since
    "moving" and "composed" are not "move" and "compose"; an adjective is not found in "lights" or "warms".
    """
    words = [fold_spelling(match.group()) for match in _WORD.finditer(term) if match.group()[0].isalnum()]
    exact = tuple(words)
    found = [exact]
    if cue or len(words) > 1:
        found.append(tuple(_lemma(word) for word in words))
    if len(words) == 1 and (cue or not _is_adjective(words[0])):
        found.append((_lemma(words[0]) + PLURAL,))
    return list(dict.fromkeys(found))


def _token(match: re.Match[str]) -> Token:
    word = match.group()
    if not word[0].isalnum():
        return Token(start=match.start(), end=match.end(), lemma=word, keys=(word,), mark=True)
    folded = fold_spelling(word)
    base = _denied_base(folded)
    return Token(
        start=match.start(),
        end=match.end(),
        lemma=folded,
        keys=_keys(folded),
        denied_keys=_keys(base) if base else (),
    )


@lru_cache(maxsize=20_000)
def fold_spelling(word: str) -> str:
    """Lower case, no accents, American spelling: "Café" → cafe, "COLOUR" → color."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    plain = plain.replace("’", "'").removesuffix("'s")
    for pattern, replacement in _SPELLINGS:
        plain = pattern.sub(replacement, plain)
    return plain


@lru_cache(maxsize=20_000)
def _keys(word: str) -> tuple[str, ...]:
    """The form itself, its lemma, the adjective behind it."""
    forms = [word]
    if _LENGTHENED.search(word):
        forms = [_LENGTHENED.sub(r"\1", word), _LENGTHENED.sub(r"\1\1", word)]
    keys: list[str] = []
    for form in forms:
        lemma = _lemma(form)
        plural = form.endswith("s") and form == lemma + form[len(lemma) :] and form != lemma
        keys += [form, lemma + PLURAL if plural else lemma]
        keys += [_BASES[key] for key in (lemma, form) if key in _BASES]
        keys += [form[: -len(old)] + new for old, new in _SUFFIXES if form.endswith(old) and len(form) > len(old) + 2]
    return tuple(dict.fromkeys(keys))


@lru_cache(maxsize=20_000)
def _lemma(word: str) -> str:
    return fold_spelling(simplemma.lemmatize(word, lang="en")) if word.isascii() else word


def _is_adjective(word: str) -> bool:
    """Whether English makes an adverb or a noun of quality of it."""
    stem = word[:-1] + "i" if word.endswith("y") else word
    return any(simplemma.is_known(stem + ending, lang="en") for ending in ("ly", "ness"))


def _denied_base(word: str) -> str | None:
    """What "unplayful" and "charmless" say no to; None for other words."""
    for prefix in _DENYING_PREFIXES:
        if word.startswith(prefix) and len(word) > len(prefix) + _SHORT:
            return word.removeprefix(prefix)
    return word.removesuffix("less") if word.endswith("less") and len(word) > len("less") + _SHORT else None
