"""The quality page from measured answers: figures beside goals and baselines, ablation, calibration, exposure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from jinja2 import Environment

from kyokan.matching.evaluation.harness import PROTOCOLS
from kyokan.matching.evaluation.quality import Answer

# What we hold ourselves to, by protocol and metric; the least, or for errors the most, that is good enough.
GOALS: Mapping[str, Mapping[str, float]] = {
    "fans": {"ndcg@20": 0.320, "recall@20": 0.312},
    "cold-artists": {"ndcg@20_artist_to_fans": 0.345, "ndcg@20_fan_to_artists": 0.490},
    "attributes": {"ndcg@10": 0.520, "recall@10": 0.640},
    "overlap": {"auc_attributes": 0.86, "auc_engine": 0.93},
    "tieups": {"mrr": 0.32, "hit@10": 0.58, "auc_same_category": 0.86, "auc_same_popularity": 0.83, "ece": 0.05},
    "kansei-en": {"lrap": 0.80, "macro_ap": 0.66, "lrap_masked": 0.60, "macro_ap_masked": 0.38},
    "emotions-ja": {"r_joy": 0.60, "r_sadness": 0.50, "r_mean": 0.40},
    "annotation": {"auc_ja": 0.88, "auc_en": 0.88, "pairs": 0.75},
    "sake": {"spearman_fitted": 0.78, "spearman_dictionary": 0.55},
    "perfume": {"spearman": 0.42},
    "brand-personality": {"spearman": 0.55},
    "faithfulness": {"rho": 0.95},
}
# Shown beside those with a goal; a protocol in neither shows all.
SHOWN: Mapping[str, Sequence[str]] = {
    "fans": ("coverage@20", "gini"),
    "annotation": (
        "auc_ja_plain",
        "auc_en_plain",
        "auc_round2_ja",
        "auc_round2_en",
        "auc_round3_ja",
        "auc_round3_en",
        "auc_gold",
        "gold_alpha",
        "pairs_round2",
        "pairs_round3",
    ),
    "faithfulness": ("drop_cited", "drop_uncited"),
}
LOWER_IS_BETTER = ("ece", "mean_abs_relative_error", "drop_uncited", "gini", "declined")
DIGITS = 3
Figures = Mapping[str, Any]
EXPOSED = ("ndcg@20", "coverage@20", "gini")


@dataclass(frozen=True, slots=True)
class Row:
    """One metric over the seeds: mean, each, mean interval, best baseline of the same runs, goal."""

    protocol: str
    metric: str
    each: tuple[float, ...]
    interval: tuple[float, float] | None
    baseline: tuple[str, float] | None
    goal: float | None

    @property
    def mean(self) -> float:
        """Mean over the seeds."""
        return float(np.mean(self.each))

    @property
    def reached(self) -> bool | None:
        """Whether the mean is as good as the goal; None without one."""
        if self.goal is None:
            return None
        return self.mean <= self.goal if self.metric in LOWER_IS_BETTER else self.mean >= self.goal

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as the page shows it."""
        return (
            f"`{self.protocol}`",
            self.metric,
            f"**{figure(self.mean)}**",
            " ".join(map(figure, self.each)),
            "–".join(map(figure, self.interval or ())),
            f"{self.baseline[0]} {figure(self.baseline[1])}" if self.baseline else "",
            "" if self.goal is None else figure(self.goal),
            "" if self.reached is None else ("yes" if self.reached else "no"),
        )


def page(answers: Sequence[Answer], *, date: str, command: str) -> str:
    """The whole page in Markdown."""
    measured = [answer for answer in answers if "result" in answer]
    whole = [answer["result"] for answer in measured if not answer["without"]]
    environment = Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=False)  # noqa: S701  # Markdown
    environment.filters["figure"] = figure
    template = files(__package__).joinpath("data/quality.md.j2").read_text(encoding="utf-8")
    text = environment.from_string(template).render(
        date=date,
        command=command,
        seeds=sorted({answer["seed"] for answer in answers}),
        rows=rows(whole),
        missing=sorted({answer["protocol"] for answer in answers if "missing" in answer}),
        ablations=_ablations(measured),
        sure=_sure(whole),
        exposures=_exposures(whole),
        rivalry=_rivalry(whole),
    )
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


def rows(results: Sequence[Figures]) -> list[Row]:
    """One row a metric, in the order of the protocols."""
    found: dict[str, list[Figures]] = defaultdict(list)
    for result in results:
        found[result["protocol"]].append(result)
    table = []
    for protocol in (name for name in PROTOCOLS if name in found):
        runs = sorted(found[protocol], key=lambda run: run["seed"])
        for metric in _shown(protocol, runs[0]["metrics"]):
            bounds = [run["ci95"][metric] for run in runs if metric in run["ci95"]]
            table.append(
                Row(
                    protocol,
                    metric,
                    tuple(run["metrics"][metric] for run in runs),
                    _mean_bounds(bounds),
                    _best_baseline(runs, metric),
                    GOALS.get(protocol, {}).get(metric),
                )
            )
    return table


def _shown(protocol: str, metrics: Iterable[str]) -> list[str]:
    wanted = {*GOALS.get(protocol, ()), *SHOWN.get(protocol, ())}
    return [metric for metric in metrics if not wanted or metric in wanted]


def _mean_bounds(bounds: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    if not bounds:
        return None
    low, high = np.mean(bounds, axis=0).tolist()
    return float(low), float(high)


def _best_baseline(runs: Sequence[Figures], metric: str) -> tuple[str, float] | None:
    means = {
        name: float(np.mean([run["baselines"][name][metric] for run in runs]))
        for name in runs[0]["baselines"]
        if all(metric in run["baselines"].get(name, {}) for run in runs)
    }
    if not means:
        return None
    choose = min if metric in LOWER_IS_BETTER else max
    best = choose(means, key=lambda name: (means[name], name))
    return best, means[best]


def _ablations(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """A table a protocol: the metrics of the whole engine, and those without each part with what they lose."""
    tables = []
    for protocol in dict.fromkeys(answer["protocol"] for answer in answers if answer["without"]):
        own = [answer for answer in answers if answer["protocol"] == protocol]
        first = min(answer["seed"] for answer in own)
        whole = next(one["result"]["metrics"] for one in own if not one["without"] and one["seed"] == first)
        names = [name for name in whole if name in GOALS[protocol] and name not in LOWER_IS_BETTER]
        rows = [("whole", [figure(whole[name]) for name in names])]
        for answer in own:
            if answer["without"]:
                less = answer["result"]["metrics"]
                cells = [f"{figure(less[name])} ({less[name] - whole[name]:+.{DIGITS}f})" for name in names]
                rows.append((f"without {answer['without']}", cells))
        tables.append({"protocol": protocol, "metrics": names, "rows": rows})
    return tables


def _sure(results: Sequence[Figures]) -> dict[str, float]:
    """Share told right by share answered."""
    runs = [run["settings"]["accuracy_by_share_answered"] for run in results if run["protocol"] == "tieups"]
    return {share: float(np.mean([run[share] for run in runs])) for share in (runs[0] if runs else ())}


def _exposures(results: Sequence[Figures]) -> list[tuple[str, list[float]]]:
    """(strength, figures) of the fans protocol, popularity last."""
    runs = [run for run in results if run["protocol"] == "fans" and run["settings"].get("exposures")]
    steps = list(zip(*(run["settings"]["exposures"] for run in runs), strict=True))
    named = [(f"{step[0]['exposure']:g}", step) for step in steps]
    peers = [("popularity", [run["baselines"]["popularity"] for run in runs])] if runs else []
    return [
        (name, [float(np.mean([one[metric] for one in step])) for metric in EXPOSED]) for name, step in [*named, *peers]
    ]


def _rivalry(results: Sequence[Figures]) -> list[tuple[str, int]]:
    """Counts of the first run."""
    runs = [run["settings"] for run in results if run["protocol"] == "rivalry"]
    return [(name, value) for name, value in (runs[0] if runs else {}).items() if type(value) is int]


def figure(value: float) -> str:
    """Three digits, no zero before the point."""
    return f"{value:.{DIGITS}f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.{DIGITS}f}"
