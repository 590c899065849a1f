"""The sets the annotator is measured on: whole, apart from what it learns from, and scored as documented."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kyokan.graph.annotate.anchors import SCENES_FILE, kansei_words
from kyokan.graph.dictionary import load_dictionary
from kyokan.matching.evaluation import evaluate
from kyokan.matching.evaluation.annotator_gold import GoldText, Labels, agreement, consensus, read_gold
from kyokan.matching.evaluation.annotator_sets import gold_entries, packaged
from kyokan.matching.evaluation.bilingual import read_entities, sameness

DICTIONARY_FILE = SCENES_FILE.parents[2] / "dictionary" / "data" / "kansei.yaml"


def _gold(first: dict[str, int], second: dict[str, int], absent: tuple[str, ...] = ()) -> GoldText:
    labels = {"a": Labels(first, frozenset(absent)), "b": Labels(second, frozenset())}
    return GoldText("p1", "product", "…", labels)


def test_nothing_the_annotator_learns_from_holds_a_measured_text():
    learned = SCENES_FILE.read_text(encoding="utf-8") + DICTIONARY_FILE.read_text(encoding="utf-8")
    texts = [text.text for text in read_gold()]
    texts += [entry["text"] for entry in packaged("texts")]
    texts += [text for entity in read_entities() for text in (entity.ja, entity.en)]
    for text in texts:
        assert text not in learned
        for sentence in filter(lambda part: len(part) >= 12, text.split("。")):
            assert sentence not in learned


def test_the_sets_are_as_large_as_promised_and_name_attributes_of_the_dictionary():
    dictionary = load_dictionary()
    assert len(read_gold()) >= 100
    assert len(read_entities()) >= 100
    assert len(packaged("pairs")) >= 180
    for entry in packaged("texts") + gold_entries():
        named = [set(kansei_words(dictionary)[word]) for side in ("present", "absent") for word in entry[side]]
        assert all(named)
        assert not set(entry["present"]) & set(entry["absent"])


def test_agreement_of_equal_passes_is_one_and_of_unlike_ones_is_below_chance():
    same = agreement([_gold({"quiet": 3}, {"quiet": 1}), _gold({"cute": 2}, {"cute": 2})])
    assert same == {"texts": 2.0, "alpha": 1.0, "kappa": 1.0, "jaccard": 1.0}
    # four pairs of text and attribute, all differ: D_o = 1, D_e = 2·4·4 / (8·7)
    unlike = agreement([_gold({"quiet": 3}, {"cute": 1}), _gold({"cute": 2}, {"quiet": 2})])
    assert unlike["alpha"] == pytest.approx(1 - 56 / 32)
    assert unlike["jaccard"] == 0.0


def test_sectors_agree_where_attributes_differ():
    texts = [_gold({"quiet": 3}, {"solemn": 1}), _gold({"cute": 2}, {"playful": 2})]
    sectors = {"quiet": "serene", "solemn": "serene", "cute": "playful", "playful": "playful"}
    assert agreement(texts)["jaccard"] == 0.0
    assert agreement(texts, sectors)["alpha"] == 1.0


def test_one_pass_has_no_agreement_and_counts_where_it_is_clear():
    alone = GoldText("p1", "product", "…", {"a": Labels({"quiet": 3, "pure": 1}, frozenset({"cute"}))})
    assert agreement([alone]) == {}
    assert consensus(alone) == (("quiet",), ("cute",))


def test_two_passes_agree_on_what_both_find_and_neither_contradicts():
    both = _gold({"quiet": 3, "pure": 1}, {"quiet": 1, "cute": 1}, absent=("cute", "wild"))
    assert consensus(both) == (("quiet",), ("wild",))


def test_equal_profiles_are_the_same_in_both_languages_and_found_first():
    profiles = np.array([[1.0, 0.2, 0.0, 0.1], [0.1, 0.9, 0.3, 0.0], [0.0, 0.1, 0.8, 0.7], [0.5, 0.0, 0.4, 0.9]])
    figures = sameness(profiles, profiles)
    assert figures["cosine"] == pytest.approx(np.ones(4))
    assert figures["spearman"] == pytest.approx(np.ones(4))
    assert figures["ranking"] == pytest.approx(np.ones(4))
    assert figures["mrr"].tolist() == [1.0] * 4


def test_an_empty_profile_is_like_nothing():
    figures = sameness(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    assert figures["cosine"].tolist() == [0.0, 1.0, 1.0]
    assert figures["spearman"][0] == 0.0


def test_profiles_of_both_languages_resemble_each_other_far_more_than_those_of_others(tmp_path: Path):
    result = evaluate("ja-en", tmp_path)
    assert result.n >= 100
    assert result.metrics["cosine"] > result.metrics["cosine_others"] + 0.4
    assert result.metrics["spearman"] > 0.6
    assert set(result.ci95) == set(result.metrics)
    assert json.dumps(result.to_json())
