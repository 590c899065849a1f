"""Fans for an artist without any: shares that add up, parts that can be left out, and what is read of the taggings."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from kyokan.matching.affinity.cold import ColdFact, Described, TagRidge, score_cold
from kyokan.matching.evaluation.cold_artists import describe, prepare
from kyokan.matching.evaluation.lastfm_data import LastFm, Vocabulary, spell


def describe_rows(tags: list[list[float]]) -> Described:
    counts = csr_array(np.array(tags))
    people = np.asarray(counts.sum(axis=1)).ravel()
    return Described(tags=counts, words=counts, taggers=people, telling=people / 2)


# Rock artists (tag 0) are heard by fans 0 and 1, jazz artists (tag 1) by fans 2 and 3.
KNOWN = describe_rows([[5, 0, 1], [3, 0, 0], [4, 1, 0], [0, 5, 1], [0, 2, 0], [1, 4, 0]])
PLAYS = csr_array(np.array([[9, 8, 0, 0], [3, 1, 0, 0], [2, 5, 1, 0], [0, 0, 7, 2], [0, 0, 2, 3], [0, 1, 4, 6.0]]))
NEW = describe_rows([[4, 0, 1], [0, 3, 0], [0, 0, 0]])


def test_ridge_from_one_tag_follows_the_closed_form():
    # W = (1 + 1 + ridge 2)^-1 (1, 2) over two artists with fans (1, 0) and (1, 1)
    fitted = TagRidge.fit(csr_array([[1.0], [1.0]]), csr_array([[1.0, 0.0], [1.0, 1.0]]), ridge=2.0)
    np.testing.assert_allclose(fitted.weights, [[2 / 4, 1 / 4]])
    np.testing.assert_allclose(fitted.scores(csr_array([[2.0]])), [[1.0, 0.5]])


def test_a_new_artist_is_offered_the_fans_of_artists_with_its_tags():
    values = score_cold(KNOWN, PLAYS, NEW).values
    assert set(np.argsort(-values[0])[:2]) == {0, 1}
    assert set(np.argsort(-values[1])[:2]) == {2, 3}


def test_an_artist_without_tags_is_ranked_by_how_much_fans_listen_and_stays_finite():
    found = score_cold(KNOWN, PLAYS, NEW, frozenset({"spread"}))
    assert np.isfinite(found.values).all()
    assert list(found.explain(2, 0)) == [ColdFact("activity")] or found.explain(2, 0)[ColdFact("artist", 0)] == 0
    assert np.argmax(found.values[2]) in {1, 2}  # four artists each, the others three and three


@pytest.mark.parametrize("without", [(), ("kernel",), ("factors",), ("words", "audience"), ("spread",)])
def test_the_shares_of_every_pair_add_up_to_its_score(without: tuple[str, ...]):
    found = score_cold(KNOWN, PLAYS, NEW, frozenset(without))
    for artist in range(3):
        for fan in range(4):
            total = sum(found.explain(artist, fan).values())
            assert total == pytest.approx(found.values[artist, fan], rel=1e-4, abs=1e-5)


def test_shares_name_only_artists_that_the_fan_likes_and_tags_that_the_artist_has():
    shares = score_cold(KNOWN, PLAYS, NEW).explain(0, 0)
    assert {fact.row for fact in shares if fact.kind == "artist"} == {0, 1, 2}
    assert {fact.row for fact in shares if fact.kind == "tag"} == {0, 2}


def test_words_of_tags_are_counted_once_a_user():
    spelled = np.array([[7, 0], [7, 1], [8, 1]])  # tag 7 "female vocalists", tag 8 "vocalists"
    rows = spell(np.array([[1, 5, 7], [1, 5, 8], [2, 5, 9]]), spelled)
    np.testing.assert_array_equal(rows, [[1, 5, 0], [1, 5, 1]])


def test_a_word_counts_from_three_users_over_tags_that_each_are_too_rare():
    taggings = np.array([[1, 5, 7], [2, 5, 8], [3, 6, 9]])
    names = {7: "Dream Pop", 8: "dream", 9: "dream-like", 10: "unused"}
    vocabulary = Vocabulary.of(taggings, names)
    assert (len(vocabulary.tags), vocabulary.words) == (0, 1)
    np.testing.assert_array_equal(vocabulary.count_words(taggings, np.array([5, 6])).toarray(), [[2], [1]])


def test_taggers_that_tag_much_tell_less():
    taggings = np.array([[1, 5, 7], [1, 6, 7], [2, 6, 7]])
    found = describe(taggings, np.array([5, 6]), Vocabulary.of(taggings, {7: "a"}))
    np.testing.assert_array_equal(found.taggers, [1, 2])
    np.testing.assert_allclose(found.telling, [1 / np.log(3), 1 / np.log(3) + 1 / np.log(2)])


def make_source(extra: list[list[int]]) -> LastFm:
    plays = np.array([[fan, artist, 3] for fan in (1, 2, 3) for artist in (10, 11)])
    taggings = np.array([[fan, 10, 1] for fan in (7, 8, 9)] + [[7, 11, 1], [1, 10, 1], *extra])
    return LastFm(plays=plays, taggings=taggings, artists={10: "x", 11: "y"}, tags={1: "rock", 2: "pop"})


def test_taggings_by_an_artists_own_fans_are_read_on_neither_side():
    source = make_source([[1, 11, 1], [2, 11, 1]])
    data = prepare(source, source.plays[source.plays[:, 1] == 11], source.taggings[:0])
    assert data.known.taggers.tolist() == [3]
    assert data.described.taggers.tolist() == [1]


def test_what_is_said_of_hidden_artists_changes_nothing_that_is_learned():
    first, second = (
        prepare(source, source.plays[source.plays[:, 1] == 11], source.taggings[:0])
        for source in (make_source([]), make_source([[fan, 11, 2] for fan in (7, 8, 9)]))
    )
    np.testing.assert_array_equal(first.known.tags.toarray(), second.known.tags.toarray())
    assert first.described.tags.shape == second.described.tags.shape == (1, 1)
