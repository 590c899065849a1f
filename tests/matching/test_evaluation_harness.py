"""The table of protocols, its refusals and the shape of a result."""

from __future__ import annotations

from pathlib import Path

import pytest

from kyokan.errors import DataMissingError, QueryError
from kyokan.matching.evaluation import PROTOCOLS, Result, evaluate
from kyokan.matching.evaluation.harness import check_without, require_file


def test_an_unknown_protocol_is_refused_with_the_known_names(tmp_path: Path):
    with pytest.raises(QueryError, match="fans, cold-artists"):
        evaluate("fasn", tmp_path)


def test_a_data_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(DataMissingError, match="nowhere: is not a folder"):
        evaluate("fans", tmp_path / "nowhere")


def test_a_negative_seed_is_refused(tmp_path: Path):
    with pytest.raises(QueryError, match="seed -1"):
        evaluate("fans", tmp_path, seed=-1)


def test_a_missing_file_is_named_with_the_protocol_that_reads_it(tmp_path: Path):
    with pytest.raises(DataMissingError, match=r"tags\.dat: is read by the fans protocol and is not there"):
        require_file(tmp_path, "hetrec2011-lastfm-2k", "tags.dat", "fans")


def test_leaving_out_a_part_that_is_not_there_is_refused():
    check_without({"als"}, ("als", "tags"), "fans")
    with pytest.raises(QueryError, match="its parts are als, tags"):
        check_without({"magic"}, ("als", "tags"), "fans")


def test_every_protocol_asks_a_question_and_names_its_function():
    for name, protocol in PROTOCOLS.items():
        assert protocol.name == name
        assert protocol.question.endswith("?")
        assert protocol.function.partition(":")[2]


def test_a_result_becomes_plain_json():
    result = Result(
        protocol="fans",
        seed=1,
        n=2,
        metrics={"ndcg@20": 0.25},
        baselines={"popularity": {"ndcg@20": 0.125}},
        ci95={"ndcg@20": (0.2, 0.3)},
        took_s=1.23456,
    )
    assert result.to_json() == {
        "protocol": "fans",
        "seed": 1,
        "n": 2,
        "metrics": {"ndcg@20": 0.25},
        "baselines": {"popularity": {"ndcg@20": 0.125}},
        "ci95": {"ndcg@20": [0.2, 0.3]},
        "settings": {},
        "took_s": 1.235,
    }
