"""Protocol ``sake``: the six axes of a sake's flavour chart from its flavour tags.

Twice: through the kansei dictionary alone, where each axis and each tag is what the dictionary says and nothing is
fitted, and fitted on the brands of ``--data``. Tags are listed the most frequent first, so that an earlier tag counts
more: r places down the list it counts 4 / (4 + r). A chart behind which few tags stand is trusted less, and tags that
tell charts apart count more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from scipy.stats import norm

from kyokan.errors import InputError
from kyokan.graph.annotate import Annotator
from kyokan.graph.dictionary import Dictionary, load_dictionary
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.harness import Result, check_without, require_file, require_sides

NAME = "sake"
FOLDER = "sakenowa_sake"
AXES = ("f1", "f2", "f3", "f4", "f5", "f6")
PARTS = ("kansei", "order", "filling")
SHARE_HIDDEN = 0.3
RANK_HALF = 4.0
# Reading axes from the dictionary: how much a neighbour on the circle of sectors says (same, next, opposite).
SAME_SECTOR, NEXT_SECTOR, OPPOSITE_SECTOR = 0.1, 0.05, -0.05
# Kernel ridge, chosen by five folds on the brands of --data: width, penalty, weight of the kansei beside the tags.
WIDTH, PENALTY, KANSEI_WEIGHT = 0.03, 0.5, 2.0
FEW_TAGS = 3.0  # the penalty of a chart grows by this over the number of its tags: fewer drinkers stand behind it
RELEVANCE_RIDGE = 10.0
OWN_RELEVANCE = 0.5  # of what a tag does to the axis itself, beside what it does to all six
FULL_LIST, FILLING, FILLING_RIDGE = 20, 2.0, 100.0  # a list holds at most 20 tags; how much is filled up; its penalty
BASELINE_RIDGE = 10.0

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sakes:
    """Brands with tags and chart: ``tags`` of each in order, ``charts`` (brands, 6)."""

    brands: tuple[int, ...]
    tags: tuple[tuple[str, ...], ...]
    charts: Matrix

    def subset(self, rows: Sequence[int]) -> Sakes:
        """Some of the brands."""
        return Sakes(tuple(self.brands[r] for r in rows), tuple(self.tags[r] for r in rows), self.charts[list(rows)])


def read_sakes(root: Path, tags_of: Path | None = None) -> Sakes:
    """Read tags and charts of the brands that have both.

    Args:
        root: folder of data folders with the charts.
        tags_of: where the tags are read from if ``root`` brings charts alone; a tag tells nothing of a chart.

    Raises:
        DataMissingError: a file is not there.
        InputError: a file is not of the known shape.
    """
    chart_file = require_file(root, FOLDER, "flavor-charts.json", NAME)
    paths = [
        require_file(root if tags_of is None or (root / FOLDER / file).is_file() else tags_of, FOLDER, file, NAME)
        for file in ("flavor-tags-ja.json", "brand-flavor-tags.json")
    ]
    try:
        names, tagged, charted = (json.loads(path.read_text(encoding="utf-8")) for path in (*paths, chart_file))
        name = {entry["id"]: entry["tag"] for entry in names["tags"]}
        tags = {
            entry["brandId"]: tuple(name[tag] for tag in entry["tagIds"] if tag in name)
            for entry in tagged["flavorTags"]
        }
        charts = {entry["brandId"]: [float(entry[axis]) for axis in AXES] for entry in charted["flavorCharts"]}
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(str(root / FOLDER), f"is not of the known shape ({error!r})") from error
    brands = tuple(sorted(brand for brand in charts if tags.get(brand)))
    shape = (len(brands), len(AXES))
    rows = np.array([charts[brand] for brand in brands], dtype=np.float64).reshape(shape)
    return Sakes(brands, tuple(tags[brand] for brand in brands), rows)


def weights(tags: Sequence[str], *, order: bool) -> dict[str, float]:
    """Weight of each tag by its place in the list; all 1 without ``order``."""
    return {tag: RANK_HALF / (RANK_HALF + rank) if order else 1.0 for rank, tag in enumerate(tags)}


def kansei_of(annotator: Annotator, tagged: Sequence[Mapping[str, float]]) -> Matrix:
    """(brands, attributes) share of a brand's tag weight that speaks for each attribute."""
    dictionary = annotator.dictionary
    found = np.zeros((len(tagged), len(dictionary)))
    for row, tags in enumerate(tagged):
        for value in annotator.annotate_tags(tags, scale=1.0):
            found[row, dictionary.index(value.attribute)] = sum(value.tags.values())
    return found


def axes_of(dictionary: Dictionary) -> Matrix:
    """(6, attributes) what each axis means by the tag table, spread over the circle of sectors."""
    table = dictionary.tag_terms()
    meant = np.zeros((len(AXES), len(dictionary)))
    for row, axis in enumerate(AXES):
        for attribute, weight in table[axis]:
            meant[row, dictionary.index(attribute)] = weight
    sectors = np.array([dictionary.sector_index(attribute) for attribute in dictionary.ids])
    around = len(dictionary.sectors)
    apart = np.abs(sectors[:, None] - sectors[None, :])
    apart = np.minimum(apart, around - apart)
    spread = np.select(
        [apart == 0, apart == 1, apart >= around // 2 - 1], [SAME_SECTOR, NEXT_SECTOR, OPPOSITE_SECTOR], default=0.0
    )
    return np.asarray(meant @ (np.eye(len(sectors)) + spread), dtype=np.float64)


def read_axes(annotator: Annotator, tagged: Sequence[Mapping[str, float]], names: Sequence[str]) -> Matrix:
    """(brands, 6) axes by the dictionary alone.

    Score = mean over tags of (tag · axis), in standard deviations over the tags ``names``, less the brand's mean over
    the six axes: a chart says in which direction a sake leans, not how much was written about it.
    """
    meant = axes_of(annotator.dictionary).T
    single = kansei_of(annotator, [{name: 1.0} for name in names]) @ meant
    total = np.array([sum(tags.values()) for tags in tagged])[:, None]
    spread = single.std(axis=0)
    score = (kansei_of(annotator, tagged) @ meant / total - single.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return np.asarray(score - score.mean(axis=1, keepdims=True), dtype=np.float64)


def fit_axes(known: Matrix, charts: Matrix, tag_counts: NDArray[np.int64], hidden: Matrix) -> Matrix:
    """(hidden brands, 6) by Gaussian-kernel ridge regression on the normal scores of the known charts, axis by axis.

    The penalty of a known brand is PENALTY · (1 + FEW_TAGS / its number of tags).
    """
    target = norm.ppf((np.apply_along_axis(metrics.ranks, 0, charts) - 0.5) / len(charts))
    penalty = np.diag(PENALTY * (1.0 + FEW_TAGS / tag_counts))
    fitted = np.zeros((len(hidden), target.shape[1]))
    for axis, scale in enumerate(relevance(known, target)):
        near, far = known * scale, hidden * scale
        kernel = np.exp(-WIDTH * cdist(near, near, "sqeuclidean"))
        weight = np.linalg.solve(kernel + penalty, target[:, axis])
        fitted[:, axis] = np.exp(-WIDTH * cdist(far, near, "sqeuclidean")) @ weight
    return fitted


def relevance(known: Matrix, target: Matrix) -> Matrix:
    """(axes, features) by what factor a feature counts for an axis.

    The square is the mean, by OWN_RELEVANCE, of its coefficient for the axis and of the length of its coefficients for
    all axes in a ridge regression, each over the mean of the features.
    """
    coefficients = ridge(known, target, RELEVANCE_RIDGE)
    own, length = np.abs(coefficients).T, np.linalg.norm(coefficients, axis=1)
    own = own / np.maximum(own.mean(axis=1, keepdims=True), 1e-12)
    return np.asarray(
        np.sqrt(OWN_RELEVANCE * own + (1.0 - OWN_RELEVANCE) * length / max(float(length.mean()), 1e-12)),
        dtype=np.float64,
    )


def filled(tags: Matrix, learned: int) -> Matrix:
    """Tag weights (brands, tags) with what usually goes with the tags of a short list, FILLING times as much.

    A tag is foretold from the others by ridge regressions over the first ``learned`` brands: −P[i, j] / P[j, j] with P
    the inverse of their regularised Gram matrix, as of the autoencoder of Steck (2019). The emptier a list, the more is
    filled up; a full list is left as it is, and what stands on a list keeps its weight.
    """
    known = tags[:learned]
    precision = np.linalg.inv(known.T @ known + FILLING_RIDGE * np.eye(tags.shape[1]))
    links = -precision / np.diag(precision)
    np.fill_diagonal(links, 0.0)
    room = np.clip(1.0 - (tags > 0).sum(axis=1) / FULL_LIST, 0.0, None)
    return np.asarray(np.where(tags > 0, tags, FILLING * room[:, None] * (tags @ links)), dtype=np.float64)


def ridge(known: Matrix, target: Matrix, penalty: float) -> Matrix:
    """(features, targets) coefficients of a ridge regression around the mean."""
    moved = known - known.mean(axis=0)
    gram = moved.T @ moved + penalty * np.eye(moved.shape[1])
    return np.asarray(np.linalg.solve(gram, moved.T @ (target - target.mean(axis=0))), dtype=np.float64)


def ridge_on_tags(known: Matrix, charts: Matrix, hidden: Matrix) -> Matrix:
    """(hidden brands, 6) by ridge regression on which tags there are, the baseline."""
    return np.asarray((hidden - known.mean(axis=0)) @ ridge(known, charts, BASELINE_RIDGE), dtype=np.float64)


def _split(data: Path, heldout: Path | None, seed: int) -> tuple[Sakes, Sakes]:
    known = read_sakes(data)
    if heldout is not None:
        hidden = read_sakes(heldout, data)
        tested = set(hidden.brands)
        return known.subset([row for row, brand in enumerate(known.brands) if brand not in tested]), hidden
    order = np.random.default_rng([seed, 16]).permutation(len(known.brands))
    split = round(SHARE_HIDDEN * len(order))
    return known.subset(np.sort(order[split:]).tolist()), known.subset(np.sort(order[:split]).tolist())


def _multi_hot(tagged: Sequence[Mapping[str, float]], names: Sequence[str]) -> Matrix:
    return np.array([[tags.get(name, 0.0) for name in names] for tags in tagged])


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Read the axes of the tested brands by the dictionary, and fit them on the others."""
    check_without(without, PARTS, NAME)
    known, hidden = _split(data, heldout, seed)
    require_sides(len(known.brands), len(hidden.brands), data, heldout, "brands with tags and a chart")
    annotator = Annotator(load_dictionary())
    tagged = [weights(tags, order="order" not in without) for tags in (*known.tags, *hidden.tags)]
    names = sorted({tag for tags in known.tags for tag in tags})
    learned = len(known.brands)
    features = _multi_hot(tagged, names)
    if "filling" not in without:
        features = filled(features, learned)
    if "kansei" not in without:
        kansei = kansei_of(annotator, tagged)
        centre, spread = kansei[:learned].mean(axis=0), kansei[:learned].std(axis=0) + 1e-9
        features = np.hstack([features, KANSEI_WEIGHT * (kansei - centre) / spread / np.sqrt(kansei.shape[1])])
    present = _multi_hot([dict.fromkeys(tags, 1.0) for tags in (*known.tags, *hidden.tags)], names)
    tag_counts = np.array([len(tags) for tags in known.tags])
    fitted = fit_axes(features[:learned], known.charts, tag_counts, features[learned:])
    baseline = ridge_on_tags(present[:learned], known.charts, present[learned:])
    read = read_axes(annotator, tagged[learned:], names)
    figures: dict[str, float] = {}
    for name, predicted in (("fitted", fitted), ("dictionary", read)):
        each = agreement(predicted, hidden.charts)
        figures[f"spearman_{name}"] = float(np.mean(each))
        figures |= {f"spearman_{name}_{axis}": value for axis, value in zip(AXES, each, strict=True)}
    settings: dict[str, Any] = {"brands_learned": learned, "dictionary": annotator.dictionary.version}
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(hidden.brands),
        metrics=figures,
        baselines={"ridge_on_tags": {"spearman_fitted": float(np.mean(agreement(baseline, hidden.charts)))}},
        ci95={
            "spearman_fitted": _interval(fitted, hidden.charts, seed),
            "spearman_dictionary": _interval(read, hidden.charts, seed),
        },
        settings=settings | {"without": sorted(without)},
    )


def agreement(predicted: Matrix, charts: Matrix) -> list[float]:
    """Spearman correlation over brands, one an axis."""
    return [metrics.spearman(predicted[:, axis], charts[:, axis]) for axis in range(charts.shape[1])]


def _interval(predicted: Matrix, charts: Matrix, seed: int) -> tuple[float, float]:
    def mean(rows: NDArray[np.int64]) -> float:
        return float(np.mean(agreement(predicted[rows], charts[rows])))

    return metrics.bootstrap(len(charts), mean, seed)
