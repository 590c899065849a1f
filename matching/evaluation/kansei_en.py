"""Protocol ``kansei-en``: which of 48 mood words a musician gave to a piece, from its caption.

A kernel ridge regression and a softmax regression over the likeness of captions are added to how near a caption stands
to the words themselves (``caption_model``). Captions that were given no mood word but name one are learned as well,
with less trust. Once captions are read as they stand, once (fitted and scored) with the mood words taken out, after
it was seen which moods the learned ones name.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from kyokan.errors import QueryError
from kyokan.graph.annotate import Annotator
from kyokan.graph.dictionary import load_dictionary
from kyokan.matching.encoders import open_encoder
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.caption_model import (
    CaptionReader,
    Remembering,
    centred,
    kernel_ridge,
    likeness,
    said_by_aspects,
    softmax_regression,
)
from kyokan.matching.evaluation.captions import Captions, masked, read_captions, read_named, read_vocabulary
from kyokan.matching.evaluation.harness import Result, check_without, require_sides
from kyokan.matching.evaluation.label_links import linked

NAME = "kansei-en"
KERNELS = ("words", "letters", "mood_words", "vector", "kansei")
PARTS = (*KERNELS, "writers", "aspects", "named", "softmax", "meant", "label_links")
SHARE_HIDDEN = 0.3
# Penalties and weights chosen by splits of the captions of --data, the same for both runs.
RIDGE = 0.4
SOFTMAX_PENALTY, SOFTMAX_DIMENSIONS, SOFTMAX_WEIGHT = 0.03, 300, 0.6
LEAST_CHANCE = 1e-4  # below it chances are taken for the same
MEANT_WEIGHT = 0.14  # of how near a caption is to the words themselves
ASPECT_SHARE = 0.4  # of what the other aspects of a learned caption say in what is learned from it
NAMED_SHARE, NAMED_PENALTY = 0.5, 3.0  # what naming a mood adds to its target; times the penalty of a given mood
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


def predict(reader: CaptionReader, known: Captions, named: Captions, without: frozenset[str]) -> Matrix:
    """(hidden captions, words) scores; ``reader`` has learned ``known``, then ``named``."""
    kernels = {
        "words": lambda: reader.words,
        "letters": lambda: reader.letters,
        "mood_words": reader.mood_words,
        "vector": reader.vector,
        "kansei": reader.kansei,
    }
    writers = None if "writers" in without else reader.writers((*known.writers, *named.writers))
    alike = likeness([kernels[name]() for name in KERNELS if name not in without], writers)
    given = known.moods.astype(float)
    target, usual = learned_targets(known, named, without)
    penalty = RIDGE * np.repeat([1.0, NAMED_PENALTY], [len(known), len(named)])
    scores = _even(kernel_ridge(alike, target, penalty, usual))
    if "softmax" not in without:
        among_known = np.delete(alike, slice(len(known), len(target)), axis=0)[:, : len(known)]
        chances = softmax_regression(centred(among_known), given, SOFTMAX_PENALTY, SOFTMAX_DIMENSIONS)
        scores = _even(scores + SOFTMAX_WEIGHT * _even(np.log(chances + LEAST_CHANCE)))
    if "meant" not in without:
        scores += MEANT_WEIGHT * reader.meant({"kansei", "vector"} - without)
    return scores if "label_links" in without else linked(scores, known.moods, LABEL_LINK)


def learned_targets(known: Captions, named: Captions, without: frozenset[str]) -> tuple[Matrix, Matrix]:
    """(known + named, words) how much each mood is taken to be there, 0..1 where it was given; and the known mean.

    A given mood is moved by ASPECT_SHARE to what the other aspects say. Where none was given, what the aspects say
    counts, and NAMED_SHARE for a mood that is named.
    """
    target = known.moods.astype(float)
    beside = NAMED_SHARE * named.moods
    if "aspects" not in without:
        said, said_of_named = said_by_aspects(target, known.aspects, named.aspects)
        target = (1.0 - ASPECT_SHARE) * target + ASPECT_SHARE * said
        beside = np.clip(said_of_named + beside, 0.0, 1.0)
    return np.vstack([target, beside]), target.mean(axis=0)


def _even(scores: Matrix) -> Matrix:
    return np.asarray((scores - scores.mean()) / max(float(scores.std()), 1e-12), dtype=np.float64)


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Fit on some captions, rank the mood words of the others, as they stand and with the mood words taken out."""
    check_without(without, PARTS, NAME)
    if without.issuperset(KERNELS):
        raise QueryError(f"without {', '.join(KERNELS)}", "leaves nothing to read a caption by")
    vocabulary = read_vocabulary(data, NAME)
    known, hidden = _split(data, heldout, seed, vocabulary)
    require_sides(len(known), len(hidden), data, heldout, "captions with a mood word")
    named = _not_among(hidden, read_named(data, vocabulary, NAME))
    named = named.subset([]) if "named" in without else named
    encoder = Remembering(open_encoder())
    annotator = Annotator(load_dictionary(), encoder)
    figures: dict[str, float] = {}
    baselines: dict[str, dict[str, float]] = {"tfidf_logistic": {}, "tfidf_and_encoder_logistic": {}}
    intervals: dict[str, tuple[float, float]] = {}
    for ending in ("", "_masked"):
        texts = [text for part in (known, named, hidden) for text in part.texts]
        texts = [masked(text, vocabulary) for text in texts] if ending else texts
        learned = len(known) + len(named)
        reader = CaptionReader(texts, learned, vocabulary, annotator, encoder)
        scores = predict(reader, known, named, without)
        figures |= _figures(scores, hidden.moods, ending)
        intervals |= _intervals(scores, hidden.moods, ending, seed)
        vectors = reader.vectors[: len(known)], reader.vectors[learned:]
        for name, plain in _plain(texts[: len(known)], texts[learned:], vectors, known.moods).items():
            baselines[name] |= _figures(plain, hidden.moods, ending)
    settings: dict[str, Any] = {
        "captions_learned": len(known),
        "captions_naming_a_mood": len(named),
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


def _plain(
    known: Sequence[str], hidden: Sequence[str], vectors: tuple[Matrix, Matrix], moods: Flags
) -> dict[str, Matrix]:
    """The baselines: logistic regression on TF-IDF, and its sum with one on the encoder's vectors."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2).fit(known)
    by_words = logistic(words.transform(known), moods, words.transform(hidden))
    return {
        "tfidf_logistic": by_words,
        "tfidf_and_encoder_logistic": by_words + logistic(vectors[0], moods, vectors[1]),
    }


def _split(data: Path, heldout: Path | None, seed: int, vocabulary: Sequence[str]) -> tuple[Captions, Captions]:
    known = read_captions(data, vocabulary, NAME)
    if heldout is not None:
        hidden = read_captions(heldout, vocabulary, NAME)
        return _not_among(hidden, known), hidden
    order = np.random.default_rng([seed, 18]).permutation(len(known))
    split = round(SHARE_HIDDEN * len(order))
    return known.subset(np.sort(order[split:]).tolist()), known.subset(np.sort(order[:split]).tolist())


def _not_among(hidden: Captions, captions: Captions) -> Captions:
    tested = set(hidden.ids)
    return captions.subset([row for row, name in enumerate(captions.ids) if name not in tested])


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
