"""Eight emotions of Japanese texts, read by the annotator."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kyokan.errors import QueryError
from kyokan.graph.annotate import Annotator
from kyokan.graph.annotate.emotion_cues import CUES, read_table, told_emotions
from kyokan.graph.annotate.emotions import EMOTIONS, WEIGHTS, EmotionReader, profile_emotions, read_posts
from kyokan.graph.dictionary import load_dictionary
from kyokan.matching.encoders import UniversalEncoder

FIXTURES = Path(__file__).parent.parent / "fixtures"
KEPT_APART = ("emotion_posts_dev.tsv", "emotion_posts_blind.tsv")


@pytest.fixture(scope="module")
def annotator() -> Annotator:
    return Annotator(load_dictionary(), UniversalEncoder())


@pytest.fixture(scope="module")
def words_alone() -> Annotator:
    return Annotator(load_dictionary())


def agreement(read: np.ndarray, felt: np.ndarray) -> float:
    return float(np.mean([np.corrcoef(read[:, k], felt[:, k])[0, 1] for k in range(len(EMOTIONS))]))


def read_kept_apart(name: str) -> tuple[tuple[str, ...], np.ndarray]:
    return read_table(FIXTURES / name)


@pytest.mark.parametrize("name", KEPT_APART)
def test_posts_kept_apart_are_read_better_than_by_profile_or_cues_alone(annotator: Annotator, name: str) -> None:
    texts, felt = read_kept_apart(name)
    agreed = agreement(annotator.emotion_reader().read(texts), felt)
    assert agreed > 0.55
    assert agreed > agreement(profile_emotions(annotator.intensities(texts, "ja")), felt) + 0.1
    assert agreed > agreement(told_emotions(texts), felt)


def test_no_post_is_in_two_files() -> None:
    files = [read_posts()[0], *(read_kept_apart(name)[0] for name in KEPT_APART)]
    assert len({text for texts in files for text in texts}) == sum(map(len, files))


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


def test_each_likeness_can_be_left_out_but_one_must_stay(words_alone: Annotator) -> None:
    for part in WEIGHTS:
        (felt,) = words_alone.emotion_reader(frozenset({part})).read(["悲しくて泣いた"])
        assert felt[1] > 0.0
    with pytest.raises(QueryError, match="leaves nothing to read a text by"):
        words_alone.emotion_reader(frozenset(WEIGHTS))


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


def told(text: str) -> dict[str, float]:
    return dict(zip(EMOTIONS, told_emotions([text])[0].tolist(), strict=True))


def test_an_event_tells_what_is_felt_without_an_emotion_word() -> None:
    assert told("第一志望に合格")["joy"] > 2.0
    assert told("電車が遅延")["disgust"] > 1.0
    assert not any(told("資料を三部印刷").values())


def test_cues_add_up_like_independent_causes_and_each_counts_once() -> None:
    joyful = 1.0 - 2.0 / 3.5
    assert told("嬉しい")["joy"] == told("嬉しい、嬉しい")["joy"] == pytest.approx(3.0 * (1.0 - joyful))
    assert told("嬉しい、楽しかった")["joy"] == pytest.approx(3.0 * (1.0 - joyful**2))


def test_a_cue_that_is_denied_does_not_count_but_one_made_of_a_denial_does() -> None:
    assert told("別に怖くない")["fear"] == 0.0
    assert told("許せない")["anger"] > 2.0


def test_full_width_signs_and_kaomoji_are_cues() -> None:
    assert told("おめでたい（泣）") == told("おめでたい(泣)")
    assert told("(´；ω；`)")["sadness"] > 1.5
    assert told("やった！")["joy"] > 1.0


@pytest.mark.parametrize(
    "text", ["帰って本棚を見た", "クラブの名簿", "熊本", "お皿とカステラ", "蛇口", "美しく映る", "そこにいたいす"]
)
def test_a_cue_within_another_word_does_not_count(text: str) -> None:
    felt = told(text)
    assert felt["anger"] == felt["fear"] == felt["surprise"] == felt["disgust"] == felt["sadness"] == 0.0


def test_a_post_left_out_is_read_as_if_it_had_not_been_learned(words_alone: Annotator) -> None:
    reader, (_, felt) = words_alone.emotion_reader(frozenset({"kansei"})), read_posts()
    assert reader.left_out.shape == felt.shape
    assert 0.4 < agreement(reader.left_out, felt) < agreement(reader.read(read_posts()[0]), felt)


def test_every_cue_tells_something() -> None:
    cues, felt = read_table(CUES)
    assert felt.shape == (len(cues), len(EMOTIONS))
    assert len(set(cues)) == len(cues)
    assert felt.any(axis=1).all()
    assert felt.max() <= 3.0
