"""Protocol ``music-mood``: the moods of a track from its genres and instruments, through the kansei space.

The tags of a track are read as kansei by the dictionary; a kernel ridge regression over tags and kansei and a ridge
regression over the kansei alone are added. Tracks of one artist are never on both sides, and of an artist with n tracks
each counts 1/√n: they are tagged alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial.distance import cdist
from sklearn.linear_model import LogisticRegression

from kyokan.errors import InputError
from kyokan.graph.annotate import Annotator
from kyokan.graph.dictionary import load_dictionary
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.harness import Result, check_without, require_file, require_sides
from kyokan.matching.evaluation.label_links import linked

NAME = "music-mood"
FOLDER = "mtg_jamendo"
PARTS = ("kansei", "kernel", "artist_weights", "mood_links")
SHARE_HIDDEN = 0.4
FIRST_TAG = 4  # columns: track, artist, album, duration, then tags
# Chosen on the artists of --data: width and penalty of the kernel, weight of the kansei in it, penalty of the ridge.
WIDTH, KERNEL_PENALTY, KANSEI_WEIGHT, RIDGE = 0.1, 10.0, 0.5, 100.0
MOOD_LINK = 0.3  # what a mood takes over from moods it goes with
BOOTSTRAP = 200

Matrix = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Tracks:
    """Tracks in order of id: artist, genre and instrument tags, moods."""

    ids: tuple[str, ...]
    artists: tuple[str, ...]
    tags: tuple[tuple[str, ...], ...]
    moods: tuple[tuple[str, ...], ...]

    def subset(self, rows: Sequence[int]) -> Tracks:
        """Some of the tracks."""
        return Tracks(
            tuple(self.ids[r] for r in rows),
            tuple(self.artists[r] for r in rows),
            tuple(self.tags[r] for r in rows),
            tuple(self.moods[r] for r in rows),
        )


def _read_tags(root: Path, kind: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Track → (artist, tags without their prefix)."""
    path = require_file(root, FOLDER, f"autotagging_{kind}.tsv", NAME)
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], start=2):
        cells = line.split("\t")
        if len(cells) <= FIRST_TAG:
            raise InputError(f"{path.name}, line {number}", f"has {len(cells)} columns, not {FIRST_TAG + 1} or more")
        found[cells[0]] = (cells[1], tuple(cell.partition("---")[2] for cell in cells[FIRST_TAG:] if cell))
    return found


def read_tracks(root: Path) -> Tracks:
    """Read the tracks that have a mood and a genre or an instrument.

    Raises:
        DataMissingError: a file is not there.
        InputError: a line has too few columns.
    """
    moods, genres, instruments = (_read_tags(root, kind) for kind in ("moodtheme", "genre", "instrument"))
    none: tuple[str, tuple[str, ...]] = ("", ())
    tags = {
        track: tuple(dict.fromkeys((*genres.get(track, none)[1], *instruments.get(track, none)[1]))) for track in moods
    }
    ids = tuple(sorted(track for track in moods if tags[track]))
    return Tracks(
        ids,
        tuple(moods[track][0] for track in ids),
        tuple(tags[track] for track in ids),
        tuple(moods[track][1] for track in ids),
    )


def kansei_of(annotator: Annotator, tagged: Sequence[Sequence[str]]) -> Matrix:
    """(tracks, attributes) intensities that the tags give."""
    dictionary = annotator.dictionary
    distinct = {tags: row for row, tags in enumerate(dict.fromkeys(map(tuple, tagged)))}
    found = np.zeros((len(distinct), len(dictionary)))
    for tags, row in distinct.items():
        for value in annotator.annotate_tags(dict.fromkeys(tags, 1.0)):
            found[row, dictionary.index(value.attribute)] = value.intensity
    return found[[distinct[tuple(tags)] for tags in tagged]]


def artist_weights(artists: Sequence[str]) -> Matrix:
    """(tracks,) 1/√(tracks of the same artist), with a mean of 1."""
    _, place, count = np.unique(artists, return_inverse=True, return_counts=True)
    weight = 1.0 / np.sqrt(count[place])
    return np.asarray(weight / weight.mean(), dtype=np.float64)


def kernel_ridge(known: Matrix, target: Flags, weight: Matrix, hidden: Matrix) -> Matrix:
    """(hidden tracks, moods) by Gaussian-kernel ridge regression; tracks with equal tags are one row."""
    rows, place = np.unique(known, axis=0, return_inverse=True)
    total = np.bincount(place.ravel(), weight)
    mean = np.zeros((len(rows), target.shape[1]))
    np.add.at(mean, place.ravel(), weight[:, None] * target)
    usual = np.average(target, axis=0, weights=weight)
    kernel = np.exp(-WIDTH * cdist(rows, rows, "sqeuclidean")) + np.diag(KERNEL_PENALTY / total)
    coefficients = np.linalg.solve(kernel, mean / total[:, None] - usual)
    return np.asarray(np.exp(-WIDTH * cdist(hidden, rows, "sqeuclidean")) @ coefficients + usual, dtype=np.float64)


def ridge(known: Matrix, target: Flags, weight: Matrix, hidden: Matrix) -> Matrix:
    """(hidden tracks, moods) by weighted ridge regression."""
    centre, usual = (np.average(values, axis=0, weights=weight) for values in (known, target))
    moved, weighted = known - centre, (known - centre).T * weight
    gram = weighted @ moved + RIDGE * np.eye(moved.shape[1])
    return np.asarray((hidden - centre) @ np.linalg.solve(gram, weighted @ (target - usual)) + usual, dtype=np.float64)


def logistic(known: Matrix, target: Flags, hidden: Matrix) -> Matrix:
    """(hidden tracks, moods) by one logistic regression a mood on the tags, the baseline."""
    scores = np.zeros((len(hidden), target.shape[1]))
    known_rows, hidden_rows = csr_array(known), csr_array(hidden)
    for mood in np.flatnonzero(target.any(axis=0)):
        model = LogisticRegression(solver="liblinear").fit(known_rows, target[:, mood])
        scores[:, mood] = model.predict_proba(hidden_rows)[:, 1]
    return scores


def _split(data: Path, heldout: Path | None, seed: int) -> tuple[Tracks, Tracks]:
    known = read_tracks(data)
    if heldout is not None:
        hidden = read_tracks(heldout)
        tested = set(hidden.artists)
    else:
        artists = sorted(set(known.artists))
        order = np.random.default_rng([seed, 17]).permutation(len(artists))
        tested = {artists[place] for place in order[: round(SHARE_HIDDEN * len(artists))]}
        hidden = known.subset([row for row, artist in enumerate(known.artists) if artist in tested])
    return known.subset([row for row, artist in enumerate(known.artists) if artist not in tested]), hidden


def _multi_hot(lists: Sequence[Sequence[str]], names: Sequence[str]) -> Matrix:
    column = {name: place for place, name in enumerate(names)}
    flags = np.zeros((len(lists), len(names)))
    for row, members in enumerate(lists):
        flags[row, [column[name] for name in members if name in column]] = 1.0
    return flags


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Fit on the tracks of some artists, rank the moods of the tracks of others."""
    check_without(without, PARTS, NAME)
    known, hidden = _split(data, heldout, seed)
    require_sides(len(known.ids), len(hidden.ids), data, heldout, "tracks with a mood and a genre or instrument")
    names = sorted({tag for tags in known.tags for tag in tags})
    moods = sorted({mood for track in known.moods for mood in track})
    target = _multi_hot(known.moods, moods) > 0
    truth = _multi_hot(hidden.moods, moods) > 0
    tags = _multi_hot((*known.tags, *hidden.tags), names)
    annotator = Annotator(load_dictionary())
    kansei = np.zeros((len(tags), 0)) if "kansei" in without else kansei_of(annotator, (*known.tags, *hidden.tags))
    learned = len(known.ids)
    linear = tags if "kansei" in without else kansei
    weight = np.ones(learned) if "artist_weights" in without else artist_weights(known.artists)
    scores = ridge(linear[:learned], target, weight, linear[learned:])
    if "kernel" not in without:
        both = np.hstack([tags, KANSEI_WEIGHT * kansei])
        scores = scores + kernel_ridge(both[:learned], target, weight, both[learned:])
    if "mood_links" not in without:
        scores = linked(scores, target, MOOD_LINK)
    baselines = {
        "popularity": np.tile(target.mean(axis=0), (len(truth), 1)),
        "logistic_on_tags": logistic(tags[:learned], target, tags[learned:]),
    }
    settings: dict[str, Any] = {"tracks_learned": learned, "dictionary": annotator.dictionary.version}
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(hidden.ids),
        metrics=_figures(scores, truth),
        baselines={name: _figures(values, truth) for name, values in baselines.items()},
        ci95=_intervals(scores, truth, seed),
        settings=settings | {"without": sorted(without)},
    )


def _figures(scores: Matrix, truth: Flags) -> dict[str, float]:
    known = truth.any(axis=1)
    return {
        "macro_ap": metrics.macro_average_precision(scores, truth),
        "lrap": float(metrics.lrap(scores[known], truth[known]).mean()),
    }


def _intervals(scores: Matrix, truth: Flags, seed: int) -> dict[str, tuple[float, float]]:
    each = metrics.lrap(scores, truth)
    return {
        "lrap": metrics.bootstrap_mean(each, seed),
        "macro_ap": metrics.bootstrap(
            len(truth), lambda rows: metrics.macro_average_precision(scores[rows], truth[rows]), seed, BOOTSTRAP
        ),
    }
