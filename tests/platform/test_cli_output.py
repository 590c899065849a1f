"""What commands print is JSON that every reader knows."""

from __future__ import annotations

import json

import pytest

from kyokan.platform.cli.output import print_json


def test_a_number_that_is_none_is_null_wherever_it_stands(capsys: pytest.CaptureFixture[str]):
    print_json({"共感": [float("nan"), 0.5], "ci95": {"r": (float("-inf"), 1)}, "name": "NaN", "none": None})
    printed = capsys.readouterr().out
    assert printed == '{"共感": [null, 0.5], "ci95": {"r": [null, 1]}, "name": "NaN", "none": null}\n'
    assert json.loads(printed)["共感"] == [None, 0.5]
