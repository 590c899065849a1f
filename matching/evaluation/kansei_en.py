"""Protocol ``kansei-en``: which of 48 mood words a musician gave to a piece, from its caption.

Several readers of a caption are fitted apart, each a ridge regression or kernel, and their scores are added: the words,
the letters, which mood words stand in it, the encoder's vector and the annotator's kansei profile. Once on the caption
as it stands, once (fitted and scored) on the caption without the mood words themselves.
"""

from __future__ import annotations

import ast
import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge

from kyokan.errors import InputError
from kyokan.graph.annotate import Annotator
from kyokan.graph.dictionary import load_dictionary
from kyokan.matching.encoders import open_encoder
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.harness import Result, check_without, require_file

NAME = "kansei-en"
FOLDER = "musiccaps"
PARTS = ("words", "letters", "vector", "kansei", "label_links")
SHARE_HIDDEN = 0.3
# Penalties and weights chosen by folds on the captions of --data.
WORDS_RIDGE, LETTERS_RIDGE, VECTOR_RIDGE, KANSEI_RIDGE = 1.0, 1.0, 1000.0, 500.0
MOOD_WORD_WEIGHT = 0.5  # of "this mood word stands here" beside the TF-IDF of the words
LOGISTIC_C = 10.0
LABEL_LINK = 0.2  # what a mood takes over from moods it goes with
BATCH = 64
BOOTSTRAP = 200

Matrix = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Captions:
    """Captions with at least one mood word among their aspects; ``moods`` (captions, words)."""

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    moods: Flags

    def subset(self, rows: Sequence[int]) -> Captions:
        """Some of the captions."""
        return Captions(
            tuple(self.ids[r] for r in rows),
            tuple(self.texts[r] for r in rows),
            self.moods[np.asarray(rows, dtype=int)],
        )


def read_vocabulary(root: Path) -> tuple[str, ...]:
    """The mood words, in the order of their file."""
    return tuple(json.loads(require_file(root, FOLDER, "mood_vocab.json", NAME).read_text(encoding="utf-8")))


def read_captions(root: Path, vocabulary: Sequence[str]) -> Captions:
    """Read the captions that have a mood word among their aspects.

    Raises:
        DataMissingError: the file is not there.
        InputError: a row is not of the known shape.
    """
    path = require_file(root, FOLDER, "musiccaps-public.csv", NAME)
    ids, texts, moods = [], [], []
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                aspects = {str(aspect).strip().lower() for aspect in ast.literal_eval(row["aspect_list"])}
                given = [word in aspects for word in vocabulary]
                if any(given):
                    ids.append(f"{row['ytid']}-{row['start_s']}")
                    texts.append(row["caption"])
                    moods.append(given)
            except (KeyError, ValueError, SyntaxError) as error:
                raise InputError(f"{path.name}, row {number}", f"is not of the known shape ({error!r})") from error
    return Captions(tuple(ids), tuple(texts), np.array(moods, dtype=bool).reshape(len(texts), len(vocabulary)))


def masked(text: str, vocabulary: Sequence[str]) -> str:
    """``text`` without the mood words."""
    words = "|".join(sorted(map(re.escape, vocabulary), key=len, reverse=True))
    return re.sub(rf"\b(?:{words})\b", "", text, flags=re.IGNORECASE)


class CaptionReader:
    """Everything that reads captions; ``learned`` rows come first, features are fitted on them alone."""

    def __init__(self, texts: Sequence[str], learned: int, vocabulary: Sequence[str], annotator: Annotator) -> None:
        self._texts, self._learned, self._vocabulary, self._annotator = texts, learned, vocabulary, annotator

    def words(self) -> tuple[csr_array, csr_array]:
        """TF-IDF of words and pairs of words, and which mood words stand in the caption."""
        known, hidden = self._tfidf(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2))
        stems = [re.compile(rf"\b{re.escape(word.rstrip('ey'))}", re.IGNORECASE) for word in self._vocabulary]
        present = csr_array([[MOOD_WORD_WEIGHT * bool(stem.search(text)) for stem in stems] for text in self._texts])
        return (
            csr_array(hstack([known, present[: self._learned]])),
            csr_array(hstack([hidden, present[self._learned :]])),
        )

    def letters(self) -> tuple[csr_array, csr_array]:
        """TF-IDF of strings of three to five letters."""
        return self._tfidf(TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=3))

    def vector(self, encoder: Any) -> tuple[Matrix, Matrix]:
        """The encoder's vector of the whole caption, standardised."""
        return self._standard(np.asarray(encoder.encode(self._texts), dtype=np.float64))

    def kansei(self) -> tuple[Matrix, Matrix]:
        """Square roots of the intensities of the annotator's profile, standardised."""
        dictionary = self._annotator.dictionary
        found = np.zeros((len(self._texts), len(dictionary)))
        for start in range(0, len(self._texts), BATCH):
            annotations = self._annotator.annotate_many(self._texts[start : start + BATCH], "en")
            for row, annotation in enumerate(annotations, start=start):
                for value in annotation.profile:
                    found[row, dictionary.index(value.attribute)] = value.intensity
        return self._standard(np.sqrt(found))

    def _tfidf(self, vectorizer: TfidfVectorizer) -> tuple[csr_array, csr_array]:
        known = vectorizer.fit_transform(self._texts[: self._learned])
        return csr_array(known), csr_array(vectorizer.transform(self._texts[self._learned :]))

    def _standard(self, values: Matrix) -> tuple[Matrix, Matrix]:
        known = values[: self._learned]
        scaled = (values - known.mean(axis=0)) / (known.std(axis=0) + 1e-6)
        return scaled[: self._learned], scaled[self._learned :]


def ridge(penalty: float, known: Any, target: Flags, hidden: Any) -> Matrix:
    """(hidden captions, words) by ridge regression on 0 and 1."""
    return np.asarray(Ridge(alpha=penalty).fit(known, target.astype(float)).predict(hidden), dtype=np.float64)


def logistic(known: Any, target: Flags, hidden: Any) -> Matrix:
    """(hidden captions, words) by one logistic regression a word."""
    scores = np.zeros((hidden.shape[0], target.shape[1]))
    for word in np.flatnonzero(target.any(axis=0)):
        model = LogisticRegression(C=LOGISTIC_C, solver="liblinear").fit(known, target[:, word])
        scores[:, word] = model.predict_proba(hidden)[:, 1]
    return scores


def linked(scores: Matrix, target: Flags) -> Matrix:
    """Scores with LABEL_LINK · Σ correlation of two moods in the learned captions · the other's score."""
    links = np.nan_to_num(np.corrcoef(target.T.astype(float)))
    np.fill_diagonal(links, 0.0)
    return np.asarray(scores + LABEL_LINK * (scores - target.mean(axis=0)) @ links, dtype=np.float64)


def predict(reader: CaptionReader, target: Flags, encoder: Any, without: frozenset[str]) -> tuple[Matrix, Matrix]:
    """(scores of all readers together, those of TF-IDF with logistic regression alone, the baseline)."""
    words = reader.words()
    plain = logistic(words[0][:, : -target.shape[1]], target, words[1][:, : -target.shape[1]])
    scores = np.zeros_like(plain)
    if "words" not in without:
        scores += ridge(WORDS_RIDGE, words[0], target, words[1]) + logistic(words[0], target, words[1])
    if "letters" not in without:
        known, hidden = reader.letters()
        scores += ridge(LETTERS_RIDGE, known, target, hidden)
    if "vector" not in without:
        near, far = reader.vector(encoder)
        scores += ridge(VECTOR_RIDGE, near, target, far)
    if "kansei" not in without:
        near, far = reader.kansei()
        scores += ridge(KANSEI_RIDGE, near, target, far)
    return scores if "label_links" in without else linked(scores, target), plain


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Fit on some captions, rank the mood words of the others, as they stand and with the mood words taken out."""
    check_without(without, PARTS, NAME)
    vocabulary = read_vocabulary(data)
    known, hidden = _split(data, heldout, seed, vocabulary)
    encoder = open_encoder()
    annotator = Annotator(load_dictionary(), encoder)
    figures: dict[str, float] = {}
    baseline: dict[str, float] = {}
    intervals: dict[str, tuple[float, float]] = {}
    for ending in ("", "_masked"):
        texts = [masked(text, vocabulary) if ending else text for text in (*known.texts, *hidden.texts)]
        reader = CaptionReader(texts, len(known.texts), vocabulary, annotator)
        scores, plain = predict(reader, known.moods, encoder, without)
        figures |= _figures(scores, hidden.moods, ending)
        baseline |= _figures(plain, hidden.moods, ending)
        intervals |= _intervals(scores, hidden.moods, ending, seed)
    settings: dict[str, Any] = {
        "captions_learned": len(known.texts),
        "annotator": annotator.version,
        "without": sorted(without),
    }
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(hidden.texts),
        metrics=figures,
        baselines={"tfidf_logistic": baseline},
        ci95=intervals,
        settings=settings,
    )


def _split(data: Path, heldout: Path | None, seed: int, vocabulary: Sequence[str]) -> tuple[Captions, Captions]:
    known = read_captions(data, vocabulary)
    if heldout is not None:
        hidden = read_captions(heldout, vocabulary)
        tested = set(hidden.ids)
        return known.subset([row for row, name in enumerate(known.ids) if name not in tested]), hidden
    order = np.random.default_rng([seed, 18]).permutation(len(known.ids))
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
