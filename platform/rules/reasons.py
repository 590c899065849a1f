"""What is said of a closed pair: whose rule of which sort it was, and until when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kyokan.graph.languages import spoken
from kyokan.graph.model import EntityKind
from kyokan.matching.ranking.constraints import Decision
from kyokan.matching.ranking.model import Sentence, Standing
from kyokan.matching.signals import Context
from kyokan.platform.rules.names import named


class Sort(StrEnum):
    """The sorts of rule, as counts and reasons name them."""

    CATEGORY = "category"
    COMPANY = "company"
    KANSEI = "kansei"
    MEDIUM = "medium"
    TERRITORY = "territory"
    FREE = "free"
    TAKEN = "taken"
    RAIL = "rail"
    KNOWN = "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The exclusivity of a deal that is agreed: the artist works for nobody else in the category until it ends.

    ``open`` says that the one who asks is party of the deal, and may be told its clause. ``keeper`` is the organisation
    that must represent the maker of a product; empty where it is known to represent the brand.
    """

    artist: str
    brand: str
    category: str
    territories: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    keeper: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Why one pair is closed: whose rule of which sort, and what may be said of it."""

    entity: str
    sort: Sort
    reason: Sentence
    until: str | None = None

    @property
    def whose(self) -> str:
        """Whose rule it is; empty where a deal keeps the pair apart."""
        return "" if self.sort is Sort.TAKEN else self.entity

    @property
    def decision(self) -> Decision:
        """As rankings take it."""
        return Decision(standing=Standing.BLOCKED, reason=self.reason, until=self.until)


WHY: Mapping[Sort, Sentence] = {
    Sort.CATEGORY: Sentence(
        ja="アーティスト側のルールで、この分野とは組めません。", en="The artist's side does not work in this category."
    ),
    Sort.COMPANY: Sentence(
        ja="アーティスト側のルールで、この会社とは組めません。", en="The artist's side does not work with this company."
    ),
    Sort.KANSEI: Sentence(
        ja="アーティスト側のルールで、この感性とは組めません。",
        en="The artist's side does not stand for what this evokes.",
    ),
    Sort.MEDIUM: Sentence(
        ja="アーティスト側のルールで、この媒体はお受けできません。", en="The artist's side does not do this medium."
    ),
    Sort.TERRITORY: Sentence(
        ja="アーティスト側のルールで、この地域はお受けできません。", en="The artist's side does not do this territory."
    ),
    Sort.RAIL: Sentence(
        ja="ブランド側の指針で、この組み合わせは控えています。", en="The brand's guard rails rule this pairing out."
    ),
    Sort.KNOWN: Sentence(
        ja="ブランド側の指針で、感性がもう少し知られていることが要ります。",
        en="The brand's guard rails ask for more known kansei.",
    ),
}
AT_PRESENT = Sentence(ja="いまはお受けできません。", en="Not available at present.")
"""For visitors without an account: neither until when nor for which reason, whichever it is."""


def not_available(until: str) -> Sentence:
    """For everybody with an account: until when, and no more. A day kept free and another's deal read alike."""
    ja = f"{until} まで不可。" if until else "不可。"
    en = f"Blocked until {until}." if until else "Blocked."
    return Sentence(ja=f"{ja}アーティスト側の都合がつきません。", en=f"{en} The artist's side is not available.")


def clause(context: Context, window: Window, partner: int) -> Sentence:
    """For a party of the deal: until when, with whom, and the clause."""
    ja_scope, en_scope = (" × ".join(_scope(context, window, lang)) for lang in ("ja", "en"))
    ja = f"{window.until} まで不可。" if window.until else "不可。"
    en = f"Blocked until {window.until}." if window.until else "Blocked."
    return Sentence(
        ja=f"{ja}{context.label(partner, 'ja')}との独占{f'：{ja_scope}' if ja_scope else ''}。",
        en=f"{en} Exclusive with {context.label(partner, 'en')}{f': {en_scope}' if en_scope else ''}.",
    )


def _scope(context: Context, window: Window, lang: str) -> Iterator[str]:
    """Category, territories and media as a reader of ``lang`` has them: what is known by its name."""
    kinds = {EntityKind.CATEGORY: (window.category,), EntityKind.PLACE: window.territories}
    for kind, words in kinds.items():
        for word in filter(None, words):
            row = named(context, word, kind)
            yield context.label(row, lang) if row >= 0 else spoken(word, lang)
    yield from (spoken(word, lang) for word in window.media)
