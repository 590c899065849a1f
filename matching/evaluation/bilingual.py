"""Protocol ``ja-en``: is an entity the same to the annotator in Japanese and in English?

``data/bilingual_ja_en.tsv`` describes artists, brands, products and places, nearly all invented, in both languages;
each description renders the other. Nothing is fitted.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kyokan.graph.annotate import Annotator
from kyokan.graph.dictionary import load_dictionary
from kyokan.matching.encoders import open_encoder
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.harness import Result, check_without

NAME = "ja-en"
FILE = "data/bilingual_ja_en.tsv"
PARTS = ("lexicon", "embedding")
BOOTSTRAP = 1000

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Described:
    """One entity in both languages."""

    kind: str
    name: str
    ja: str
    en: str


def read_entities() -> tuple[Described, ...]:
    """The bilingual set, in the order of its file."""
    content = files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    return tuple(
        Described(row["kind"], row["name_en"], row["ja"], row["en"])
        for row in csv.DictReader(content.splitlines(), delimiter="\t")
    )


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Compare the profiles of both languages; ``data`` and ``heldout`` hold nothing that this protocol reads."""
    del data, heldout
    check_without(without, PARTS, NAME)
    dictionary, encoder, entities = load_dictionary(), open_encoder(), read_entities()
    ja, en = [entity.ja for entity in entities], [entity.en for entity in entities]
    annotator = Annotator(dictionary, None if "embedding" in without else encoder, lexicon="lexicon" not in without)
    each = sameness(profiles(annotator, ja, "ja"), profiles(annotator, en, "en"))
    words = Annotator(dictionary)
    peers = {
        "words_alone": sameness(profiles(words, ja, "ja"), profiles(words, en, "en")),
        "text_vectors": sameness(encoder.encode(ja).astype(np.float64), encoder.encode(en).astype(np.float64)),
    }
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(entities),
        metrics={name: float(values.mean()) for name, values in each.items()},
        baselines={
            peer: {name: float(values.mean()) for name, values in found.items()} for peer, found in peers.items()
        },
        ci95={name: metrics.bootstrap_mean(values, seed, BOOTSTRAP) for name, values in each.items()},
        settings={"annotator": annotator.version, "fitted": False, "without": sorted(without)},
    )


def profiles(annotator: Annotator, texts: Sequence[str], lang: str) -> Floats:
    """(texts, attributes) intensities; 0 for an attribute that is not in a profile."""
    column = {attribute: place for place, attribute in enumerate(annotator.dictionary.ids)}
    found = np.zeros((len(texts), len(column)))
    for row, annotation in enumerate(annotator.annotate_many(texts, lang)):
        for value in annotation.profile:
            found[row, column[value.attribute]] = value.intensity
    return found


def sameness(ja: Floats, en: Floats) -> dict[str, Floats]:
    """Figures of each entity from its row in ``ja`` and in ``en``.

    ``cosine`` and ``spearman`` compare its own two rows, ``cosine_others`` and ``spearman_others`` its Japanese row
    with the English rows of all others. ``ranking`` is the Spearman correlation of two rankings of the others by
    cosine, one within Japanese, one within English. ``mrr`` is one over the rank of its own English row among all, seen
    from the Japanese one. A constant row is like no other (0).
    """
    own = np.eye(len(ja), dtype=bool)
    cosines, correlations = _cosines(ja, en), _cosines(_centred_ranks(ja), _centred_ranks(en))
    within = (_cosines(side, side)[~own].reshape(len(side), -1) for side in (ja, en))
    return {
        "cosine": cosines[own],
        "cosine_others": _means_of_others(cosines, own),
        "spearman": correlations[own],
        "spearman_others": _means_of_others(correlations, own),
        "ranking": np.diagonal(_cosines(*(_centred_ranks(side) for side in within))).copy(),
        "mrr": np.array([1.0 / metrics.rank_of(row, place) for place, row in enumerate(cosines)]),
    }


def _centred_ranks(rows: Floats) -> Floats:
    """Ranks within each row around their mean: cosines of these are Spearman correlations."""
    return np.array([ranked - ranked.mean() for ranked in map(metrics.ranks, rows)])


def _means_of_others(values: Floats, own: NDArray[np.bool_]) -> Floats:
    return np.asarray(values[~own].reshape(len(values), -1).mean(axis=1))


def _cosines(x: Floats, y: Floats) -> Floats:
    x_norm, y_norm = (np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-12) for side in (x, y))
    return np.asarray((x / x_norm) @ (y / y_norm).T)
