"""Eight emotions of Japanese texts, read by the annotator."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kyokan.errors import QueryError
from kyokan.graph.annotate import Annotator
from kyokan.graph.annotate.emotions import EMOTIONS, EmotionReader, profile_emotions, read_posts
from kyokan.graph.dictionary import load_dictionary
from kyokan.matching.encoders import UniversalEncoder

KEPT_APART = Path(__file__).parent.parent / "fixtures" / "emotion_posts_dev.tsv"


@pytest.fixture(scope="module")
def annotator() -> Annotator:
    return Annotator(load_dictionary(), UniversalEncoder())


@pytest.fixture(scope="module")
def words_alone() -> Annotator:
    return Annotator(load_dictionary())


def agreement(read: np.ndarray, felt: np.ndarray) -> float:
    return float(np.mean([np.corrcoef(read[:, k], felt[:, k])[0, 1] for k in range(len(EMOTIONS))]))


def test_posts_kept_apart_are_read_better_than_by_their_profile_alone(annotator: Annotator) -> None:
    lines = KEPT_APART.read_text(encoding="utf-8").splitlines()
    digits, texts = zip(*(line.split("\t") for line in lines if not line.startswith("#")), strict=True)
    assert not set(texts) & set(read_posts()[0])
    felt = np.array([[float(digit) for digit in row] for row in digits])
    agreed = agreement(annotator.emotion_reader().read(texts), felt)
    assert agreed > 0.55
    assert agreed > agreement(profile_emotions(annotator.intensities(texts, "ja")), felt) + 0.1


def test_the_strongest_emotion_of_a_plain_post_is_found(annotator: Annotator) -> None:
    felt = annotator.emotions("祖父が亡くなった。涙が止まらない")
    assert tuple(felt) == tuple(EMOTIONS)
    assert max(felt, key=felt.__getitem__) == "sadness"
    assert all(0.0 <= value <= 3.0 for value in felt.values())


def test_nothing_is_felt_in_a_blank_text(annotator: Annotator) -> None:
    assert annotator.emotions(" \n") == dict.fromkeys(EMOTIONS, 0.0)


def test_no_text_changes_the_reading_of_another(annotator: Annotator) -> None:
    text = "は？ふざけるな"
    (alone,), (_, among) = (annotator.emotion_reader().read(texts) for texts in ([text], ["嬉しい", text]))
    np.testing.assert_array_equal(alone, among)


def test_emotions_are_read_without_an_encoder(words_alone: Annotator) -> None:
    joyful, sad = words_alone.emotions("嬉しい！"), words_alone.emotions("悲しくて泣いた")
    assert joyful["joy"] > sad["joy"]
    assert sad["sadness"] > joyful["sadness"]


def test_either_likeness_can_be_left_out_but_one_must_stay(words_alone: Annotator) -> None:
    for part in ("letters", "kansei"):
        (felt,) = words_alone.emotion_reader(frozenset({part})).read(["悲しくて泣いた"])
        assert felt[1] > 0.0
    with pytest.raises(QueryError, match="leaves nothing to read a text by"):
        words_alone.emotion_reader(frozenset({"letters", "kansei"}))


def test_without_kansei_no_profile_is_read() -> None:
    def refuse(_texts: object) -> list[dict[str, float]]:
        raise AssertionError

    reader = EmotionReader(refuse, None, frozenset({"kansei"}))
    assert reader.read(["嬉しい！"])[0, 0] > 0.0


def test_attributes_speak_for_and_against_emotions() -> None:
    read = profile_emotions([{"joyful": 0.5, "sad": 0.5}, {}])
    np.testing.assert_allclose(read[0, :2], [0.5 - 0.2, 0.5 - 0.15])
    assert not read[1].any()


def test_posts_have_an_intensity_of_each_emotion_between_none_and_the_strongest() -> None:
    posts, felt = read_posts()
    assert felt.shape == (len(posts), len(EMOTIONS))
    assert len(set(posts)) == len(posts)
    assert (felt.min(), felt.max()) == (0.0, 3.0)


def test_every_attribute_of_an_emotion_is_in_the_dictionary() -> None:
    dictionary = load_dictionary()
    assert all(attribute in dictionary for weights in EMOTIONS.values() for attribute in weights)
