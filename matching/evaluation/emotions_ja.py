"""Protocol ``emotions-ja``: how strongly readers see eight emotions in Japanese sentences.

Nothing is fitted on the sentences: it is the annotator's own reading, ``Annotator.emotions``.
``python -m kyokan.matching.evaluation.emotions_ja TABLE …`` prints the same correlations for tables of our own posts
and for the learned posts, each read from all others.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kyokan.errors import DataMissingError, InputError
from kyokan.graph.annotate import Annotator
from kyokan.graph.annotate.emotion_cues import read_table, told_emotions
from kyokan.graph.annotate.emotions import EMOTIONS, WEIGHTS, profile_emotions, read_posts
from kyokan.graph.dictionary import load_dictionary
from kyokan.matching.encoders import open_encoder
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.harness import Result, check_without

NAME = "emotions-ja"
FOLDER = "wrime_subset"
PARTS = ("lexicon", "embedding", "posts", *WEIGHTS)
BOOTSTRAP = 500

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


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Correlate our reading with the readers'.

    The sentences are those of the held-out folder where it has any, else those of ``data``; nothing is fitted.
    """
    check_without(without, PARTS, NAME)
    has_sentences = heldout is not None and any((heldout / FOLDER).glob("*.tsv"))
    sentences, truth = read_sentences(heldout if heldout is not None and has_sentences else data)
    if not sentences:
        raise InputError(str(heldout or data), "holds no sentence to score", f"Check the tables in {FOLDER}")
    dictionary = load_dictionary()
    encoder = None if "embedding" in without else open_encoder()
    annotator = Annotator(dictionary, encoder, lexicon="lexicon" not in without)
    profile = profile_emotions(annotator.intensities(sentences, "ja"))
    reader = None if "posts" in without else annotator.emotion_reader(without & WEIGHTS.keys())
    scores = profile if reader is None else reader.read(sentences)
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(sentences),
        metrics=_figures(scores, truth),
        baselines={
            "words_alone": _figures(profile_emotions(Annotator(dictionary).intensities(sentences, "ja")), truth),
            "profile_alone": _figures(profile, truth),
            "cues_alone": _figures(told_emotions(sentences), truth),
        },
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


def main(tables: Sequence[str]) -> None:
    """Print how the reading, its cues and its profile alone agree with tables like those of the learned posts."""
    annotator = Annotator(load_dictionary(), open_encoder())
    reader = annotator.emotion_reader()
    _print("learned posts, each left out", reader.left_out, read_posts()[1])
    for table in map(Path, tables):
        posts, felt = read_table(table)
        _print(table.name, reader.read(posts), felt)
        _print(f"{table.name}, cues alone", told_emotions(posts), felt)
        _print(f"{table.name}, profile alone", profile_emotions(annotator.intensities(posts, "ja")), felt)


def _print(name: str, scores: Matrix, truth: Matrix) -> None:
    figures = (f"{key} {value:.2f}" for key, value in _figures(scores, truth).items())
    print(f"{name} ({len(truth)}):", *figures)  # noqa: T201 - what the command says


if __name__ == "__main__":
    main(sys.argv[1:])
