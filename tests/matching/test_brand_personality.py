"""Facets of a brand's personality from a description, learned from other brands only."""

from __future__ import annotations

import numpy as np
import pytest

from kyokan.errors import DataMissingError, InputError
from kyokan.graph.dictionary import load_dictionary
from kyokan.matching.encoders import open_encoder
from kyokan.matching.evaluation.brand_personality import (
    PersonalityReader,
    category_mean,
    describe,
    evaluate,
    predict,
    read_ratings,
)

FACETS = ("Tough", "Upper-class", "Wholesome")
RATED = {
    "Porsche": (0.3, 0.9, 0.1),
    "Lexus": (0.3, 0.8, 0.1),
    "Levi's jeans": (0.7, 0.2, 0.4),
    "Lee jeans": (0.7, 0.1, 0.4),
    "Campbell's soup": (0.1, 0.1, 0.9),
    "Heinz": (0.2, 0.1, 0.8),
    "BMW": (0.3, 0.9, 0.1),
    "Jeep": (0.9, 0.3, 0.2),
}


def _write(root, rated):
    folder = root / "brand_personality"
    folder.mkdir(parents=True)
    lines = ["," + ",".join(FACETS), *(f"{name},{','.join(map(str, shares))}" for name, shares in rated.items())]
    (folder / "brand_associations.csv").write_text("\n".join(lines), encoding="utf-8")
    return root


def test_a_brand_is_found_by_the_longest_name_it_begins_with():
    assert describe("Michelin tires")[0] == "car care"
    assert describe("Cadbury s chocolate") == describe("Cadbury's Chocolate")
    assert describe("No such brand") == ("", "No such brand")


def test_words_of_a_facet_in_the_description_are_counted():
    reader = PersonalityReader(("Jeep",), FACETS, load_dictionary(), open_encoder("universal", cache=None))
    tough, upper_class, _ = reader.words[0]
    assert tough > upper_class == 0


def test_held_out_brands_are_ranked_by_their_descriptions(tmp_path):
    names = list(RATED)
    data = _write(tmp_path / "data", {name: RATED[name] for name in names[:6]})
    held = _write(tmp_path / "held", {name: RATED[name] for name in names[6:]})
    result = evaluate(data, held, 0, frozenset())
    assert result.n == 2
    assert result.metrics["spearman"] > 0.7  # BMW is upper-class first, a Jeep tough first


def test_ratings_of_hidden_brands_are_not_read():
    brands = tuple(RATED)
    reader = PersonalityReader(brands, FACETS, load_dictionary(), open_encoder("universal", cache=None))
    shares = np.array(list(RATED.values()))
    altered = shares.copy()
    altered[6:] = 1 - altered[6:]
    learned = np.arange(6)
    np.testing.assert_array_equal(
        predict(reader, shares, learned, frozenset()), predict(reader, altered, learned, frozenset())
    )


def test_the_category_mean_by_hand():
    shares = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
    means = category_mean(np.array(["car", "food", "car"]), shares, np.arange(2))
    np.testing.assert_allclose(means[2], [-1.0, 1.0], atol=1e-6)


def test_bad_and_missing_tables_are_named(tmp_path):
    with pytest.raises(DataMissingError, match="brand_associations"):
        read_ratings(tmp_path)
    _write(tmp_path, {"Porsche": ("much", 0, 0)})
    with pytest.raises(InputError, match="not a number"):
        read_ratings(tmp_path)
