"""Protocol ``music-mood``: from the genre and instrument tags of a track, its moods, through the kansei space."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

from kyokan.errors import InputError
from kyokan.graph.dictionary import Dictionary, load_dictionary, normalise_term
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.harness import Result, check_without, require_file

NAME = "music-mood"
FOLDER = "mtg_jamendo"
PARTS = ("tags", "pairs", "kansei")
SHARE_HIDDEN = 0.3
PENALTY = 30.0
FIRST_TAG = 4  # columns: track, artist, album, duration, then tags

Matrix = NDArray[np.float64]
Tags = frozenset[str]


@dataclass(frozen=True, slots=True)
class Tracks:
    """Tracks that have a mood and a genre or an instrument: artist, tags known of the track, moods, one row each."""

    ids: tuple[str, ...]
    artists: tuple[str, ...]
    known: tuple[Tags, ...]
    moods: tuple[Tags, ...]

    def subset(self, rows: NDArray[np.int64]) -> Tracks:
        """Some of the tracks."""
        return Tracks(
            *(tuple(column[row] for row in rows) for column in (self.ids, self.artists, self.known, self.moods))
        )


def read_tracks(root: Path) -> Tracks:
    """Read the three tables.

    Raises:
        DataMissingError: one is not there.
        InputError: no track has what the protocol needs.
    """
    tables = [_table(root, kind) for kind in ("genre", "instrument", "moodtheme")]
    genre, instrument, mood = ({track: tags for track, (_, tags) in table.items()} for table in tables)
    ids = tuple(sorted(track for track in mood if track in genre or track in instrument))
    if not ids:
        raise InputError(FOLDER, "holds no track with a mood and a genre or instrument")
    return Tracks(
        ids,
        tuple(tables[2][track][0] for track in ids),
        tuple(genre.get(track, frozenset()) | instrument.get(track, frozenset()) for track in ids),
        tuple(mood[track] for track in ids),
    )


def _table(root: Path, kind: str) -> dict[str, tuple[str, Tags]]:
    path = require_file(root, FOLDER, f"autotagging_{kind}.tsv", NAME)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))[1:]
    return {row[0]: (row[1], frozenset(row[FIRST_TAG:])) for row in rows if len(row) > FIRST_TAG}


def kansei_matrix(names: list[str], dictionary: Dictionary) -> Matrix:
    """(names, attributes) what each tag or mood evokes by the dictionary; ``genre---ambient`` is read as ambient."""
    index = dictionary.tag_terms()
    found = np.zeros((len(names), len(dictionary.ids)))
    for row, name in enumerate(names):
        for attribute, weight in index.get(normalise_term(name.split("---")[-1]), ()):
            found[row, dictionary.index(attribute)] = max(found[row, dictionary.index(attribute)], weight)
    return found


class MoodModel:
    """Ridge regression of the moods on tags, pairs of tags and the kansei that the tags evoke."""

    def __init__(self, tracks: Tracks, dictionary: Dictionary, without: frozenset[str] = frozenset()) -> None:
        self.without = without
        self.names = sorted(frozenset().union(*tracks.known))
        self.moods = sorted(frozenset().union(*tracks.moods))
        self.tag_kansei = kansei_matrix(self.names, dictionary)
        self.mood_kansei = kansei_matrix(self.moods, dictionary)
        self.pairs = self._frequent_pairs(tracks)
        truth = flags(tracks.moods, self.moods)
        self.model = Ridge(PENALTY, solver="sparse_cg", tol=1e-6).fit(self._features(tracks), truth)

    def predict(self, tracks: Tracks) -> Matrix:
        """(tracks, moods) scores; higher is likelier."""
        return np.asarray(self.model.predict(self._features(tracks)), dtype=float)

    def by_kansei_alone(self, tracks: Tracks) -> Matrix:
        """(tracks, moods) cosine of what the tags and what the mood evoke; nothing fitted."""
        evoked = flags(tracks.known, self.names) @ self.tag_kansei
        norms = np.linalg.norm(evoked, axis=1)[:, None] * np.linalg.norm(self.mood_kansei, axis=1)
        return np.asarray(evoked @ self.mood_kansei.T / np.maximum(norms, 1e-12), dtype=float)

    def _features(self, tracks: Tracks) -> sp.csr_array:
        present = flags(tracks.known, self.names)
        blocks = []
        if "tags" not in self.without:
            blocks.append(present)
        if "pairs" not in self.without and len(self.pairs):
            blocks.append(present[:, self.pairs[:, 0]] * present[:, self.pairs[:, 1]])
        if "kansei" not in self.without:
            blocks.append(present @ self.tag_kansei / np.sqrt(np.maximum(present.sum(axis=1, keepdims=True), 1)))
        if not blocks:
            blocks.append(np.zeros((len(present), 1)))
        return sp.csr_array(np.hstack(blocks))

    def _frequent_pairs(self, tracks: Tracks, least: int = 30) -> NDArray[np.int64]:
        present = flags(tracks.known, self.names)
        together = np.triu(present.T @ present, k=1)
        return np.argwhere(together >= least)


def flags(tags: tuple[Tags, ...], names: list[str]) -> Matrix:
    """(rows, names) 1 where a row has the name."""
    columns = {name: column for column, name in enumerate(names)}
    found = np.zeros((len(tags), len(names)))
    for row, given in enumerate(tags):
        found[row, [columns[name] for name in given if name in columns]] = 1.0
    return found


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Fit on the tracks of some artists, predict the moods of the tracks of the others."""
    check_without(without, PARTS, NAME)
    tracks = read_tracks(data)
    if heldout is None:
        artists = sorted(set(tracks.artists))
        drawn = np.random.default_rng([seed, 59]).permutation(len(artists))[: round(SHARE_HIDDEN * len(artists))]
        chosen = {artists[place] for place in drawn}
    else:
        chosen = set(read_tracks(heldout).artists)
    is_hidden = np.array([artist in chosen for artist in tracks.artists])
    known = tracks.subset(np.flatnonzero(~is_hidden))
    hidden = read_tracks(heldout) if heldout else tracks.subset(np.flatnonzero(is_hidden))
    model = MoodModel(known, load_dictionary(), without)
    truth = flags(hidden.moods, model.moods)
    scored = np.flatnonzero(truth.any(axis=1))
    hidden, truth = hidden.subset(scored), truth[scored]
    popular = np.tile(flags(known.moods, model.moods).mean(axis=0), (len(scored), 1))
    plain = MoodModel(known, load_dictionary(), frozenset({"pairs", "kansei"})).predict(hidden)
    predicted = model.predict(hidden)
    per_track = metrics.lrap(predicted, truth)
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(scored),
        metrics=_figures(predicted, truth),
        baselines={
            "popularity": _figures(popular, truth),
            "kansei_alone": _figures(model.by_kansei_alone(hidden), truth),
            "ridge_on_tags": _figures(plain, truth),
        },
        ci95={"lrap": metrics.bootstrap_mean(per_track, seed)},
        settings={"tracks_learned": len(known.ids), "moods": len(model.moods), "without": sorted(without)},
    )


def _figures(scores: Matrix, truth: Matrix) -> dict[str, float]:
    return {
        "macro_ap": metrics.macro_average_precision(scores, truth),
        "lrap": float(np.nanmean(metrics.lrap(scores, truth))),
    }
