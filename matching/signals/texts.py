"""Text vectors as the signals use them: centred by side, with the sentences behind each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from kyokan.graph.encoder import Encoder, Vectors
from kyokan.graph.model import Entity
from kyokan.matching.signals.base import Side
from kyokan.matching.signals.view import Flags, GraphView, Rows

TextPart = tuple[str, str]
"""(language, sentence)."""

MANY_ROWS = 5000
SENTENCE = re.compile(r"[^。．！？!?\n]*?(?:[。．！？\n]+|[!?]+\s*|\.(?=\s|$)|$)")


class Texts:
    """Unit vectors of the entities' texts, (N, D), rows of zeros without text; None where nothing can be encoded.

    The vectors of the snapshot are used where it holds them for this encoder, else the entities of both sides are
    encoded here. ``centred`` takes the mean of the side off and renormalises, since descriptions of brands resemble
    each other more than they resemble any artist (common-component removal, Mu and Viswanath 2018).
    """

    def __init__(self, view: GraphView, encoder: Encoder | None, sides: Rows) -> None:
        self._view = view
        self._encoder = encoder
        self._sides = sides

    @property
    def encoder(self) -> Encoder | None:
        """What turns a brief or a sentence into a vector."""
        return self._encoder

    @cached_property
    def vectors(self) -> Vectors | None:
        """(N, D) or None."""
        if self._encoder is None:
            return None
        stored = self._view.vectors(self._encoder.name)
        return stored if stored is not None else self._encode_all(self._encoder)

    @cached_property
    def known(self) -> Flags:
        """(N,) whether the row has a text vector."""
        if self.vectors is None:
            return np.zeros(len(self._sides), dtype=np.bool_)
        return np.asarray(np.asarray(self.vectors).any(axis=1))

    @cached_property
    def means(self) -> dict[Side, Vectors]:
        """Mean vector of the texts of each side (of both for ``Side.NONE``); zeros where the side has fewer than 2."""
        assert self.vectors is not None  # noqa: S101  # callers ask `known` first
        means: dict[Side, Vectors] = {}
        for side in Side:
            on_side = self._sides != Side.NONE if side is Side.NONE else self._sides == side
            rows = np.flatnonzero(on_side & self.known)
            chosen = np.asarray(self.vectors)[rows]
            means[side] = chosen.mean(axis=0) if len(rows) > 1 else np.zeros(chosen.shape[1], dtype=np.float32)
        return means

    @cached_property
    def centred(self) -> Vectors:
        """(N, D) unit vectors after the mean of the row's own side is taken off; zeros without text."""
        assert self.vectors is not None  # noqa: S101  # callers ask `known` first
        result = np.zeros(self.vectors.shape, dtype=np.float32)
        for side in (Side.PEOPLE, Side.THINGS):
            rows = np.flatnonzero((self._sides == side) & self.known)
            result[rows] = unit_rows(np.asarray(self.vectors)[rows] - self.means[side])
        return result

    def cosines(self, rows: Rows, vector: Vectors) -> Vectors:
        """(R,) cosine of each row's centred vector with a unit vector."""
        if len(rows) <= MANY_ROWS:
            return np.asarray(self.centred[rows] @ vector)
        first, last = int(rows.min()), int(rows.max()) + 1  # rows of one kind lie together: nothing is copied
        return np.asarray((self.centred[first:last] @ vector)[rows - first])

    def sentences(self, row: int) -> tuple[TextPart, ...]:
        """(language, sentence) of an entity's texts, Japanese first."""
        return entity_sentences(self._view.entity(row))

    def _encode_all(self, encoder: Encoder) -> Vectors:
        rows = np.flatnonzero(self._sides != Side.NONE)
        vectors = np.zeros((len(self._sides), encoder.dimensions), dtype=np.float32)
        vectors[rows] = encode_entities(encoder, [self._view.entity(int(row)) for row in rows])
        return vectors


def encode_entities(encoder: Encoder, entities: Sequence[Entity]) -> Vectors:
    """(E, D) as snapshots hold them: the mean of the vectors of both languages' texts, brought back to length 1."""
    if not entities:
        return np.zeros((0, encoder.dimensions), dtype=np.float32)
    both = encoder.encode([entity.text(lang) for lang in ("ja", "en") for entity in entities])
    return unit_rows(both[: len(entities)] + both[len(entities) :])


def drop_sentence(entity: Entity, lang: str, sentence: str) -> Entity:
    """The entity whose text in ``lang`` no longer holds the sentence."""
    return entity.with_changes(**{f"text_{lang}": entity.text(lang).replace(sentence, "").strip()})


def entity_sentences(entity: Entity) -> tuple[TextPart, ...]:
    """(language, sentence) of both texts, Japanese first."""
    return tuple((lang, part) for lang in ("ja", "en") for part in split_sentences(entity.text(lang)))


def split_sentences(text: str) -> list[str]:
    """Sentences of a Japanese or English text, without surrounding space.

    >>> split_sentences("静かな歌声。夜に合う。 Soft, slow songs. For 3.5 minutes!")
    ['静かな歌声。', '夜に合う。', 'Soft, slow songs.', 'For 3.5 minutes!']
    """
    return [part for part in (match.group().strip() for match in SENTENCE.finditer(text)) if part]


def unit_rows(vectors: Vectors) -> Vectors:
    """Rows of length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 1e-9))  # noqa: PLR2004  # rounding
