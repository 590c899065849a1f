"""The gold set: Japanese texts on products and artists, their kansei labelled in two passes apart from each other.

``data/gold_ja.tsv`` holds one text a row: ``present_a`` and ``present_b`` as ``quiet:3,elegant:2`` (strength 1 to 3),
``absent_a`` and ``absent_b`` as ids that would be plainly wrong. Labels come from a palette of about fifty attributes.
A pass that has not been made is empty.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

FILE = "data/gold_ja.tsv"
PASSES = ("a", "b")
CLEAR = 2  # strength from which the label of a lone pass counts


@dataclass(frozen=True, slots=True)
class Labels:
    """What one pass says of a text: strength by attribute, and attributes it finds missing."""

    present: Mapping[str, int]
    absent: frozenset[str]


@dataclass(frozen=True, slots=True)
class GoldText:
    """A text and its labels by pass; a pass that was not made is not there."""

    id: str
    kind: str
    text: str
    passes: Mapping[str, Labels]


def read_gold() -> tuple[GoldText, ...]:
    """The gold set, in the order of its file."""
    content = files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    return tuple(
        GoldText(
            row["id"], row["kind"], row["text"], {name: _labels(row, name) for name in PASSES if row[f"present_{name}"]}
        )
        for row in csv.DictReader(content.splitlines(), delimiter="\t")
    )


def _labels(row: Mapping[str, str], name: str) -> Labels:
    pairs = (label.partition(":") for label in row[f"present_{name}"].split(","))
    return Labels(
        {attribute: int(strength) for attribute, _, strength in pairs},
        frozenset(filter(None, row[f"absent_{name}"].split(","))),
    )


def consensus(text: GoldText) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(present, absent) attributes of a text.

    With two passes: present is what both find, absent what one finds missing and the other does not find. With one
    pass: what it finds at a strength of ``CLEAR`` or more, and what it finds missing.
    """
    labels = list(text.passes.values())
    found: set[str] = set().union(*(each.present for each in labels))
    missing: set[str] = set().union(*(each.absent for each in labels))
    if len(labels) == 1:
        present = {name for name, strength in labels[0].present.items() if strength >= CLEAR}
    else:
        present = {name for name in found if all(name in each.present for each in labels)}
    return tuple(sorted(present)), tuple(sorted(missing - found))


def agreement(texts: Sequence[GoldText], sectors: Mapping[str, str] | None = None) -> dict[str, float]:
    """How far two passes agree on which attributes a text evokes, over the texts that both labelled.

    ``alpha`` is Krippendorff's alpha for two coders and nominal data over all pairs of text and attribute of the
    palette: 1 − D_o / D_e, D_o the share of pairs on which they differ, D_e = 2·n₁·n₀ / (n·(n − 1)) with n₁ presences
    and n₀ absences among the n labels of both (K. Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011).
    ``kappa`` is the mean over attributes, those that neither uses left out, of Cohen's (p_o − p_e) / (1 − p_e)
    (J. Cohen, A coefficient of agreement for nominal scales, 1960). ``jaccard`` is the mean over texts of
    |A ∩ B| / |A ∪ B|. With ``sectors`` (attribute → sector) the labels are sectors. Empty where no text has both.
    """
    both = [text for text in texts if all(name in text.passes for name in PASSES)]
    if not both:
        return {}
    sides = [[_named(text.passes[name].present, sectors) for text in both] for name in PASSES]
    palette = sorted({name for labels in _all_labels(texts) for name in _named(labels, sectors)})
    a, b = (np.array([[name in labels for name in palette] for labels in side]) for side in sides)
    shared, either = (a & b).sum(axis=1), (a | b).sum(axis=1)
    return {
        "texts": float(len(both)),
        "alpha": _alpha(a, b),
        "kappa": float(np.nanmean([_kappa(a[:, k], b[:, k]) for k in range(len(palette))])),
        "jaccard": float((shared / np.maximum(either, 1)).mean()),
    }


def _all_labels(texts: Iterable[GoldText]) -> list[set[str]]:
    return [set(labels.present) | labels.absent for text in texts for labels in text.passes.values()]


def _named(labels: Iterable[str], sectors: Mapping[str, str] | None) -> set[str]:
    return set(labels) if sectors is None else {sectors[label] for label in labels}


def _alpha(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    ones, n = int(a.sum() + b.sum()), a.size + b.size
    expected = 2.0 * ones * (n - ones) / (n * (n - 1))
    return 1.0 - float((a != b).mean()) / expected if expected else float("nan")


def _kappa(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    chance = float(a.mean() * b.mean() + (1 - a.mean()) * (1 - b.mean()))
    return float(((a == b).mean() - chance) / (1 - chance)) if chance < 1.0 else float("nan")
