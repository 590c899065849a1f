"""Conditional logit: the weights under which the partners that were chosen were likeliest among all there were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, minimize
from scipy.special import log_softmax

ROUNDING = 1e-9
Floats = NDArray[np.floating[Any]]


def fit_choice(
    figures: Floats,
    chosen: Floats,
    *,
    prior: Floats,
    penalty: float,
    bounds: Sequence[tuple[float, float]] | None = None,
) -> NDArray[np.float64]:
    """(features,) weights w of P(c | a) = e^(x_ac · w) / Σ_c' e^(x_ac' · w) (McFadden 1974).

    Args:
        figures: (A, C, features) of every chooser and choice.
        chosen: (A, C) above 0 where a chose c. A chooser with n choices counts √n, so that the busiest few do not
            decide alone.
        prior: (features,) weights that hold where nothing is learned.
        penalty: ½ · penalty · Σ (scale_f · (w_f − prior_f))² is added to the loss, scale_f the standard deviation of
            feature f: weights leave the prior only as far as the choices warrant. Above 0.
        bounds: lowest and highest value of each weight; without them all are free.
    """
    flat = figures.reshape(-1, figures.shape[-1])
    scale = flat.std(axis=0)
    scale = np.where(scale > ROUNDING * (1.0 + np.abs(flat).max(axis=0)), scale, 1.0)  # what never differs
    share = chosen > 0
    share = share / np.sqrt(np.maximum(share.sum(axis=1, keepdims=True), 1))
    total = share.sum(axis=1, keepdims=True)
    start = np.asarray(prior, dtype=np.float64) * scale
    pairs = figures / scale

    def loss(weights: Floats) -> tuple[float, Floats]:
        log_share = log_softmax(pairs @ weights, axis=1)
        moved = weights - start
        slope = penalty * moved - np.einsum("ac,acf->f", share - total * np.exp(log_share), pairs)
        return float(0.5 * penalty * moved @ moved - (share * log_share).sum()), slope

    low, high = np.array(bounds or [(-np.inf, np.inf)] * len(scale)).T
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=Bounds(low * scale, high * scale))
    return np.asarray(found.x / scale, dtype=np.float64)
