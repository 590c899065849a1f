"""Meaning: how near are the two in embedding space?"""

from __future__ import annotations

import numpy as np

from kyokan.matching.ranking.model import Evidence
from kyokan.matching.signals.base import SignalValues, Subject
from kyokan.matching.signals.context import Context
from kyokan.matching.signals.texts import unit_rows
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
    cosine = (context.texts.centred[candidates] @ subject.vector).astype(np.float64)
    return SignalValues.of(cosine / context.settings.meaning_unit, known, np.ones(len(candidates)), HALF)


def evidence(context: Context, subject: Subject, candidate: int) -> tuple[Evidence, ...]:
    """The nearest pairs of sentences, which share the value in proportion to their nearness.

    A value of 0 or less has one item: the texts are no nearer than usual.
    """
    values = score(context, subject, np.array([candidate]))
    if not values.known[0]:
        return ()
    value = float(values.values[0])
    theirs = context.texts.sentences(candidate)[:SENTENCES]
    mine = subject.sentences[:SENTENCES]
    pairs = _nearest(context, subject, candidate, mine, theirs) if value > 0 else []
    if not pairs:
        return (_whole(context, subject, candidate, value),)
    total = sum(nearness for _, _, nearness in pairs)
    return tuple(
        _item(context, subject, candidate, mine[i], theirs[j], value * nearness / total) for i, j, nearness in pairs
    )


def _nearest(
    context: Context,
    subject: Subject,
    candidate: int,
    mine: tuple[tuple[str, str], ...],
    theirs: tuple[tuple[str, str], ...],
) -> list[tuple[int, int, float]]:
    """Up to ``SHOWN`` pairs of sentences, each sentence once, nearest first, all with a positive centred cosine."""
    if context.texts.encoder is None or not mine or not theirs:
        return []
    vectors = context.texts.encoder.encode([sentence for _, sentence in (*mine, *theirs)])
    left = unit_rows(vectors[: len(mine)] - context.texts.means[subject.side])
    right = unit_rows(vectors[len(mine) :] - context.texts.means[context.side(candidate)])
    nearness: Floats = (left @ right.T).astype(np.float64)
    chosen: list[tuple[int, int, float]] = []
    while len(chosen) < SHOWN:
        i, j = np.unravel_index(int(np.argmax(nearness)), nearness.shape)
        best = float(nearness[i, j])
        if best <= 0:
            break
        chosen.append((int(i), int(j), best))
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


def _whole(context: Context, subject: Subject, candidate: int, weight: float) -> Evidence:
    near = weight > 0
    return Evidence(
        kind="text",
        ids=(subject.id, context.id(candidate)),
        weight=weight,
        note="the two texts are near as a whole" if near else "the two texts are no nearer than usual",
        note_ja="二つの文章は全体として近い" if near else "二つの文章はふつうより近くない",
        detail={"texts": []},
    )
