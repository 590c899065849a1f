"""A person's liking is read from the stated ideal and from other people, never from the person's own sheet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kyokan.errors import DataMissingError, InputError
from kyokan.matching.evaluation.perfume import LikingModel, Panel, agreement, evaluate, read_panel

PEOPLE, PERFUMES, ATTRIBUTES = 30, 8, 3


def _panel(seed: int) -> Panel:
    """People like what is near their ideal; everybody perceives a perfume alike."""
    random = np.random.default_rng(seed)
    profile = np.random.default_rng(7).uniform(0, 100, (PERFUMES, ATTRIBUTES))
    ideal = random.uniform(0, 100, (PEOPLE, 1, ATTRIBUTES)).repeat(PERFUMES, axis=1)
    liking = -np.abs(ideal - profile).sum(axis=2)
    names = tuple(f"{seed}-{person}" for person in range(PEOPLE))
    return Panel(names, tuple("abcdefgh"), np.tile(profile, (PEOPLE, 1, 1)), ideal, liking)


def test_liking_that_follows_the_ideal_is_predicted_better_than_by_the_mean_of_others():
    known, hidden = _panel(1), _panel(2)
    predicted = agreement(LikingModel(known).predict(hidden), hidden).mean()
    others = agreement(np.tile(known.liking.mean(axis=0), (PEOPLE, 1)), hidden).mean()
    assert predicted > 0.6 > others


def test_the_persons_own_perception_and_liking_are_not_read():
    known, hidden = _panel(1), _panel(2)
    blind = replace(hidden, perceived=hidden.perceived[::-1], liking=-hidden.liking)
    model = LikingModel(known)
    np.testing.assert_array_equal(model.predict(hidden), model.predict(blind))


def _write(folder, panel: Panel) -> None:
    folder.mkdir(parents=True)
    lines = [",user,product," + ",".join(f"p{n},id_{n}" for n in range(ATTRIBUTES)) + ",liking"]
    for row, person in enumerate(panel.people):
        for column, perfume in enumerate(panel.perfumes):
            both = np.stack([panel.perceived[row, column], panel.ideal[row, column]], axis=1).ravel()
            cells = ",".join(f"{value:.3f}" for value in [*both, panel.liking[row, column]])
            lines.append(f"0,{person},{perfume},{cells}")
    (folder / "SensoMineR_perfume_ideal.csv").write_text("\n".join(lines), encoding="utf-8")


def test_held_out_people_are_scored_and_never_learned_from(tmp_path):
    _write(tmp_path / "data" / "perfume_sensory", _panel(1))
    _write(tmp_path / "held" / "perfume_sensory", _panel(2))
    result = evaluate(tmp_path / "data", tmp_path / "held", 0, frozenset())
    assert result.n == PEOPLE
    assert result.settings["people_learned"] == PEOPLE
    assert result.metrics["spearman"] > result.baselines["liking_of_others"]["spearman"]


def test_a_cell_that_is_no_number_is_named_by_its_row(tmp_path):
    folder = tmp_path / "perfume_sensory"
    _write(folder, _panel(1))
    file = folder / "SensoMineR_perfume_ideal.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[4] = lines[4].rsplit(",", 1)[0] + ",much"
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InputError, match="row 5"):
        read_panel(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataMissingError, match="SensoMineR"):
        evaluate(tmp_path, None, 0, frozenset())
