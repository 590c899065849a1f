"""Embedding evidence: how near the sentences of a text lie to the anchor of each attribute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kyokan.graph.annotate.anchors import find_anchors
from kyokan.graph.dictionary import Dictionary
from kyokan.graph.encoder import Encoder, Vectors

Floats = NDArray[np.float64]

# What an attribute's score takes over from others by their distance on the circle of sectors: the same sector, the
# next ones, the three opposite. Chosen on the scenes (five folds) and the development texts; docs/annotator.md.
SAME_SECTOR, NEXT_SECTOR, OPPOSITE_SECTOR = 0.07, 0.03, -0.03
OPPOSITE_REACH = 1
# Score → intensity: CEILING · logistic((score − MIDDLE) / SLOPE). A neutral text is above MIDDLE in 1 of 200 cases.
SCALE = 1.9  # standard deviation of the smoothed score over the scenes
MIDDLE = 2.2
SLOPE = 0.55
CEILING = 0.75  # words that name a kansei are surer
SHARPNESS = 2.0  # of the soft maximum over sentences
SPAN_MARGIN = 0.5  # a sentence this near to the best counts as evidence too
SPANS = 3


@dataclass(frozen=True, slots=True)
class Readings:
    """Scores of one text: ``text`` (attributes,) for the whole, ``sentences`` (sentences, attributes) for each."""

    text: Floats
    sentences: Floats

    def intensity(self) -> Floats:
        """Intensity of each attribute, 0..CEILING."""
        return CEILING / (1.0 + np.exp(-(self.text - MIDDLE) / SLOPE))

    def telling(self, column: int) -> list[int]:
        """The sentences that carry an attribute, best first."""
        if len(self.sentences) == 1:
            return [0]
        scores = self.sentences[:, column]
        order = np.argsort(-scores, kind="stable")[:SPANS]
        return [int(row) for row in order if scores[row] >= scores[order[0]] - SPAN_MARGIN]


class EmbeddingEvidence:
    """Scores texts against the anchors of a dictionary in the space of an encoder."""

    def __init__(self, dictionary: Dictionary, encoder: Encoder) -> None:
        self._encoder = encoder
        self._anchors = find_anchors(dictionary, encoder)
        self._shared = _sharing(dictionary)

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Vectors of sentences; blank ones are zeros."""
        return self._encoder.encode(sentences)

    def read(self, vectors: Vectors) -> Readings:
        """Scores of one text from the vectors of its sentences, those of blank sentences left out of the whole.

        The text's score is a soft maximum of its sentences', log(mean(exp(k·s))) / k: a sentence that carries a kansei
        counts among others that do not, and more of them count more.
        """
        scores = self._anchors.scores(vectors) @ self._shared / SCALE
        spoken = vectors.any(axis=1)
        scores[~spoken] = -np.inf
        if not spoken.any():
            return Readings(np.full(scores.shape[1], -np.inf), scores)
        pooled = np.log(np.exp(SHARPNESS * scores[spoken]).mean(axis=0)) / SHARPNESS
        return Readings(pooled, scores)


def _sharing(dictionary: Dictionary) -> Floats:
    """(attributes, attributes) how much of each attribute's score counts for each other."""
    sectors = np.array([dictionary.sector_index(attribute) for attribute in dictionary.ids])
    around = len(dictionary.sectors)
    apart = np.abs(sectors[:, None] - sectors[None, :])
    apart = np.minimum(apart, around - apart)
    shared = np.select(
        [apart == 0, apart == 1, apart >= around // 2 - OPPOSITE_REACH],
        [SAME_SECTOR, NEXT_SECTOR, OPPOSITE_SECTOR],
        default=0.0,
    )
    return np.asarray(shared + np.eye(len(sectors)), dtype=np.float64)
