"""Learned weights: those that this version cannot read are set aside, told once, and the shipped ones serve."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from kyokan.errors import SettingsError
from kyokan.matching.ranking import FusionWeights
from kyokan.platform.doctor import examine
from kyokan.platform.services import Services
from kyokan.platform.settings import Settings
from kyokan.platform.weights import set_aside, weights_of

LEARNED = FusionWeights(base=-2.0, version="learned-1")
# As another version wrote it: a figure that this one does not know, a part that is gone, no JSON at all.
OTHERS = {
    "figure": json.dumps(LEARNED.to_json() | {"pairs": {"kinship": {"weight": 1.0, "mean": 0.0}}}),
    "part": json.dumps({"version": "learned-0", "base": 0.0}),
    "torn": '{"version": "lear',
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weights.json"


def test_what_was_learned_is_in_force_and_nothing_is_set_aside(path):
    assert weights_of(path) == FusionWeights()
    LEARNED.save(path)
    assert weights_of(path) == LEARNED
    assert [one.name for one in path.parent.iterdir()] == ["weights.json"]
    assert set_aside(path) is None


@pytest.mark.parametrize("written", OTHERS.values(), ids=OTHERS)
def test_what_another_version_learned_is_kept_beside_and_told_once(path, caplog, written):
    path.write_text(written, "utf-8")
    with caplog.at_level(logging.WARNING, "kyokan.weights"):
        assert [weights_of(path), weights_of(path)] == [FusionWeights(), FusionWeights()]
    (kept,) = path.parent.iterdir()
    assert (kept.name, kept.read_text("utf-8")) == ("weights.set-aside-1.json", written)
    assert set_aside(path) == kept
    (record,) = caplog.records
    assert "weights.set-aside-1.json" in record.message


def test_each_is_kept_and_once_others_were_learned_nothing_is_told(path):
    for text in ("{", "{{"):
        path.write_text(text, "utf-8")
        weights_of(path)
    assert set_aside(path) == path.with_name("weights.set-aside-2.json")
    assert path.with_name("weights.set-aside-1.json").read_text("utf-8") == "{"
    LEARNED.save(path)
    assert set_aside(path) is None


def test_a_file_that_cannot_be_opened_is_no_other_versions_and_stays(path):
    path.mkdir()
    with pytest.raises(SettingsError):
        weights_of(path)
    assert path.is_dir()


def test_a_home_with_weights_of_another_version_answers_and_the_doctor_tells(path, tmp_path):
    path.write_text(OTHERS["figure"], "utf-8")
    with Services(Settings(home=tmp_path)) as services:
        services.store.write(list(services.dictionary.to_entities()), [])
        assert services.matcher().settings.weights == FusionWeights()
        assert services.matcher() is services.matcher()
        assert services.weights_aside == "weights.set-aside-1.json"
        (told,) = [one for one in examine(services) if one.part == "weights"]
        assert told.passed
        assert "weights.set-aside-1.json" in told.detail
        LEARNED.save(path)
        assert services.matcher().settings.weights == LEARNED
        assert services.weights_aside == ""
