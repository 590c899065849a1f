"""Meaning: how near are the two in embedding space?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kyokan.graph.encoder import Vectors
from kyokan.matching.ranking.model import Evidence
from kyokan.matching.signals.base import SignalValues, Subject, with_rest
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
    """The nearest pairs of sentences; each weighs what the value would lose if neither text held its sentence.

    The loss is worked out on texts modelled as the sum of their sentences' vectors, language by language; what the
    pairs leave of the value belongs to the texts as a whole.
    """
    values = score(context, subject, np.array([candidate]))
    if not values.known[0]:
        return ()
    value = float(values.values[0])
    theirs = context.texts.sentences(candidate)[:SENTENCES]
    mine = subject.sentences[:SENTENCES]
    items = []
    if value > 0 and mine and theirs and context.texts.encoder is not None:
        vectors = context.texts.encoder.encode([sentence for _, sentence in (*mine, *theirs)])
        left = _Text(mine, vectors[: len(mine)], context.texts.means[subject.side])
        right = _Text(theirs, vectors[len(mine) :], context.texts.means[context.side(candidate)])
        whole = float(left.without() @ right.without())
        for i, j in _nearest(left, right):
            lost = (whole - float(left.without(i) @ right.without(j))) / context.settings.meaning_unit
            if lost > 0:
                items.append(_item(context, subject, candidate, mine[i], theirs[j], lost))
        items.sort(key=lambda item: -item.weight)
    return with_rest(items, value, _whole(subject.id, context.id(candidate), near=value > 0))


@dataclass(frozen=True, slots=True)
class _Text:
    """Sentences with their vectors (S, D), and the mean of the side that is taken off."""

    sentences: tuple[tuple[str, str], ...]
    vectors: Vectors
    mean: Vectors

    def without(self, dropped: int | None = None) -> Vectors:
        """(D,) the centred unit vector of the text, less one sentence."""
        total = np.zeros_like(self.mean)
        for lang in ("ja", "en"):
            kept = [place for place, (one, _) in enumerate(self.sentences) if one == lang and place != dropped]
            if kept:
                total = total + unit_rows(self.vectors[kept].sum(axis=0, keepdims=True))[0]
        one = total[None, :]
        return np.asarray(unit_rows(unit_rows(one) - self.mean if total.any() else one)[0])


def _nearest(left: _Text, right: _Text) -> list[tuple[int, int]]:
    """Up to ``SHOWN`` pairs of sentences, each sentence once, nearest first, all with a positive centred cosine."""
    nearness: Floats = (unit_rows(left.vectors - left.mean) @ unit_rows(right.vectors - right.mean).T).astype(
        np.float64
    )
    chosen: list[tuple[int, int]] = []
    while len(chosen) < SHOWN and nearness.max() > 0:
        i, j = np.unravel_index(int(np.argmax(nearness)), nearness.shape)
        chosen.append((int(i), int(j)))
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
