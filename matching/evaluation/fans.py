"""Protocol ``fans``: hide a fifth of each fan's artists and rank all others for the fan."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from kyokan.errors import InputError
from kyokan.matching.affinity.fan_fusion import EXPOSURE, FACTORS_ALONE, WEIGHTS, FactorSide, FanFusion
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.harness import Result, check_without, require_sides
from kyokan.matching.evaluation.lastfm_data import (
    LastFm,
    Rows,
    Vocabulary,
    index,
    matrix,
    pair_keys,
    positions,
    read_hidden_plays,
    read_lastfm,
    read_lists,
    without_pairs,
)

NAME = "fans"
PARTS = (*WEIGHTS, "tags", "lists", "exposure")
SHARE_HIDDEN = 0.2
LEAST_ARTISTS = 5
DEPTH = 20
EXPOSURES = (0.0, 0.2, EXPOSURE, 0.7, 1.0, 1.5)
PEERS = {"item-side": "EDLAE + tags", "fan-side": "EDLAE between fans + tags"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FanData:
    """What may be fitted on: ids and fans × artists play counts, with what users say of artists by tagging them.

    ``tagged`` and ``worded`` are tags and words of tags × artists counts of users, ``listed`` lists × artists flags.
    """

    fans: Rows
    artists: Rows
    tags: Rows
    plays: csr_array
    tagged: csr_array
    worded: csr_array
    listed: csr_array


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """What is scored: fans × artists flags, and how many artists each fan hides in all (unknown artists included)."""

    truth: csr_array
    count: Rows


def split_plays(plays: Rows, seed: int) -> tuple[Rows, Rows]:
    """Keep fans with at least five artists and hide a fifth of each fan's artists, at least one; (training, hidden)."""
    ordered = plays[np.lexsort((plays[:, 1], plays[:, 0]))]
    _, start, count = np.unique(ordered[:, 0], return_index=True, return_counts=True)
    kept = np.repeat(count >= LEAST_ARTISTS, count)
    hidden = np.zeros(len(ordered), dtype=bool)
    generator = np.random.default_rng([seed, 20])
    for first, size in zip(start, count, strict=True):
        hidden[first + generator.permutation(size)[: max(1, round(SHARE_HIDDEN * size))]] = True
    return ordered[kept & ~hidden], ordered[kept & hidden]


def prepare(source: LastFm, hidden: Rows) -> FanData:
    """Training arrays without the hidden plays and without taggings by a fan on an artist hidden for that fan."""
    keys = pair_keys(hidden)
    plays = without_pairs(source.plays, keys)
    taggings = without_pairs(source.taggings, keys)
    fans = index(plays[:, 0].tolist())
    artists = index([*source.artists, *plays[:, 1].tolist()])
    vocabulary = Vocabulary.of(taggings, source.tags)
    tagged = csr_array(vocabulary.count_tags(taggings, artists).T)
    worded = csr_array(vocabulary.count_words(taggings, artists).T)
    played = matrix(
        positions(fans, plays[:, 0]), positions(artists, plays[:, 1]), plays[:, 2], (len(fans), len(artists))
    )
    return FanData(
        fans=fans,
        artists=artists,
        tags=vocabulary.tags,
        plays=played,
        tagged=tagged,
        worded=worded,
        listed=read_lists(taggings, artists),
    )


def hide(data: FanData, hidden: Rows) -> Hidden:
    """The hidden rows of fans that are known; an artist that the data never names counts as missed."""
    fan, artist = positions(data.fans, hidden[:, 0]), positions(data.artists, hidden[:, 1])
    truth = matrix(fan, artist, np.ones(len(hidden)), (len(data.fans), len(data.artists)))
    return Hidden(truth=truth, count=np.bincount(fan[fan >= 0], minlength=len(data.fans)))


def log_plays(plays: csr_array) -> csr_array:
    """log(1 + plays), divided by the fan's mean of it, so that heavy and light listeners weigh the same."""
    logged = plays.copy()
    logged.data = np.log1p(logged.data)
    count = np.maximum(np.diff(logged.indptr), 1)
    mean = np.asarray(logged.sum(axis=1)).ravel() / count
    logged.data /= np.repeat(mean, np.diff(logged.indptr))
    return logged


def root_counts(tagged: csr_array) -> csr_array:
    """Square root of how many users gave each tag: the tenth user says less than the first."""
    rooted = tagged.copy()
    rooted.data = np.sqrt(rooted.data)
    return rooted


def fit_engine(data: FanData, without: frozenset[str]) -> FanFusion:
    """The engine, fitted on what is left; without tags their rows are empty, and so are those of lists."""
    last = 0 if "tags" in without else None
    tags, words = root_counts(data.tagged[:last]), root_counts(data.worded[:last])
    lists = data.listed[: 0 if {"tags", "lists"} & without else None]
    return FanFusion.fit(log_plays(data.plays), tags, words, lists, without)


def score_popularity(data: FanData) -> NDArray[np.float32]:
    """Every fan is offered the artists with most fans."""
    fans = np.diff(data.plays.tocsc().indptr)
    return np.tile(fans.astype(np.float32), (len(data.fans), 1))


def score_factors(data: FanData) -> NDArray[np.float32]:
    """Alternating least squares in the setting that is best when nothing is added to it."""
    plays, tags = log_plays(data.plays), root_counts(data.tagged)
    return FactorSide.fit("factors", plays, tags, data.listed, FACTORS_ALONE).scores()


def measure(scores: NDArray[np.float32], data: FanData, hidden: Hidden) -> tuple[dict[str, float], NDArray[np.float64]]:
    """Metrics over fans with something hidden, and the (fans, 2) NDCG and recall behind them."""
    scored = np.flatnonzero(hidden.count > 0)
    candidates = scores[scored].astype(np.float32)
    known = data.plays[scored].nonzero()
    candidates[known] = -np.inf
    shown = metrics.top_k(candidates, DEPTH)
    hits = np.take_along_axis(hidden.truth[scored].toarray() > 0, shown, axis=1)
    hits &= np.take_along_axis(candidates, shown, axis=1) > -np.inf
    per_fan = np.column_stack([metrics.ndcg(hits, hidden.count[scored]), metrics.recall(hits, hidden.count[scored])])
    return {
        "ndcg@20": float(per_fan[:, 0].mean()),
        "recall@20": float(per_fan[:, 1].mean()),
        "coverage@20": metrics.coverage(shown, len(data.artists)),
        "gini": metrics.gini(np.bincount(shown.ravel(), minlength=len(data.artists))),
    }, per_fan


def price_exposure(engine: FanFusion, data: FanData, hidden: Hidden) -> list[dict[str, float]]:
    """What each strength of the artist's side costs and gives: one row of figures a strength, ascending."""
    return [
        {"exposure": strength, **measure(engine.scores(strength), data, hidden)[0]} for strength in sorted(EXPOSURES)
    ]


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Fit on the plays and taggings that are left, rank the hidden artists of each fan."""
    check_without(without, PARTS, NAME)
    source = read_lastfm(data, NAME)
    if heldout is None:
        kept, hidden_rows = split_plays(source.plays, seed)
        source = source.with_rows(plays=kept)
    else:
        hidden_rows = read_hidden_plays(heldout, NAME)
    known = prepare(source, hidden_rows)
    hidden = hide(known, hidden_rows)
    require_sides(known.plays.nnz, len(hidden_rows), data, heldout, "plays")
    if not hidden.count.any():
        raise InputError(str(heldout or data), "hides no artist of any fan that the data knows", "Check the fan ids")
    engine = fit_engine(known, without)
    strength = 0.0 if "exposure" in without else EXPOSURE
    figures, per_fan = measure(engine.scores(strength), known, hidden)
    baselines = {"popularity": measure(score_popularity(known), known, hidden)[0]}
    if not without:
        baselines |= {peer: measure(engine.alone[name], known, hidden)[0] for name, peer in PEERS.items()}
        baselines["ALS + tags + lists"] = measure(score_factors(known), known, hidden)[0]
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(per_fan),
        metrics=figures,
        baselines=baselines,
        ci95={
            "ndcg@20": metrics.bootstrap_mean(per_fan[:, 0], seed),
            "recall@20": metrics.bootstrap_mean(per_fan[:, 1], seed),
        },
        settings={
            "fans": len(known.fans),
            "artists": len(known.artists),
            "tags": len(known.tags),
            "words": known.worded.shape[0],
            "lists": known.listed.shape[0],
            "fitted_plays": int(known.plays.nnz),
            "hidden_plays": int(hidden.count.sum()),
            "without": sorted(without),
            "exposure": strength,
            "exposures": price_exposure(engine, known, hidden),
        },
    )
