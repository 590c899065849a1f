"""Protocol ``kansei-en``: which of 48 mood words a musician gave to a piece, from its caption.

A kernel ridge regression and a softmax regression over the likeness of captions are added to how near a caption stands
to the words themselves (``caption_model``). Once on the caption as it stands, once (fitted and scored) on the caption
without the mood words.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from kyokan.errors import QueryError
from kyokan.graph.annotate import Annotator
from kyokan.graph.dictionary import load_dictionary
from kyokan.matching.encoders import open_encoder
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.caption_model import (
    CaptionReader,
    Remembering,
    kernel_ridge,
    likeness,
    softened,
    softmax_regression,
)
from kyokan.matching.evaluation.captions import Captions, masked, read_captions, read_vocabulary
from kyokan.matching.evaluation.harness import Result, check_without
from kyokan.matching.evaluation.label_links import linked

NAME = "kansei-en"
KERNELS = ("words", "letters", "mood_words", "vector", "kansei")
PARTS = (*KERNELS, "writers", "aspects", "softmax", "meant", "label_links")
SHARE_HIDDEN = 0.3
# Penalties and weights chosen by splits of the captions of --data, the same for both runs.
RIDGE = 0.4
SOFTMAX_PENALTY, SOFTMAX_DIMENSIONS, SOFTMAX_WEIGHT = 0.03, 300, 0.5
LEAST_CHANCE = 1e-4  # below it chances are taken for the same
MEANT_WEIGHT = 0.12  # of how near a caption is to the words themselves
ASPECT_SHARE = 0.4  # of what the other aspects of a learned caption say in what is learned from it
LABEL_LINK = 0.2  # what a mood takes over from moods it goes with
BASELINE_C = 10.0
BOOTSTRAP = 200

Matrix = NDArray[np.float64]
Flags = NDArray[np.bool_]


def logistic(known: Any, target: Flags, hidden: Any) -> Matrix:
    """(hidden captions, words) by one logistic regression a word."""
    scores = np.zeros((hidden.shape[0], target.shape[1]))
    solver = "lbfgs" if isinstance(known, np.ndarray) else "liblinear"
    for word in np.flatnonzero(target.any(axis=0)):
        model = LogisticRegression(C=BASELINE_C, solver=solver, max_iter=1000).fit(known, target[:, word])
        scores[:, word] = model.predict_proba(hidden)[:, 1]
    return scores


def predict(reader: CaptionReader, known: Captions, without: frozenset[str]) -> Matrix:
    """(hidden captions, words) scores."""
    kernels = {
        "words": lambda: reader.words,
        "letters": lambda: reader.letters,
        "mood_words": reader.mood_words,
        "vector": reader.vector,
        "kansei": reader.kansei,
    }
    writers = None if "writers" in without else reader.writers(known.writers)
    alike = likeness([kernels[name]() for name in KERNELS if name not in without], writers)
    target = known.moods.astype(float)
    learned = target if "aspects" in without else softened(target, known.aspects, ASPECT_SHARE)
    scores = _even(kernel_ridge(alike, learned, RIDGE))
    if "softmax" not in without:
        chances = softmax_regression(alike, target, SOFTMAX_PENALTY, SOFTMAX_DIMENSIONS)
        scores = _even(scores + SOFTMAX_WEIGHT * _even(np.log(chances + LEAST_CHANCE)))
    if "meant" not in without:
        scores += MEANT_WEIGHT * reader.meant({"kansei", "vector"} - without)
    return scores if "label_links" in without else linked(scores, known.moods, LABEL_LINK)


def _even(scores: Matrix) -> Matrix:
    return np.asarray((scores - scores.mean()) / max(float(scores.std()), 1e-12), dtype=np.float64)


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Fit on some captions, rank the mood words of the others, as they stand and with the mood words taken out."""
    check_without(without, PARTS, NAME)
    if without.issuperset(KERNELS):
        raise QueryError(f"without {', '.join(KERNELS)}", "leaves nothing to read a caption by")
    vocabulary = read_vocabulary(data, NAME)
    known, hidden = _split(data, heldout, seed, vocabulary)
    encoder = Remembering(open_encoder())
    annotator = Annotator(load_dictionary(), encoder)
    figures: dict[str, float] = {}
    baselines: dict[str, dict[str, float]] = {"tfidf_logistic": {}, "tfidf_and_encoder_logistic": {}}
    intervals: dict[str, tuple[float, float]] = {}
    for ending in ("", "_masked"):
        texts = [masked(text, vocabulary) if ending else text for text in (*known.texts, *hidden.texts)]
        reader = CaptionReader(texts, len(known), vocabulary, annotator, encoder)
        scores = predict(reader, known, without)
        figures |= _figures(scores, hidden.moods, ending)
        intervals |= _intervals(scores, hidden.moods, ending, seed)
        for name, plain in _plain(reader, known).items():
            baselines[name] |= _figures(plain, hidden.moods, ending)
    settings: dict[str, Any] = {
        "captions_learned": len(known),
        "annotator": annotator.version,
        "without": sorted(without),
    }
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(hidden),
        metrics=figures,
        baselines=baselines,
        ci95=intervals,
        settings=settings,
    )


def _plain(reader: CaptionReader, known: Captions) -> dict[str, Matrix]:
    """The baselines: logistic regression on TF-IDF, and its sum with one on the encoder's vectors."""
    words, vectors, learned = reader.tfidf, reader.vectors, len(known)
    by_words = logistic(words[:learned], known.moods, words[learned:])
    by_vectors = logistic(vectors[:learned], known.moods, vectors[learned:])
    return {"tfidf_logistic": by_words, "tfidf_and_encoder_logistic": by_words + by_vectors}


def _split(data: Path, heldout: Path | None, seed: int, vocabulary: Sequence[str]) -> tuple[Captions, Captions]:
    known = read_captions(data, vocabulary, NAME)
    if heldout is not None:
        hidden = read_captions(heldout, vocabulary, NAME)
        tested = set(hidden.ids)
        return known.subset([row for row, name in enumerate(known.ids) if name not in tested]), hidden
    order = np.random.default_rng([seed, 18]).permutation(len(known))
    split = round(SHARE_HIDDEN * len(order))
    return known.subset(np.sort(order[split:]).tolist()), known.subset(np.sort(order[:split]).tolist())


def _figures(scores: Matrix, truth: Flags, ending: str) -> dict[str, float]:
    return {
        f"lrap{ending}": float(metrics.lrap(scores, truth).mean()),
        f"macro_ap{ending}": metrics.macro_average_precision(scores, truth),
    }


def _intervals(scores: Matrix, truth: Flags, ending: str, seed: int) -> dict[str, tuple[float, float]]:
    def macro(rows: NDArray[np.int64]) -> float:
        return metrics.macro_average_precision(scores[rows], truth[rows])

    return {
        f"lrap{ending}": metrics.bootstrap_mean(metrics.lrap(scores, truth), seed),
        f"macro_ap{ending}": metrics.bootstrap(len(truth), macro, seed, BOOTSTRAP),
    }
