"""The tie-ups protocol: honest splits, a graph without hidden tie-ups, ranks by hand, an obvious habit found."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kyokan.errors import DataMissingError, InputError
from kyokan.graph.dictionary import load_dictionary
from kyokan.graph.model import RelationKind
from kyokan.matching.encoders import open_encoder
from kyokan.matching.evaluation.tieup_data import (
    Task,
    describe,
    group_of,
    parts,
    read_tieups,
    tasks_of,
    thinned,
)
from kyokan.matching.evaluation.tieup_graph import build_graph
from kyokan.matching.evaluation.tieups import evaluate, measure, new_to_all


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Fifteen singers with beauty companies, fifteen athletes with sports companies; nothing else to learn."""
    root = tmp_path / "tieups_web"
    root.mkdir()
    rows: list[list[str]] = [["artist", "artist_type", "brand_or_product", "company", "category"]]
    artists, companies = [["name", "text_ja", "text_en", "kansei"]], [["name", "text_ja", "text_en", "kansei"]]
    for kind, category in (("music", "beauty"), ("athlete", "sports")):
        companies += [[f"{category} {n}", f"日本の{category}", f"Japanese {category}", "fresh"] for n in range(3)]
        artists += [[f"{kind} {n}", f"日本の{kind}", f"Japanese {kind} act", "fresh"] for n in range(15)]
        rows += [[f"{kind} {n}", kind, "x", f"{category} {n % 3}", category] for n in range(15)]
    for name, lines, delimiter in (
        ("tieups.csv", rows, ","),
        ("artists.tsv", artists, "\t"),
        ("companies.tsv", companies, "\t"),
    ):
        with (root / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows(lines)
    return tmp_path


def test_an_obvious_habit_is_found(folder: Path) -> None:
    result = evaluate(folder, None, 0, frozenset())
    assert result.metrics["hit@10"] == 1.0
    assert result.metrics["mrr"] >= 1 / 3  # any of the three companies of the right category
    assert result.metrics["mrr_company_known"] == result.metrics["mrr"]  # each has partners that were learned
    assert set(result.ci95) == {"mrr", "hit@10", "auc_same_category", "auc_same_popularity"}
    assert 0 <= result.metrics["ece"] <= 1
    without = evaluate(folder, None, 0, frozenset({"precedent"}))
    assert without.metrics["mrr"] < result.metrics["mrr"]


def test_every_artist_is_hidden_once_and_has_no_tie_up_in_training(folder: Path) -> None:
    data = read_tieups(folder)
    tasks = tasks_of(data, None, 0)
    assert len(tasks) == 3
    for task in tasks:
        assert not task.known[task.hidden].any()
        assert task.truth.sum() + task.known.sum() == len(data.pairs)
    assert (sum(task.truth for task in tasks) == tasks[0].known + tasks[0].truth).all()


def test_of_the_companies_that_hidden_artists_alone_work_with_no_more_stay_than_held_out_rows_bring() -> None:
    known, truth = np.zeros((20, 25)), np.zeros((20, 25))
    known[range(10), range(10)] = 1  # ten companies with a tie-up, fifteen without
    truth[range(10, 20), range(5, 15)] = 1
    task = Task(
        *(tuple(f"{word} {n}" for n in range(count)) for word, count in (("a", 20), ("c", 25), ("k", 25))), known, truth
    )
    left = thinned(task, 0)
    assert (np.count_nonzero(left.popularity), len(left.companies)) == (10, 12)  # .16 of twelve
    kept = [task.companies.index(name) for name in left.companies]
    assert np.array_equal(left.truth, truth[:, kept])
    assert left.categories == tuple(task.categories[place] for place in kept)
    assert thinned(task, 0).companies == left.companies != thinned(task, 1).companies


def test_the_graph_that_is_asked_holds_no_tie_up_of_a_hidden_artist(folder: Path, tmp_path: Path) -> None:
    data = read_tieups(folder)
    task = tasks_of(data, None, 0)[0]
    dictionary, encoder = load_dictionary(), open_encoder("universal", cache=None)
    seen = build_graph(tmp_path, *describe(task, data, None), task.learned, dictionary, encoder)
    tied = {seen.entity(seen.row(edge.source)).name for edge in seen.relations(RelationKind.TIED_UP)}
    assert tied == {task.artists[row] for row in range(len(task.artists)) if row not in task.hidden}
    assert len(seen.relations(RelationKind.IN_PLACE)) == len(task.artists) + len(task.companies)  # all from Japan


def test_what_is_hidden_does_not_change_what_is_learned(folder: Path) -> None:
    data = read_tieups(folder)
    heldout = replace(data, pairs=frozenset({("music 0", "beauty 1")}))
    other = replace(data, pairs=frozenset({("music 0", "sports 2")}))
    (task,), (again,) = tasks_of(data, heldout, 0), tasks_of(data, other, 0)
    assert np.array_equal(task.known, again.known)
    assert not task.known[task.artists.index("music 0")].any()  # its tie-up in the data is not learned either
    assert describe(task, data, heldout) == describe(again, data, other)


def test_members_of_a_group_stay_on_one_side() -> None:
    assert group_of("Lisa (BLACKPINK)") == group_of("Jennie (BLACKPINK)") == "BLACKPINK"


def test_the_split_depends_on_the_seed_alone(folder: Path) -> None:
    data = read_tieups(folder)
    assert parts(data, 1) == parts(read_tieups(folder), 1) != parts(data, 2)


def test_other_partners_of_the_artist_are_left_out_of_the_ranking(folder: Path) -> None:
    task = tasks_of(read_tieups(folder), None, 0)[0]
    truth = np.zeros_like(task.truth)
    truth[task.hidden[0], :2] = 1
    scores = np.array([[2.0, 1.0, 0.0, 0.0, 0.0, 0.0]])
    assert measure(replace(task, truth=truth), scores)[:, 0].tolist() == [1.0, 1.0]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataMissingError, match=r"tieups\.csv"):
        evaluate(tmp_path, None, 0, frozenset())


def test_a_held_out_folder_without_new_pairs_is_refused(folder: Path) -> None:
    for name in ("tieups.csv",):
        path = folder / "tieups_web" / name
        header = path.read_text(encoding="utf-8").splitlines()[0]
    empty = folder / "empty" / "tieups_web"
    empty.mkdir(parents=True)
    (empty / "tieups.csv").write_text(header + "\n", encoding="utf-8")
    for name in ("artists.tsv", "companies.tsv"):
        (empty / name).write_text((folder / "tieups_web" / name).read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(InputError, match="no tie-up to score"):
        evaluate(folder, folder / "empty", 0, frozenset())


def test_pairs_with_a_company_that_nobody_else_works_with_are_told_apart(folder: Path) -> None:
    task = tasks_of(read_tieups(folder), None, 0)[0]
    known, truth = np.zeros_like(task.known), np.zeros_like(task.truth)
    known[0, 0] = 1
    truth[1, :2] = 1
    assert new_to_all(replace(task, known=known, truth=truth)).tolist() == [False, True]
