"""Protocol ``emotions-ja``: how strongly readers see eight emotions in Japanese sentences, by the annotator alone.

Nothing is fitted on the sentences. Which attributes speak for an emotion is fixed here, from the eight emotions of
R. Plutchik and the meaning of the attributes.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from kyokan.errors import DataMissingError, InputError
from kyokan.graph.annotate import Annotator
from kyokan.graph.dictionary import load_dictionary
from kyokan.matching.encoders import open_encoder
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.harness import Result, check_without

NAME = "emotions-ja"
FOLDER = "wrime_subset"
PARTS = ("lexicon", "embedding")
BATCH = 64
BOOTSTRAP = 500
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


def read_emotions(annotator: Annotator, sentences: Sequence[str]) -> Matrix:
    """(sentences, 8) Σ weight · intensity over the attributes that speak for or against an emotion."""
    scores = np.zeros((len(sentences), len(EMOTIONS)))
    for start in range(0, len(sentences), BATCH):
        for row, annotation in enumerate(annotator.annotate_many(sentences[start : start + BATCH], "ja"), start=start):
            intensity = {value.attribute: value.intensity for value in annotation.profile}
            for column, weights in enumerate(EMOTIONS.values()):
                scores[row, column] = sum(weight * intensity.get(name, 0.0) for name, weight in weights.items())
    return scores


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Correlate the annotator's reading with the readers'; with a held-out folder only its sentences are read."""
    check_without(without, PARTS, NAME)
    sentences, truth = read_sentences(data if heldout is None else heldout)
    dictionary = load_dictionary()
    encoder = None if "embedding" in without else open_encoder()
    annotator = Annotator(dictionary, encoder, lexicon="lexicon" not in without)
    words = Annotator(dictionary)
    scores = read_emotions(annotator, sentences)
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(sentences),
        metrics=_figures(scores, truth),
        baselines={"words_alone": _figures(read_emotions(words, sentences), truth)},
        ci95=_intervals(scores, truth, seed),
        settings={"annotator": annotator.version, "fitted": False, "without": sorted(without)},
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
