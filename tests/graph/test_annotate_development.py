"""The annotator on its development sets, with the real dictionary and the bundled encoder."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from kyokan.graph.annotate import Annotator
from kyokan.graph.dictionary import load_dictionary
from kyokan.matching.encoders import UniversalEncoder
from kyokan.matching.evaluation.annotator_sets import pair_accuracy, text_auc

FOLDER = Path(__file__).parent.parent / "fixtures" / "annotate"


@pytest.fixture(scope="module")
def annotator() -> Annotator:
    return Annotator(load_dictionary(), UniversalEncoder())


def test_present_kansei_stand_above_absent_ones_in_both_languages(annotator: Annotator) -> None:
    figures = text_auc(annotator, yaml.safe_load((FOLDER / "texts.yaml").read_text(encoding="utf-8")))
    assert set(figures) == {"ja", "ja_plain", "en", "en_plain"}
    assert min(figures.values()) >= 0.9


def test_minimal_pairs_come_in_the_right_order(annotator: Annotator) -> None:
    figures = pair_accuracy(annotator, yaml.safe_load((FOLDER / "pairs.yaml").read_text(encoding="utf-8")))
    assert figures["all"] >= 0.95
    assert min(figures.values()) >= 0.8


def test_plain_statements_of_fact_evoke_little(annotator: Annotator) -> None:
    facts = ["部品は工場から翌日に発送されます。", "The form has three pages and a box for the date."]
    for annotation in annotator.annotate_many(facts):
        assert all(value.intensity < 0.5 for value in annotation.profile)


def test_the_same_text_gives_the_same_bytes_in_any_company(annotator: Annotator) -> None:
    text = "祖母の手編みの膝掛けと、静かな雪の朝。"
    alone = annotator.annotate(text).to_json(annotator.dictionary)
    among = annotator.annotate_many(["A loud crowd. It roars.", text, "会議は十時から。"])[1]
    assert among.to_json(annotator.dictionary) == alone
