"""Protocol ``perfume``: rank the perfumes a person tried by predicted liking, from their ideal and from other people.

A person's own perception and liking are only scored, never read: the perceived profile of a perfume is that of the
other people. The ideal is the one stated on the sheet of each perfume, and its mean over the sheets.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

from kyokan.errors import InputError
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.harness import Result, check_without, require_file, require_sides

NAME = "perfume"
FOLDER = "perfume_sensory"
FILE = "SensoMineR_perfume_ideal.csv"
PARTS = ("similar_people", "ideal_distance", "sheet_ideal")
SHARE_HIDDEN = 0.3
IDEAL = "id_"  # an attribute's ideal stands in the column behind the perceived one, whose name begins so
PEOPLE_RIDGE = 10.0
PAIR_RIDGE = 1000.0

Cube = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Panel:
    """Sheets: perceived and ideal (people, perfumes, attributes), liking (people, perfumes); NaN = not tried."""

    people: tuple[str, ...]
    perfumes: tuple[str, ...]
    perceived: Cube
    ideal: Cube
    liking: Cube

    def subset(self, rows: NDArray[np.int64]) -> Panel:
        """Some of the people."""
        return Panel(
            tuple(self.people[row] for row in rows),
            self.perfumes,
            self.perceived[rows],
            self.ideal[rows],
            self.liking[rows],
        )


def read_panel(root: Path, perfumes: tuple[str, ...] | None = None) -> Panel:
    """Read the sheets; perfumes other than those given are left out.

    Raises:
        DataMissingError: the file is not there.
        InputError: a figure is not a number.
    """
    path = require_file(root, FOLDER, FILE, NAME)
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.reader(file))
    header, rows = (table[0], table[1:]) if table else ([], [])
    person, perfume, columns = _columns(header, path)
    known = perfumes or tuple(sorted({row[perfume] for row in rows}))
    people = tuple(sorted({row[person] for row in rows}))
    sheets = np.full((len(people), len(known), len(columns)), np.nan)
    for number, row in enumerate(rows, start=2):
        if row[perfume] in known:
            try:
                values = [float(row[column]) for column in columns]
            except (ValueError, IndexError) as error:
                raise InputError(f"{path.name} row {number}", f"has a cell that is not a number ({error})") from None
            sheets[people.index(row[person]), known.index(row[perfume])] = values
    return Panel(people, known, sheets[..., 0:-1:2], sheets[..., 1::2], sheets[..., -1])


def _columns(header: Sequence[str], path: Path) -> tuple[int, int, list[int]]:
    """Columns of person, perfume, and of perceived and ideal in turns with liking last; other columns are not read.

    Raises:
        InputError: one of these is not there.
    """
    try:
        person, perfume, liking = (header.index(name) for name in ("user", "product", "liking"))
    except ValueError as error:
        raise InputError(str(path), f"lacks a column: {error}", "Add it to the header line") from None
    ideals = [column for column, name in enumerate(header) if name.startswith(IDEAL)]
    return person, perfume, [*(column + step for column in ideals for step in (-1, 0)), liking]


def standard_liking(panel: Panel) -> Cube:
    """Liking less the person's mean, over the person's spread: people use the scale differently."""
    centred = panel.liking - np.nanmean(panel.liking, axis=1, keepdims=True)
    standard: Cube = np.nan_to_num(centred / np.maximum(np.nanstd(panel.liking, axis=1, keepdims=True), 1e-9))
    return standard


class LikingModel:
    """Liking = mean of others + what people with a like ideal feel + how far the perfume is from the ideal."""

    def __init__(self, panel: Panel, without: frozenset[str] = frozenset()) -> None:
        self.without = without
        self.liking = standard_liking(panel)
        self.mean_ideal = np.nanmean(panel.ideal, axis=1)
        self.profile = np.nanmean(panel.perceived, axis=0)
        self.centre, self.spread = self.mean_ideal.mean(axis=0), self.mean_ideal.std(axis=0) + 1e-9
        # What others feel and perceive, for each of the people learned from: their own sheets left out.
        others = len(panel.people) - 1
        rest_liking = (self.liking.sum(axis=0) - self.liking) / others
        rest_profile = (np.nansum(panel.perceived, axis=0) - np.nan_to_num(panel.perceived)) / others
        pairs = self._pairs(panel, rest_profile)
        flat = pairs.reshape(-1, pairs.shape[-1])
        self.pair_mean, self.pair_scale = flat.mean(axis=0), flat.std(axis=0) + 1e-9
        self.ridge = Ridge(PAIR_RIDGE).fit(
            (flat - self.pair_mean) / self.pair_scale, (self.liking - rest_liking).ravel()
        )

    def predict(self, panel: Panel) -> Cube:
        """(people, perfumes) predicted liking; reads the ideals of ``panel`` and nothing else."""
        predicted = np.tile(self.liking.mean(axis=0), (len(panel.people), 1))
        if "similar_people" not in self.without:
            predicted += self._similar_people(np.nanmean(panel.ideal, axis=1))
        pairs = self._pairs(panel, self.profile)
        scaled = (pairs.reshape(-1, pairs.shape[-1]) - self.pair_mean) / self.pair_scale
        predicted += self.ridge.predict(scaled).reshape(predicted.shape)
        return predicted

    def _similar_people(self, mean_ideal: Cube) -> Cube:
        """Kernel ridge regression of liking beyond the mean on the ideal, linear kernel."""
        learned = (self.mean_ideal - self.centre) / self.spread
        asked = (mean_ideal - self.centre) / self.spread
        size = learned.shape[1]
        kernel = learned @ learned.T / size + PEOPLE_RIDGE * np.eye(len(learned))
        surplus = self.liking - self.liking.mean(axis=0)
        values: Cube = asked @ learned.T / size @ np.linalg.solve(kernel, surplus)
        return values

    def _pairs(self, panel: Panel, profile: Cube) -> Cube:
        """(people, perfumes, features): distance and product of ideal and perceived profile, shift of the ideal."""
        mean_ideal = np.nanmean(panel.ideal, axis=1, keepdims=True)
        by_sheet = "sheet_ideal" not in self.without
        ideal = (
            np.where(np.isnan(panel.ideal), mean_ideal, panel.ideal)
            if by_sheet
            else mean_ideal + 0 * np.nan_to_num(panel.ideal)
        )
        used = np.broadcast_to(profile, ideal.shape)
        standing = (self.profile - self.profile.mean(axis=0)) / (self.profile.std(axis=0) + 1e-9)
        parts = [np.abs(ideal - used), ideal * standing]
        if "ideal_distance" in self.without:
            parts = [np.zeros_like(ideal)]
        if by_sheet:
            parts.append(ideal - mean_ideal)
        joined = np.concatenate(parts, axis=-1)
        centred: Cube = joined - joined.mean(axis=1, keepdims=True)
        return centred


def agreement(predicted: Cube, panel: Panel) -> Cube:
    """(people,) Spearman correlation of predicted and actual liking over the perfumes a person tried."""
    tried = ~np.isnan(panel.liking)
    return np.array(
        [
            metrics.spearman(predicted[row, tried[row]], panel.liking[row, tried[row]])
            for row in range(len(panel.people))
        ]
    )


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Fit on the other people's sheets, predict the liking of each hidden person from the ideal alone."""
    check_without(without, PARTS, NAME)
    known = read_panel(data)
    if heldout is None:
        order = np.random.default_rng([seed, 29]).permutation(len(known.people))
        split = round(SHARE_HIDDEN * len(order))
        hidden, known = known.subset(np.sort(order[:split])), known.subset(np.sort(order[split:]))
    else:
        hidden = read_panel(heldout, known.perfumes)
        known = known.subset(np.flatnonzero([name not in hidden.people for name in known.people]))
    tried = int((np.isfinite(hidden.liking).sum(axis=1) > 1).sum())
    require_sides(len(known.people), tried, data, heldout, "people with two known perfumes or more")
    per_person = agreement(LikingModel(known, without).predict(hidden), hidden)
    others = np.tile(standard_liking(known).mean(axis=0), (len(hidden.people), 1))
    profile, ideal = np.nanmean(known.perceived, axis=0), np.nanmean(hidden.ideal, axis=1, keepdims=True)
    distance = -np.linalg.norm((profile - ideal) / (np.nanstd(known.perceived, axis=(0, 1)) + 1e-9), axis=-1)
    baselines = {"liking_of_others": others, "profile_against_ideal": distance}
    settings: dict[str, Any] = {
        "people_learned": len(known.people),
        "perfumes": len(known.perfumes),
        "without": sorted(without),
    }
    return Result(
        protocol=NAME,
        seed=seed,
        n=tried,
        metrics={"spearman": float(np.nanmean(per_person))},
        baselines={
            name: {"spearman": float(np.nanmean(agreement(value, hidden)))} for name, value in baselines.items()
        },
        ci95={"spearman": metrics.bootstrap_mean(per_person, seed)},
        settings=settings,
    )
