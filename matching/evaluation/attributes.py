"""Protocol ``attributes``: hide a fifth of each artist's tags and rank all others for the artist."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.preprocessing import normalize

from kyokan.errors import InputError
from kyokan.matching.affinity.attributes import TAG_SIDE, ArtistFacts, TagModel
from kyokan.matching.affinity.edlae import item_weights
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.harness import Result, check_without, require_sides
from kyokan.matching.evaluation.lastfm_data import (
    LastFm,
    Rows,
    frequent_tags,
    index,
    matrix,
    pair_keys,
    positions,
    read_hidden_taggings,
    read_lastfm,
    without_pairs,
)

NAME = "attributes"
PARTS = ("listeners", "taggers", "tag_side")
SHARE_HIDDEN = 0.2
LEAST_TAGS = 5
DEPTH = 10
RIDGE = 30.0
DROPOUT = 0.3
NEIGHBOURS = 200
BLOCK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class TagData:
    """Training arrays of artists × tags, fans and users, with the ids of artists and tags.

    ``tagged`` counts the users who gave a tag, ``plays`` the plays of a fan, ``taggings`` the tags of a user.
    """

    artists: Rows
    tags: Rows
    tagged: csr_array
    plays: csr_array
    taggings: csr_array


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenTags:
    """The artists that hide a tag of the vocabulary (rows of the data), and flags of their hidden tags."""

    rows: Rows
    truth: NDArray[np.bool_]


def split_tags(taggings: Rows, seed: int) -> Rows:
    """The taggings of a fifth of the tags (at least one) of each artist with five or more tags that count."""
    counted = taggings[np.isin(taggings[:, 2], frequent_tags(taggings))]
    pairs = np.unique(counted[:, 1:3], axis=0)
    _, start, count = np.unique(pairs[:, 0], return_index=True, return_counts=True)
    hidden = np.zeros(len(pairs), dtype=bool)
    generator = np.random.default_rng([seed, 40])
    for first, size in zip(start, count, strict=True):
        if size >= LEAST_TAGS:
            hidden[first + generator.permutation(size)[: max(1, round(SHARE_HIDDEN * size))]] = True
    return taggings[np.isin(pair_keys(taggings, 1, 2), pair_keys(pairs[hidden]))]


def prepare(source: LastFm, hidden: Rows) -> TagData:
    """Training arrays without any tagging, by whomever, of a hidden artist–tag pair.

    A user stands beside an artist only for the tags that are left: who gave nothing but hidden ones is not known to
    have tagged the artist at all.
    """
    taggings = np.unique(without_pairs(source.taggings, pair_keys(hidden, 1, 2), 1, 2), axis=0)
    tags = frequent_tags(taggings)
    artists = index([*source.artists, *taggings[:, 1].tolist()])

    def beside(rows: Rows, ids: Rows, column: int, values: NDArray[np.generic]) -> csr_array:
        shape = (len(artists), len(ids))
        return matrix(positions(artists, rows[:, 1]), positions(ids, rows[:, column]), values, shape)

    given = np.ones(len(taggings))
    return TagData(
        artists=artists,
        tags=tags,
        tagged=beside(taggings, tags, 2, given),
        plays=beside(source.plays, index(source.plays[:, 0].tolist()), 0, source.plays[:, 2]),
        taggings=beside(taggings, index(taggings[:, 0].tolist()), 0, given),
    )


def hide(data: TagData, hidden: Rows) -> HiddenTags:
    """The hidden pairs of known artists and tags of the vocabulary."""
    artist, tag = positions(data.artists, hidden[:, 1]), positions(data.tags, hidden[:, 2])
    flags = matrix(artist, tag, np.ones(len(hidden)), (len(data.artists), len(data.tags)))
    rows = np.flatnonzero(np.diff(flags.indptr))
    return HiddenTags(rows=rows, truth=flags[rows].toarray() > 0)


def score_engine(data: TagData, rows: Rows, without: frozenset[str] = frozenset()) -> NDArray[np.float32]:
    """The engine's scores of all tags for some artists."""
    facts = ArtistFacts(tagged=data.tagged, plays=data.plays, taggings=data.taggings)
    return TagModel.fit(facts, without=without, tag_side=0.0 if "tag_side" in without else TAG_SIDE).scores(rows)


def peers(data: TagData, rows: Rows) -> dict[str, NDArray[np.float32]]:
    """Scores of the peers by name: popularity, EDLAE over tags, neighbours, and the sum of the explainable ones."""
    carriers = np.diff(data.tagged.tocsc().indptr).astype(np.float32)
    present = data.tagged.copy()
    present.data = np.ones_like(present.data)
    edlae = np.asarray(present[rows] @ item_weights(present, ridge=RIDGE, dropout=DROPOUT), dtype=np.float32)
    tag_neighbours = score_neighbours(data.tagged.log1p(), present, rows)
    fan_neighbours = score_neighbours(data.plays.log1p(), present, rows)
    summed = standardised(edlae) + 0.3 * (standardised(tag_neighbours) + standardised(fan_neighbours))
    return {
        "popularity": np.tile(carriers, (len(rows), 1)),
        "EDLAE tag–tag": edlae,
        "tag-cosine neighbours": tag_neighbours,
        "fusion of both and fan neighbours": summed,
    }


def standardised(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean 0 and spread 1 over the tags of each artist."""
    spread = scores.std(axis=1, keepdims=True)
    return np.asarray((scores - scores.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1.0))


def score_neighbours(features: csr_array, present: csr_array, rows: Rows) -> NDArray[np.float32]:
    """Mean of the tags of the nearest other artists by cosine, the cube of the cosine as weight."""
    described = np.flatnonzero(np.diff(present.indptr))
    unit = normalize(features).astype(np.float32)
    others, tags = csr_array(unit[described].T), present[described].astype(np.float32)
    scores = np.empty((len(rows), present.shape[1]), dtype=np.float32)
    kept = min(NEIGHBOURS, len(described))
    for start in range(0, len(rows), BLOCK):
        chosen = rows[start : start + BLOCK]
        near = (unit[chosen] @ others).toarray() ** 3
        near[chosen[:, None] == described[None, :]] = 0.0
        least = np.partition(near, -kept, axis=1)[:, -kept]
        near[near < least[:, None]] = 0.0
        scores[start : start + BLOCK] = (csr_array(near) @ tags).toarray() / (near.sum(axis=1, keepdims=True) + 0.05)
    return scores


def measure(
    scores: NDArray[np.float32], data: TagData, hidden: HiddenTags
) -> tuple[dict[str, float], NDArray[np.float64]]:
    """Metrics over artists, and the (artists, 2) NDCG and recall behind them; known tags are no candidates."""
    candidates = scores.astype(np.float32)
    candidates[data.tagged[hidden.rows].nonzero()] = -np.inf
    shown = metrics.top_k(candidates, DEPTH)
    hits = np.take_along_axis(hidden.truth, shown, axis=1)
    count = hidden.truth.sum(axis=1)
    values = np.column_stack([metrics.ndcg(hits, count), metrics.recall(hits, count)])
    return {"ndcg@10": float(values[:, 0].mean()), "recall@10": float(values[:, 1].mean())}, values


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Fit on the tags that are left, rank the hidden ones."""
    check_without(without, PARTS, NAME)
    source = read_lastfm(data, NAME)
    hidden_rows = split_tags(source.taggings, seed) if heldout is None else read_hidden_taggings(heldout, NAME)
    known = prepare(source, hidden_rows)
    hidden = hide(known, hidden_rows)
    require_sides(known.tagged.nnz, len(hidden_rows), data, heldout, "taggings")
    if not len(hidden.rows):
        raise InputError(str(heldout or data), "hides no tag of an artist that the data knows", "Check the ids")
    figures, values = measure(score_engine(known, hidden.rows, without), known, hidden)
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(values),
        metrics=figures,
        baselines={name: measure(scores, known, hidden)[0] for name, scores in peers(known, hidden.rows).items()},
        ci95={
            "ndcg@10": metrics.bootstrap_mean(values[:, 0], seed),
            "recall@10": metrics.bootstrap_mean(values[:, 1], seed),
        },
        settings={
            "artists": len(known.artists),
            "tags": len(known.tags),
            "hidden_tags": int(hidden.truth.sum()),
            "without": sorted(without),
        },
    )
