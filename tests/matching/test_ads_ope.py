"""What another ad policy would have earned, from a log alone, and when no figure is stated."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from kyokan.errors import DataMissingError, InputError
from kyokan.matching.evaluation.ads_ope import Log, click_rates, estimate, evaluate, point_estimate, self_normalised

RATES = np.array([0.02, 0.02, 0.08])
SHARES = np.array([0.2, 0.2, 0.6])  # the logging policy favours the item that is clicked most
UNIFORM = 0.04


def _log(seed: int, size: int = 20_000, shares: np.ndarray = SHARES) -> Log:
    random = np.random.default_rng(seed)
    item = random.choice(3, size, p=shares)
    return Log(item, (random.random(size) < RATES[item]).astype(float), shares[item], 3)


def test_the_uniform_policy_is_estimated_from_a_log_that_favours_one_item():
    log = _log(0)
    assert log.click.mean() > 0.05  # what the logging policy earned
    assert point_estimate(log) == pytest.approx(UNIFORM, abs=0.004)
    assert self_normalised(log) == pytest.approx(UNIFORM, abs=0.006)


def test_the_interval_holds_the_truth_and_narrows_with_the_log():
    small, large = estimate(_log(1, 2_000), 0), estimate(_log(1, 20_000), 0)
    assert large.interval[0] <= UNIFORM <= large.interval[1]
    assert np.ptp(large.interval) < np.ptp(small.interval)


def test_items_without_variance_beyond_chance_share_the_mean_rate():
    log = Log(np.array([0, 1] * 50), np.array([0.0, 0.0, 1.0, 1.0] * 25), np.full(100, 0.5), 2)
    np.testing.assert_allclose(click_rates(log), [0.5, 0.5])


def test_a_weight_by_hand():
    log = Log(np.array([0, 1]), np.array([1.0, 0.0]), np.array([0.8, 0.2]), 2)
    np.testing.assert_allclose(log.weight, [0.625, 2.5])


def test_too_small_an_effective_sample_is_declined():
    heavy = Log(np.array([0] * 999 + [1]), np.ones(1000), np.array([0.999] * 999 + [0.0001]), 2)
    assert "effective sample" in estimate(heavy, 0).declined


def test_too_few_clicks_are_declined():
    quiet = Log(np.zeros(1000, dtype=np.int64), np.zeros(1000), np.ones(1000), 1)
    assert "0 clicks" in estimate(quiet, 0).declined


def _write(root, campaign: str, policy: str, log: Log) -> None:
    folder = root / "obd"
    folder.mkdir(exist_ok=True)
    rows = [f"{i},{int(c)},{p}" for i, c, p in zip(log.item, log.click, log.propensity, strict=True)]
    with gzip.open(folder / f"{campaign}_{policy}.csv.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(["item_id,click,propensity_score", *rows]))
    (folder / f"{campaign}_items.csv").write_text("item_id\n0\n1\n2\n", encoding="utf-8")


def test_the_protocol_reads_the_random_log_only_to_score(tmp_path):
    random_log = _log(5, 4_000, np.full(3, 1 / 3))
    for campaign in ("all", "men"):
        _write(tmp_path, campaign, "bts", _log(3, 4_000))
        _write(tmp_path, campaign, "random", random_log)
    before = evaluate(tmp_path, None, 0, frozenset())
    silent = Log(random_log.item, 1 - random_log.click, random_log.propensity, 3)
    _write(tmp_path, "all", "random", silent)
    after = evaluate(tmp_path, None, 0, frozenset())
    estimates = [run.settings["campaigns"]["all"]["estimate"] for run in (before, after)]
    assert estimates[0] == estimates[1]
    assert before.metrics["mean_abs_relative_error"] < after.metrics["mean_abs_relative_error"]


def test_a_propensity_of_zero_is_refused(tmp_path):
    for policy in ("bts", "random"):
        _write(tmp_path, "all", policy, Log(np.array([0]), np.array([1.0]), np.array([0.0]), 3))
    with pytest.raises(InputError, match="propensity"):
        evaluate(tmp_path, None, 0, frozenset())


def test_a_missing_log_is_named(tmp_path):
    with pytest.raises(DataMissingError, match="CAMPAIGN_random"):
        evaluate(tmp_path, None, 0, frozenset())
    _write(tmp_path, "all", "random", _log(1, 100))
    with pytest.raises(DataMissingError, match="all_bts"):
        evaluate(tmp_path, None, 0, frozenset())
