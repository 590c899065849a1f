"""Embedding evidence: how near the sentences of a text lie to the anchor of each attribute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kyokan.graph.annotate.anchors import find_anchors
from kyokan.graph.annotate.language import Lang
from kyokan.graph.annotate.sectors import shares_by_distance
from kyokan.graph.dictionary import Dictionary
from kyokan.graph.encoder import Encoder, Vectors

Floats = NDArray[np.float64]

# What an attribute's score takes over from others by their distance on the circle of sectors: the same sector, the
# next ones, the three opposite. Chosen on the scenes (five folds) and the development texts; docs/annotator.md.
HEARD = (0.07, 0.03, -0.03)
# Score → intensity: CEILING · logistic((score − MIDDLE) / SLOPE). A neutral text is above MIDDLE in 1 of 200 cases.
SCALE = 1.9  # standard deviation of the smoothed score over the scenes
MIDDLE = 2.2
SLOPE = 0.55
CEILING = 0.75  # words that name a kansei are surer
SHARPNESS = 2.0  # of the soft maximum over sentences
# What a word says of attributes that it does not name: share of its value that those of the same sector and of the next
# ones get, and by how much of it the score of opposite ones sinks ("quiet" speaks for serene and against rowdy).
SAID = (0.2, 0.1, -0.5)
SPAN_MARGIN = 0.5  # a sentence this near to the best counts as evidence too
SPANS = 3


@dataclass(frozen=True, slots=True)
class Readings:
    """Scores of one text: ``text`` (attributes,) for the whole, ``sentences`` (sentences, attributes) for each.

    ``akin`` (attributes,) is what words for related attributes say, 0..1.
    """

    text: Floats
    sentences: Floats
    akin: Floats

    def intensity(self) -> Floats:
        """Intensity of each attribute: 1 − (1 − CEILING · logistic((text − MIDDLE) / SLOPE)) · (1 − akin)."""
        near = CEILING / (1.0 + np.exp(-(self.text - MIDDLE) / SLOPE))
        return np.asarray(1.0 - (1.0 - near) * (1.0 - self.akin))

    def telling(self, columns: NDArray[np.int64]) -> list[list[int]]:
        """For each column of an attribute the sentences that carry it, best first."""
        scores = self.sentences[:, columns]
        order = np.argsort(-scores, axis=0, kind="stable")[:SPANS]
        near = np.take_along_axis(scores, order, axis=0) >= scores.max(axis=0) - SPAN_MARGIN
        return [rows[:count] for rows, count in zip(order.T.tolist(), near.sum(axis=0).tolist(), strict=True)]


class EmbeddingEvidence:
    """Scores texts against the anchors of a dictionary in the space of an encoder."""

    def __init__(self, dictionary: Dictionary, encoder: Encoder) -> None:
        self._encoder = encoder
        self._anchors = find_anchors(dictionary, encoder)
        heard, said = shares_by_distance(dictionary, HEARD), shares_by_distance(dictionary, SAID)
        self._shared = heard + np.eye(len(heard))
        np.fill_diagonal(said, 0.0)
        self._akin, self._against = said.clip(min=0.0), (-said).clip(min=0.0)

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Vectors of sentences; blank ones are zeros."""
        return self._encoder.encode(sentences)

    def read(self, vectors: Vectors, said: Mapping[int, float], lang: Lang) -> Readings:
        """Scores of one text from the vectors of its sentences, those of blank sentences left out of the whole.

        ``said`` is what the words of the text say, by column. The text's score is a soft maximum of its sentences',
        log(mean(exp(k·s))) / k, less what is said of opposite attributes: a sentence that carries a kansei counts among
        others that do not, and more of them count more.
        """
        scores = self._anchors.scores(vectors, lang) @ self._shared / SCALE
        spoken = vectors.any(axis=1)
        scores[~spoken] = -np.inf
        if not spoken.any():
            return Readings(np.full(scores.shape[1], -np.inf), scores, np.zeros(scores.shape[1]))
        pooled = np.log(np.exp(SHARPNESS * scores[spoken]).mean(axis=0)) / SHARPNESS
        return Readings(pooled - _loudest(said, self._against), scores, _loudest(said, self._akin))


def _loudest(said: Mapping[int, float], shares: Floats) -> Floats:
    """For each attribute the highest of value · share over the attributes that are said."""
    if not said:
        return np.zeros(len(shares))
    values = np.fromiter(said.values(), dtype=np.float64)
    return np.asarray((values[:, None] * shares[list(said)]).max(axis=0))
