"""Meaning: how near are the two in embedding space?"""

from __future__ import annotations

import numpy as np

from kyokan.graph.encoder import Vectors
from kyokan.graph.model import Entity
from kyokan.matching.ranking.model import Evidence
from kyokan.matching.signals.base import Side, SignalValues, Subject, with_rest
from kyokan.matching.signals.context import Context
from kyokan.matching.signals.texts import (
    TextPart,
    drop_sentence,
    encode_entities,
    entity_sentences,
    unit_rows,
)
from kyokan.matching.signals.view import Floats, Rows

HALF = 1.0
SHOWN = 3  # sentence pairs
SENTENCES = 12  # sentences of each side that are compared


def score(context: Context, subject: Subject, candidates: Rows) -> SignalValues:
    """Cosine of the two texts' vectors after the mean of each side is taken off.

        value = cos(u − ū_S, v − v̄_C) / unit

    Edge cases: unknown (0) without an encoder or where either has no text. Taking the mean off makes 0 the usual pair:
    raw cosines of sentence encoders are all positive and reward texts for being written alike.

    Example: with unit .3, a centred cosine of .15 gives .5.

    Reference: removal of the common component of sentence vectors (Mu and Viswanath 2018; Arora et al. 2017).
    """
    if subject.vector is None or context.texts.vectors is None:
        return SignalValues.unknown(len(candidates))
    known = context.texts.known[candidates]
    cosine = context.texts.cosines(candidates, subject.vector).astype(np.float64)
    return SignalValues.of(cosine / context.settings.meaning_unit, known, np.ones(len(candidates)), HALF)


def evidence(context: Context, subject: Subject, candidate: int) -> tuple[Evidence, ...]:
    """The nearest pairs of sentences; each weighs what the value loses when neither text holds its sentence.

    The loss is found by encoding both texts anew without the sentences; what the pairs leave of the value belongs to
    the texts as a whole.
    """
    values = score(context, subject, np.array([candidate]))
    if not values.known[0]:
        return ()
    value = float(values.values[0])
    items = []
    if value > 0 and context.texts.encoder is not None:
        pairs = _nearest(context, subject, candidate)
        left = _without(context, subject.text, subject.side, [mine for mine, _ in pairs])
        right = _without(context, context.view.entity(candidate), context.side(candidate), [one for _, one in pairs])
        lost = value - (left * right).sum(axis=1).astype(np.float64) / context.settings.meaning_unit
        items = [
            _item(context, subject, candidate, mine, theirs, float(loss))
            for (mine, theirs), loss in zip(pairs, lost, strict=True)
            if loss > 0
        ]
        items.sort(key=lambda item: -item.weight)
    return with_rest(items, value, _whole(subject.id, context.id(candidate), near=value > 0))


def _without(context: Context, text: Entity | None, side: Side, sentences: list[TextPart]) -> Vectors:
    """(K, D) centred unit vectors of a text without each of K sentences; zeros where nothing is left."""
    encoder = context.texts.encoder
    if encoder is None or text is None or not sentences:
        return np.zeros((len(sentences), context.texts.means[side].shape[0]), dtype=np.float32)
    vectors = encode_entities(encoder, [drop_sentence(text, *sentence) for sentence in sentences])
    left = vectors.any(axis=1, keepdims=True)
    return np.asarray(unit_rows(np.where(left, vectors - context.texts.means[side], 0.0)))


def _nearest(context: Context, subject: Subject, candidate: int) -> list[tuple[TextPart, TextPart]]:
    """Up to ``SHOWN`` pairs of sentences, each sentence once, nearest first, all with a positive centred cosine."""
    mine = entity_sentences(subject.text)[:SENTENCES] if subject.text else ()
    theirs = context.texts.sentences(candidate)[:SENTENCES]
    if context.texts.encoder is None or not mine or not theirs:
        return []
    vectors = context.texts.encoder.encode([sentence for _, sentence in (*mine, *theirs)])
    left = unit_rows(vectors[: len(mine)] - context.texts.means[subject.side])
    right = unit_rows(vectors[len(mine) :] - context.texts.means[context.side(candidate)])
    nearness: Floats = (left @ right.T).astype(np.float64)
    chosen: list[tuple[TextPart, TextPart]] = []
    while len(chosen) < SHOWN and nearness.max() > 0:
        i, j = np.unravel_index(int(np.argmax(nearness)), nearness.shape)
        chosen.append((mine[int(i)], theirs[int(j)]))
        nearness[i, :] = nearness[:, j] = -1.0
    return chosen


def _item(
    context: Context, subject: Subject, candidate: int, mine: tuple[str, str], theirs: tuple[str, str], weight: float
) -> Evidence:
    return Evidence(
        kind="text",
        ids=(subject.id, context.id(candidate)),
        weight=weight,
        note=f"“{mine[1]}” is near “{theirs[1]}”",
        note_ja=f"「{mine[1]}」と「{theirs[1]}」が近い",
        detail={"texts": [{"lang": lang, "text": text} for lang, text in (mine, theirs)]},
    )


def _whole(subject: str, candidate: str, *, near: bool) -> Evidence:
    return Evidence(
        kind="text",
        ids=(subject, candidate),
        weight=0.0,
        note="the two texts as a whole" if near else "the two texts are no nearer than usual",
        note_ja="二つの文章の全体" if near else "二つの文章はふつうより近くない",
        detail={"role": "rest", "texts": []},
    )
