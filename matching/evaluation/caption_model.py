"""Mood words from captions: how like two captions are, and regressions that learn over that likeness.

Two captions are alike by their words, letters, the encoder's vectors of their sentences, the annotator's kansei and the
mood words that stand in them: exp(mean of five linear kernels), times how surely the same musician wrote both. Beside
what is learned stands how near a caption is to a mood word itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.sparse import csr_array, vstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize

from kyokan.graph.annotate import Annotator
from kyokan.graph.annotate.language import sentences
from kyokan.graph.encoder import Encoder, Vectors

# Chosen by splits of the captions of --data.
MOOD_WORD_WEIGHT = 0.6  # of a mood word that both captions hold
WRITER_WEIGHT = 0.5
WRITER_RIDGE, ASPECT_RIDGE = 0.1, 0.5

Matrix = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Remembering:
    """An encoder that encodes no text twice: most sentences are the same with and without the mood words."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self._known = encoder, dict[str, Vectors]()
        self.name, self.dimensions = encoder.name, encoder.dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As the encoder within."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known |= dict(zip(new, self._encoder.encode(new), strict=True)) if new else {}
        return np.array([self._known[text] for text in texts], dtype=np.float32).reshape(len(texts), self.dimensions)


class CaptionReader:
    """Linear kernels (all captions, learned ones); the ``learned`` captions come first, all is fitted on them alone."""

    def __init__(
        self, texts: Sequence[str], learned: int, vocabulary: Sequence[str], annotator: Annotator, encoder: Encoder
    ) -> None:
        self._texts, self._learned, self._vocabulary = texts, learned, vocabulary
        self._annotator, self._encoder = annotator, encoder

    @cached_property
    def words(self) -> Matrix:
        """By words and pairs of words."""
        return self._kernel(self._tfidf(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)))

    @cached_property
    def letters(self) -> Matrix:
        """By strings of three to five letters."""
        return self._kernel(
            self._tfidf(TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=3))
        )

    def mood_words(self) -> Matrix:
        """By the mood words that stand in the caption, in any form of them."""
        stems = [re.compile(rf"\b{re.escape(word.rstrip('ey'))}", re.IGNORECASE) for word in self._vocabulary]
        present = np.array([[bool(stem.search(text)) for stem in stems] for text in self._texts], dtype=np.float64)
        moved = present - present[: self._learned].mean(axis=0)
        return np.asarray(MOOD_WORD_WEIGHT * moved @ moved[: self._learned].T, dtype=np.float64)

    def vector(self) -> Matrix:
        """By the mean of the encoder's vectors of the sentences."""
        return self._kernel(self._standard(self.vectors))

    @cached_property
    def vectors(self) -> Matrix:
        """(captions, D) mean of the encoder's vectors of the sentences."""
        cut = [[text[start:end] for start, end in sentences(text)] or [text] for text in self._texts]
        flat = np.asarray(self._encoder.encode([sentence for part in cut for sentence in part]), dtype=np.float64)
        counts = np.array([len(part) for part in cut])
        return np.asarray(np.add.reduceat(flat, np.cumsum(counts) - counts, axis=0) / counts[:, None])

    def kansei(self) -> Matrix:
        """By the intensities of the annotator's profile: what is strong in few captions counts, not what is rare."""
        return self._kernel(self.profiles)

    @cached_property
    def profiles(self) -> Matrix:
        """(captions, attributes) intensities of the annotator's profile."""
        return self._profiles_of(self._texts)

    def meant(self, kinds: Collection[str]) -> Matrix:
        """(hidden captions, words) how near a caption stands to a mood word itself, by ``kansei`` and ``vector``.

        No mood of any caption is read, so that a rare word is read as well as any other. What the caption has more than
        others is multiplied with what the word has more than other words; the products of each kind are put in standard
        deviations of the learned captions and added.
        """
        said = [f"The music is {word}." for word in self._vocabulary]
        near = np.zeros((len(self._texts), len(said)))
        if "kansei" in kinds:
            near += self._standard(self._standard(self.profiles) @ _apart(self._profiles_of(said)).T)
        if "vector" in kinds:
            near += self._standard(self.vectors @ _apart(np.asarray(self._encoder.encode(said), dtype=np.float64)).T)
        return near[self._learned :]

    def writers(self, names: Sequence[str]) -> Matrix:
        """(captions, writers) how surely each writer wrote a caption, by its style; a learned one is judged unseen."""
        known = sorted(set(names))
        wrote = np.array([[name == writer for writer in known] for name in names], dtype=np.float64)
        style = centred((self.words + 2.0 * self.letters) / 3.0)
        return np.vstack(
            [unseen(style[: self._learned], wrote, WRITER_RIDGE), kernel_ridge(style, wrote, WRITER_RIDGE)]
        )

    def _tfidf(self, vectorizer: TfidfVectorizer) -> csr_array:
        learned = vectorizer.fit_transform(self._texts[: self._learned])
        return csr_array(vstack([learned, vectorizer.transform(self._texts[self._learned :])], format="csr"))

    def _profiles_of(self, texts: Sequence[str]) -> Matrix:
        dictionary = self._annotator.dictionary
        found = np.zeros((len(texts), len(dictionary)))
        for row, intensities in zip(found, self._annotator.intensities(texts, "en"), strict=True):
            row[[dictionary.index(attribute) for attribute in intensities]] = list(intensities.values())
        return found

    def _standard(self, values: Matrix) -> Matrix:
        known = values[: self._learned]
        return np.asarray((values - known.mean(axis=0)) / (known.std(axis=0) + 1e-6), dtype=np.float64)

    def _kernel(self, features: csr_array | Matrix) -> Matrix:
        product = features @ features[: self._learned].T
        return centred(np.asarray(product.toarray() if isinstance(product, csr_array) else product, dtype=np.float64))


def _apart(words: Matrix) -> Matrix:
    """What each word has more than the mean of the words, as unit vectors."""
    return np.asarray(normalize(words - words.mean(axis=0)), dtype=np.float64)


def centred(kernel: Matrix) -> Matrix:
    """A kernel (all, learned) around the mean of the learned rows, their mean squared length 1."""
    learned = kernel.shape[1]
    mean = kernel.mean(axis=1)
    moved = kernel - mean[:, None] - mean[None, :learned] + mean[:learned].mean()
    length = float(np.diag(moved[:learned]).mean())
    return np.asarray(moved / length if length > 1e-9 else np.zeros_like(moved), dtype=np.float64)  # noqa: PLR2004


def likeness(parts: Iterable[Matrix], writers: Matrix | None) -> Matrix:
    """exp(mean of the kernels) · (1 + WRITER_WEIGHT · chance of one writer), centred."""
    stacked = list(parts)
    alike = np.exp(sum(stacked) / len(stacked))
    if writers is not None:
        alike = alike * (1.0 + WRITER_WEIGHT * writers @ writers[: alike.shape[1]].T)
    return centred(alike)


def kernel_ridge(kernel: Matrix, target: Matrix, penalty: float | Matrix, usual: Matrix | None = None) -> Matrix:
    """(all − learned, targets) kernel ridge regression around what is ``usual``, by default the mean of the targets.

    ``penalty`` is one for all or one for each learned row: what is trusted less has a higher one.
    """
    learned = kernel.shape[1]
    centre = target.mean(axis=0) if usual is None else usual
    weight = np.linalg.solve(kernel[:learned] + np.diag(np.broadcast_to(penalty, learned)), target - centre)
    return np.asarray(kernel[learned:] @ weight + centre, dtype=np.float64)


def unseen(kernel: Matrix, target: Matrix, penalty: float) -> Matrix:
    """(learned, targets) what kernel ridge regression says of each learned row when that row is left out.

    y − α / diag(G⁻¹) with G = K + penalty · I and α = G⁻¹ (y − mean), the mean kept.
    """
    inverse = np.linalg.inv(kernel + penalty * np.eye(len(kernel)))
    weight = inverse @ (target - target.mean(axis=0))
    return np.asarray(target - weight / np.diag(inverse)[:, None], dtype=np.float64)


def said_by_aspects(
    target: Matrix, aspects: Sequence[Sequence[str]], others: Sequence[Sequence[str]]
) -> tuple[Matrix, Matrix]:
    """What aspects say of moods: (learned, moods) of each learned caption unseen, and (others, moods) of the others.

    Musicians pick one of several near words, and the other aspects tell which would have done as well. The aspects are
    read of captions that are learned from, never of a hidden one (generalised distillation, Lopez-Paz et al. 2016).
    """
    terms = [["", *(term for aspect in given for term in (aspect, *aspect.split()))] for given in (*aspects, *others)]
    vectorizer = TfidfVectorizer(analyzer=list, sublinear_tf=True, min_df=3).fit(terms[: len(target)])
    rows = csr_array(vectorizer.transform(terms))
    kernel = centred((rows @ rows[: len(target)].T).toarray())
    return unseen(kernel[: len(target)], target, ASPECT_RIDGE), kernel_ridge(kernel, target, ASPECT_RIDGE)


def softmax_regression(kernel: Matrix, target: Matrix, penalty: float, dimensions: int) -> Matrix:
    """(all − learned, targets) chances by softmax regression on the first ``dimensions`` of the kernel's own space.

    A caption with k moods stands k times with weight 1/k. A mood that no learned caption has gets 0.
    """
    if target.any(axis=0).sum() < 2:  # noqa: PLR2004 - with one mood there is nothing to tell apart
        return np.tile(target.mean(axis=0), (kernel.shape[0] - kernel.shape[1], 1))
    learned = kernel.shape[1]
    size = min(dimensions, learned - 1)
    length, direction = eigh(kernel[:learned], subset_by_index=[learned - size, learned - 1])
    kept = length > 1e-9 * length[-1]
    basis = direction[:, kept] / np.sqrt(length[kept])
    row, mood = np.nonzero(target)
    model = LogisticRegression(C=1.0 / penalty, max_iter=1000, tol=1e-3)
    model.fit((kernel[:learned] @ basis)[row], mood, sample_weight=1.0 / target.sum(axis=1)[row])
    chances = np.zeros((len(kernel) - learned, target.shape[1]))
    chances[:, model.classes_] = model.predict_proba(kernel[learned:] @ basis)
    return chances
