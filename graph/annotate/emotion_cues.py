"""What everyday Japanese posts tell of (a late train, a ticket won), and which emotions a reader finds in it.

The cues (``data/emotion_cues.tsv``) are ours: events, wishes, sighs, emoji and kaomoji as regular expressions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import numpy as np
from numpy.typing import NDArray

CUES = files(__package__).joinpath("data/emotion_cues.tsv")
STRONGEST, THIRDS = 3.0, 3.0  # intensities are 0..3 and stand in the files as thirds, one digit each
OPEN = 0.5  # even the strongest cue leaves room for others to add to it
# Full-width signs as half-width ones; the rest of a text stays as it is, since kaomoji do not survive NFKC.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("～"): "〜"}
_DENIED = re.compile(r"(?:く|じゃ|では|には|に)?(?:は|も)?(?:な[いくかさ]|ません|ねえ|ねー|へん)")

Matrix = NDArray[np.float64]


def read_table(path: Traversable) -> tuple[tuple[str, ...], Matrix]:
    """The texts of a table and their intensities 0..3, shape (texts, 8)."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return tuple(text for _, text in rows), np.array([[float(digit) for digit in felt] for felt, _ in rows]) / THIRDS


def told_emotions(texts: Sequence[str]) -> Matrix:
    """(texts, 8) intensities 0..3 of what the cues of each text tell together.

    Cues add up like independent causes: 3 · (1 − Π (1 − intensity / 3.5)). A cue counts once, and not where
    it is denied.
    """
    cues, felt = _cues()
    told = np.ones((len(texts), felt.shape[1]))
    for row, text in enumerate(texts):
        plain = text.translate(_HALF_WIDTH)
        for cue, strength in zip(cues, felt, strict=True):
            if any(_DENIED.match(plain, found.end()) is None for found in cue.finditer(plain)):
                told[row] *= 1.0 - strength / (STRONGEST + OPEN)
    return np.asarray(STRONGEST * (1.0 - told), dtype=np.float64)


@lru_cache(maxsize=1)
def _cues() -> tuple[tuple[re.Pattern[str], ...], Matrix]:
    patterns, felt = read_table(CUES)
    return tuple(re.compile(pattern) for pattern in patterns), felt
