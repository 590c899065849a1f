"""How the sectors of a dictionary go together over entities."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kyokan.graph.dictionary.model import Dictionary

Floats = NDArray[np.float64]
Profiles = NDArray[np.floating[Any]]

MIN_PAIRS = 20  # entities that know both sectors, below which a correlation is not trusted
NO_VARIATION = 1e-9


def sector_profiles(profiles: Profiles, dictionary: Dictionary) -> Floats:
    """The strongest known attribute of each sector: (M, A) → (M, 2n), NaN where the sector is unknown.

    Raises:
        ValueError: ``profiles`` does not have one column for each attribute.
    """
    values = np.asarray(profiles, dtype=np.float64)
    if values.shape != (len(values), len(dictionary)):
        raise ValueError(
            f"profiles of shape {values.shape} do not have the {len(dictionary)} columns of the dictionary"
        )
    sector_of = np.array([dictionary.sector_index(attribute) for attribute in dictionary.ids])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a sector without any known value stays NaN
        columns = [np.nanmax(values[:, sector_of == k], axis=1) for k in range(len(dictionary.sectors))]
    return np.stack(columns, axis=1)


def sector_correlations(profiles: Profiles, dictionary: Dictionary, *, unknown: float | None = 0.0) -> Floats:
    """Pearson correlations between sectors over entities, (2n, 2n); NaN where they cannot be had.

    A text says what it evokes and is silent on the rest, so that two sectors are seldom both known unless they go
    together. An unknown sector of a known entity therefore counts as ``unknown``, by default 0; None keeps to entities
    that know both, for data in which every entity was asked for every sector. Each entity's mean is taken off first, so
    that talkative descriptions do not make every sector go with every other. Fewer than ``MIN_PAIRS`` entities give
    NaN, and so does a sector that never varies.
    """
    values = sector_profiles(profiles, dictionary)
    values = values[~np.isnan(values).all(axis=1)]
    if unknown is not None:
        values = np.where(np.isnan(values), unknown, values)
    known = ~np.isnan(values)
    centred = np.where(known, values - np.nanmean(values, axis=1, keepdims=True), 0.0)
    mask = known.astype(np.float64)
    count = mask.T @ mask
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (centred.T @ mask) / count  # of the row's sector, over entities that know both
        variance = ((centred**2).T @ mask) / count - mean**2
        covariance = (centred.T @ centred) / count - mean * mean.T
        correlation = covariance / np.sqrt(variance * variance.T)
    varies = (variance > NO_VARIATION) & (variance.T > NO_VARIATION)
    correlation[(count < MIN_PAIRS) | ~varies] = np.nan
    return np.clip(correlation, -1.0, 1.0)
