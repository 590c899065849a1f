"""Which language a text is in, and what a reader has of one that is written in both."""

from __future__ import annotations

PARTED = " / "


def language_of(text: str) -> str:
    """``ja`` where a text has kana or kanji, else ``en``; for ``lang`` on names."""
    japanese = any("\u3040" <= letter <= "\u30ff" or "\u3400" <= letter <= "\u9fff" for letter in text)
    return "ja" if japanese else "en"


def in_full(written: str, lang: str) -> str:
    """All of a text, the half in ``lang`` first and the other in brackets: nothing of what binds is hidden."""
    mine = spoken(written, lang)
    if mine == written:
        return written
    other = spoken(written, "en" if lang == "ja" else "ja")
    return f"{mine}（{other}）" if lang == "ja" else f"{mine} ({other})"


def spoken(written: str, lang: str) -> str:
    """What a reader of ``lang`` has of a text written in both languages, parted by " / "; any other text as it is."""
    parts = written.split(PARTED)
    if [language_of(part) for part in parts] in (["ja", "en"], ["en", "ja"]):
        return next(part for part in parts if language_of(part) == lang).strip()
    return written
