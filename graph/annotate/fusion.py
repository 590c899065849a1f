"""How evidence of several kinds becomes one intensity and one confidence; every weight of it stands here.

Kinds are fused as independent reasons (noisy or): 1 − Π (1 − p). Words deny, the encoder cannot: an attribute that a
text only denies is known and zero, whatever the encoder hears.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from kyokan.graph.annotate.lexicon import Hit
from kyokan.graph.model import KanseiValue, Span

WORD_RATE = 1.2  # a word that names the attribute, said plainly once, gives 1 − e^−1.2 = .70
SENTENCES_UNDILUTED = 4  # in longer texts a single word says less of the whole
NEGATED_CONFIDENCE = 0.7
UNHEARD_CERTAINTY = 0.6  # of a word that is wished for, quoted or set against another
EMBEDDING_CONFIDENCE = 0.6  # times the intensity the encoder gives
TAG_RATE = 1.5  # see tag_intensity
TAG_CONFIDENCE = 0.7
CONTESTED = 0.5  # left of what one source affirms and the words of another deny
FLOOR = 0.01  # weaker evidence is left out of an annotation
ENTITY_FLOOR = 0.33  # and of the profile kept for an entity: what a reader of its texts would agree to
DIGITS = 4


def either(values: Iterable[float]) -> float:
    """1 − Π (1 − p): the chance that at least one of several independent reasons holds."""
    return 1.0 - math.prod(1.0 - value for value in values)


def word_value(attribute: str, hits: Sequence[Hit], spans: Sequence[Span], sentences: int) -> KanseiValue:
    """What the words of a text say of one attribute.

    Intensity = 1 − exp(−WORD_RATE · Σ weight · factor / √max(1, sentences / SENTENCES_UNDILUTED)).
    """
    affirmed = [hit for hit in hits if not hit.reading.negated]
    if not affirmed:
        return KanseiValue(
            attribute=attribute,
            intensity=0.0,
            confidence=NEGATED_CONFIDENCE,
            negated=True,
            source="lexicon",
            spans=tuple(spans),
        )
    dilution = math.sqrt(max(1.0, sentences / SENTENCES_UNDILUTED))
    amount = sum(hit.weight * hit.reading.factor for hit in affirmed) / dilution
    certainties = [hit.certainty * (1.0 if hit.reading.heard else UNHEARD_CERTAINTY) for hit in affirmed]
    return KanseiValue(
        attribute=attribute,
        intensity=1.0 - math.exp(-WORD_RATE * amount),
        confidence=either(certainties) / dilution,
        source="lexicon",
        spans=tuple(spans),
    )


def tag_intensity(amount: float) -> float:
    """Intensity that tags give: 1 − exp(−TAG_RATE · Σ weight of the tag for the attribute · strength of the tag)."""
    return 1.0 - math.exp(-TAG_RATE * amount)


def fuse(*kinds: Mapping[str, KanseiValue]) -> dict[str, KanseiValue]:
    """Profiles of several kinds of evidence as one, intensities and confidences by ``either``."""
    fused: dict[str, KanseiValue] = {}
    for kind in kinds:
        for attribute, value in kind.items():
            fused[attribute] = _both(fused[attribute], value) if attribute in fused else value
    return fused


def louder(one: Mapping[str, KanseiValue], other: Mapping[str, KanseiValue]) -> dict[str, KanseiValue]:
    """Two tellings of the same thing (Japanese and English) as one: the higher value counts, the spans of both stay."""
    told = dict(one)
    for attribute, value in other.items():
        known = told.get(attribute)
        if known is None:
            told[attribute] = value
        elif known.negated == value.negated:
            higher = value if value.intensity > known.intensity else known
            told[attribute] = replace(higher, spans=known.spans + value.spans)
        else:
            told[attribute] = _both(known, value)
    return told


def _both(one: KanseiValue, other: KanseiValue) -> KanseiValue:
    if one.negated != other.negated:
        denial, support = (one, other) if one.negated else (other, one)
        if support.source == "embedding":
            return denial
        return replace(
            support, intensity=support.intensity * CONTESTED, confidence=support.confidence * CONTESTED, source="fused"
        )
    return KanseiValue(
        attribute=one.attribute,
        intensity=either([one.intensity, other.intensity]),
        confidence=either([one.confidence, other.confidence]),
        negated=one.negated,
        source="fused",
        spans=one.spans or other.spans,
        tags={**one.tags, **other.tags},
    )


def finished(values: Iterable[KanseiValue], floor: float, order: Mapping[str, int]) -> tuple[KanseiValue, ...]:
    """Rounded values above ``floor`` and negated ones, strongest first, negated last, ties in dictionary order."""
    kept = [_rounded(value) for value in values if value.negated or value.intensity >= floor]
    return tuple(sorted(kept, key=lambda value: (-value.intensity, value.negated, order[value.attribute])))


def _rounded(value: KanseiValue) -> KanseiValue:
    if value.source == "embedding":  # rounded when made: most values of a text are of this kind
        return value
    return replace(value, intensity=round(value.intensity, DIGITS), confidence=round(value.confidence, DIGITS))
