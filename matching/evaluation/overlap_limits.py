"""How far one could come in ``overlap``: by learning otherwise, by being told the answers, and how steady pairs are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from kyokan.matching.affinity.overlap import Described
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.fan_graph_data import FanGraph

FOLDS = 3

Flags = NDArray[np.bool_]


def trees() -> HistGradientBoostingClassifier:
    """Boosted trees over the same features, free to find any interaction of them."""
    return HistGradientBoostingClassifier(
        max_iter=100,
        learning_rate=0.07,
        max_leaf_nodes=8,
        l2_regularization=5.0,
        min_samples_leaf=40,
        early_stopping=False,
        random_state=0,
    )


def by_trees(examples: Described, truth: Flags, asked: Described) -> NDArray[np.float64]:
    """(P,) log-odds of ``asked`` by trees that learned what the engine learned."""
    return np.asarray(trees().fit(examples.values, truth).decision_function(asked.values), dtype=np.float64)


def told_the_answers(asked: Described, answers: Flags) -> float:
    """AUC of trees that learned two thirds of the tested pairs themselves, for the third that is left, in turns.

    No way of learning from earlier years can know as much: what is missing from 1 is missing from the features. NaN
    where there are fewer pairs of a kind than folds.
    """
    if min(answers.sum(), (~answers).sum()) < FOLDS:
        return float("nan")
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    scores = cross_val_predict(trees(), asked.values, answers, cv=folds, method="decision_function")
    return metrics.auc(scores[answers], scores[~answers])


def seen_again(graph: FanGraph) -> float:
    """Share of the pairs of a snapshot that stand in the next, of those whose communities do; NaN without two.

    The last two snapshots are read. It tells how much of what is to be foretold is chance.
    """
    if len(graph.snapshots) < 2:  # noqa: PLR2004 - one snapshot and the next
        return float("nan")
    earlier, later = (graph.snapshots[year] for year in sorted(graph.snapshots)[-2:])
    there = {name for both in later for name in both}
    steady = [both in later for both in earlier if there.issuperset(both)]
    return float(np.mean(steady)) if steady else float("nan")


def isolated(pairs: NDArray[np.int64], degree: NDArray[np.float64]) -> Mapping[str, float]:
    """Share of ``pairs`` (P, 2) with one end, and with both, that nobody is known to share members with."""
    alone = (degree[pairs] == 0).sum(axis=1)
    return {"one end": float((alone == 1).mean()), "both ends": float((alone == 2).mean())}  # noqa: PLR2004
