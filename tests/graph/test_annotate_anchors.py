"""Anchors: where attributes lie, how texts score against them, and that the shipped ones belong to the dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from kyokan.graph.annotate import anchors as module
from kyokan.graph.annotate.anchors import (
    Anchors,
    anchors_file,
    find_anchors,
    kansei_words,
    read_anchors,
    read_scenes,
)
from kyokan.graph.annotate.embedding import EmbeddingEvidence
from kyokan.graph.dictionary import load_dictionary
from kyokan.graph.dictionary.loading import read_dictionary
from kyokan.graph.encoder import Vectors
from kyokan.matching.encoders import UniversalEncoder

FIXTURE = Path(__file__).parent.parent / "fixtures" / "annotate" / "dictionary.yaml"


class CountingEncoder:
    """Two dimensions: texts with an "e" point right, others up; counts what it is given."""

    name = "counting/1"
    dimensions = 2

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        return np.array([[1.0, 0.0] if "e" in text else [0.0, 1.0] for text in texts], dtype=np.float32).reshape(-1, 2)


def test_scores_are_standard_deviations_above_the_usual() -> None:
    anchors = Anchors(
        encoder="x", attributes=("a",), digests=("",), centre=np.array([0.0, 0.5], np.float32),
        offset=np.array([0.1, 0.0], np.float32), directions=np.array([[1.0, 0.0]], np.float32),
        usual=np.array([0.2], np.float32), spread=np.array([0.1], np.float32),
    )  # fmt: skip
    text = np.array([[0.5, 0.9]], np.float32)
    assert anchors.scores(text, "ja")[0, 0] == pytest.approx(2.5)  # (.5 − .05 − .2) / .1
    assert anchors.scores(text, "en")[0, 0] == pytest.approx(3.5)


def test_anchors_survive_a_file_and_only_changed_attributes_are_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DATA", tmp_path)
    dictionary = read_dictionary(FIXTURE)
    first = find_anchors(dictionary, CountingEncoder())
    first.save(anchors_file("counting/1"))
    changed = read_dictionary_with(tmp_path, "full of life", "full of zest")
    encoder = CountingEncoder()
    read_anchors.cache_clear()
    second = find_anchors(changed, encoder)
    read_anchors.cache_clear()
    assert "Full of zest." in encoder.seen
    assert "Sweet to look at." not in encoder.seen
    np.testing.assert_allclose(second.directions[1:], first.directions[1:], atol=1e-3)


def read_dictionary_with(folder: Path, old: str, new: str):
    path = folder / "dictionary.yaml"
    path.write_text(FIXTURE.read_text(encoding="utf-8").replace(old.capitalize(), new.capitalize()), encoding="utf-8")
    return read_dictionary(path)


def test_the_shipped_anchors_belong_to_the_dictionary_and_the_bundled_encoder() -> None:
    encoder = UniversalEncoder()
    shipped = read_anchors(anchors_file(encoder.name))
    assert shipped is not None, "run python -m kyokan.matching.encoders.anchors"
    current = find_anchors(load_dictionary(), encoder)
    assert (shipped.attributes, shipped.digests) == (current.attributes, current.digests), (
        "words or scenes changed: run python -m kyokan.matching.encoders.anchors"
    )


def test_every_kansei_word_of_the_scenes_names_an_attribute() -> None:
    dictionary = load_dictionary()
    words = {word for entry in module._scene_entries() for word in entry["kansei"]}
    assert not words - kansei_words(dictionary).keys()
    assert any(not scene.weights for scene in read_scenes(dictionary))


def test_a_blank_sentence_does_not_count() -> None:
    evidence = EmbeddingEvidence(read_dictionary(FIXTURE), CountingEncoder())
    one = np.array([[1.0, 0.0]], np.float32)
    with_blank = np.array([[1.0, 0.0], [0.0, 0.0]], np.float32)
    assert evidence.read(one, {}, "en").text == pytest.approx(evidence.read(with_blank, {}, "en").text)
    assert not evidence.read(np.zeros((1, 2), np.float32), {}, "en").intensity().any()


def test_a_word_speaks_for_related_attributes_and_against_opposite_ones() -> None:
    dictionary = read_dictionary(FIXTURE)
    evidence = EmbeddingEvidence(dictionary, CountingEncoder())
    place = {attribute: column for column, attribute in enumerate(dictionary.ids)}
    vectors = np.array([[1.0, 0.0]], np.float32)
    unsaid, said = evidence.read(vectors, {}, "en"), evidence.read(vectors, {place["lively"]: 0.5}, "en")
    # the sector itself gets .2 of .5, the next ones .1 of .5, and the score of the opposite one sinks by .5 of .5
    assert said.akin[[place["lively"], place["cute"], place["warm"], place["serene"]]].tolist() == [0.0, 0.1, 0.05, 0.0]
    assert (unsaid.text - said.text)[[place["cute"], place["serene"]]].tolist() == pytest.approx([0.0, 0.25])
