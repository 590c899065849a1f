"""How strongly eight emotions stand in Japanese texts, read from their likeness to posts of our own.

The posts (``data/emotion_posts.tsv``) and their intensities were written for this project; no other corpus is learned
from. A text is like a post by the encoder, by its letters, by what its kansei profile says of the eight emotions of
R. Plutchik and by what its cues tell of them. How much each counts was chosen on 208 further posts of ours
(``tests/fixtures/emotion_posts_dev.tsv``), none of which is learned from: docs/annotator.md.
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
from kyokan.graph.annotate.emotion_cues import STRONGEST, read_table, told_emotions
from kyokan.graph.annotate.fusion import DIGITS
from kyokan.graph.annotate.language import sentences as cut
from kyokan.graph.encoder import Encoder

POSTS = files(__package__).joinpath("data/emotion_posts.tsv")
# Likeness to a post: of encoded texts exp(SHARPNESS · (cosine − 1)); beside it those of letters, of kansei and of cues.
SHARPNESS, RIDGE = 3.0, 0.3
WEIGHTS: Mapping[str, float] = MappingProxyType({"letters": 0.2, "kansei": 0.1, "cues": 0.05})
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
    return read_table(POSTS)


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
        encoder: makes texts into vectors; without one letters, kansei and cues remain.
        without: likenesses to leave out, of ``WEIGHTS``.

    Attributes:
        left_out: (posts, 8) each post as read from all others.

    Raises:
        QueryError: no likeness is left.
    """

    def __init__(
        self,
        profiles: Callable[[Sequence[str]], Sequence[Intensities]],
        encoder: Encoder | None,
        without: frozenset[str] = frozenset(),
    ) -> None:
        if encoder is None and without >= WEIGHTS.keys():
            raise QueryError(f"without {', '.join(WEIGHTS)} and embedding", "leaves nothing to read a text by")
        self._encoder, self._without = encoder, without
        views = {"kansei": lambda texts: profile_emotions(profiles(texts)), "cues": told_emotions}
        self._views: dict[str, Callable[[Sequence[str]], Matrix]] = {
            name: view for name, view in views.items() if name not in without
        }
        posts, felt = read_posts()
        self._letters = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), sublinear_tf=True, min_df=2).fit(posts)
        seen = self._seen(posts)
        self._scales = {name: (seen[name].mean(axis=0), seen[name].std(axis=0) + 1e-9) for name in self._views}
        self._posts = self._scaled(seen)
        self._usual = felt.mean(axis=0)
        inverse = np.linalg.inv(self._likeness(self._posts) + RIDGE * np.eye(len(posts)))
        self._weight = inverse @ (felt - self._usual)
        # Of kernel ridge regression: what is left of a post's figure is its weight by its diagonal of the inverse.
        self.left_out: Matrix = (felt - self._weight / np.diag(inverse)[:, None]).clip(0.0, STRONGEST)

    def read(self, texts: Sequence[str]) -> Matrix:
        """(texts, 8) intensities 0..3 in the order of ``EMOTIONS``; nothing is felt in a blank text."""
        felt = np.zeros((len(texts), len(EMOTIONS)))
        rows = [row for row, text in enumerate(texts) if text.strip()]
        if rows:
            likeness = self._likeness(self._scaled(self._seen([texts[row] for row in rows])))
            felt[rows] = (likeness @ self._weight + self._usual).clip(0.0, STRONGEST).round(DIGITS)
        return felt

    def _seen(self, texts: Sequence[str]) -> dict[str, Any]:
        seen: dict[str, Any] = {name: view(texts) for name, view in self._views.items()}
        if "letters" not in self._without:
            seen["letters"] = self._letters.transform(texts)
        if self._encoder is not None:
            seen["whole"] = np.asarray(self._encoder.encode(texts), dtype=np.float64)
            seen["sentences"] = _mean_of_sentences(self._encoder, texts)
        return seen

    def _scaled(self, seen: Mapping[str, Any]) -> dict[str, Any]:
        """``seen`` with what is read as eight emotions standardised over the posts."""
        scales = self._scales.items()
        root = np.sqrt(len(EMOTIONS))
        return {**seen, **{name: (seen[name] - centre) / (spread * root) for name, (centre, spread) in scales}}

    def _likeness(self, seen: Mapping[str, Any]) -> Matrix:
        """(texts, posts) sum of the likenesses in use."""
        parts = []
        for name, weight in WEIGHTS.items():
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
