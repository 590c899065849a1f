"""Which language a text is in, and where its sentences begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

Lang = Literal["ja", "en"]

_JAPANESE = re.compile(r"[぀-ヿㇰ-ㇿｦ-ﾟ一-鿿㐀-䶿々]")
_LETTER = re.compile(r"\w")
_JAPANESE_SHARE = 0.15  # brand and artist names in Latin letters are common in Japanese texts

# A sentence ends after 。！？ and closing brackets, after . ! ? before a space, or at a line's end.
_END = re.compile(r"[。！？]+[」』）”\"]*|[.!?]+[)\"'”’]*(?=\s|$)|\n+")


def detect_language(text: str) -> Lang:
    """``ja`` where at least 15 % of the letters are kana or kanji, else ``en``."""
    letters = len(_LETTER.findall(text))
    return "ja" if letters and len(_JAPANESE.findall(text)) >= _JAPANESE_SHARE * letters else "en"


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each sentence without the white space around it; blank ones are left out."""
    start = 0
    for end in [*(match.end() for match in _END.finditer(text)), len(text)]:
        piece = text[start:end]
        left = start + len(piece) - len(piece.lstrip())
        right = start + len(piece.rstrip())
        if left < right:
            yield left, right
        start = end
