"""The models behind fan recommendations: hand-computed answers, and shares that add up to every score."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from kyokan.errors import QueryError
from kyokan.matching.affinity.edlae import Edlae, item_weights
from kyokan.matching.affinity.factors import Factors, half_step
from kyokan.matching.affinity.fan_fusion import WEIGHTS, Fact, FactorSide, FanFusion, Standing

PLAYS = csr_array(np.array([[2.0, 1, 0, 0, 1], [1, 2, 1, 0, 0], [0, 0, 1, 3, 0], [0, 1, 0, 1, 0]]))
TAGS = csr_array(np.array([[1.0, 1, 0, 0, 1], [0, 0, 2, 1, 0]]))
LISTS = csr_array(np.array([[1.0, 1, 0, 0, 0], [0, 1, 0, 1, 1]]))


def test_edlae_of_two_items_follows_the_closed_form():
    # Gram [[2, 1], [1, 1]], ridge 1: B_12 = g12 / (g11 + 1) = 1/3, B_21 = g12 / (g22 + 1) = 1/2
    rows = csr_array(np.array([[1.0, 1.0], [1.0, 0.0]]))
    np.testing.assert_allclose(item_weights(rows, ridge=1.0), [[0, 1 / 3], [1 / 2, 0]])
    np.testing.assert_allclose(Edlae.fit(rows, ridge=1.0).scores(2), [[1 / 2, 1 / 3], [0, 1 / 3]], atol=1e-6)


def test_edlae_in_the_space_of_rows_equals_edlae_in_the_space_of_items():
    expected = PLAYS @ item_weights(PLAYS, ridge=2.0, dropout=0.5)
    np.testing.assert_allclose(Edlae.fit(PLAYS, ridge=2.0, dropout=0.5).scores(4), expected, atol=1e-5)


def test_a_half_step_with_one_entry_follows_the_closed_form():
    # y = 2, c = 1, ridge 1: x = (1 + 1) · 2 / (4 + 1 · 4 + 1) = 4/9; a row without entries stays at zero
    found = half_step(csr_array(np.array([[1.0], [0.0]])), np.array([[2.0]], dtype=np.float32), ridge=1.0)
    np.testing.assert_allclose(found, [[4 / 9], [0.0]], rtol=1e-6)


@pytest.mark.parametrize("size", [1, 2, 7])
def test_a_half_step_solves_the_normal_equations_whichever_side_is_smaller(size: int):
    fixed = np.random.default_rng(3).standard_normal((5, size)).astype(np.float32)
    found = half_step(PLAYS.astype(np.float32), fixed, ridge=0.5)
    for row in range(4):
        weight = PLAYS[[row]].toarray().ravel()
        system = fixed.T @ fixed + fixed.T @ np.diag(weight) @ fixed
        system += 0.5 * np.sqrt((weight > 0).sum()) * np.eye(size)
        right = fixed.T @ np.where(weight > 0, 1 + weight, 0)
        np.testing.assert_allclose(found[row], np.linalg.solve(system, right), rtol=2e-3, atol=2e-4)


def test_factors_repeat_and_their_shares_add_up():
    first, second = (Factors.fit(PLAYS, size=2, ridge=0.1, rounds=3) for _ in range(2))
    np.testing.assert_array_equal(first.scores(4), second.scores(4))
    shares = first.explain(1, 4)
    assert sorted(shares) == [0, 1, 2]
    assert sum(shares.values()) == pytest.approx(float(first.scores(4)[1, 4]), abs=1e-5)


@pytest.mark.parametrize("exposure", [0.0, 0.4, 1.5])
def test_the_shares_of_every_pair_add_up_to_the_fused_score(exposure: float):
    engine = FanFusion.fit(PLAYS, TAGS, TAGS, LISTS)
    scores = engine.scores(exposure)
    for fan in range(4):
        for artist in range(5):
            shares = engine.explain(fan, artist, exposure)
            assert sum(shares.values()) == pytest.approx(float(scores[fan, artist]), abs=2e-3)


def test_shares_name_liked_artists_and_tags_but_no_fan():
    shares = FanFusion.fit(PLAYS, TAGS, TAGS, LISTS).explain(0, 2)
    assert {fact.row for fact in shares if fact.kind == "artist"} == {0, 1, 4}
    assert Fact("fan-side", "tag", 1) in shares
    assert {fact.row for fact in shares if fact.kind in {"fans", "level"}} == {-1}


def test_a_model_left_out_gives_no_share():
    engine = FanFusion.fit(PLAYS, TAGS, TAGS, LISTS, frozenset({"factors"}))
    assert "factors" not in {fact.model for fact in engine.explain(0, 2)}
    with pytest.raises(QueryError, match="leaves no model"):
        FanFusion.fit(PLAYS, TAGS, TAGS, LISTS, frozenset(WEIGHTS))


def test_without_tags_only_plays_are_fitted():
    engine = FanFusion.fit(PLAYS, TAGS[:0], TAGS[:0], LISTS[:0])
    assert "tag" not in {fact.kind for fact in engine.explain(0, 2)}


def test_a_list_draws_its_artists_together():
    plays, none = csr_array(np.array([[1.0, 0, 0, 0], [0, 0, 0, 1]])), csr_array((0, 4))
    lists = csr_array(np.array([[1.0, 1, 0, 0]] * 3))
    scores = FactorSide.fit("factors", plays, none, lists).scores()
    assert scores[0, 1] > max(scores[0, 2], scores[1, 1])


def test_a_model_that_scores_all_alike_keeps_a_finite_scale():
    standing = Standing.of(np.ones((2, 3), dtype=np.float32))
    assert np.all(standing.fan[1] > 0)
    assert np.all(standing.artist[1] > 0)
