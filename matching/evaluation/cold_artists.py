"""Protocol ``cold-artists``: hide all fans of a fifth of the artists and find them again from tags alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from kyokan.errors import InputError
from kyokan.matching.affinity.cold import Described, TagRidge, applied, logged, score_cold
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.harness import Result, check_without, require_sides
from kyokan.matching.evaluation.lastfm_data import (
    FOLDER,
    LastFm,
    Rows,
    Vocabulary,
    index,
    matrix,
    pair_keys,
    positions,
    read_hidden_plays,
    read_hidden_taggings,
    read_lastfm,
    without_pairs,
)

NAME = "cold-artists"
PARTS = ("kernel", "words", "factors", "audience", "spread")
SHARE_HIDDEN = 0.2
LEAST_FANS = 5
DEPTH = 20
RIDGE = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdData:
    """Training arrays (artists with fans) and what is known of the hidden artists; rows of both share columns.

    ``plays`` is artists × fans play counts; ``known`` and ``described`` say what is known of the artists with fans and
    of the hidden ones, both without the taggings by an artist's own fans; ``truth`` is hidden artists × fans flags, and
    ``given`` marks further fans of them whom the data names although it should not: they are no candidates.
    """

    fans: Rows
    artists: Rows
    plays: csr_array
    known: Described
    hidden: Rows
    described: Described
    truth: csr_array
    given: csr_array


def choose_hidden(plays: Rows, seed: int) -> Rows:
    """A fifth of the artists with at least five fans, ids ascending."""
    artists, fans = np.unique(plays[:, 1], return_counts=True)
    pool = artists[fans >= LEAST_FANS]
    generator = np.random.default_rng([seed, 30])
    return np.sort(generator.permutation(pool)[: round(SHARE_HIDDEN * len(pool))])


def prepare(source: LastFm, hidden_plays: Rows, hidden_taggings: Rows) -> ColdData:
    """Split by artist: nothing is fitted on an artist that stands in ``hidden_plays``.

    The vocabulary is that of the artists that are not hidden. ``hidden_taggings`` are further taggings that describe
    hidden artists; they are read when the hidden artists are scored, never when fitting.
    """
    hidden = index(hidden_plays[:, 1].tolist())
    known = source.plays[~np.isin(source.plays[:, 1], hidden)]
    own = np.concatenate([hidden_plays[:, :2], source.plays[np.isin(source.plays[:, 1], hidden)][:, :2]])
    fans, artists = index(known[:, 0].tolist()), index(known[:, 1].tolist())
    about_hidden = np.isin(source.taggings[:, 1], hidden)
    readable = source.taggings[~about_hidden]
    vocabulary = Vocabulary.of(readable, source.tags)
    fitted = without_pairs(readable, pair_keys(known))
    further = np.unique(np.concatenate([source.taggings[about_hidden], hidden_taggings]), axis=0)
    further = without_pairs(further, pair_keys(own))
    shape = (len(artists), len(fans))

    def flags(plays: Rows) -> csr_array:
        row, column = positions(hidden, plays[:, 1]), positions(fans, plays[:, 0])
        return matrix(row, column, np.ones(len(plays)), (len(hidden), len(fans)))

    return ColdData(
        fans=fans,
        artists=artists,
        plays=matrix(positions(artists, known[:, 1]), positions(fans, known[:, 0]), known[:, 2], shape),
        known=describe(fitted, artists, vocabulary),
        hidden=hidden,
        described=describe(further, hidden, vocabulary),
        truth=flags(hidden_plays),
        given=flags(without_pairs(source.plays, pair_keys(hidden_plays))),
    )


def describe(taggings: Rows, artists: Rows, vocabulary: Vocabulary) -> Described:
    """Counts of users by tag and by word of a tag, and by how many users an artist is tagged at all."""
    pairs = np.unique(taggings[:, :2], axis=0)
    row = positions(artists, pairs[:, 1])
    user = positions(vocabulary.users, pairs[:, 0])
    weight = 1.0 / np.log1p(np.append(vocabulary.tagged, 1)[user])  # the last is for a user that is not known, at −1
    known = row >= 0
    return Described(
        tags=vocabulary.count_tags(taggings, artists),
        words=vocabulary.count_words(taggings, artists),
        taggers=np.bincount(row[known], minlength=len(artists)).astype(np.float64),
        telling=np.bincount(row[known], weights=weight[known], minlength=len(artists)).astype(np.float64),
    )


def score_ridge(data: ColdData) -> NDArray[np.float64]:
    """Ridge regression from tags to fans."""
    listened = applied(data.plays, np.ones_like(data.plays.data))
    return TagRidge.fit(logged(data.known.tags), listened, ridge=RIDGE).scores(logged(data.described.tags))


def score_popularity(data: ColdData) -> NDArray[np.float64]:
    """Fans by how many artists they listen to, the same for every hidden artist."""
    activity = np.diff(data.plays.tocsc().indptr).astype(np.float64)
    return np.tile(activity, (len(data.hidden), 1))


def score_tag_volume(data: ColdData) -> NDArray[np.float64]:
    """Artists by how many taggings they have, the same for every fan."""
    volume = np.asarray(data.described.tags.sum(axis=1), dtype=np.float64).ravel()
    return np.tile(volume[:, None], (1, len(data.fans)))


def gains(scores: NDArray[np.float64], truth: NDArray[np.float64]) -> NDArray[np.float64]:
    """NDCG@20 of each row that has anything to find."""
    relevant = truth.sum(axis=1).astype(np.int64)
    rows = np.flatnonzero(relevant)
    shown = metrics.top_k(scores[rows], DEPTH)
    return metrics.ndcg(np.take_along_axis(truth[rows], shown, axis=1), relevant[rows])


def measure(scores: NDArray[np.float64], data: ColdData) -> tuple[dict[str, float], dict[str, NDArray[np.float64]]]:
    """Means over hidden artists and over fans, and the values behind them."""
    truth = data.truth.toarray()
    scores = np.where(data.given.toarray() > 0, -np.inf, scores)
    values = {
        "ndcg@20_artist_to_fans": gains(scores, truth),
        "ndcg@20_fan_to_artists": gains(np.ascontiguousarray(scores.T), np.ascontiguousarray(truth.T)),
    }
    return {name: float(value.mean()) for name, value in values.items()}, values


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Fit on artists with fans, rank fans for each hidden artist and hidden artists for each fan."""
    check_without(without, PARTS, NAME)
    source = read_lastfm(data, NAME)
    if heldout is None:
        hidden_plays = source.plays[np.isin(source.plays[:, 1], choose_hidden(source.plays, seed))]
        hidden_taggings = source.taggings[:0]
    else:
        hidden_plays = read_hidden_plays(heldout, NAME)
        present = (heldout / FOLDER / "user_taggedartists.dat").is_file()
        hidden_taggings = read_hidden_taggings(heldout, NAME) if present else source.taggings[:0]
    left = int((~np.isin(source.plays[:, 1], hidden_plays[:, 1])).sum())
    require_sides(left, len(hidden_plays), data, heldout, "plays")
    split = prepare(source, hidden_plays, hidden_taggings)
    if not split.truth.nnz:
        raise InputError(str(heldout or data), "hides no artist of a fan that the data knows", "Check the ids")
    figures, values = measure(score_cold(split.known, split.plays, split.described, without).values, split)
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(values["ndcg@20_artist_to_fans"]),
        metrics=figures,
        baselines={
            "popularity": measure(score_popularity(split), split)[0],
            "tag volume": measure(score_tag_volume(split), split)[0],
            "ridge on tags": measure(score_ridge(split), split)[0],
        },
        ci95={name: metrics.bootstrap_mean(value, seed) for name, value in values.items()},
        settings={
            "artists": len(split.artists),
            "fans": len(split.fans),
            "tags": split.known.tags.shape[1],
            "words": split.known.words.shape[1],
            "hidden_artists": len(split.hidden),
            "hidden_artists_without_tags": int((np.diff(split.described.tags.indptr) == 0).sum()),
            "ranking_fans": len(values["ndcg@20_fan_to_artists"]),
            "without": sorted(without),
        },
    )
