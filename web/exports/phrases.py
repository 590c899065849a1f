"""Headlines of documents, whose lines end between phrases as those of a page do (`word-break: auto-phrase`)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from markupsafe import Markup

from kyokan.graph.languages import language_of
from kyokan.web.view import View

LONGEST = 16  # characters; a longer phrase may have to be broken, since a line of a headline holds little more


def phrased(view: View, written: str) -> Markup:
    """A text as the reader has it, each Japanese phrase of it kept on one line."""
    heard = view.spoken(written)
    if view.lang != "ja" or language_of(heard) != "ja":
        return view.foreign(written)
    kept = Markup('<span class="phrase">{}</span>')
    phrases = _parser().parse(heard)
    return Markup("").join(kept.format(one) if len(one) <= LONGEST else Markup("{}").format(one) for one in phrases)


@lru_cache(maxsize=1)
def _parser() -> Any:
    import budoux

    return budoux.load_default_japanese_parser()
