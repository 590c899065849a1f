"""Protocol ``tieups``: hide all tie-ups of some artists and rank every company for each of them."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from kyokan.errors import InputError
from kyokan.graph.encoder import Encoder
from kyokan.matching.affinity.partners import SIGNALS, Matrix, PairFeatures, PartnerModel, Rows, Side, pair_features
from kyokan.matching.encoders import open_encoder
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.harness import Result, check_without, require_file

NAME = "tieups"
FOLDER = "tieups_web"
SHARE_HIDDEN = 0.3
DEPTH = 10
NEAR_POPULARITY = 1  # companies whose number of tie-ups differs by at most this are equally popular
METRICS = ("mrr", "hit@10", "auc_same_category", "auc_same_popularity")


@dataclass(frozen=True, slots=True)
class TieUps:
    """Pairs and descriptions as read: ``pairs`` (artist, company), type of each artist, category of each company."""

    pairs: frozenset[tuple[str, str]]
    types: dict[str, str]
    categories: dict[str, str]
    artists: dict[str, dict[str, str]]
    companies: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Task:
    """Both sides, (A, C) tie-ups that may be learned from, (A, C) those of the hidden artists."""

    artists: Side
    companies: Side
    known: Matrix
    truth: Matrix
    hidden: Rows

    @property
    def popularity(self) -> Matrix:
        """(C,) number of tie-ups in training."""
        count: Matrix = self.known.sum(axis=0)
        return count


def read_tieups(root: Path) -> TieUps:
    """Read the three files of one side.

    Raises:
        DataMissingError: one is not there.
    """
    rows = _table(require_file(root, FOLDER, "tieups.csv", NAME), ",")
    categories: dict[str, Counter[str]] = {}
    for row in rows:
        categories.setdefault(row["company"], Counter())[row["category"]] += 1
    return TieUps(
        pairs=frozenset((row["artist"], row["company"]) for row in rows),
        types={row["artist"]: row["artist_type"] for row in rows},
        categories={name: min(count, key=lambda key: (-count[key], key)) for name, count in categories.items()},
        artists={row["name"]: row for row in _table(require_file(root, FOLDER, "artists.tsv", NAME), "\t")},
        companies={row["name"]: row for row in _table(require_file(root, FOLDER, "companies.tsv", NAME), "\t")},
    )


def _table(path: Path, delimiter: str) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {key: value or "" for key, value in row.items() if key} for row in csv.DictReader(file, delimiter=delimiter)
        ]


def group_of(artist: str) -> str:
    """The group a member belongs to ("Lisa (BLACKPINK)"), else the artist: one group stays on one side of a split."""
    member = re.search(r"[(（]([^)）]+)[)）]\s*$", artist)
    return member[1] if member else artist


def choose_hidden(data: TieUps, seed: int) -> frozenset[str]:
    """Artists to hide: 30 % of the groups."""
    groups = sorted({group_of(artist) for artist, _ in data.pairs})
    drawn = np.random.default_rng([seed, 30]).permutation(len(groups))[: round(SHARE_HIDDEN * len(groups))]
    chosen = {groups[index] for index in drawn}
    return frozenset(artist for artist, _ in data.pairs if group_of(artist) in chosen)


def build_task(data: TieUps, heldout: TieUps | None, seed: int, encoder: Encoder) -> Task:
    """Training and hidden sides; a hidden artist has no tie-up in training, whatever the data say."""
    hidden = frozenset(artist for artist, _ in heldout.pairs) if heldout else choose_hidden(data, seed)
    scored = heldout.pairs - data.pairs if heldout else frozenset(pair for pair in data.pairs if pair[0] in hidden)
    learned = frozenset(pair for pair in data.pairs if pair[0] not in hidden)
    other = heldout or data
    artists = sorted({artist for artist, _ in scored | learned})
    companies = sorted({company for _, company in scored | learned} | set(data.companies) | set(other.companies))
    types = other.types | data.types
    categories = other.categories | data.categories
    artist_row = {name: row for row, name in enumerate(artists)}
    company_row = {name: row for row, name in enumerate(companies)}
    known, truth = np.zeros((len(artists), len(companies))), np.zeros((len(artists), len(companies)))
    for matrix, pairs in ((known, learned), (truth, scored)):
        for artist, company in pairs:
            matrix[artist_row[artist], company_row[company]] = 1.0
    taught = np.array([row for name, row in artist_row.items() if name not in hidden], dtype=np.int64)
    named = np.array([row for name, row in company_row.items() if name in data.companies], dtype=np.int64)
    return Task(
        artists=_side(artists, types, other.artists | data.artists, taught, encoder),
        companies=_side(companies, categories, other.companies | data.companies, named, encoder),
        known=known,
        truth=truth,
        hidden=np.flatnonzero(truth.any(axis=1)),
    )


def _side(
    names: Sequence[str], groups: dict[str, str], texts: dict[str, dict[str, str]], learned: Rows, encoder: Encoder
) -> Side:
    rows = [texts.get(name, {}) for name in names]

    def column(field: str) -> tuple[str, ...]:
        return tuple(row.get(field, "").replace(";", " ") for row in rows)

    return Side(
        group=tuple(groups.get(name, "") for name in names),
        text_ja=column("text_ja"),
        text_en=column("text_en"),
        words=column("kansei"),
        audience=column("audience"),
        vectors=np.hstack([encoder.encode(column("text_en")), encoder.encode(column("text_ja"))]),
        learned=learned,
    )


def measure(task: Task, scores: Matrix) -> Matrix:
    """(pairs, 4) reciprocal rank, hit in the first ten, and the two AUCs (NaN without a company to compare with)."""
    rows = []
    same_category = task.companies.indicators @ task.companies.indicators.T > 0
    for artist in task.hidden:
        partners = np.flatnonzero(task.truth[artist])
        for company in partners:
            others = task.truth[artist] == 0
            pool = np.append(np.flatnonzero(others), company)
            rank = metrics.rank_of(scores[artist], int(company), pool)
            peers = np.abs(task.popularity - task.popularity[company]) <= NEAR_POPULARITY
            aucs = [
                metrics.auc([scores[artist, company]], scores[artist, others & chosen])
                for chosen in (same_category[company], peers)
            ]
            rows.append([1.0 / rank, float(rank <= DEPTH), *aucs])
    return np.array(rows)


def boosted_trees(task: Task, features: PairFeatures) -> Matrix:
    """The strongest peer: gradient-boosted trees over the same features, interactions allowed."""
    rows, columns = task.artists.learned, task.companies.learned
    flat = features.values[np.ix_(rows, columns)].reshape(-1, features.values.shape[-1])
    model = HistGradientBoostingClassifier(
        max_iter=100, learning_rate=0.05, max_leaf_nodes=6, min_samples_leaf=40, l2_regularization=10, random_state=0
    ).fit(flat, task.known[np.ix_(rows, columns)].ravel())
    scores: Matrix = model.decision_function(features.values.reshape(-1, flat.shape[1]))
    return scores.reshape(task.known.shape)


def _baselines(task: Task, features: PairFeatures) -> dict[str, Callable[[], Matrix]]:
    everybody = np.ones((len(task.artists), 1))
    types = task.artists.indicators
    return {
        "popularity": lambda: everybody * task.popularity,
        "popularity_by_type": lambda: types @ (types.T @ task.known) + 0.01 * task.popularity,
        "text_similarity": lambda: task.artists.centred @ task.companies.centred.T,
        "boosted_trees": lambda: boosted_trees(task, features),
    }


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Fit on the tie-ups of the other artists, rank all companies for each hidden one."""
    check_without(without, SIGNALS, NAME)
    known = read_tieups(data)
    task = build_task(known, read_tieups(heldout) if heldout else None, seed, open_encoder("universal", cache=None))
    if not len(task.hidden):
        raise InputError(str(heldout or data), "holds no tie-up to score", "It needs pairs that --data does not hold")
    features = pair_features(task.artists, task.companies, task.known)
    model = PartnerModel.fit(features, task.known, task.artists.learned, task.companies.learned, without)
    per_pair = measure(task, model.scores(features))
    figures = {name: _figures(measure(task, scores())) for name, scores in _baselines(task, features).items()}
    settings: dict[str, Any] = {
        "artists_learned": len(task.artists.learned),
        "artists_hidden": len(task.hidden),
        "companies": len(task.companies),
        "tie_ups_learned": int(task.known.sum()),
        "without": sorted(without),
    }
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(per_pair),
        metrics=_figures(per_pair),
        baselines=figures,
        ci95={name: metrics.bootstrap_mean(per_pair[:, column], seed) for column, name in enumerate(METRICS)},
        settings=settings,
    )


def _figures(per_pair: Matrix) -> dict[str, float]:
    return {name: float(np.nanmean(per_pair[:, column])) for column, name in enumerate(METRICS)}
