"""Protocol ``emotions-ja``: how strongly readers see eight emotions in Japanese sentences.

Nothing is fitted on the sentences. A sentence is read by its likeness to posts of our own with intensities of our own
(``data/emotion_posts.tsv``): by the encoder, by its letters, and by what the annotator's kansei profile says of the
eight emotions of R. Plutchik.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from kyokan.errors import DataMissingError, InputError, QueryError
from kyokan.graph.annotate import Annotator
from kyokan.graph.annotate.language import sentences as cut
from kyokan.graph.dictionary import load_dictionary
from kyokan.graph.encoder import Encoder
from kyokan.matching.encoders import open_encoder
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.harness import Result, check_without

NAME = "emotions-ja"
FOLDER = "wrime_subset"
PARTS = ("lexicon", "embedding", "posts", "letters", "kansei")
BATCH = 64
BOOTSTRAP = 500
POSTS = "data/emotion_posts.tsv"
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


def read_sentences(root: Path) -> tuple[tuple[str, ...], Matrix]:
    """Sentences and the mean of their readers for each emotion, shape (sentences, 8).

    Raises:
        DataMissingError: the folder holds no table.
        InputError: a table lacks a column or a figure is not a number.
    """
    paths = sorted((root / FOLDER).glob("*.tsv"))
    if not paths:
        rule = f"are read by the {NAME} protocol and are not there"
        raise DataMissingError(str(root / FOLDER / "*.tsv"), rule, f"Put the tables into {root / FOLDER}")
    columns = [f"Avg. Readers_{emotion.capitalize()}" for emotion in EMOTIONS]
    found: dict[str, list[float]] = {}
    csv.field_size_limit(sys.maxsize)
    for path in paths:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE), start=2):
                try:
                    found.setdefault(row["Sentence"], [float(row[column]) for column in columns])
                except (KeyError, TypeError, ValueError) as error:
                    raise InputError(f"{path.name}, row {number}", f"lacks a column or a number ({error})") from error
    return tuple(found), np.array(list(found.values()))


def read_posts() -> tuple[tuple[str, ...], Matrix]:
    """Our own posts and their intensities, shape (posts, 8)."""
    lines = files(__package__).joinpath(POSTS).read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return tuple(text for _, text in rows), np.array([[float(digit) for digit in felt] for felt, _ in rows])


def profile_emotions(annotator: Annotator, sentences: Sequence[str]) -> Matrix:
    """(sentences, 8) Σ weight · intensity over the attributes that speak for or against an emotion."""
    scores = np.zeros((len(sentences), len(EMOTIONS)))
    for start in range(0, len(sentences), BATCH):
        for row, annotation in enumerate(annotator.annotate_many(sentences[start : start + BATCH], "ja"), start=start):
            intensity = {value.attribute: value.intensity for value in annotation.profile}
            for column, weights in enumerate(EMOTIONS.values()):
                scores[row, column] = sum(weight * intensity.get(name, 0.0) for name, weight in weights.items())
    return scores


class EmotionReader:
    """Eight emotions of Japanese texts: kernel ridge regression on our own posts.

    Args:
        annotator: reads the kansei profile of a text.
        encoder: makes texts into vectors; without one letters and kansei remain.
        without: likenesses to leave out, ``letters`` or ``kansei``.

    Raises:
        QueryError: no likeness is left.
    """

    def __init__(self, annotator: Annotator, encoder: Encoder | None, without: frozenset[str] = frozenset()) -> None:
        if encoder is None and {"letters", "kansei"} <= without:
            raise QueryError("without letters, kansei and embedding", "leaves nothing to read a text by")
        self._annotator, self._encoder, self._without = annotator, encoder, without
        posts, felt = read_posts()
        self._letters = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), sublinear_tf=True, min_df=2).fit(posts)
        profile = profile_emotions(annotator, posts)
        self._centre, self._spread = profile.mean(axis=0), profile.std(axis=0) + 1e-9
        self._posts = self._seen(posts)
        self._usual = felt.mean(axis=0)
        kernel = self._likeness(self._posts)
        self._weight = np.linalg.solve(kernel + RIDGE * np.eye(len(posts)), felt - self._usual)

    def read(self, texts: Sequence[str]) -> Matrix:
        """(texts, 8) intensities, about 0 to 3."""
        return np.asarray(self._likeness(self._seen(texts)) @ self._weight + self._usual, dtype=np.float64)

    def _seen(self, texts: Sequence[str]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        if "letters" not in self._without:
            seen["letters"] = self._letters.transform(texts)
        if "kansei" not in self._without:
            standing = (profile_emotions(self._annotator, texts) - self._centre) / self._spread
            seen["kansei"] = standing / np.sqrt(standing.shape[1])
        if self._encoder is not None:
            seen["whole"] = np.asarray(self._encoder.encode(texts), dtype=np.float64)
            seen["sentences"] = mean_of_sentences(self._encoder, texts)
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


def mean_of_sentences(encoder: Encoder, texts: Sequence[str]) -> Matrix:
    """(texts, D) mean of the vectors of a text's sentences, as a unit vector."""
    parts = [[text[start:end] for start, end in cut(text)] or [text] for text in texts]
    flat = np.asarray(encoder.encode([sentence for part in parts for sentence in part]), dtype=np.float64)
    ends = np.cumsum([len(part) for part in parts])
    total = np.add.reduceat(flat, ends - [len(part) for part in parts], axis=0)
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12), dtype=np.float64)


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Correlate our reading with the readers'; with a held-out folder only its sentences are read."""
    check_without(without, PARTS, NAME)
    sentences, truth = read_sentences(data if heldout is None else heldout)
    dictionary = load_dictionary()
    encoder = None if "embedding" in without else open_encoder()
    annotator = Annotator(dictionary, encoder, lexicon="lexicon" not in without)
    profile = profile_emotions(annotator, sentences)
    scores = profile if "posts" in without else EmotionReader(annotator, encoder, without).read(sentences)
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(sentences),
        metrics=_figures(scores, truth),
        baselines={
            "words_alone": _figures(profile_emotions(Annotator(dictionary), sentences), truth),
            "profile_alone": _figures(profile, truth),
        },
        ci95=_intervals(scores, truth, seed),
        settings={"annotator": annotator.version, "fitted_on": POSTS, "fitted": False, "without": sorted(without)},
    )


def _figures(scores: Matrix, truth: Matrix) -> dict[str, float]:
    each = {f"r_{name}": metrics.pearson(scores[:, k], truth[:, k]) for k, name in enumerate(EMOTIONS)}
    known = [value for value in each.values() if not np.isnan(value)]
    return each | {"r_mean": float(np.mean(known)) if known else float("nan")}


def _intervals(scores: Matrix, truth: Matrix, seed: int) -> dict[str, tuple[float, float]]:
    found = {}
    for column, name in enumerate(EMOTIONS):

        def correlation(rows: NDArray[np.int64], column: int = column) -> float:
            return metrics.pearson(scores[rows, column], truth[rows, column])

        found[f"r_{name}"] = metrics.bootstrap(len(truth), correlation, seed, BOOTSTRAP)
    return found
