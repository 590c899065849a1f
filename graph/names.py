"""Spellings of a name: the keys under which it is found, from sure to guessed.

Three strengths, because a key that may open a search must not always join two entities:

* *exact*: the name folded to letters and digits (``normalise``). Two names with this key are spelt alike.
* *variant*: the same name in another order or script, without any guess ("Hikaru Utada", うただ → utada).
* *guess*: what a kanji name is probably read as, and romaji with its long vowels dropped. Readings of names are often
  wrong (米津玄師 is not "yonetsu genshi"), so a guess finds candidates and never joins two entities by itself.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import jaconv
from sudachipy import Dictionary, SplitMode, Tokenizer

_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_SIGNS = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "&": " and ", "×": "x", "✕": "x", "✖": "x", "$": "s"})
_LONG_VOWEL = re.compile(r"(?<=[ぁ-ゖー])[ー‐‑–—―−〜~]+")
_FINAL_LONG_VOWEL = re.compile(r"(?<=[ぁ-ゖー]{3})ー(?![ぁ-ゖー])")
_LEGAL_FORM = re.compile(r"株式会社|有限会社|\(株\)|\(有\)")
_BRACKETED = re.compile(r"[(（\[].*?[)）\]]")
_KANJI = re.compile(r"[々〆\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA = re.compile(r"[ぁ-ゖァ-ヺー]")
_LONG_ROMAJI = re.compile(r"o[uoh](?![aeiou])|o[uo]|uu|aa|ee|ii")
# Two-kana sounds of loan words that a kana-by-kana table spells out ("teifani" for ティファニー).
_LOAN_SOUNDS: dict[str, str] = dict(
    re.findall(
        r"(\S+):(\S+)",
        "てぃ:ti でぃ:di とぅ:tu どぅ:du てゅ:tyu でゅ:dyu うぃ:wi うぇ:we うぉ:wo しぇ:she じぇ:je ちぇ:che いぇ:ye "
        "つぁ:tsa つぃ:tsi つぇ:tse つぉ:tso ゔぁ:va ゔぃ:vi ゔぇ:ve ゔぉ:vo ふぁ:fa ふぃ:fi ふぇ:fe ふぉ:fo ふゅ:fyu "
        "くぁ:kwa くぉ:kwo",
    )
)
_LOAN_SOUND = re.compile("|".join(_LOAN_SOUNDS))

_local = threading.local()


@dataclass(frozen=True, slots=True)
class NameKeys:
    """Keys of one entity's names by strength; a key stands only under its strongest heading."""

    exact: tuple[str, ...]
    variant: tuple[str, ...]
    guess: tuple[str, ...]


def normalise(name: str) -> str:
    """The name folded to letters and digits, the same for all spellings that differ only in typing.

    Width and case (NFKC, casefold), Latin accents, katakana and hiragana, dashes for long vowels and the long vowel
    that a word of more than three kana may drop (コンピューター), "&", "×", "$", apostrophes and other signs, a leading
    "the" and 株式会社. A name made of signs alone ("!!!") keeps them.

    >>> normalise("B'z"), normalise("The Beatles"), normalise("シチズン ×C")
    ('bz', 'beatles', 'しちずんxc')
    """
    text = re.sub(r"^the\s+(?!the$)(?=\S)|,\s*the$", "", fold_typing(name))
    text = jaconv.kata2hira(text)
    text = _FINAL_LONG_VOWEL.sub("", _LONG_VOWEL.sub("ー", text))
    return "".join(_words(text)) or "".join(unicodedata.normalize("NFKC", name).casefold().split())


def romanise(name: str) -> str:
    """The name in Latin letters, words apart: kana by the Hepburn table, kanji by their likeliest reading.

    A guess wherever the name holds kanji (``has_kanji``). Other scripts stay as they are.

    >>> romanise("うただ ひかる"), romanise("ティファニー")
    ('utada hikaru', 'tifani')
    """
    if name.isascii():
        return " ".join(name.split())
    parts = _readings(name) if has_kanji(name) else unicodedata.normalize("NFKC", name).split()
    return " ".join(filter(None, (_kana_to_latin(part) for part in parts)))


def has_kanji(name: str) -> bool:
    """Whether reading the name takes a guess."""
    return _KANJI.search(name) is not None


def name_keys(*names: str) -> NameKeys:
    """Keys of an entity known under these names, each under its strongest heading, in the order of the names."""
    exact = _unique(normalise(name) for name in names)
    variant = _unique((key for name in names for key in _variants(name)), exact)
    guess = _unique((key for name in names for key in _guesses(name)), (*exact, *variant))
    return NameKeys(exact, variant, guess)


def search_keys(*names: str) -> tuple[str, ...]:
    """All keys of an entity's names, sure ones first; a query finds it where the two share a key."""
    keys = name_keys(*names)
    return (*keys.exact, *keys.variant, *keys.guess)


def slug(name: str) -> str:
    """The name as the second half of an id: lower case, words joined by "-", every script kept.

    >>> slug("Female Vocalist"), slug("シチズン時計"), slug("AC/DC")
    ('female-vocalist', 'シチズン時計', 'ac-dc')
    """
    text = fold_typing(name)
    return "-".join(_words(text.replace("'", ""))) or "u" + "-".join(f"{ord(sign):x}" for sign in name.strip())


def fold_typing(name: str) -> str:
    """Width, case, accents, legal forms and signs that stand for letters or words; other signs and spaces stay."""
    text = _LEGAL_FORM.sub(" ", unicodedata.normalize("NFKC", name).casefold()).translate(_SIGNS).translate(_LETTERS)
    # "Florence + The Machine" says "and"; "+44" says "plus".
    text = re.sub(r"(?<=\s)\+(?=\s)", "and", text).replace("+", " plus ")
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", text).strip()


def _words(text: str) -> list[str]:
    """Runs of letters, digits and the marks that belong to them."""
    return "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in text).split()


def _variants(name: str) -> list[str]:
    """Other orders and scripts of a name that take no guess."""
    found = [*_reversed(name.split())]
    if _KANA.search(name) and not has_kanji(name):
        latin = romanise(name)
        found += [normalise(latin), *_reversed(latin.split())]
    return [key for key in found if key]


def _guesses(name: str) -> list[str]:
    """Readings of kanji, romaji without long vowels, and the name without what stands in brackets."""
    found = []
    bare = _BRACKETED.sub("", name).strip()
    if bare and bare != name:
        found.append(normalise(bare))
    if has_kanji(name):
        parts = _readings(name)
        latin = romanise(name)
        found += [normalise("".join(parts)), *_reversed(parts), normalise(latin), *_reversed(latin.split())]
    latin = romanise(name)
    if latin.isascii():
        short = _LONG_ROMAJI.sub(lambda vowels: vowels.group()[0], latin.casefold())
        found += [normalise(short), *_reversed(short.split())]
    return [key for key in found if key]


def _reversed(parts: list[str]) -> list[str]:
    """The key of a two-part name with its parts exchanged: family name first or last."""
    if len(parts) == 2 and parts[0].casefold() != "the" and all(_words(part) for part in parts):  # noqa: PLR2004 - two parts
        return [normalise(f"{parts[1]} {parts[0]}")]
    return []


def _kana_to_latin(text: str) -> str:
    if text.isascii():
        return text
    hiragana = _LONG_VOWEL.sub("", jaconv.kata2hira(text))
    latin: str = jaconv.kana2alphabet(_LOAN_SOUND.sub(lambda pair: _LOAN_SOUNDS[pair.group()], hiragana))
    return latin.replace("cch", "tch").replace("ー", "")


def _readings(name: str) -> list[str]:
    """Readings in katakana of the words of a name, signs left out."""
    text = _LEGAL_FORM.sub(" ", unicodedata.normalize("NFKC", name))
    words = _tokenizer().tokenize(text, SplitMode.C)
    return [
        word.surface() if word.surface().isascii() else word.reading_form()
        for word in words
        if any(c.isalnum() for c in word.surface())
    ]


def _tokenizer() -> Tokenizer:
    """The thread's own tokenizer: Sudachi's must not be shared."""
    if not hasattr(_local, "tokenizer"):
        _local.tokenizer = Dictionary(dict="core").tokenizer()
    tokenizer: Tokenizer = _local.tokenizer
    return tokenizer


def _unique(keys: Iterable[str], known: Iterable[str] = ()) -> tuple[str, ...]:
    seen = set(known)
    return tuple(key for key in dict.fromkeys(keys) if key and key not in seen)
