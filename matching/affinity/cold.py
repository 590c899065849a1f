"""From what is known of an artist (tags) to the fans who would listen: models for artists without any fan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array, diags_array, hstack, vstack
from sklearn.linear_model import Ridge
from sklearn.preprocessing import normalize

from kyokan.matching.affinity.edlae import item_weights
from kyokan.matching.affinity.factors import Factors, half_step, shares

Matrix = NDArray[np.float64]
Rows = NDArray[np.int64]

LEAST_FANS = 3  # an artist with fewer teaches the kernel little
KERNEL_RIDGE = 4.0
FACTOR_SHARE = 0.6
FACTOR_SCALE, FACTOR_TAGS, FACTOR_RIDGE = 4.0, 0.7, 3.0
AUDIENCE_POWER = 0.4
SURENESS_POWER = 0.25
SPREAD_POWER = 0.4
PRIOR = 1e-6  # what an artist without tags is ranked by: how much each fan listens at all


@dataclass(frozen=True, slots=True)
class TagRidge:
    """Ridge regression from an artist's tags to its fans: W = (TᵀT + λI)⁻¹ TᵀY (Hoerl & Kennard 1970).

    The score of a fan is Σ_tag t_tag W_tag,fan, so each tag's share is exact.
    """

    weights: Matrix  # tags × fans

    @classmethod
    def fit(cls, tags: csr_array, fans: csr_array, *, ridge: float) -> TagRidge:
        """Fit on artists × tags and artists × fans."""
        gram = (tags.T @ tags).toarray()
        gram[np.diag_indices_from(gram)] += ridge
        factor = cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
        return cls(cho_solve(factor, (tags.T @ fans).toarray(), check_finite=False))

    def scores(self, tags: csr_array) -> Matrix:
        """Scores of artists × fans for artists × tags."""
        return np.asarray(tags @ self.weights, dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What is known of some artists apart from their fans.

    ``tags`` and ``words`` (of the tags) are artists × columns counts of users; ``taggers`` counts users who tagged the
    artist at all, ``telling`` counts each of them as 1 / ln(1 + artists that the user tagged).
    """

    tags: csr_array
    words: csr_array
    taggers: Matrix
    telling: Matrix


class ColdFact(NamedTuple):
    """What a share rests on: a known artist that the fan likes, a tag of the new artist, or the fan's activity."""

    kind: Literal["artist", "tag", "activity"]
    row: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdScores:
    """Scores of new artists × fans: scale_af (Σ_i H_ai Y_if / √activity_f + factors_af + prior_f).

    ``H`` is kernel ridge regression over known artists, so its part is an exact sum over the artists that the fan
    likes; factors are folded in from tags, an exact sum over the new artist's tags. ``scale`` is one number an artist
    (audience expected, sureness) times one a fan, so it changes no share's proportion. The number a fan levels how
    widely the fan's scores are spread over the new artists, so it depends on who else is asked about.
    """

    liked: csr_array  # known artists × fans flags
    carried: Matrix  # H, new × known artists
    activity: Matrix
    factors: Factors | None  # items: known artists; rows: fans, then tags
    folded: csr_array  # new artists × tags confidence
    artist_scale: tuple[Matrix, Matrix, Matrix]  # of the kernel, the factors and their sum
    fan_scale: Matrix
    values: Matrix

    def explain(self, artist: int, fan: int) -> dict[ColdFact, float]:
        """Shares that add up to ``values[artist, fan]``."""
        kernel, factors, both = (float(side[artist]) for side in self.artist_scale)
        scale = both * float(self.fan_scale[fan])
        found = {ColdFact("activity"): PRIOR * float(np.sqrt(self.activity[fan])) * kernel * scale}
        for row in np.flatnonzero(self.liked[:, [fan]].toarray().ravel()):
            part = self.carried[artist, row] / np.sqrt(self.activity[fan])
            found[ColdFact("artist", int(row))] = float(part) * kernel * scale
        if self.factors is not None and factors:
            fans = len(self.activity)
            vectors = self.factors.rows
            parts = shares(self.folded, artist, vectors[fans:], FACTOR_RIDGE, vectors[fan])
            per = factors * scale / float(np.sqrt(self.activity[fan]))
            found |= {ColdFact("tag", tag): part * per for tag, part in parts.items()}
        return found


def score_cold(known: Described, plays: csr_array, new: Described, without: frozenset[str] = frozenset()) -> ColdScores:
    """Fit on described artists with fans (artists × fans plays), score all fans for new artists.

    ``without`` may name ``kernel``, ``words``, ``factors``, ``audience`` and ``spread``.
    """
    liked = applied(plays, np.ones_like(plays.data))
    activity = np.maximum(np.asarray(liked.sum(axis=0), dtype=np.float64).ravel(), 1.0)
    root = np.sqrt(activity)
    shape = (new.tags.shape[0], plays.shape[0])
    carried = (
        np.zeros(shape) if "kernel" in without else carry(known, new, fans_of(liked), words="words" not in without)
    )
    kernel = np.asarray(carried @ liked) / root + PRIOR * root
    inverse = 1.0 / level(kernel)
    total = kernel * inverse[:, None]
    folded = csr_array(logged(new.tags) * (FACTOR_SCALE * FACTOR_TAGS)).astype(np.float32)
    model, share = None, np.zeros(len(kernel))
    if "factors" not in without:
        model = fit_factors(known.tags, plays)
        vectors = half_step(folded, model.rows[len(activity) :], FACTOR_RIDGE)
        scored = (vectors @ model.rows[: len(activity)].T) / root
        share = np.divide(FACTOR_SHARE, level(scored), out=share, where=np.diff(folded.indptr) > 0)
        total += scored * share[:, None]
    both = level(kernel) ** SURENESS_POWER / level(total)
    if "audience" not in without:
        both *= np.exp(AUDIENCE_POWER * expect_audience(known, fans_of(liked), new))
    values = total * both[:, None]
    width = np.ones(len(activity)) if "spread" in without else (values.std(axis=0) + 1e-12) ** -SPREAD_POWER
    return ColdScores(
        liked=liked,
        carried=carried,
        activity=activity,
        factors=model,
        folded=folded,
        artist_scale=(inverse, share, both),
        fan_scale=width,
        values=values * width,
    )


def carry(known: Described, new: Described, fans: Rows, *, words: bool) -> Matrix:
    """H = k(new, known) (K + λI)⁻¹, new × known artists; zero for artists with too few fans or no tags.

    The kernel is the mean of squared cosines of four pictures of an artist: its tags, the same with rare tags weighing
    more, with tags filled in that usually go along (EDLAE between tags), and the words of its tags.
    """
    tagged = np.diff(known.tags.indptr) > 0
    used = np.flatnonzero(tagged & (fans >= min(LEAST_FANS, int(fans[tagged].max(initial=1)))))
    first, second = logged(known.tags), logged(new.tags)
    telling = rarity(known.tags[np.flatnonzero(tagged)])
    filled = fill_tags(known.tags, new.tags, np.flatnonzero(tagged), used)
    pairs = [(first[used], second), (first[used] @ telling, second @ telling), filled]
    if words:
        rare = rarity(known.words[np.flatnonzero(tagged)])
        pairs.append((logged(known.words)[used] @ rare, logged(new.words) @ rare))
    inner = np.mean([squared_cosines(old, old) for old, _ in pairs], axis=0)
    outer = np.mean([squared_cosines(ahead, old) for old, ahead in pairs], axis=0)
    inner[np.diag_indices_from(inner)] += KERNEL_RIDGE
    factor = cho_factor(inner, lower=True, overwrite_a=True, check_finite=False)
    found = np.zeros((new.tags.shape[0], known.tags.shape[0]))
    found[:, used] = cho_solve(factor, outer.T, check_finite=False).T
    return found


def squared_cosines(ahead: csr_array | Matrix, known: csr_array | Matrix) -> NDArray[np.float32]:
    """Squared cosines of the rows of two pictures; a row without tags is like nobody."""
    return np.asarray(dense(normalize(ahead) @ normalize(known).T) ** 2, dtype=np.float32)


def dense(values: csr_array | Matrix) -> Matrix:
    """A plain array of either kind of matrix."""
    return np.asarray(values.toarray() if isinstance(values, csr_array) else values)


def rarity(tags: csr_array) -> csr_array:
    """Diagonal of √ln(artists / artists with the tag)."""
    carriers = np.maximum(np.asarray((tags > 0).sum(axis=0)).ravel(), 1)
    return csr_array(diags_array(np.sqrt(np.log(max(tags.shape[0], 1) / carriers))))


def fill_tags(known: csr_array, new: csr_array, tagged: Rows, used: Rows) -> tuple[Matrix, Matrix]:
    """Log counts of tags plus what the other tags of the artist let expect."""
    present = applied(known, np.ones_like(known.data))
    weights = item_weights(present[tagged], ridge=30.0, dropout=0.3)

    def fill(counts: csr_array) -> Matrix:
        flags = applied(counts, np.ones_like(counts.data))
        return np.asarray(logged(counts).toarray() + np.maximum(flags @ weights, 0.0))

    return fill(known[used]), fill(new)


def fit_factors(tags: csr_array, plays: csr_array) -> Factors:
    """Factors of (fans, then tags) × known artists; plays count by their log over the fan's mean of it."""
    strength = logged(plays)
    count = np.maximum(np.diff(plays.tocsc().indptr), 1)
    mean = np.asarray(strength.sum(axis=0)).ravel() / count
    scaled = strength @ diags_array(1.0 / np.maximum(mean, 1e-9))
    confidence = csr_array(vstack([scaled.T, logged(tags).T * FACTOR_TAGS]) * FACTOR_SCALE)
    confidence.eliminate_zeros()
    return Factors.fit(confidence, size=min(128, *confidence.shape), ridge=FACTOR_RIDGE, rounds=4)


def expect_audience(known: Described, fans: Rows, new: Described) -> Matrix:
    """Log of how many fans an artist is expected to have: ridge regression on how much and with what it is tagged."""
    rows, ahead = volumes(known), volumes(new)
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    taught = np.flatnonzero(fans >= min(LEAST_FANS, int(fans.max())))
    train = csr_array(hstack([csr_array((rows - mean) / spread), logged(known.tags) * 0.5]))
    score = csr_array(hstack([csr_array((ahead - mean) / spread), logged(new.tags) * 0.5]))
    model = Ridge(alpha=10.0, solver="cholesky").fit(train[taught].toarray(), np.log(fans[taught]))
    return np.asarray(model.predict(score.toarray()), dtype=np.float64)


def volumes(described: Described) -> Matrix:
    """Logs of how much an artist is tagged, and their products."""
    tags = described.tags
    strongest = np.asarray(tags.max(axis=1).todense()).ravel() if tags.shape[1] else np.zeros(tags.shape[0])
    total, distinct = np.asarray(tags.sum(axis=1)).ravel(), np.diff(tags.indptr)
    people, volume, kinds, peak, telling = (
        np.log1p(side) for side in (described.taggers, total, distinct, strongest, described.telling)
    )
    products = [people**2, volume**2, kinds**2, people * volume, people * kinds, people**3]
    return np.column_stack([people, volume, kinds, peak, telling, *products])


def fans_of(liked: csr_array) -> Rows:
    """How many fans each artist has."""
    return np.diff(liked.indptr).astype(np.int64)


def level(scores: Matrix) -> Matrix:
    """Root mean square of each row."""
    return np.asarray(np.sqrt((scores.astype(np.float64) ** 2).mean(axis=1)) + 1e-12)


def applied(counts: csr_array, data: Matrix) -> csr_array:
    """The same entries with other values."""
    return csr_array((data, counts.indices, counts.indptr), shape=counts.shape)


def logged(counts: csr_array) -> csr_array:
    """log(1 + count) of every entry."""
    return applied(counts, np.log1p(counts.data))
