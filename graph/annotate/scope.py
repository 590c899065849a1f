"""What the words around a term do to it: deny it, strengthen or weaken it, wish for it, put it in others' mouths."""

from __future__ import annotations

from dataclasses import dataclass

# How much of a term is left under each reading. One place for both languages; docs/annotator.md shows their effect.
STRONG = 1.35  # very, とても
SLIGHT = 0.55  # a touch of, ほんのり
PARTIAL = 0.75  # fairly, 比較的
DOUBLE_NEGATION = 0.6  # not without, なくもない
SET_AGAINST = 0.2  # X in "Y rather than X", XというよりY
SEEMING = 0.3  # looks X, but …; 一見X
WISH = 0.3  # would like it X, Xだといい
HEARSAY = 0.35  # some call it X, Xと呼ばれるが
CONCEDED = 0.7  # X in "X, but Y" and "although X, Y": said, yet not what it comes to; XだがY
UNSURE = 0.6  # might be X, Xかもしれない, Xらしい
QUOTED = 0.7  # a term set in quotation marks
DENIED_BELOW = 0.5  # a reading left with less than this half is hidden from the encoder


@dataclass(frozen=True, slots=True)
class Reading:
    """How a term is meant: ``factor`` ≥ 0 on its strength; ``negated`` makes it known and zero."""

    factor: float = 1.0
    negated: bool = False

    @property
    def heard(self) -> bool:
        """Whether the sentence says it of its subject; an encoder, which misses the denial, must not hear the rest."""
        return not self.negated and self.factor >= DENIED_BELOW


DENIED = Reading(factor=0.0, negated=True)
