"""What labels say of one another: those that go together lift each other's scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def linked(scores: NDArray[np.float64], target: NDArray[np.bool_], share: float) -> NDArray[np.float64]:
    """Scores (rows, labels) with share · Σ correlation of two labels over the learned rows · the other's centred score.

    Args:
        scores: of the rows to be ranked.
        target: (learned rows, labels); a label that all or none of them have is linked to none.
        share: how much a label takes over.
    """
    told = np.flatnonzero(target.std(axis=0) > 0)
    links = np.zeros((target.shape[1], target.shape[1]))
    if len(told):
        links[np.ix_(told, told)] = np.atleast_2d(np.corrcoef(target[:, told].T.astype(float)))
    np.fill_diagonal(links, 0.0)
    return np.asarray(scores + share * (scores - scores.mean(axis=0)) @ links, dtype=np.float64)
