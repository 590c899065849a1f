"""Contribution bars: what each signal adds, stacked in a fixed order along one scale for the whole list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kyokan.matching.ranking.model import Match
from kyokan.web.figures import signed
from kyokan.web.fingerprint.svg import element, text
from kyokan.web.marks import INKS, in_order, mark_of
from kyokan.web.wording import say

HEIGHT = 26
NARROWEST_PX = 300  # the bar's width on a phone; letters are only set where they fit there
LETTER_PX = {"ja": 15.0, "en": 18.0}
SMALLEST = 0.005


@dataclass(frozen=True, slots=True)
class Scale:
    """The range of all bars of a list, in units of the ranking score."""

    low: float
    high: float

    @classmethod
    def of(cls, matches: Sequence[Match]) -> Scale:
        """The widest sums of losses and of gains in the list."""
        gains, losses = [0.0], [0.0]
        for match in matches:
            gains.append(sum(part.contribution for part in match.contributions if part.contribution > 0))
            losses.append(sum(part.contribution for part in match.contributions if part.contribution < 0))
        high = max(gains)
        return cls(min(losses), high if high > 0 else 1.0)

    def percent(self, value: float) -> float:
        """Place of a value along the bar."""
        return 100 * (value - self.low) / (self.high - self.low)


def contribution_bar(match: Match, scale: Scale, lang: str) -> Markup:
    """Gains to the right of the zero line, losses hatched to its left; every figure is in the label."""
    drawn = Markup()
    right, left = 0.0, 0.0
    spoken = []
    for part in in_order(match.contributions):
        mark = mark_of(part.signal)
        named = f"{say(lang, f'signal.{part.signal}')} {signed(part.contribution)}"
        spoken.append(named)
        if abs(part.contribution) < SMALLEST:
            continue
        if part.contribution > 0:
            start, right = right, right + part.contribution
            css = f"seg seg-{INKS[part.benefit]}"
        else:
            left += part.contribution
            start, css = left, "seg seg-loss"
        share = scale.percent(start + abs(part.contribution)) - scale.percent(start)
        title = element("title", f"{named} · {say(lang, f'benefit.{part.benefit.value}')}")
        drawn += _segment(scale.percent(start), share, css, title)
        if part.contribution > 0 and share * NARROWEST_PX / 100 >= LETTER_PX[lang]:
            middle = f"{scale.percent(start) + share / 2:.2f}%"
            drawn += text(mark.letter(lang), class_="seg-letter", x=middle, y=HEIGHT / 2 + 1)
    zero = f"{scale.percent(0):.2f}%"
    drawn += element("line", class_="zero", x1=zero, x2=zero, y1=0, y2=HEIGHT)
    label = ("、" if lang == "ja" else ", ").join(spoken)
    return element("svg", drawn, class_="bar", width="100%", height=HEIGHT, role="img", aria_label=label)


def _segment(start: float, share: float, css: str, title: Markup) -> Markup:
    return element("rect", title, class_=css, x=f"{start:.2f}%", y=3, width=f"{share:.2f}%", height=HEIGHT - 6)
