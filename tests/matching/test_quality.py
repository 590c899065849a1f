"""The quality page: means over seeds, goals, best baselines, what each part earns; runs are kept and not repeated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kyokan.errors import InputError
from kyokan.matching.evaluation.quality import ABLATED, Run, measure, parts, runs
from kyokan.matching.evaluation.quality_page import GOALS, page, rows


def answer(protocol: str, seed: int, metrics: dict[str, float], without: str = "", **more: Any) -> dict[str, Any]:
    result = {"protocol": protocol, "seed": seed, "metrics": metrics, "baselines": {}, "ci95": {}, "settings": {}}
    return {"protocol": protocol, "seed": seed, "without": without, "result": result | more}


def silent(_stage: str, _done: int, _total: int) -> None:
    """No progress to show."""


def test_every_protocol_runs_with_every_seed_and_without_each_part_once() -> None:
    wanted = runs(range(3))
    assert len(set(wanted)) == len(wanted)
    assert {run.seed for run in wanted if run.protocol == "sake"} == {0, 1, 2}
    for protocol in ABLATED:
        left_out = [run for run in wanted if run.protocol == protocol and run.without]
        assert [run.without for run in left_out] == list(parts(protocol))
        assert {run.seed for run in left_out} == {0}


def test_a_row_holds_the_mean_the_interval_the_best_baseline_and_the_goal() -> None:
    peers = ({"a": {"mrr": 0.1}, "b": {"mrr": 0.4}}, {"a": {"mrr": 0.3}, "b": {"mrr": 0.2}})
    bounds = ([0.2, 0.4], [0.4, 0.6])
    results = [
        answer("tieups", seed, {"mrr": value, "ece": 0.04}, baselines=peers[seed], ci95={"mrr": bounds[seed]})["result"]
        for seed, value in ((0, 0.3), (1, 0.5))
    ]
    mrr, error = rows(results)
    assert (mrr.mean, mrr.interval, mrr.goal, mrr.reached) == (
        pytest.approx(0.4),
        pytest.approx((0.3, 0.5)),
        GOALS["tieups"]["mrr"],
        True,
    )
    assert mrr.baseline == ("b", pytest.approx(0.3))
    assert error.reached  # the lower the better


def test_the_page_says_what_is_not_reached_not_measured_and_what_a_part_earns() -> None:
    found = page(
        [
            answer("attributes", 0, {"ndcg@10": 0.5}),
            answer("attributes", 0, {"ndcg@10": 0.4}, without="taggers"),
            {"protocol": "emotions-ja", "seed": 0, "without": "", "missing": "x/wrime.tsv is not there"},
        ],
        date="2026-11-22",
        command="kyokan quality --data DATA",
    )
    assert "| `attributes` | ndcg@10 | **.500** | .500 |  |  | .520 | no |" in found
    assert "| without taggers | .400 (-0.100) |" in found
    assert "Not measured: `emotions-ja` (its data is not at hand)." in found
    assert "\n\n| `attributes` | ndcg@10 |\n|---|---|\n| whole | .500 |\n| without taggers |" in found
    assert "wrime" not in found  # where the data would lie is nobody's business
    assert "2026-11-22 by `kyokan quality --data DATA`" in found


def test_what_cannot_be_measured_is_told_and_not_tried_again(tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    wanted = [Run("fans", 0)]
    first = measure(wanted, tmp_path, None, results, jobs=1, progress=silent)
    assert "is not there" in first[0]["missing"]
    before = results.read_bytes()
    assert measure(wanted, tmp_path, None, results, jobs=1, progress=silent) == first
    assert results.read_bytes() == before


def test_a_line_that_is_no_answer_is_named(tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    results.write_text(json.dumps({"protocol": "fans"}) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 1"):
        measure([Run("fans", 0)], tmp_path, None, results, jobs=1, progress=silent)
