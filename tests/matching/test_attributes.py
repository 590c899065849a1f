"""Further tags of an artist: shares add up, nothing hidden is learned, sources carry over where tags are silent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

from kyokan.errors import DataMissingError, QueryError
from kyokan.matching.affinity.attributes import ArtistFacts, TagModel, weights_towards
from kyokan.matching.evaluation.attributes import evaluate, prepare, score_neighbours, split_tags
from kyokan.matching.evaluation.lastfm_data import LastFm, pair_keys


def _facts(seed: int = 0, artists: int = 12) -> ArtistFacts:
    generator = np.random.default_rng(seed)
    return ArtistFacts(
        tagged=csr_array(generator.poisson(0.8, (artists, 6)).astype(float)),
        plays=csr_array(generator.poisson(0.7, (artists, 5)).astype(float) * 40),
        taggings=csr_array(generator.poisson(0.6, (artists, 4)).astype(float)),
    )


def test_weights_towards_some_columns_are_those_of_the_whole_inverse():
    rows = csr_array(np.array([[1.0, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 1]]))
    dense = rows.toarray()
    gram = dense.T @ dense
    precision = np.linalg.inv(gram + 2.0 * np.eye(3) + 0.25 / 0.75 * np.diag(np.diag(gram)))
    expected = -precision[:, :2] / np.diag(precision)[:2]
    expected[[0, 1], [0, 1]] = 0.0
    np.testing.assert_allclose(weights_towards(rows, 2, ridge=2.0, dropout=0.25), expected, atol=1e-6)


def test_the_shares_of_sources_and_tags_add_up_to_the_score():
    model = TagModel.fit(_facts())
    scores = model.scores(np.arange(12))
    for artist, tag in ((0, 0), (3, 5), (7, 2)):
        shares, tags = model.explain(artist, tag)
        assert set(shares) == {"tags", "listeners", "taggers", "base"}
        assert sum(shares.values()) == pytest.approx(scores[artist, tag], abs=1e-5)
        assert sum(tags.values()) == pytest.approx(shares["tags"], abs=1e-9)
        assert tag not in tags


def test_listeners_speak_for_an_artist_without_any_tag():
    tagged = csr_array(np.array([[1.0, 0], [1, 0], [0, 1], [0, 1], [0, 0]]))
    plays = csr_array(np.array([[9.0, 0], [9, 0], [0, 9], [0, 9], [0, 9]]))
    model = TagModel.fit(ArtistFacts(tagged=tagged, plays=plays, taggings=csr_array((5, 1))))
    assert model.scores(np.array([4]))[0].argmax() == 1


def test_a_source_left_out_is_not_read():
    facts = _facts()
    other = ArtistFacts(tagged=facts.tagged, plays=facts.plays, taggings=_facts(5).taggings)
    left_out = frozenset({"taggers"})
    np.testing.assert_array_equal(
        TagModel.fit(facts, without=left_out).scores(np.arange(12)),
        TagModel.fit(other, without=left_out).scores(np.arange(12)),
    )


def test_an_artist_of_whom_nothing_is_known_gets_no_score_of_its_own():
    tagged = csr_array(np.array([[1.0, 1], [1, 0], [0, 0]]))
    facts = ArtistFacts(tagged=tagged, plays=csr_array((3, 2)), taggings=csr_array((3, 2)))
    model = TagModel.fit(facts, tag_side=0.0)
    assert model.scores(np.array([2])).tolist() == [[0.0, 0.0]]
    assert model.explain(2, 0)[1] == {}


def test_neighbours_leave_the_artist_itself_out():
    present = csr_array(np.array([[1.0, 1, 0], [1, 0, 0], [0, 0, 1]]))
    scores = score_neighbours(present, present, np.array([0]))
    cosine = (1 / np.sqrt(2)) ** 3
    np.testing.assert_allclose(scores, [[cosine / (cosine + 0.05), 0, 0]], rtol=1e-5)


def _lastfm(seed: int) -> LastFm:
    generator = np.random.default_rng(seed)
    taggings = np.unique(generator.integers(0, [8, 10, 9], size=(260, 3)), axis=0)
    plays = np.column_stack([generator.integers(0, [8, 10], size=(60, 2)), generator.integers(1, 90, 60)])
    return LastFm(plays=np.unique(plays, axis=0), taggings=taggings, artists=dict.fromkeys(range(10), ""), tags={})


def test_hidden_taggings_change_nothing_that_is_fitted():
    source = _lastfm(1)
    hidden = split_tags(source.taggings, 0)
    assert len(hidden)
    kept = source.taggings[~np.isin(pair_keys(source.taggings, 1, 2), pair_keys(hidden, 1, 2))]
    # more users give the hidden tags, or nobody does: what is learned stays the same
    louder = np.array([[user, artist, tag] for user in range(8) for _, artist, tag in hidden.tolist()])
    fitted = [
        prepare(source.with_rows(taggings=rows), hidden) for rows in (source.taggings, kept, np.vstack([kept, louder]))
    ]
    for other in fitted[1:]:
        for name in ("tagged", "plays", "taggings"):
            np.testing.assert_array_equal(getattr(fitted[0], name).toarray(), getattr(other, name).toarray())


def test_a_user_who_gave_an_artist_nothing_but_hidden_tags_is_not_known_to_have_tagged_it():
    rows = np.array([[user, 0, 0] for user in range(3)] + [[user, 1, 0] for user in range(3)] + [[2, 0, 1]])
    source = LastFm(plays=np.array([[0, 0, 5]]), taggings=rows, artists={0: "", 1: ""}, tags={})
    known = prepare(source, np.array([[0, 0, 0]]))
    assert known.taggings.toarray().tolist() == [[0, 0, 1], [1, 1, 1]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = _lastfm(3)
    home = tmp_path / "hetrec2011-lastfm-2k"
    home.mkdir()
    for name, rows in (("user_artists.dat", source.plays), ("user_taggedartists.dat", source.taggings)):
        (home / name).write_text("a\tb\tc\n" + "".join("\t".join(map(str, row)) + "\n" for row in rows.tolist()))
    (home / "artists.dat").write_text("id\tname\n" + "".join(f"{row}\tA{row}\n" for row in range(10)))
    (home / "tags.dat").write_text("id\tname\n" + "".join(f"{row}\tT{row}\n" for row in range(9)))
    return tmp_path


def test_the_protocol_reports_every_peer_of_the_same_split(folder: Path):
    first, second = (evaluate(folder, None, 0, frozenset()) for _ in range(2))
    assert first == second
    assert set(first.metrics) == {"ndcg@10", "recall@10"}
    assert {"popularity", "EDLAE tag–tag"} <= set(first.baselines)
    assert all(0 <= value <= 1 for value in first.metrics.values())


def test_an_unknown_part_or_a_missing_file_is_refused(folder: Path, tmp_path: Path):
    with pytest.raises(QueryError, match="listeners, taggers, tag_side"):
        evaluate(folder, None, 0, frozenset({"walk"}))
    with pytest.raises(DataMissingError, match="user_artists"):
        evaluate(tmp_path / "hetrec2011-lastfm-2k", None, 0, frozenset())
