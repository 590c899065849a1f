"""The port through which text becomes vectors; implementations live in ``kyokan.matching.encoders``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into unit vectors, the same text always into the same vector."""

    @property
    def name(self) -> str:
        """Package, model and version; part of every cache key and of every answer."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimensions), L2-normalised; an empty text gives a row of zeros.

        Raises:
            EncoderUnavailableError: the package or the model is not installed.
        """
        ...
