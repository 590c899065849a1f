"""Protocol ``emotions-ja``: how strongly readers feel eight emotions in a text, by the annotator's own reading."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kyokan.errors import DataMissingError, InputError
from kyokan.graph.annotate import Annotator
from kyokan.graph.dictionary import Dictionary, load_dictionary, normalise_term
from kyokan.matching.encoders import open_encoder
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.harness import Result, check_without

NAME = "emotions-ja"
FOLDER = "wrime_subset"
PARTS = ("lexicon", "embedding")
EMOTIONS = ("joy", "sadness", "anticipation", "surprise", "anger", "fear", "disgust", "trust")
# Words of everyday Japanese for each emotion (Plutchik 1980); their attributes in the dictionary are its reading.
WORDS = {
    "joy": ("喜び", "嬉しい", "楽しい", "幸せ"),
    "sadness": ("悲しみ", "寂しい", "切ない", "憂鬱"),
    "anticipation": ("期待", "わくわく"),
    "surprise": ("驚き",),
    "anger": ("怒り",),
    "fear": ("恐れ", "怖い", "不安"),
    "disgust": ("嫌悪", "不快"),
    "trust": ("信頼", "安心", "感謝"),
}

Matrix = NDArray[np.float64]


def read_rated(root: Path) -> tuple[list[str], Matrix]:
    """Texts and (texts, 8) mean ratings of their readers, 0..3.

    Raises:
        DataMissingError: no table is there.
        InputError: a table lacks a column, or a rating is not a number.
    """
    tables = sorted((root / FOLDER).glob("*.tsv"))
    if not tables:
        raise DataMissingError(str(root / FOLDER / "*.tsv"), f"is read by the {NAME} protocol and is not there")
    texts, ratings = [], []
    for path in tables:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE), start=2):
                try:
                    ratings.append([float(row[f"Avg. Readers_{emotion.capitalize()}"]) for emotion in EMOTIONS])
                    texts.append(row["Sentence"])
                except (KeyError, TypeError, ValueError) as error:
                    raise InputError(f"{path.name} row {number}", f"lacks a sentence or a rating ({error})") from None
    return texts, np.array(ratings)


def emotion_attributes(dictionary: Dictionary) -> list[dict[str, float]]:
    """Attributes of the dictionary that each emotion's words name, with the highest weight."""
    terms = dictionary.terms("ja")
    found = []
    for emotion in EMOTIONS:
        weights: dict[str, float] = {}
        for word in WORDS[emotion]:
            for attribute, weight, role in terms.get(normalise_term(word), ()):
                if role == "synonym":
                    weights[attribute] = max(weights.get(attribute, 0.0), weight)
        found.append(weights)
    return found


def read_emotions(texts: list[str], annotator: Annotator) -> Matrix:
    """(texts, 8) weighted intensities of each emotion's attributes."""
    emotions = emotion_attributes(annotator.dictionary)
    rows = []
    for annotation in annotator.annotate_many(texts, "ja"):
        intensity = {value.attribute: value.intensity for value in annotation.profile}
        rows.append([sum(w * intensity.get(a, 0.0) for a, w in weights.items()) for weights in emotions])
    return np.array(rows).reshape(len(texts), len(EMOTIONS))


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Read every text and correlate with its readers; nothing is fitted, so ``heldout`` replaces ``data``."""
    check_without(without, PARTS, NAME)
    texts, ratings = read_rated(heldout or data)
    dictionary, encoder = load_dictionary(), open_encoder("universal", cache=None)
    annotator = Annotator(dictionary, encoder, lexicon="lexicon" not in without, embedding="embedding" not in without)
    read = read_emotions(texts, annotator)
    words = read_emotions(texts, Annotator(dictionary, None, embedding=False))

    def correlations(values: Matrix, rows: NDArray[np.int64] | slice = slice(None)) -> list[float]:
        return [metrics.pearson(values[rows, column], ratings[rows, column]) for column in range(len(EMOTIONS))]

    return Result(
        protocol=NAME,
        seed=seed,
        n=len(texts),
        metrics=_named(correlations(read)),
        baselines={"words_alone": _named(correlations(words))},
        ci95={
            "r_mean": metrics.bootstrap(
                len(texts), lambda rows: float(np.nanmean(correlations(read, rows))), seed, samples=300
            )
        },
        settings={"fitted": "nothing", "without": sorted(without)},
    )


def _named(values: list[float]) -> dict[str, float]:
    named = {f"r_{emotion}": value for emotion, value in zip(EMOTIONS, values, strict=True)}
    known = [value for value in values if not np.isnan(value)]
    return {**named, "r_mean": float(np.mean(known)) if known else float("nan")}
