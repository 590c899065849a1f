"""Protocol ``tieups``: hide all tie-ups of some artists and rank every company for each of them.

The matcher answers over a graph that holds both sides' descriptions and the tie-ups of the other artists alone; what
its signals weigh is learned from these with the settings of the product. It is asked who will work together, so habits
count in full. Without held-out rows every artist is hidden once, in one of three parts, among as many companies without
any tie-up as held-out rows bring.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from kyokan.errors import InputError
from kyokan.graph.dictionary import load_dictionary
from kyokan.graph.model import EntityKind
from kyokan.matching.encoders import open_encoder
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.calibration import Calibration
from kyokan.matching.evaluation.harness import Result, check_without
from kyokan.matching.evaluation.metrics import Flags, Floats, Rows
from kyokan.matching.evaluation.tieup_data import NAME, Task, describe, read_tieups, tasks_of
from kyokan.matching.evaluation.tieup_graph import build_graph, entity_id
from kyokan.matching.ranking import Matcher, Query
from kyokan.matching.ranking.fusion import FusionWeights
from kyokan.matching.ranking.learning import learn
from kyokan.matching.signals import SIGNALS, Side
from kyokan.matching.signals.partners import FEATURES

ENGINE = "engine"
DEPTH = 10
NEAR_POPULARITY = 1  # companies whose number of tie-ups differs by at most this are equally popular
METRICS = ("mrr", "hit@10", "auc_same_category", "auc_same_popularity")


def measure(task: Task, scores: Floats) -> Floats:
    """(pairs, 4) reciprocal rank, hit in the first ten, and the two AUCs (NaN without a company to compare with).

    ``scores`` (H, C): those of the hidden artists, in the order of ``task.hidden``.
    """
    rows = []
    same_category, popularity = task.same_category, task.popularity
    for artist, score in zip(task.hidden, scores, strict=True):
        others = task.truth[artist] == 0
        for company in np.flatnonzero(~others):
            rank = metrics.rank_of(score, int(company), np.append(np.flatnonzero(others), company))
            peers = np.abs(popularity - popularity[company]) <= NEAR_POPULARITY
            aucs = [metrics.auc([score[company]], score[others & chosen]) for chosen in (same_category[company], peers)]
            rows.append([1.0 / rank, float(rank <= DEPTH), *aucs])
    return np.array(rows).reshape(-1, len(METRICS))


def new_to_all(task: Task) -> Flags:
    """(pairs,) whether nobody that was learned from works with the company, in the order of ``measure``.

    Such a company stands among the candidates for no other reason than its hidden partners, so that any learner finds
    out how often "nobody's yet" is right; these pairs are therefore told apart from the others.
    """
    hidden = task.truth[task.hidden] > 0
    return np.broadcast_to(task.popularity == 0, hidden.shape)[hidden]


@dataclass(frozen=True, slots=True)
class Asked:
    """The matcher's answers: (R, C) raw scores and (R, C, figures) what they are made of."""

    scores: Floats
    figures: Floats


def ask(matcher: Matcher, task: Task, artists: Rows, without: frozenset[str]) -> Asked:
    """R artists, each with every company, filters and constraints aside."""
    snapshot = matcher.snapshot
    rows = np.array([snapshot.row(entity_id(EntityKind.BRAND, name)) for name in task.companies])
    people = np.array([snapshot.row(entity_id(EntityKind.ARTIST, task.artists[place])) for place in artists])
    partners = matcher.context().partners
    past = partners.pair(partners.of_rows(people, Side.PEOPLE), partners.of_rows(rows, Side.THINGS)).figures()
    questions = [Query(entity=snapshot.ids[row], without_signals=without, habit=1.0) for row in people.tolist()]
    found = [matcher.score(question, rows) for question in questions]
    values = [np.stack([answer.values for answer in one.answers], axis=-1) for one in found]
    return Asked(np.stack([one.raw for one in found]), np.concatenate([past, np.array(values)], axis=-1))


def boosted_trees(figures: Floats, chosen: Floats) -> HistGradientBoostingClassifier:
    """The strongest peer: gradient-boosted trees over the same figures (R, C, figures), interactions allowed."""
    trees = HistGradientBoostingClassifier(
        max_iter=100, learning_rate=0.05, max_leaf_nodes=6, min_samples_leaf=40, l2_regularization=10, random_state=0
    )
    with threadpool_limits(1):  # its threads wait by spinning, which costs more than they earn here
        return trees.fit(figures.reshape(-1, figures.shape[-1]), chosen.ravel())


@dataclass(frozen=True, slots=True)
class Answered:
    """One task answered: the weights learned, and who scored → (H, C), the hidden artists with every company."""

    task: Task
    weights: FusionWeights
    scores: Mapping[str, Floats]


def answer(matcher: Matcher, task: Task, types: Sequence[str], without: frozenset[str]) -> Answered:
    """Learn from the tie-ups of the other artists, which are all the matcher knows, and rank for each hidden one.

    ``types`` (A,) of the artists, for a peer; peers are left out of an ablation.
    """
    weights = learn(matcher, version=NAME, from_nothing=True)
    matcher = matcher.with_weights(weights)
    hidden, learned = task.hidden, np.flatnonzero(task.known.any(axis=1))
    asked = ask(matcher, task, hidden, without)
    scores = {ENGINE: asked.scores}
    if not without:
        trees = boosted_trees(ask(matcher, task, learned, without).figures, task.known[learned])
        kinds = np.array(types)
        scores |= {
            "popularity": np.tile(task.popularity, (len(hidden), 1)),
            "popularity_by_type": (kinds[hidden, None] == kinds) @ task.known + 0.01 * task.popularity,
            "text_similarity": asked.figures[..., len(FEATURES) + list(SIGNALS).index("meaning")],
            "boosted_trees": trees.decision_function(asked.figures.reshape(asked.scores.size, -1)).reshape(
                asked.scores.shape
            ),
        }
    return Answered(task, weights, scores)


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Every hidden artist with every company, by a matcher that learned from the others alone."""
    check_without(without, SIGNALS, NAME)
    known, asked_for = read_tieups(data), read_tieups(heldout) if heldout else None
    tasks = [task for task in tasks_of(known, asked_for, seed) if len(task.hidden)]
    if not tasks:
        raise InputError(str(heldout or data), "holds no tie-up to score", "It needs pairs that --data does not hold")
    dictionary, encoder = load_dictionary(), open_encoder("universal", cache=None)
    types = (asked_for or known).types | known.types
    answered = []
    for task in tasks:
        with tempfile.TemporaryDirectory() as folder:
            described = describe(task, known, asked_for)
            snapshot = build_graph(Path(folder), *described, task.learned, dictionary, encoder)
            matcher = Matcher(snapshot, encoder, dictionary=dictionary)
            answered.append(answer(matcher, task, [types[name] for name in task.artists], without))
    return _result(answered, seed, without)


def _result(answered: Sequence[Answered], seed: int, without: frozenset[str]) -> Result:
    """All tasks taken together, pair by pair."""
    figures = {
        name: np.concatenate([measure(one.task, one.scores[name]) for one in answered]) for name in answered[0].scores
    }
    per_pair = figures.pop(ENGINE)
    new = np.concatenate([new_to_all(one.task) for one in answered])
    sorts = {"mrr_company_known": ~new, "mrr_company_new": new}
    sure = Calibration.together(
        [Calibration.of(one.task.truth[one.task.hidden], one.scores[ENGINE]) for one in answered]
    )
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(per_pair),
        metrics=_figures(per_pair)
        | {name: per_pair[rows, 0].mean() for name, rows in sorts.items() if rows.any()}
        | {"ece": sure.error},
        baselines={name: _figures(rows) for name, rows in figures.items()},
        ci95={name: metrics.bootstrap_mean(per_pair[:, column], seed) for column, name in enumerate(METRICS)},
        settings=_settings(answered, new)
        | {"without": sorted(without), "accuracy_by_share_answered": sure.abstention()},
    )


def _settings(answered: Sequence[Answered], new: Flags) -> dict[str, Any]:
    """What was asked and learned, the mean of all tasks."""
    return {
        "parts": len(answered),
        "artists_hidden": sum(len(one.task.hidden) for one in answered),
        "companies": round(float(np.mean([len(one.task.companies) for one in answered]))),
        "companies_new": round(float(np.mean([np.mean(one.task.popularity == 0) for one in answered])), 3),
        "company_new": round(float(new.mean()), 3),
        "tie_ups_learned": round(float(np.mean([one.task.known.sum() for one in answered]))),
        "weights": _mean([one.weights.weights for one in answered]),
        "pairs": _mean([{name: worth.weight for name, worth in o.weights.pairs.worth.items()} for o in answered]),
    }


def _mean(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: round(float(np.mean([row[name] for row in rows])), 3) for name in rows[0]}


def _figures(per_pair: Floats) -> dict[str, float]:
    return {name: float(np.nanmean(per_pair[:, column])) for column, name in enumerate(METRICS)}
