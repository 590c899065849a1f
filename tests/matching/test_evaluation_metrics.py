"""Every measure against an answer computed by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kyokan.matching.evaluation import metrics


def test_top_k_breaks_ties_by_the_lower_column():
    scores = np.array([[1.0, 3.0, 3.0, 0.0], [2.0, 2.0, 2.0, 2.0]])
    assert metrics.top_k(scores, 2).tolist() == [[1, 2], [0, 1]]


def test_top_k_of_fewer_columns_than_asked_returns_them_all_in_order():
    assert metrics.top_k(np.array([[0.1, 0.9]]), 5).tolist() == [[1, 0]]


def test_top_k_puts_what_is_no_candidate_last():
    assert metrics.top_k(np.array([[-np.inf, 0.5, -np.inf]]), 3).tolist() == [[1, 0, 2]]


def test_ndcg_discounts_by_the_logarithm_of_the_rank():
    # Hits at ranks 1 and 3 of three relevant items: (1 + 1/2) / (1 + 1/log2(3) + 1/2).
    expected = 1.5 / (1.5 + 1 / math.log2(3))
    assert metrics.ndcg([[1, 0, 1]], [3]).tolist() == pytest.approx([expected])


def test_ndcg_of_a_perfect_short_list_is_one_though_more_is_relevant():
    assert metrics.ndcg([[1, 1]], [7]).tolist() == [1.0]


def test_ndcg_without_anything_relevant_is_unknown():
    assert math.isnan(metrics.ndcg([[0, 0]], [0])[0])


def test_recall_counts_against_all_that_is_relevant():
    assert metrics.recall([[1, 0, 1, 0]], [4]).tolist() == [0.5]


def test_coverage_is_the_share_of_items_ever_shown():
    assert metrics.coverage([[0, 1], [1, 2]], 6) == 0.5


def test_gini_is_zero_for_equal_and_nearly_one_for_winner_takes_all():
    assert metrics.gini([2, 2, 2, 2]) == 0.0
    assert metrics.gini([0, 0, 0, 8]) == 0.75
    assert metrics.gini([0, 0]) == 0.0


def test_auc_counts_ties_as_one_half():
    # Pairs: (2 > 1), (2 > 0), (1 = 1), (1 > 0) -> 3.5 of 4.
    assert metrics.auc([2, 1], [1, 0]) == 0.875


def test_auc_of_an_empty_side_is_unknown():
    assert math.isnan(metrics.auc([], [1.0]))


def test_average_precision_of_ranks_one_and_three():
    assert metrics.average_precision([0.9, 0.8, 0.7], [1, 0, 1]) == pytest.approx((1 + 2 / 3) / 2)


def test_average_precision_gives_tied_items_the_worst_rank():
    assert metrics.average_precision([0.5, 0.5], [1, 0]) == 0.5


def test_lrap_and_macro_average_precision_read_rows_and_columns():
    scores = np.array([[0.9, 0.1], [0.2, 0.8]])
    truth = np.array([[1, 0], [1, 0]])
    assert metrics.lrap(scores, truth).tolist() == [1.0, 0.5]
    assert metrics.macro_average_precision(scores, truth) == 1.0


def test_spearman_uses_mean_ranks_for_ties():
    # Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: covariance 4.5, norms sqrt(4.5) and sqrt(5).
    assert metrics.spearman([1, 2, 2, 9], [10, 20, 30, 40]) == pytest.approx(4.5 / math.sqrt(4.5 * 5))
    assert math.isnan(metrics.spearman([1, 1], [1, 2]))


def test_rank_of_gives_the_mean_rank_of_a_tie():
    assert metrics.rank_of([0.1, 0.9, 0.9, 0.5], 1) == 1.5
    assert metrics.rank_of([0.1, 0.9, 0.9, 0.5], 3, [0, 3]) == 1.0


def test_bootstrap_is_the_same_for_the_same_seed_and_holds_the_mean():
    values = [0.0, 1.0, 0.0, 1.0, 1.0, float("nan")]
    low, high = metrics.bootstrap_mean(values, seed=3)
    assert (low, high) == metrics.bootstrap_mean(values, seed=3)
    assert low <= 0.6 <= high
    assert low < high


def test_bootstrap_auc_is_certain_where_the_sides_do_not_touch():
    assert metrics.bootstrap_auc([2.0, 3.0], [0.0, 1.0], seed=1) == (1.0, 1.0)


def test_resamples_without_a_value_are_left_out_of_a_bootstrap():
    assert all(np.isnan(bound) for bound in metrics.bootstrap(3, lambda _: float("nan"), seed=0))
    only_first = metrics.bootstrap(3, lambda rows: 2.0 if rows[0] == 0 else float("nan"), seed=0)
    assert only_first == (2.0, 2.0)
