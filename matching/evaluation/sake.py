"""Protocol ``sake``: from the flavour tags of a sake, its six flavour axes, by the dictionary alone and fitted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

from kyokan.errors import InputError
from kyokan.graph.annotate import Annotator
from kyokan.graph.dictionary import Dictionary, load_dictionary, normalise_term
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.harness import Result, check_without, require_file

NAME = "sake"
FOLDER = "sakenowa_sake"
PARTS = ("order", "count")
AXES = ("f1", "f2", "f3", "f4", "f5", "f6")
AXIS_WORDS = ("華やか", "芳醇", "重厚", "穏やか", "ドライ", "軽快")  # what the six axes are called
SHARE_HIDDEN = 0.35
FADING = 0.15  # a sake lists its tags strongest first; the one at place p (from 0) counts 1 / (1 + FADING · p)
RIDGE = 10.0
PLAIN_RIDGE = 10.0

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sake:
    """Brands with a chart and at least one tag: tag names strongest first, and (brands, 6) axes 0..1."""

    ids: tuple[int, ...]
    tags: tuple[tuple[str, ...], ...]
    charts: Matrix

    def subset(self, rows: NDArray[np.int64]) -> Sake:
        """Some of the brands."""
        return Sake(tuple(self.ids[row] for row in rows), tuple(self.tags[row] for row in rows), self.charts[rows])


def read_sake(root: Path) -> Sake:
    """Read tags and charts.

    Raises:
        DataMissingError: a file is not there.
        InputError: a file is not the JSON it should be.
    """
    try:
        names = {tag["id"]: tag["tag"] for tag in _load(root, "flavor-tags-ja.json")["tags"]}
        tagged = {entry["brandId"]: entry["tagIds"] for entry in _load(root, "brand-flavor-tags.json")["flavorTags"]}
        charts = {
            chart["brandId"]: [float(chart[axis]) for axis in AXES]
            for chart in _load(root, "flavor-charts.json")["flavorCharts"]
        }
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            FOLDER, f"has a file of another shape ({error!r})", "Use the files of Sakenowa as they are"
        ) from None
    ids = tuple(sorted(brand for brand in charts if tagged.get(brand)))
    tags = tuple(tuple(names[tag] for tag in tagged[brand] if tag in names) for brand in ids)
    return Sake(ids, tags, np.array([charts[brand] for brand in ids]).reshape(-1, len(AXES)))


def _load(root: Path, file: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(require_file(root, FOLDER, file, NAME).read_text(encoding="utf-8"))
    return content


def axes_by_dictionary(sake: Sake, dictionary: Dictionary) -> Matrix:
    """(brands, 6) intensity of the attributes an axis is named after, less half their opposites; nothing fitted."""
    annotator = Annotator(dictionary, None, embedding=False)
    named = dictionary.terms("ja")
    attributes = [[entry[0] for entry in named[normalise_term(word)]] for word in AXIS_WORDS]
    rows = []
    for tags in sake.tags:
        strength = {tag: 1 / (1 + FADING * place) for place, tag in enumerate(tags)}
        profile = {value.attribute: value.intensity for value in annotator.annotate_tags(strength, 1.0)}
        rows.append([sum(_balance(attribute, profile, dictionary) for attribute in axis) for axis in attributes])
    return np.array(rows)


def _balance(attribute: str, profile: dict[str, float], dictionary: Dictionary) -> float:
    opposite = dictionary.opposite(attribute)
    against = profile.get(opposite.id, 0.0) if opposite else 0.0
    return profile.get(attribute, 0.0) - 0.5 * against


class FlavourModel:
    """Ridge regression of the axes on tags by their order and on how many there are."""

    def __init__(self, sake: Sake, without: frozenset[str] = frozenset(), ridge: float = RIDGE) -> None:
        self.without = without
        self.vocabulary = {
            tag: column for column, tag in enumerate(sorted({tag for tags in sake.tags for tag in tags}))
        }
        self.model = Ridge(ridge).fit(self._features(sake), sake.charts)

    def predict(self, sake: Sake) -> Matrix:
        """(brands, 6) predicted axes; tags that were not learned say nothing."""
        return np.asarray(self.model.predict(self._features(sake)), dtype=float)

    def _features(self, sake: Sake) -> Matrix:
        found = np.zeros((len(sake.tags), len(self.vocabulary) + 2))
        for row, tags in enumerate(sake.tags):
            for place, tag in enumerate(tags):
                if tag in self.vocabulary:
                    found[row, self.vocabulary[tag]] = 1 / (1 + FADING * place * ("order" not in self.without))
            if "count" not in self.without:
                found[row, -2:] = len(tags), np.log1p(len(tags))
        return found


def agreement(predicted: Matrix, charts: Matrix) -> list[float]:
    """Spearman correlation of each axis over brands."""
    return [metrics.spearman(predicted[:, axis], charts[:, axis]) for axis in range(len(AXES))]


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Fit on the charts of some brands, predict those of the others from their tags."""
    check_without(without, PARTS, NAME)
    known = read_sake(data)
    if heldout is None:
        order = np.random.default_rng([seed, 6]).permutation(len(known.ids))
        split = round(SHARE_HIDDEN * len(order))
        hidden, known = known.subset(np.sort(order[:split])), known.subset(np.sort(order[split:]))
    else:
        hidden = read_sake(heldout)
        known = known.subset(
            np.array([row for row, brand in enumerate(known.ids) if brand not in hidden.ids], dtype=int)
        )
    fitted = FlavourModel(known, without).predict(hidden)
    alone = axes_by_dictionary(hidden, load_dictionary())
    plain = FlavourModel(known, frozenset(PARTS), PLAIN_RIDGE).predict(hidden)
    by_axis = {axis: round(value, 4) for axis, value in zip(AXES, agreement(fitted, hidden.charts), strict=True)}

    def interval(predicted: Matrix) -> tuple[float, float]:
        def mean(rows: NDArray[np.int64]) -> float:
            return float(np.nanmean(agreement(predicted[rows], hidden.charts[rows])))

        return metrics.bootstrap(len(hidden.ids), mean, seed, samples=300)

    return Result(
        protocol=NAME,
        seed=seed,
        n=len(hidden.ids),
        metrics={
            "spearman_fitted": float(np.nanmean(agreement(fitted, hidden.charts))),
            "spearman_dictionary": float(np.nanmean(agreement(alone, hidden.charts))),
        },
        baselines={"ridge_on_tags": {"spearman_fitted": float(np.nanmean(agreement(plain, hidden.charts)))}},
        ci95={"spearman_fitted": interval(fitted), "spearman_dictionary": interval(alone)},
        settings={"brands_learned": len(known.ids), "spearman_fitted_by_axis": by_axis, "without": sorted(without)},
    )
