"""How strongly eight emotions stand in Japanese texts, read from their likeness to posts of our own.

The posts (``data/emotion_posts.tsv``) and their intensities were written for this project; no other corpus is learned
from. A text is like a post by the encoder, by its letters, and by what its kansei profile says of the eight emotions of
R. Plutchik. How much each counts was chosen on 148 further posts of ours (``tests/fixtures/emotion_posts_dev.tsv``),
none of which is learned from: docs/annotator.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from kyokan.errors import QueryError
from kyokan.graph.annotate.fusion import DIGITS
from kyokan.graph.annotate.language import sentences as cut
from kyokan.graph.encoder import Encoder

POSTS = "data/emotion_posts.tsv"
STRONGEST = 3.0
# Likeness to a post: of encoded texts exp(SHARPNESS · (cosine − 1)); beside it that of letters and of kansei.
SHARPNESS, LETTERS_WEIGHT, KANSEI_WEIGHT, RIDGE = 2.0, 0.15, 0.1, 0.2
# Attributes that speak for (weight > 0) and against an emotion.
EMOTIONS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "joy": {"joyful": 1.0, "happy": 1.0, "cheerful": 0.7, "contented": 0.5, "grateful": 0.5, "uplifting": 0.4,
                "sad": -0.4, "angry": -0.3, "anguished": -0.4, "gloomy": -0.3},
        "sadness": {"sad": 1.0, "anguished": 0.7, "lonely": 0.7, "melancholic": 0.5, "wistful": 0.5, "gloomy": 0.5,
                    "poignant": 0.3, "joyful": -0.3, "happy": -0.3, "cheerful": -0.3},
        "anticipation": {"expectant": 1.0, "hopeful": 0.7, "thrilling": 0.4, "ambitious": 0.3, "encouraging": 0.2},
        "surprise": {"surprising": 1.0, "wondrous": 0.5, "thrilling": 0.2, "frightening": 0.2},
        "anger": {"angry": 1.0, "aggressive": 0.5, "fierce": 0.3, "repellent": 0.4, "harsh": 0.3, "happy": -0.2},
        "fear": {"frightening": 1.0, "tense": 0.5, "eerie": 0.4, "dangerous": 0.4, "anguished": 0.4, "suspenseful": 0.3,
                 "calm": -0.1},
        "disgust": {"repellent": 1.0, "angry": 0.4, "anguished": 0.4, "gloomy": 0.3, "oppressive": 0.3, "harsh": 0.3,
                    "happy": -0.2, "joyful": -0.2},
        "trust": {"reliable": 0.6, "grateful": 1.0, "bonded": 0.6, "loving": 0.5, "reassuring": 0.6, "kind": 0.5,
                  "encouraging": 0.4, "heartfelt": 0.4, "angry": -0.2},
    }
)  # fmt: skip

Matrix = NDArray[np.float64]
Intensities = Mapping[str, float]  # of kansei attributes; those not found are left out


def read_posts() -> tuple[tuple[str, ...], Matrix]:
    """The posts that are learned from and their intensities 0..3, shape (posts, 8)."""
    lines = files(__package__).joinpath(POSTS).read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return tuple(text for _, text in rows), np.array([[float(digit) for digit in felt] for felt, _ in rows])


def profile_emotions(profiles: Sequence[Intensities]) -> Matrix:
    """(texts, 8) Σ weight · intensity over the attributes that speak for or against an emotion."""
    return np.array(
        [
            [sum(weight * profile.get(name, 0.0) for name, weight in weights.items()) for weights in EMOTIONS.values()]
            for profile in profiles
        ]
    ).reshape(len(profiles), len(EMOTIONS))


class EmotionReader:
    """Eight emotions of Japanese texts: kernel ridge regression on our own posts.

    Args:
        profiles: reads the kansei intensities of texts.
        encoder: makes texts into vectors; without one letters and kansei remain.
        without: likenesses to leave out, ``letters`` or ``kansei``.

    Raises:
        QueryError: no likeness is left.
    """

    def __init__(
        self,
        profiles: Callable[[Sequence[str]], Sequence[Intensities]],
        encoder: Encoder | None,
        without: frozenset[str] = frozenset(),
    ) -> None:
        if encoder is None and {"letters", "kansei"} <= without:
            raise QueryError("without letters, kansei and embedding", "leaves nothing to read a text by")
        self._profiles, self._encoder, self._without = profiles, encoder, without
        posts, felt = read_posts()
        self._letters = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), sublinear_tf=True, min_df=2).fit(posts)
        self._centre, self._spread = np.zeros(len(EMOTIONS)), np.ones(len(EMOTIONS))
        if "kansei" not in without:
            profile = profile_emotions(profiles(posts))
            self._centre, self._spread = profile.mean(axis=0), profile.std(axis=0) + 1e-9
        self._posts = self._seen(posts)
        self._usual = felt.mean(axis=0)
        kernel = self._likeness(self._posts)
        self._weight = np.linalg.solve(kernel + RIDGE * np.eye(len(posts)), felt - self._usual)

    def read(self, texts: Sequence[str]) -> Matrix:
        """(texts, 8) intensities 0..3 in the order of ``EMOTIONS``; nothing is felt in a blank text."""
        felt = np.zeros((len(texts), len(EMOTIONS)))
        rows = [row for row, text in enumerate(texts) if text.strip()]
        if rows:
            likeness = self._likeness(self._seen([texts[row] for row in rows]))
            felt[rows] = (likeness @ self._weight + self._usual).clip(0.0, STRONGEST).round(DIGITS)
        return felt

    def _seen(self, texts: Sequence[str]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        if "letters" not in self._without:
            seen["letters"] = self._letters.transform(texts)
        if "kansei" not in self._without:
            standing = (profile_emotions(self._profiles(texts)) - self._centre) / self._spread
            seen["kansei"] = standing / np.sqrt(standing.shape[1])
        if self._encoder is not None:
            seen["whole"] = np.asarray(self._encoder.encode(texts), dtype=np.float64)
            seen["sentences"] = _mean_of_sentences(self._encoder, texts)
        return seen

    def _likeness(self, seen: Mapping[str, Any]) -> Matrix:
        """(texts, posts) sum of the likenesses in use."""
        parts = []
        for name, weight in (("letters", LETTERS_WEIGHT), ("kansei", KANSEI_WEIGHT)):
            if name in seen:
                product = seen[name] @ self._posts[name].T
                parts.append(weight * (product if isinstance(product, np.ndarray) else product.toarray()))
        parts += [
            0.5 * np.exp(SHARPNESS * (seen[name] @ self._posts[name].T - 1.0))
            for name in ("whole", "sentences")
            if name in seen
        ]
        return np.asarray(sum(parts), dtype=np.float64)


def _mean_of_sentences(encoder: Encoder, texts: Sequence[str]) -> Matrix:
    """(texts, D) mean of the vectors of a text's sentences, as a unit vector."""
    parts = [[text[start:end] for start, end in cut(text)] or [text] for text in texts]
    flat = np.asarray(encoder.encode([sentence for part in parts for sentence in part]), dtype=np.float64)
    ends = np.cumsum([len(part) for part in parts])
    total = np.add.reduceat(flat, ends - [len(part) for part in parts], axis=0)
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12), dtype=np.float64)
