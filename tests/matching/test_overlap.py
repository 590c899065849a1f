"""Overlap of communities: shares add up, likeness by hand, no feature and no weight sees the latest snapshot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

from kyokan.errors import DataMissingError, InputError, QueryError
from kyokan.matching.affinity.overlap import (
    ATTRIBUTE_SIGNALS,
    SIGNALS,
    Described,
    OverlapModel,
    Portraits,
    Sayings,
    degree_normalised,
    lent_by_neighbours,
    likeness,
    linked_alike,
    telling,
    walk,
)
from kyokan.matching.evaluation.fan_graph_data import Community, FanGraph, pair
from kyokan.matching.evaluation.lastfm_data import LastFm
from kyokan.matching.evaluation.overlap import (
    ARTIST,
    CONSUMER,
    Overlaps,
    Sides,
    evaluate,
    evaluate_cross,
    make_task,
    sample_negatives,
)
from kyokan.matching.evaluation.overlap_limits import isolated, seen_again, told_the_answers

SIDES = Sides(first=ARTIST, second=ARTIST)
SIZE = 24


def test_likeness_stands_above_what_both_ends_have_with_everybody():
    cosines = np.array([[1.0, 0.8, 0.6], [0.8, 1.0, 0.0], [0.6, 0.0, 1.0]])
    compared = np.array([True, True, False])
    above = likeness(cosines, compared)
    # row 0: mean .9, spread .1; row 1: the same; row 2: mean .3, spread .3
    assert above[0, 1] == pytest.approx(-2.0)
    assert above[0, 2] == pytest.approx((0.6 - 0.9) / 0.1 + (0.6 - 0.3) / 0.3)
    np.testing.assert_allclose(above, above.T)


def test_likeness_of_a_row_without_anything_is_zero_on_its_side():
    above = likeness(np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([True, True]))
    assert above[0, 1] == pytest.approx(-1.0)
    assert above[1, 1] == 0.0


def test_a_walk_reaches_a_neighbour_of_a_neighbour_less_than_a_neighbour():
    linked = csr_array(np.array([[0.0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]))
    reached = walk(linked, np.asarray(linked.sum(axis=1)).ravel())
    assert reached[0, 1] > reached[0, 2] > reached[0, 3] == pytest.approx(np.log(1e-6))
    # over a path of three, (I − .85 S)⁻¹ at (0, 2) is .85² / 2 / (1 − .85²)
    assert reached[0, 2] == pytest.approx(np.log(0.85**2 / 2 / (1 - 0.85**2) + 1e-6))


def test_neighbours_and_their_neighbours_lend_what_they_are():
    vectors = lent_by_neighbours(np.eye(2), csr_array(np.array([[0.0, 1], [1, 0]])))
    # own 1, the neighbour .7, back from the neighbour's neighbour .5
    np.testing.assert_allclose(vectors[0], np.array([1.5, 0.7]) / np.hypot(1.5, 0.7))


def test_a_pair_is_likelier_where_linked_ones_stand_in_for_its_ends():
    alike = np.kron(np.eye(2), np.ones((2, 2)))  # 0 is as 1, 2 as 3
    linked = csr_array((np.ones(2), ([1, 3], [3, 1])), shape=(4, 4))
    both, one = (linked_alike(alike, linked, both=flag) for flag in (True, False))
    # 1 and 3 stand in for 0 and 2 and are linked; by the degrees alone 1 · 1 / 2
    assert both[0, 2] == pytest.approx(np.log((1 + 1e-5) / (0.5 + 1e-5)))
    assert both[0, 1] == pytest.approx(np.log(1e-5 / (0.5 + 1e-5)))
    assert one[0, 3] == pytest.approx(np.log((1 + 1e-4) / (0.5 + 1e-4)))
    np.testing.assert_allclose(one, one.T)


def test_without_a_link_nothing_is_likelier():
    assert not linked_alike(np.ones((3, 3)), csr_array((3, 3)), both=True).any()


def test_degree_normalised_entries_are_divided_by_both_roots():
    assert degree_normalised(csr_array(np.array([[2.0, 1.0]]))).toarray() == pytest.approx(
        np.array([[2 / np.sqrt(4 * 3), 1 / np.sqrt(4 * 2)]])
    )


def _described(seed: int, pairs: int = 60) -> Described:
    generator = np.random.default_rng(seed)
    return Described(generator.normal(size=(pairs, 5)), SIGNALS, SIGNALS, generator.normal(size=(pairs, 3)))


def test_the_shares_of_the_signals_add_up_to_the_log_odds_and_rise_with_what_is_learned():
    described = _described(1)
    truth = described.values[:, 2] > 0
    model = OverlapModel.fit(described, truth, frozenset(SIGNALS))
    shares = model.contributions(described)
    assert set(shares) == {"base", *SIGNALS}
    np.testing.assert_allclose(sum(shares.values()), model.scores(described), atol=1e-12)
    assert shares["co_listening"][truth].mean() > shares["co_listening"][~truth].mean()


def test_a_model_of_attributes_reads_nothing_else():
    described = _described(2)
    truth = described.values[:, 0] > 0
    moved = replace(described, values=described.values + np.array([0.0, 0.0, 5.0, 6.0, 7.0]))
    model = OverlapModel.fit(described, truth, ATTRIBUTE_SIGNALS)
    assert set(model.contributions(described)) == {"base", *ATTRIBUTE_SIGNALS}
    np.testing.assert_array_equal(model.scores(described), model.scores(moved))


def _source(seed: int = 4) -> LastFm:
    generator = np.random.default_rng(seed)
    group = np.arange(SIZE) % 3
    rows = [
        (user, artist, tag)
        for artist in range(SIZE)
        for user in range(12)
        for tag in (group[artist], 3 + int(generator.integers(6)))
        if generator.random() < 0.5
    ]
    plays = [(user, artist, 3) for artist in range(SIZE) for user in range(12) if generator.random() < 0.4]
    return LastFm(plays=np.array(plays), taggings=np.array(rows), artists=dict.fromkeys(range(SIZE), ""), tags={})


def _graph(seed: int = 5) -> FanGraph:
    generator = np.random.default_rng(seed)
    nodes = {f"a{row:02}": Community(f"a{row:02}", "artist", "jp" if row < 4 else "", row) for row in range(SIZE)}
    nodes |= {f"b{row}": Community(f"b{row}", "brand", "", None) for row in range(4)}
    names = sorted(nodes)
    pairs = [pair(a, b) for a in names for b in names if a < b and generator.random() < 0.2]
    half = len(pairs) // 2
    return FanGraph(
        communities=nodes,
        snapshots={2018: frozenset(pairs[::2]), 2021: frozenset(pairs[: half // 2]) | frozenset(pairs[1::2])},
        titles={},
    )


def test_portraits_leave_a_community_without_an_artist_empty():
    said = Sayings(
        tagged=csr_array(np.array([[3.0, 1, 0], [0, 2, 1]])),
        heard=csr_array(np.array([[1.0, 0, 1], [0, 1, 1]])),
        taggers=csr_array(np.array([[2.0, 1], [1, 0]])),
        listed=csr_array(np.array([[1.0], [1]])),
    )
    known = Portraits.of(said, np.array([1, -1]), ["jp", ""], np.array([True, True]))
    assert known.tags.toarray()[1].tolist() == [0, 0, 0]
    assert known.depth[1].tolist() == [0, 0]
    assert known.depth[0] == pytest.approx(np.log1p([3, 2]))
    assert known.taggers.toarray().tolist() == [[1, 0], [0, 0]]
    assert np.linalg.norm(known.factors[0]) == pytest.approx(1.0)
    assert np.linalg.norm(known.listening_factors[0]) == pytest.approx(1.0)
    assert not known.listening_factors[1].any()


def test_a_column_that_few_artists_have_tells_more():
    weighed = telling(csr_array(np.array([[1.0, 1], [1, 0], [1, 0]]))).toarray()
    # one more than the logarithm of (1 + artists) / (1 + those that have it)
    assert weighed[0] == pytest.approx([1.0, np.log(4 / 2) + 1])


def _fitted(graph: FanGraph) -> tuple[np.ndarray, ...]:
    overlaps = Overlaps.of(make_task(graph, None, SIDES), _source())
    examples, truth = overlaps.examples(SIDES, 0)
    model = OverlapModel.fit(examples, truth, frozenset(SIGNALS))
    return examples.values, truth, model.weights, model.product_weights


def test_the_latest_snapshot_changes_nothing_that_is_learned():
    graph = _graph()
    other = frozenset(pair(f"a{row:02}", f"a{(row * 7 + 3) % SIZE:02}") for row in range(5, SIZE))
    changed = replace(graph, snapshots={**graph.snapshots, 2021: other})
    for left, right in zip(_fitted(graph), _fitted(changed), strict=True):
        np.testing.assert_array_equal(left, right)


def test_communities_that_only_the_held_out_side_describes_teach_nothing():
    graph = _graph()
    strangers = {f"z{row}": Community(f"z{row}", "artist", "", row) for row in range(9)}
    more = replace(graph, communities={**graph.communities, **strangers})
    learned = []
    for heldout in (graph, more):
        overlaps = Overlaps.of(make_task(graph, heldout, SIDES), _source())
        examples, truth = overlaps.examples(SIDES, 0)
        learned.append((examples.values, truth))
    np.testing.assert_allclose(learned[0][0], learned[1][0], atol=1e-9)
    np.testing.assert_array_equal(learned[0][1], learned[1][1])


def test_pairs_of_a_held_out_snapshot_are_taken_out_of_what_is_known():
    graph = _graph()
    hidden = frozenset(sorted(graph.snapshots[2021] - graph.snapshots[2018])[::2])
    task = make_task(graph, replace(graph, snapshots={2021: hidden}), SIDES)
    assert not hidden & task.known
    assert {pair(a, b) for a, b in task.new} <= hidden
    assert not task.recent & hidden


def test_a_pair_that_is_learned_from_is_described_without_itself():
    graph = _graph()
    lonely = frozenset(pair(f"a{row:02}", f"a{row + 1:02}") for row in range(0, SIZE, 2))
    overlaps = Overlaps.of(
        make_task(replace(graph, snapshots={**graph.snapshots, 2018: lonely}), None, SIDES), _source()
    )
    examples, truth = overlaps.examples(SIDES, 0)
    degree = examples.values[:, examples.names.index("degree")]
    assert truth.sum() >= len(lonely)
    assert not degree[truth].any()


def test_negatives_are_never_pairs_that_are_known_or_to_be_found():
    task = make_task(_graph(), None, SIDES)
    negatives = sample_negatives(task.new, task, {}, SIDES, np.random.default_rng(0))
    linked = task.known | {pair(*both) for both in task.new}
    assert negatives
    assert all(a != b and pair(a, b) not in linked for a, b in negatives)


def _write(root: Path, graph: FanGraph) -> Path:
    folder = root / "reddit_fan_graph"
    folder.mkdir(parents=True)
    nodes = [
        f"{node.name},{node.kind},{node.origin},{'' if node.lastfm_id is None else node.lastfm_id}\n"
        for node in graph.communities.values()
    ]
    (folder / "nodes.csv").write_text("node,type,origin_hint,lastfm_artist_id\n" + "".join(nodes))
    edges = [f"{a},{b},{year}\n" for year, pairs in graph.snapshots.items() for a, b in sorted(pairs)]
    (folder / "edges.csv").write_text("source,target,snapshot\n" + "".join(edges))
    home = root / "hetrec2011-lastfm-2k"
    home.mkdir()
    source = _source()
    for name, rows in (("user_artists.dat", source.plays), ("user_taggedartists.dat", source.taggings)):
        (home / name).write_text("a\tb\tc\n" + "".join("\t".join(map(str, row)) + "\n" for row in rows.tolist()))
    (home / "artists.dat").write_text("id\tname\n" + "".join(f"{row}\tA{row}\n" for row in range(SIZE)))
    (home / "tags.dat").write_text("id\tname\n" + "".join(f"{row}\tT{row}\n" for row in range(9)))
    return root


def test_the_protocols_report_the_peers_of_the_same_split(tmp_path: Path):
    data = _write(tmp_path / "data", _graph())
    for measure in (evaluate, evaluate_cross):
        first, second = (measure(data, None, 0, frozenset()) for _ in range(2))
        assert first == second
        assert set(first.metrics) == {"auc_attributes", "auc_engine"}
        assert first.baselines["rank sum"].keys() == {"auc_engine"}
    cross = Sides(first=ARTIST, second=CONSUMER)
    assert first.n == len(make_task(_graph(), None, cross).new)


def test_without_the_other_signals_the_engine_is_the_attributes(tmp_path: Path):
    data = _write(tmp_path / "data", _graph())
    figures = evaluate(data, None, 1, frozenset({"co_listening", "co_tagging", "overlap_graph"})).metrics
    assert figures["auc_engine"] == figures["auc_attributes"]


def test_what_cannot_be_measured_is_refused(tmp_path: Path):
    data = _write(tmp_path / "data", _graph())
    one_year = _write(tmp_path / "one", replace(_graph(), snapshots={2018: _graph().snapshots[2018]}))
    with pytest.raises(InputError, match="has no earlier pair"):
        evaluate(one_year, None, 0, frozenset())
    brands = replace(_graph(), snapshots={**_graph().snapshots, 2021: frozenset({("b0", "b1")})})
    with pytest.raises(InputError, match="has no new pair"):
        evaluate(_write(tmp_path / "brands", brands), None, 0, frozenset())
    with pytest.raises(QueryError, match="overlap_graph"):
        evaluate(data, None, 0, frozenset({"popularity"}))
    with pytest.raises(DataMissingError, match=r"nodes\.csv"):
        evaluate(tmp_path / "data" / "reddit_fan_graph", None, 0, frozenset())


def test_pairs_seen_again_are_counted_among_communities_that_are_still_there():
    first = frozenset({("a", "b"), ("a", "c"), ("b", "gone")})
    graph = replace(_graph(), snapshots={2018: first, 2021: frozenset({("a", "b"), ("c", "d")})})
    assert seen_again(graph) == 0.5  # a–b of a–b and a–c
    assert np.isnan(seen_again(replace(graph, snapshots={2018: first})))


def test_trees_that_are_told_the_answers_find_what_lines_cannot_and_ask_for_enough_of_them():
    described = _described(6, pairs=600)
    answers = described.values[:, 0] * described.values[:, 1] > 0
    assert told_the_answers(described, answers) > 0.9
    line = OverlapModel.fit(described, answers, frozenset(SIGNALS)).scores(described)
    assert line[answers].mean() - line[~answers].mean() < 0.5
    assert np.isnan(told_the_answers(described, np.arange(600) < 2))


def test_ends_that_nobody_is_linked_with_are_told_apart():
    shares = isolated(np.array([[0, 1], [0, 2], [2, 3], [1, 0]]), np.array([3.0, 1.0, 0.0, 0.0]))
    assert shares == {"one end": 0.25, "both ends": 0.25}
