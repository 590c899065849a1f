"""Protocol ``ads-ope``: from the log of one ad policy, estimate what the uniform random policy would have earned."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kyokan.errors import InputError
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.harness import Result, check_without, require_file, require_sides

NAME = "ads-ope"
FOLDER = "obd"
RANDOM = "_random.csv.gz"
PARTS = ("correction",)
LARGEST_WEIGHT = 10.0  # heavier impressions are clipped: a few of weight 100 and more would decide alone
LEAST_EFFECTIVE_SAMPLE = 200.0
LEAST_CLICKS = 20
RESAMPLES = 1000

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Log:
    """Impressions in order: item, click 0 or 1, propensity of the item shown, each (n,); ``items`` in all."""

    item: NDArray[np.int64]
    click: Floats
    propensity: Floats
    items: int

    def take(self, rows: NDArray[np.int64]) -> Log:
        """Some of the impressions."""
        return Log(self.item[rows], self.click[rows], self.propensity[rows], self.items)

    @property
    def weight(self) -> Floats:
        """(n,) importance weight of the uniform policy: (1/items) / propensity."""
        weight: Floats = 1.0 / self.items / self.propensity
        return weight


@dataclass(frozen=True, slots=True)
class Estimate:
    """Clicks an impression with 95 % interval; ``declined`` says why no figure is stated."""

    value: float
    interval: tuple[float, float]
    effective_sample: float
    declined: str


def campaigns(root: Path) -> list[str]:
    """Names of the campaigns that have a random log.

    Raises:
        DataMissingError: there is none.
    """
    found = sorted(path.name.removesuffix(RANDOM) for path in (root / FOLDER).glob(f"*{RANDOM}"))
    if not found:
        require_file(root, FOLDER, f"CAMPAIGN{RANDOM}", NAME)
    return found


def read_log(roots: Sequence[Path], campaign: str, policy: str) -> Log:
    """Read one log, each file from the first of the folders that has it.

    Raises:
        DataMissingError: the log or the list of items is in none of them.
        InputError: a row has no number where one is needed, or a propensity outside (0, 1].
    """
    path, items = (_first(roots, f"{campaign}_{file}") for file in (f"{policy}.csv.gz", "items.csv"))
    with items.open(encoding="utf-8", newline="") as file:
        count = sum(1 for _ in csv.DictReader(file))
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        try:
            rows = [(int(r["item_id"]), float(r["click"]), float(r["propensity_score"])) for r in csv.DictReader(file)]
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(path.name, f"has a row without item, click or propensity ({error})") from None
    item, click, propensity = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    if not ((propensity > 0) & (propensity <= 1)).all():
        raise InputError(path.name, "has a propensity outside 0 to 1", "Propensities are shares of the logging policy")
    return Log(item.astype(np.int64), click.astype(float), propensity.astype(float), count)


def _first(roots: Sequence[Path], file: str) -> Path:
    holding = [root for root in roots if (root / FOLDER / file).is_file()]
    return require_file((holding or roots)[0], FOLDER, file, NAME)


def click_rates(log: Log) -> Floats:
    """(items,) click rates shrunk to their mean by empirical Bayes.

    The strength of the prior is that of a beta distribution with the observed mean and the variance that the item rates
    have beyond chance (method of moments; Casella 1985); without such variance every item has the mean.
    """
    shown = np.bincount(log.item, minlength=log.items).astype(float)
    clicks = np.bincount(log.item, weights=log.click, minlength=log.items)
    mean = log.click.mean()
    seen = shown > 0
    rates = clicks[seen] / shown[seen]
    share = shown[seen] / shown.sum()
    beyond_chance = (share * (rates - mean) ** 2).sum() - mean * (1 - mean) * seen.sum() / shown.sum()
    strength = mean * (1 - mean) / beyond_chance - 1 if beyond_chance > 0 else np.inf
    if not np.isfinite(strength):
        return np.full(log.items, mean)
    rates_shrunk: Floats = (clicks + max(strength, 1.0) * mean) / (shown + max(strength, 1.0))
    return rates_shrunk


def point_estimate(log: Log, without: frozenset[str] = frozenset()) -> float:
    """Doubly robust estimate with clipped weights: mean item rate + mean of weight · (click − item rate).

    Dudík, Langford & Li 2011; clipping trades a little bias for the variance of heavy-tailed weights.
    """
    rates = click_rates(log)
    value = float(rates.mean())
    if "correction" not in without:
        value += float((np.minimum(log.weight, LARGEST_WEIGHT) * (log.click - rates[log.item])).mean())
    return max(value, 0.0)


def estimate(log: Log, seed: int, without: frozenset[str] = frozenset()) -> Estimate:
    """The estimate, its bootstrap interval over impressions, and whether it is worth stating."""
    effective = float(log.weight.sum() ** 2 / (log.weight**2).sum())
    clicks = int(log.click.sum())
    declined = ""
    if effective < LEAST_EFFECTIVE_SAMPLE:
        declined = f"effective sample {effective:.0f} is under {LEAST_EFFECTIVE_SAMPLE:.0f}"
    elif clicks < LEAST_CLICKS:
        declined = f"{clicks} clicks are fewer than {LEAST_CLICKS}"
    interval = metrics.bootstrap(
        len(log.item), lambda rows: point_estimate(log.take(rows), without), seed, samples=RESAMPLES
    )
    return Estimate(point_estimate(log, without), interval, effective, declined)


def self_normalised(log: Log) -> float:
    """Self-normalised importance weighting, unclipped (Swaminathan & Joachims 2015)."""
    return float((log.weight * log.click).sum() / log.weight.sum())


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Estimate from the logs of the learning policy; the random log is read only to score.

    The random logs are those of ``heldout`` where given; the other log of a campaign is that of ``data``, or stands
    beside the random one where ``data`` does not know the campaign.
    """
    check_without(without, PARTS, NAME)
    scored = [root for root in (heldout, data) if root is not None]
    names = campaigns(scored[0])
    errors: dict[str, list[float]] = {"engine": [], "naive_mean": [], "self_normalised": []}
    covered, declined, stated = [], 0, {}
    for campaign in names:
        log, random = read_log(scored[::-1], campaign, "bts"), read_log(scored, campaign, "random")
        require_sides(len(log.item), len(random.item), data, heldout, f"impressions of campaign {campaign}")
        truth = float(random.click.mean())
        found = estimate(log, seed, without)
        stated[campaign] = {
            "estimate": found.value,
            "interval": list(found.interval),
            "effective_sample": found.effective_sample,
            "random_log": truth,
            "declined": found.declined,
        }
        for name, value in (("naive_mean", float(log.click.mean())), ("self_normalised", self_normalised(log))):
            errors[name].append(abs(value - truth) / truth if truth else float("nan"))
        if found.declined:
            declined += 1
            continue
        errors["engine"].append(abs(found.value - truth) / truth if truth else float("nan"))
        covered.append(found.interval[0] <= truth <= found.interval[1])
    answered = [value for value in errors["engine"] if not np.isnan(value)]
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(names),
        metrics={
            "mean_abs_relative_error": float(np.mean(answered)) if answered else float("nan"),
            "covered": float(np.mean(covered)) if covered else float("nan"),
            "declined": float(declined),
        },
        baselines={
            name: {"mean_abs_relative_error": float(np.nanmean(errors[name]))}
            for name in ("naive_mean", "self_normalised")
        },
        settings={"campaigns": stated, "largest_weight": LARGEST_WEIGHT, "without": sorted(without)},
    )
