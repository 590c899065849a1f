"""The protocols ``fans`` and ``cold-artists`` on a small folder: what is learned, told and left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kyokan.errors import QueryError
from kyokan.matching.evaluation import evaluate
from kyokan.matching.evaluation.fans import prepare, split_plays
from kyokan.matching.evaluation.lastfm_data import LastFm, read_lists

FOLDER = "hetrec2011-lastfm-2k"
FANS, ARTISTS = range(1, 13), range(1, 17)
# Fans of odd number hear artists of odd number more, and so for the even ones; tags 1 (odd) and 2 (even) say so.
PLAYS = [
    (fan, artist, 5 + (fan * artist) % 7)
    for fan in FANS
    for artist in ARTISTS
    if (fan % 2 == artist % 2 and (fan + artist) % 5) or (fan * artist) % 11 == 0
]
TAGGINGS = [(user, artist, 1 + artist % 2) for user in (90, 91, 92) for artist in ARTISTS if (user + artist) % 3]


def write(root: Path, plays: list[tuple[int, int, int]], taggings: list[tuple[int, int, int]] = TAGGINGS) -> Path:
    folder = root / FOLDER
    folder.mkdir(parents=True)
    rows = {
        "user_artists.dat": plays,
        "user_taggedartists.dat": taggings,
        "artists.dat": [(artist, f"artist {artist}") for artist in ARTISTS],
        "tags.dat": [(1, "even ones"), (2, "odd ones")],
    }
    for name, lines in rows.items():
        text = "".join("\t".join(map(str, line)) + "\n" for line in [("header",), *lines])
        (folder / name).write_text(text, encoding="utf-8")
    return root


def test_the_engine_finds_what_fans_like_and_prices_exposure(tmp_path: Path):
    result = evaluate("fans", write(tmp_path, PLAYS))
    assert result.metrics["recall@20"] == 1.0  # sixteen artists all stand in the first twenty
    assert set(result.baselines) == {"popularity", "EDLAE + tags", "EDLAE between fans + tags", "ALS + tags + lists"}
    strengths = [row["exposure"] for row in result.settings["exposures"]]
    assert strengths == sorted(strengths)
    chosen = next(row for row in result.settings["exposures"] if row["exposure"] == result.settings["exposure"])
    assert {name: chosen[name] for name in result.metrics} == result.metrics


def test_the_same_run_gives_the_same_answer(tmp_path: Path):
    data = write(tmp_path, PLAYS)
    first, second = (evaluate("fans", data, seed=1).to_json() | {"took_s": 0} for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "part", ["item-side", "fan-side", "factors", "word-factors", "firm-factors", "tags", "lists", "exposure"]
)
def test_each_part_of_the_fan_engine_can_be_left_out(tmp_path: Path, part: str):
    result = evaluate("fans", write(tmp_path, PLAYS), without=frozenset({part}))
    assert result.settings["without"] == [part]
    assert list(result.baselines) == ["popularity"]


def test_held_out_rows_are_scored_and_never_learned(tmp_path: Path):
    hidden = PLAYS[::6]
    with_them, without_them = write(tmp_path / "a", PLAYS), write(tmp_path / "b", [p for p in PLAYS if p not in hidden])
    heldout = write(tmp_path / "h", hidden)
    first, second = (evaluate("fans", data, heldout).metrics for data in (with_them, without_them))
    assert first == second


def test_taggings_by_a_fan_on_a_hidden_artist_are_dropped():
    plays = np.array([[fan, artist, 2] for fan in (1, 2, 3) for artist in (1, 2, 3, 4, 5)])
    kept, hidden = split_plays(plays, seed=0)
    taggings = np.array([[fan, artist, 1] for fan in (1, 2, 3) for artist in (1, 2, 3, 4, 5)])
    data = prepare(LastFm(plays=kept, taggings=taggings, artists={}, tags={1: "slow core"}), hidden)
    assert len(hidden) == 3
    assert data.tagged.sum() == 12
    assert data.worded.shape[0] == 2


def test_a_list_is_what_one_user_gave_one_tag_at_least_four_times():
    four, three = [[1, artist, 7] for artist in (2, 3, 5, 9)], [[2, artist, 7] for artist in (2, 3, 5)]
    taggings = np.array([*three, *four, four[0], [1, 2, 8]])
    lists = read_lists(taggings, np.array([2, 3, 4, 5]))
    np.testing.assert_array_equal(lists.toarray(), [[1, 1, 0, 1]])  # artist 9 is unknown
    assert read_lists(taggings[:0], np.array([2, 3])).shape == (0, 2)


def test_cold_artists_beats_popularity_and_names_its_peers(tmp_path: Path):
    result = evaluate("cold-artists", write(tmp_path, PLAYS))
    assert result.n == 3
    assert set(result.baselines) == {"popularity", "tag volume", "ridge on tags"}
    assert result.metrics["ndcg@20_artist_to_fans"] > result.baselines["popularity"]["ndcg@20_artist_to_fans"]


@pytest.mark.parametrize("part", ["kernel", "words", "factors", "audience", "spread"])
def test_each_part_of_the_cold_engine_can_be_left_out(tmp_path: Path, part: str):
    assert evaluate("cold-artists", write(tmp_path, PLAYS), without=frozenset({part})).settings["without"] == [part]


def test_an_unknown_part_is_refused_with_the_known_ones(tmp_path: Path):
    with pytest.raises(QueryError, match="kernel, words, factors"):
        evaluate("cold-artists", write(tmp_path, PLAYS), without=frozenset({"magic"}))
