"""Protocol ``brand-personality``: predict how strongly people see fifteen personality facets in a brand.

A description of the brand, written without looking at any rating, is read through the kansei space: each facet is an
attribute of the dictionary (Aaker 1997), and a description is near to an attribute by its words and by its vector.
Brands whose descriptions are alike, in their kansei first of all, lend what people see in them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from kyokan.errors import InputError
from kyokan.graph.annotate import Annotator
from kyokan.graph.dictionary import Attribute, Dictionary, load_dictionary, normalise_term
from kyokan.graph.encoder import Encoder
from kyokan.matching.encoders import open_encoder
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.harness import Result, check_without, require_file, require_sides

NAME = "brand-personality"
FOLDER = "brand_personality"
FILE = "brand_associations.csv"
PARTS = ("words", "vectors", "kansei", "letters", "similar_brands")
SHARE_HIDDEN = 0.3
RIDGE = 3.0
# Share of each part in the sum; chosen by hiding brands of --data.
WORDS, VECTORS, SIMILAR = 0.6, 0.15, 2.0

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ratings:
    """Share of people who see a facet in a brand: (brands, facets)."""

    brands: tuple[str, ...]
    facets: tuple[str, ...]
    shares: Matrix

    def subset(self, rows: Sequence[int]) -> Ratings:
        """Some of the brands."""
        return Ratings(tuple(self.brands[row] for row in rows), self.facets, self.shares[list(rows)])


def read_ratings(root: Path, facets: Sequence[str] | None = None) -> Ratings:
    """Read the table, the columns of ``facets`` where given, else all.

    Raises:
        DataMissingError: it is not there.
        InputError: a facet is not there or a share is not a number.
    """
    path = require_file(root, FOLDER, FILE, NAME)
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = list(csv.reader(file)) or [[""]]
    wanted = tuple(header[1:]) if facets is None else tuple(facets)
    missing = [facet for facet in wanted if facet not in header[1:]]
    if missing:
        raise InputError(str(path), f"lacks the facet {', '.join(missing)}", "Add it to the header line")
    columns = [header.index(facet, 1) for facet in wanted]
    try:
        shares = np.array([[float(row[column]) for column in columns] for row in rows])
    except (ValueError, IndexError) as error:
        raise InputError(path.name, f"has a share that is not a number ({error})") from None
    return Ratings(tuple(row[0] for row in rows), wanted, shares.reshape(len(rows), len(wanted)))


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def describe(brand: str) -> tuple[str, str]:
    """(category, description) of a brand; a brand that we have not described is its own name, in no category."""
    path = files(__package__).joinpath("data/brand_descriptions.yaml")
    entries = {_key(name): entry for name, entry in yaml.safe_load(path.read_text(encoding="utf-8")).items()}
    wanted = _key(brand)
    known = [name for name in entries if wanted.startswith(name)]
    if not known:
        return "", brand
    entry = entries[max(known, key=len)]
    return str(entry["category"]), str(entry["text"])


class PersonalityReader:
    """Descriptions of some brands as features; facets and brands in the order given."""

    def __init__(self, brands: Sequence[str], facets: Sequence[str], dictionary: Dictionary, encoder: Encoder) -> None:
        described = [describe(brand) for brand in brands]
        self.categories = np.array([category for category, _ in described])
        self.texts = [text for _, text in described]
        self.facets = facets
        self.dictionary = dictionary
        self.encoder = encoder

    @cached_property
    def vectors(self) -> Matrix:
        """(brands, D) encoded descriptions."""
        return np.asarray(self.encoder.encode(self.texts), dtype=float)

    @cached_property
    def _facet_attributes(self) -> list[Attribute]:
        named = self.dictionary.terms("en")
        return [self.dictionary.get(named[normalise_term(facet)][0][0]) for facet in self.facets]

    @cached_property
    def nearness(self) -> Matrix:
        """(brands, facets) cosine of description and attribute."""
        anchors = [
            f"{a.label.en}: {a.definition.en} {', '.join(term.term for term in a.synonyms.en)}"
            for a in self._facet_attributes
        ]
        return np.asarray(self.vectors @ self.encoder.encode(anchors).T, dtype=float)

    @cached_property
    def words(self) -> Matrix:
        """(brands, facets) weight of the attribute's own words in the description."""
        found = np.zeros((len(self.texts), len(self.facets)))
        for column, attribute in enumerate(self._facet_attributes):
            for term in (*attribute.synonyms.en, *attribute.cues.en):
                pattern = re.compile(rf"\b{re.escape(term.term)}\b", re.IGNORECASE)
                found[:, column] += [term.weight * bool(pattern.search(text)) for text in self.texts]
        return found

    @cached_property
    def kansei(self) -> Matrix:
        """(brands, attributes) roots of the intensities of the annotator's profile of the description."""
        found = np.zeros((len(self.texts), len(self.dictionary)))
        profiles = Annotator(self.dictionary, self.encoder).intensities(self.texts, "en")
        for row, intensities in zip(found, profiles, strict=True):
            row[[self.dictionary.index(attribute) for attribute in intensities]] = list(intensities.values())
        return np.sqrt(found)

    def letters(self, learned: NDArray[np.int64]) -> Matrix:
        """(brands, runs) TF-IDF of runs of letters in the descriptions, learned from the ``learned`` ones."""
        runs = TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(4, 5))
        runs.fit([self.texts[row] for row in learned])
        return np.asarray(runs.transform(self.texts).toarray(), dtype=np.float64)


def predict(reader: PersonalityReader, shares: Matrix, learned: NDArray[np.int64], without: frozenset[str]) -> Matrix:
    """(brands, facets) z-scored predictions; ``shares`` (brands, facets) is read at the ``learned`` rows only."""
    target = _standard(shares, learned)[learned]
    words, nearness = _standard(reader.words, learned), _standard(reader.nearness, learned)
    predicted = np.zeros_like(words)
    if "words" not in without:
        predicted += WORDS * words
    if "vectors" not in without:
        predicted += VECTORS * nearness
    if "similar_brands" not in without:
        alike = [_unit(reader.vectors, learned), np.hstack([words, nearness]) / np.sqrt(2 * words.shape[1])]
        if "kansei" not in without:
            alike.append(_unit(reader.kansei, learned))
        if "letters" not in without:
            alike.append(_unit(reader.letters(learned), learned))
        features = np.hstack(alike)
        kernel = features @ features[learned].T
        predicted += SIMILAR * kernel @ np.linalg.solve(kernel[learned] + RIDGE * np.eye(len(learned)), target)
    return predicted


def _unit(values: Matrix, learned: NDArray[np.int64]) -> Matrix:
    moved = values - values[learned].mean(axis=0)
    return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-12), dtype=np.float64)


def _standard(values: Matrix, learned: NDArray[np.int64]) -> Matrix:
    scaled: Matrix = (values - values[learned].mean(axis=0)) / (values[learned].std(axis=0) + 1e-9)
    return scaled


def category_mean(categories: NDArray[np.str_], shares: Matrix, learned: NDArray[np.int64]) -> Matrix:
    """(brands, facets) mean of the learned brands of the same category; of all where there is none."""
    target = _standard(shares, learned)
    rows = []
    for category in categories:
        same = learned[categories[learned] == category]
        rows.append(target[same if len(same) else learned].mean(axis=0))
    return np.array(rows)


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Fit on the ratings of some brands, predict those of the others from their descriptions."""
    check_without(without, PARTS, NAME)
    known = read_ratings(data)
    if heldout is None:
        order = np.random.default_rng([seed, 15]).permutation(len(known.brands))
        split = round(SHARE_HIDDEN * len(order))
        hidden, known = known.subset(np.sort(order[:split]).tolist()), known.subset(np.sort(order[split:]).tolist())
    else:
        hidden = read_ratings(heldout, known.facets)
        tested = {_key(brand) for brand in hidden.brands}
        known = known.subset([row for row, brand in enumerate(known.brands) if _key(brand) not in tested])
    require_sides(len(known.brands), len(hidden.brands), data, heldout, "rated brands")
    reader = PersonalityReader(
        (*known.brands, *hidden.brands), known.facets, load_dictionary(), open_encoder("universal", cache=None)
    )
    learned = np.arange(len(known.brands))
    shares = np.vstack([known.shares, np.zeros_like(hidden.shares)])
    truth = _standard(np.vstack([known.shares, hidden.shares]), learned)[len(learned) :]
    per_brand = _agreement(predict(reader, shares, learned, without)[len(learned) :], truth)
    baseline = _agreement(category_mean(reader.categories, shares, learned)[len(learned) :], truth)
    settings: dict[str, Any] = {
        "brands_learned": len(learned),
        "not_described": [brand for brand in (*known.brands, *hidden.brands) if describe(brand)[0] == ""],
        "without": sorted(without),
    }
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(per_brand),
        metrics={"spearman": float(np.nanmean(per_brand))},
        baselines={"category_mean": {"spearman": float(np.nanmean(baseline))}},
        ci95={"spearman": metrics.bootstrap_mean(per_brand, seed)},
        settings=settings,
    )


def _agreement(predicted: Matrix, truth: Matrix) -> Matrix:
    return np.array([metrics.spearman(row, actual) for row, actual in zip(predicted, truth, strict=True)])
