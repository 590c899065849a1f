"""Protocol ``attributes``: hide a fifth of each artist's tags and rank all others for the artist."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from kyokan.errors import InputError
from kyokan.matching.affinity.edlae import item_weights
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.harness import Result, check_without
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
PARTS: tuple[str, ...] = ()
SHARE_HIDDEN = 0.2
LEAST_TAGS = 5
DEPTH = 10
RIDGE = 30.0
DROPOUT = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class TagData:
    """Training arrays: artists × tags counts of users, with the ids of rows and columns."""

    artists: Rows
    tags: Rows
    tagged: csr_array


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
    """Training arrays without any tagging, by whomever, of a hidden artist–tag pair."""
    taggings = without_pairs(source.taggings, pair_keys(hidden, 1, 2), 1, 2)
    tags = frequent_tags(taggings)
    artists = index([*source.artists, *taggings[:, 1].tolist()])
    counts = matrix(
        positions(artists, taggings[:, 1]),
        positions(tags, taggings[:, 2]),
        np.ones(len(taggings)),
        (len(artists), len(tags)),
    )
    return TagData(artists=artists, tags=tags, tagged=counts)


def hide(data: TagData, hidden: Rows) -> HiddenTags:
    """The hidden pairs of known artists and tags of the vocabulary."""
    artist, tag = positions(data.artists, hidden[:, 1]), positions(data.tags, hidden[:, 2])
    flags = matrix(artist, tag, np.ones(len(hidden)), (len(data.artists), len(data.tags)))
    rows = np.flatnonzero(np.diff(flags.indptr))
    return HiddenTags(rows=rows, truth=flags[rows].toarray() > 0)


def score_engine(data: TagData, rows: Rows) -> NDArray[np.float32]:
    """The engine's scores of all tags for some artists."""
    present = data.tagged.copy()
    present.data = np.ones_like(present.data)
    return np.asarray(present[rows] @ item_weights(present, ridge=RIDGE, dropout=DROPOUT), dtype=np.float32)


def score_popularity(data: TagData, rows: Rows) -> NDArray[np.float32]:
    """Tags by how many artists carry them, the same for every artist."""
    carriers = np.diff(data.tagged.tocsc().indptr).astype(np.float32)
    return np.tile(carriers, (len(rows), 1))


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
    if not len(hidden.rows):
        raise InputError(str(heldout or data), "hides no tag of an artist that the data knows", "Check the ids")
    figures, values = measure(score_engine(known, hidden.rows), known, hidden)
    popularity, _ = measure(score_popularity(known, hidden.rows), known, hidden)
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(values),
        metrics=figures,
        baselines={"popularity": popularity},
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
