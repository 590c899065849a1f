"""Japanese text to tokens, by SudachiPy."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import Any

import jaconv
from sudachipy import Dictionary as SudachiDictionary
from sudachipy import SplitMode

from kyokan.graph.annotate.tokens import Token

# Nouns and adjectives that Sudachi keeps apart from the adjective they come from.
_BASES = {
    "静けさ": "静か", "温かみ": "温か", "深み": "深い", "重み": "重い", "厚み": "厚い", "甘み": "甘い", "丸み": "丸い",
    "暖か": "温か", "あたたか": "温か", "華やぐ": "華やか", "和らぐ": "柔らか", "軽快": "軽やか",
}  # fmt: skip
_LINKS = frozenset("がのはも")  # 華がある, 華のある, 華もある are one term
_NEGATIVES = frozenset({"無い", "ない", "ず", "無し", "まい"})
_CONDITIONALS = frozenset({"たら", "だら", "なら"})
_DENYING_PREFIXES = frozenset("不無非未反脱没")
_KANA = re.compile(r"[ぁ-ゖァ-ヺー]+")
_READING_LENGTH = 3  # shorter readings have too many homonyms
_TAIL = frozenset({"だ", "た", "て", "で", "為る", "居る", "です"})
# Lengthened for feeling: なつかしーい, すごーーい, かわいいいい (the first two of a row are kept).
_LENGTHENED = re.compile(r"(?<=[ぁ-ゖ])[ー〜～]+(?=[ぁ-ゖ])|([ぁぃぅぇぉあいうえおー])\1(?P<more>\1+)")
_THREAD = threading.local()


def tokenize_ja(text: str) -> list[Token]:
    """Tokens of ``text`` with offsets into it; lengthened vowels are read as if they were not."""
    short, offsets = _shortened(text)
    # Lower than mode C nothing is gained: 静電気 must not yield 静.
    morphemes = _tokenizer().tokenize(short, SplitMode.C)
    tokens: list[Token] = []
    for morpheme in morphemes:
        if morpheme.begin() == morpheme.end():  # Sudachi reads … as three points, two of them nowhere in the text
            continue
        start, end = offsets[morpheme.begin()], offsets[morpheme.end() - 1] + 1
        if end > start and morpheme.surface().strip():
            tokens.append(_token(morpheme, start, end, tokens))
    return tokens


def term_keys_ja(term: str) -> tuple[str, ...]:
    """The keys of a dictionary term: 凛とした → (凛と,), 華のある → (華, の, 有る)."""
    tokens = tokenize_ja(term)
    while len(tokens) > 1 and tokens[-1].lemma in _TAIL:
        tokens.pop()
    return tuple(token.keys[0] for token in tokens)


def term_reading(term: str) -> str | None:
    """The katakana reading of a one-word term that is not all kana; None for others and for short readings."""
    morphemes = _tokenizer().tokenize(term, SplitMode.C)
    if len(morphemes) != 1 or _KANA.fullmatch(term):
        return None
    reading: str = morphemes[0].reading_form()
    return reading if len(reading) >= _READING_LENGTH else None


def _tokenizer() -> Any:
    """One tokenizer a thread: they are not safe to share."""
    if not hasattr(_THREAD, "tokenizer"):
        _THREAD.tokenizer = SudachiDictionary(dict="core").tokenizer()
    return _THREAD.tokenizer


def _shortened(text: str) -> tuple[str, Sequence[int]]:
    """``text`` without lengthening marks, and the original offset of each character left."""
    if not _LENGTHENED.search(text):
        return text, range(len(text))
    spans = (match.span("more" if match["more"] else 0) for match in _LENGTHENED.finditer(text))
    dropped = {place for span in spans for place in range(*span)}
    kept = [place for place in range(len(text)) if place not in dropped]
    return "".join(text[place] for place in kept), kept


def _token(morpheme: Any, start: int, end: int, before: Sequence[Token]) -> Token:
    kind, detail = morpheme.part_of_speech()[:2]
    lemma: str = morpheme.normalized_form()
    if morpheme.surface() in _CONDITIONALS:
        lemma = morpheme.surface().replace("だら", "たら")
    elif lemma in _NEGATIVES:
        lemma = "無い" if kind == "形容詞" else "ない"
    return Token(
        start=start,
        end=end,
        lemma=lemma,
        keys=_keys(morpheme, lemma, kind),
        denied=bool(before and before[-1].lemma in _DENYING_PREFIXES and before[-1].end == start),
        noun=kind in {"名詞", "代名詞", "接尾辞"} and detail != "助動詞語幹",
        mark=kind in {"補助記号", "空白", "記号"},
    )


def _keys(morpheme: Any, lemma: str, kind: str) -> tuple[str, ...]:
    if lemma in {"無い", "ない"}:
        return ("無い",)
    if kind == "助詞" and lemma in _LINKS:
        return ("の",)
    base: str = morpheme.dictionary_form()
    # 温かい and 温かな are one word to a reader.
    keys = [form[:-1] if kind == "形容詞" and form.endswith("かい") else form for form in (lemma, base)]
    keys += [_BASES[key] for key in keys if key in _BASES]
    if _KANA.fullmatch(base) and len(base) >= _READING_LENGTH:
        keys.append(jaconv.hira2kata(base))  # meets the reading of a term written in kanji
    return tuple(dict.fromkeys(keys))
