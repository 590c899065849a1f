"""Protocol ``tieups``: hide all tie-ups of some artists and rank every company for each of them.

The matcher answers over a graph that holds both sides' descriptions and the tie-ups of the other artists alone; what
its signals weigh is learned from these with the settings of the product. It is asked who will work together, so habits
count in full.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from kyokan.errors import InputError
from kyokan.graph.dictionary import load_dictionary
from kyokan.graph.model import EntityKind
from kyokan.matching.encoders import open_encoder
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.calibration import Calibration
from kyokan.matching.evaluation.harness import Result, check_without, require_file
from kyokan.matching.evaluation.metrics import Flags, Floats, Rows
from kyokan.matching.evaluation.tieup_graph import Described, build_graph, entity_id
from kyokan.matching.ranking import Matcher, Query
from kyokan.matching.ranking.learning import learn
from kyokan.matching.signals import SIGNALS, Side
from kyokan.matching.signals.partners import FEATURES

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
    """Names of both sides in ascending order, (A, C) tie-ups that may be learned from, (A, C) those of the hidden."""

    artists: tuple[str, ...]
    companies: tuple[str, ...]
    categories: tuple[str, ...]
    known: Floats
    truth: Floats

    @property
    def hidden(self) -> Rows:
        """Artists to rank companies for."""
        return np.flatnonzero(self.truth.any(axis=1))

    @property
    def popularity(self) -> Floats:
        """(C,) number of tie-ups in training."""
        return np.asarray(self.known.sum(axis=0))

    @property
    def same_category(self) -> Flags:
        """(C, C) whether two companies stand in one category."""
        groups = np.array(self.categories)
        return np.asarray(groups[:, None] == groups[None, :])

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The tie-ups that may be learned from."""
        return [(self.artists[row], self.companies[column]) for row, column in np.argwhere(self.known > 0)]


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


def build_task(data: TieUps, heldout: TieUps | None, seed: int) -> Task:
    """What may be learned and what is asked; a hidden artist has no tie-up in training, whatever the data say."""
    hidden = frozenset(artist for artist, _ in heldout.pairs) if heldout else choose_hidden(data, seed)
    scored = heldout.pairs - data.pairs if heldout else frozenset(pair for pair in data.pairs if pair[0] in hidden)
    learned = frozenset(pair for pair in data.pairs if pair[0] not in hidden)
    other = heldout or data
    artists = tuple(sorted({artist for artist, _ in scored | learned}))
    companies = tuple(sorted({company for _, company in scored | learned} | set(data.companies) | set(other.companies)))
    known, truth = np.zeros((len(artists), len(companies))), np.zeros((len(artists), len(companies)))
    for matrix, pairs in ((known, learned), (truth, scored)):
        for artist, company in pairs:
            matrix[artists.index(artist), companies.index(company)] = 1.0
    categories = other.categories | data.categories
    return Task(artists, companies, tuple(categories.get(name, "") for name in companies), known, truth)


def describe(task: Task, data: TieUps, heldout: TieUps | None) -> tuple[Described, Described]:
    """What the graph holds of both sides; nothing of it comes from a hidden tie-up."""
    other = heldout or data
    types, texts, prose = other.types | data.types, other.artists | data.artists, other.companies | data.companies
    artists = {name: texts.get(name, {}) | {"group": types.get(name, "")} for name in task.artists}
    companies = {
        name: prose.get(name, {}) | {"group": group}
        for name, group in zip(task.companies, task.categories, strict=True)
    }
    return artists, companies


def measure(task: Task, scores: Floats) -> Floats:
    """(pairs, 4) reciprocal rank, hit in the first ten, and the two AUCs (NaN without a company to compare with)."""
    rows = []
    same_category, popularity = task.same_category, task.popularity
    for artist in task.hidden:
        others = task.truth[artist] == 0
        for company in np.flatnonzero(~others):
            pool = np.append(np.flatnonzero(others), company)
            rank = metrics.rank_of(scores[artist], int(company), pool)
            peers = np.abs(popularity - popularity[company]) <= NEAR_POPULARITY
            aucs = [
                metrics.auc([scores[artist, company]], scores[artist, others & chosen])
                for chosen in (same_category[company], peers)
            ]
            rows.append([1.0 / rank, float(rank <= DEPTH), *aucs])
    return np.array(rows)


@dataclass(frozen=True, slots=True)
class Asked:
    """The matcher's answers: (A, C) raw scores and (A, C, figures) what they are made of."""

    scores: Floats
    figures: Floats


def ask(matcher: Matcher, task: Task, without: frozenset[str]) -> Asked:
    """Every artist with every company, filters and constraints aside."""
    snapshot = matcher.snapshot
    rows = np.array([snapshot.row(entity_id(EntityKind.BRAND, name)) for name in task.companies])
    artists = np.array([snapshot.row(entity_id(EntityKind.ARTIST, name)) for name in task.artists])
    partners = matcher.context().partners
    past = partners.pair(partners.of_rows(artists, Side.PEOPLE), partners.of_rows(rows, Side.THINGS)).figures()
    scores, values = np.zeros(task.known.shape), []
    for place, row in enumerate(artists.tolist()):
        found = matcher.score(Query(entity=snapshot.ids[row], without_signals=without, habit=1.0), rows)
        scores[place] = found.raw
        values.append(np.stack([answer.values for answer in found.answers], axis=-1))
    return Asked(scores, np.concatenate([past, np.array(values)], axis=-1))


def boosted_trees(task: Task, figures: Floats) -> Floats:
    """The strongest peer: gradient-boosted trees over the same figures, interactions allowed."""
    rows = np.flatnonzero(task.known.any(axis=1))
    flat = figures[rows].reshape(-1, figures.shape[-1])
    model = HistGradientBoostingClassifier(
        max_iter=100, learning_rate=0.05, max_leaf_nodes=6, min_samples_leaf=40, l2_regularization=10, random_state=0
    ).fit(flat, task.known[rows].ravel())
    scores: Floats = model.decision_function(figures.reshape(-1, flat.shape[1]))
    return scores.reshape(task.known.shape)


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Learn from the tie-ups of the other artists, rank all companies for each hidden one."""
    check_without(without, SIGNALS, NAME)
    known, asked_for = read_tieups(data), read_tieups(heldout) if heldout else None
    task = build_task(known, asked_for, seed)
    if not len(task.hidden):
        raise InputError(str(heldout or data), "holds no tie-up to score", "It needs pairs that --data does not hold")
    dictionary, encoder = load_dictionary(), open_encoder("universal", cache=None)
    with tempfile.TemporaryDirectory() as folder:
        described = describe(task, known, asked_for)
        snapshot = build_graph(Path(folder), *described, task.pairs, dictionary, encoder)
        matcher = Matcher(snapshot, encoder, dictionary=dictionary)
        weights = learn(matcher, version="tieups", from_nothing=True)
        asked = ask(matcher.with_weights(weights), task, without)
    per_pair = measure(task, asked.scores)
    sure = Calibration.of(task.truth, asked.scores)
    types = np.array([known.types.get(name) or (asked_for or known).types[name] for name in task.artists])
    by_type = (types[:, None] == types[None, :]).astype(float) @ task.known + 0.01 * task.popularity
    peers = {
        "popularity": np.ones((len(task.artists), 1)) * task.popularity,
        "popularity_by_type": by_type,
        "text_similarity": asked.figures[..., len(FEATURES) + list(SIGNALS).index("meaning")],
        "boosted_trees": boosted_trees(task, asked.figures),
    }
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(per_pair),
        metrics=_figures(per_pair) | {"ece": sure.error},
        baselines={name: _figures(measure(task, scores)) for name, scores in peers.items()},
        ci95={name: metrics.bootstrap_mean(per_pair[:, column], seed) for column, name in enumerate(METRICS)},
        settings={
            "artists_learned": int(task.known.any(axis=1).sum()),
            "artists_hidden": len(task.hidden),
            "companies": len(task.companies),
            "tie_ups_learned": int(task.known.sum()),
            "without": sorted(without),
            "weights": {name: round(weight, 3) for name, weight in weights.weights.items()},
            "pairs": {name: round(worth.weight, 3) for name, worth in weights.pairs.worth.items()},
            "accuracy_by_share_answered": sure.abstention(),
        },
    )


def _figures(per_pair: Floats) -> dict[str, float]:
    return {name: float(np.nanmean(per_pair[:, column])) for column, name in enumerate(METRICS)}
