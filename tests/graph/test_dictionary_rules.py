"""Every rule of a kansei dictionary file, broken one at a time, and a planner's own file beside it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from kyokan.errors import DictionaryError
from kyokan.graph.dictionary import load_dictionary
from kyokan.graph.dictionary.loading import add_own_file, read_dictionary

SECTORS = [("warm", "温かい"), ("soft", "柔らかい"), ("crisp", "凛"), ("sharp", "鋭い")]


def attribute(name: str, sector: str, **changes: Any) -> dict[str, Any]:
    label = dict(SECTORS).get(name, name)
    return {
        "id": name,
        "sector": sector,
        "label": {"ja": label, "en": name.title()},
        "opposite": None,
        "definition": {"ja": f"{label}。", "en": f"{name}."},
        "source": "ours",
    } | changes


def tiny() -> dict[str, Any]:
    """Four sectors, two axes, five attributes."""
    return {
        "version": "1",
        "sources": {"ours": {"name": "Ours", "licence": "Apache-2.0"}},
        "sectors": [{"id": name, "ja": label, "en": name.title()} for name, label in SECTORS],
        "axes": [
            {"id": "warm-crisp", "poles": ["warm", "crisp"], "ja": "温–凛", "en": "Warm–Crisp", "source": "ours"},
            {"id": "soft-sharp", "poles": ["soft", "sharp"], "ja": "柔–鋭", "en": "Soft–Sharp", "source": "ours"},
        ],
        "attributes": [
            attribute("warm", "warm", opposite="crisp", synonyms={"ja": ["ぬくもり"], "en": ["toasty", {"warm": 0.5}]}),
            attribute(
                "soft", "soft", opposite="sharp", cues={"en": ["cotton-wool", {"term": "Pillow", "weight": 0.3}]}
            ),
            attribute("crisp", "crisp", opposite="warm", tags=["Fresh_Lemon", {"ice": 0.9}]),
            attribute("sharp", "sharp", opposite="soft"),
            attribute("kind", "warm", synonyms={"en": ["toasty"]}, tags=["ice"]),
        ],
    }


def write(folder: Path, data: Any) -> Path:
    path = folder / "tiny.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def refusal(folder: Path, data: Any) -> str:
    with pytest.raises(DictionaryError) as caught:
        read_dictionary(write(folder, data))
    assert caught.value.exit_code == 2
    assert "tiny.yaml" in caught.value.subject
    assert caught.value.remedy
    return str(caught.value)


def test_terms_are_found_under_their_normalised_form_with_weight_and_role(tmp_path: Path):
    terms = read_dictionary(write(tmp_path, tiny())).terms("en")
    assert terms["toasty"] == (("warm", 1.0, "synonym"), ("kind", 1.0, "synonym"))
    assert terms["warm"] == (("warm", 0.5, "synonym"),)
    assert terms["cotton wool"] == (("soft", 0.6, "cue"),)
    assert terms["pillow"] == (("soft", 0.3, "cue"),)
    assert terms["crisp"] == (("crisp", 1.0, "synonym"),)


def test_tags_mean_what_is_listed_and_other_terms_count_with_their_own_weight(tmp_path: Path):
    tags = read_dictionary(write(tmp_path, tiny())).tag_terms()
    assert tags["ice"] == (("crisp", 0.9), ("kind", 0.6))
    assert tags["fresh lemon"] == tags["freshlemon"] == (("crisp", 0.6),)
    assert tags["ぬくもり"] == (("warm", 1.0),)
    assert tags["pillow"] == (("soft", 0.3),)


def test_opposite_sector_and_axis_follow_the_circle(tmp_path: Path):
    dictionary = read_dictionary(write(tmp_path, tiny()))
    assert dictionary.sector_of("kind").id == "warm"
    assert dictionary.axis_of("sharp").id == "soft-sharp"
    assert dictionary.opposite("kind") is None
    opposite = dictionary.opposite("warm")
    assert opposite is not None
    assert opposite.id == "crisp"


def test_an_unknown_sector_is_refused(tmp_path: Path):
    data = tiny()
    data["attributes"][4]["sector"] = "cosy"
    assert "attribute kind: sector cosy is unknown. Name one of crisp, sharp, soft, warm" in refusal(tmp_path, data)


def test_a_duplicate_id_is_refused(tmp_path: Path):
    data = tiny()
    data["attributes"].append(attribute("kind", "warm"))
    assert "attribute kind: stands twice" in refusal(tmp_path, data)


def test_an_opposite_that_does_not_answer_is_refused(tmp_path: Path):
    data = tiny()
    data["attributes"][4]["opposite"] = "sharp"
    assert "attribute kind: opposite sharp names soft as its own opposite" in refusal(tmp_path, data)


def test_an_unknown_opposite_is_refused(tmp_path: Path):
    data = tiny()
    data["attributes"][4]["opposite"] = "cruel"
    assert "opposite cruel is unknown" in refusal(tmp_path, data)


def test_an_opposite_in_the_same_sector_is_refused(tmp_path: Path):
    data = tiny()
    data["attributes"][4]["opposite"] = "cold"
    data["attributes"].append(attribute("cold", "warm", opposite="kind"))
    assert "opposite cold is in the same sector" in refusal(tmp_path, data)


@pytest.mark.parametrize("label", ["", "   "])
def test_an_empty_label_is_refused(tmp_path: Path, label: str):
    data = tiny()
    data["attributes"][4]["label"]["ja"] = label
    message = refusal(tmp_path, data)
    assert "attribute kind: label.ja is empty" in message
    assert "Fill it in" in message


def test_a_missing_field_is_named(tmp_path: Path):
    data = tiny()
    del data["attributes"][4]["definition"]["en"]
    assert "attribute kind: definition.en is missing. Add it" in refusal(tmp_path, data)


def test_an_unknown_field_is_named(tmp_path: Path):
    data = tiny()
    data["attributes"][4]["synonym"] = {"ja": ["思いやり"]}
    assert "attribute kind: synonym is not expected here" in refusal(tmp_path, data)


def test_an_entry_without_id_is_named_by_its_position(tmp_path: Path):
    data = tiny()
    del data["attributes"][4]["id"]
    assert "attribute 5: id is missing" in refusal(tmp_path, data)


def test_a_slug_with_capitals_is_refused(tmp_path: Path):
    data = tiny()
    data["attributes"][4]["id"] = "Kind"
    assert "Use lower-case letters joined by hyphens" in refusal(tmp_path, data)


@pytest.mark.parametrize("weight", [-0.1, 1.5, float("nan")])
def test_a_weight_outside_0_to_1_is_refused(tmp_path: Path, weight: float):
    data = tiny()
    data["attributes"][4]["synonyms"]["en"] = [{"term": "gentle", "weight": weight}]
    assert "attribute kind: synonyms.en.0.weight" in refusal(tmp_path, data)


def test_a_word_that_yaml_reads_as_something_else_is_refused(tmp_path: Path):
    data = tiny()
    data["attributes"][4]["synonyms"]["en"] = [True]
    assert "attribute kind: synonyms.en.0" in refusal(tmp_path, data)


def test_a_term_twice_in_one_attribute_is_refused_however_it_is_written(tmp_path: Path):
    data = tiny()
    data["attributes"][4]["cues"] = {"en": ["Soft_Touch", "soft-touch"]}
    assert "attribute kind: term (en) soft touch stands twice" in refusal(tmp_path, data)


def test_a_term_as_synonym_and_cue_of_one_attribute_is_refused(tmp_path: Path):
    data = tiny()
    data["attributes"][4]["cues"] = {"en": ["toasty"]}
    assert "term (en) toasty stands twice" in refusal(tmp_path, data)


def test_a_tag_twice_in_one_attribute_is_refused(tmp_path: Path):
    data = tiny()
    data["attributes"][4]["tags"] = ["ice", {"ＩＣＥ": 0.2}]
    assert "tag ice stands twice" in refusal(tmp_path, data)


def test_one_synonym_for_opposite_sectors_is_refused(tmp_path: Path):
    data = tiny()
    data["attributes"][2]["synonyms"] = {"en": ["toasty"]}
    assert "synonym toasty also names warm, of the opposite sector" in refusal(tmp_path, data)


def test_one_cue_may_evoke_opposite_sectors(tmp_path: Path):
    data = tiny()
    data["attributes"][2]["cues"] = {"en": ["toasty"]}
    assert len(read_dictionary(write(tmp_path, data)).terms("en")["toasty"]) == 3


def test_an_undescribed_source_is_refused(tmp_path: Path):
    data = tiny()
    data["attributes"][4]["source"] = "ours; gems9:tenderness"
    assert "source gems9 is unknown" in refusal(tmp_path, data)


def test_a_sector_without_its_own_attribute_is_refused(tmp_path: Path):
    data = tiny()
    data["attributes"][3] = attribute("edgy", "sharp")
    data["attributes"][1]["opposite"] = None
    assert "sector sharp: has no attribute of its own name" in refusal(tmp_path, data)


def test_a_sector_twice_is_refused(tmp_path: Path):
    data = tiny()
    data["sectors"][1]["id"] = "warm"
    assert "sector warm: stands twice" in refusal(tmp_path, data)


def test_sectors_without_opposites_are_refused(tmp_path: Path):
    data = tiny()
    data["sectors"].pop()
    assert "there are 3 for 2 axes" in refusal(tmp_path, data)


def test_an_axis_that_is_not_a_diameter_is_refused(tmp_path: Path):
    data = tiny()
    data["axes"][0]["poles"] = ["warm", "sharp"]
    assert "axis warm-crisp: joins warm and sharp" in refusal(tmp_path, data)


def test_text_that_is_no_yaml_is_refused(tmp_path: Path):
    path = tmp_path / "tiny.yaml"
    path.write_text("attributes: [unclosed", encoding="utf-8")
    with pytest.raises(DictionaryError, match="not readable as YAML"):
        read_dictionary(path)


def test_a_key_written_twice_is_refused_instead_of_dropped(tmp_path: Path):
    path = tmp_path / "tiny.yaml"
    path.write_text("version: '1'\nversion: '2'\n", encoding="utf-8")
    with pytest.raises(DictionaryError, match="key version stands twice"):
        read_dictionary(path)


@pytest.mark.parametrize("content", ["", "- a list", "just words"])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, content: str):
    path = tmp_path / "tiny.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DictionaryError, match=r"tiny\.yaml"):
        read_dictionary(path)


OWN = """
attributes:
  - id: warm
    synonyms: {ja: [{ぬくもり: 0.2}, ぽかぽか], en: [balmy]}
    cues: {en: [toasty]}
    tags: [amber]
  - id: sakura
    sector: soft
    label: {ja: 桜, en: Cherry blossom}
    definition: {ja: 春のひととき。, en: A moment in spring.}
    synonyms: {ja: [さくら]}
"""


def test_an_own_file_extends_attributes_and_adds_new_ones(tmp_path: Path):
    base = read_dictionary(write(tmp_path, tiny()))
    own = add_own_file(base, "own.yaml", OWN.encode())
    assert own.ids == (*base.ids, "sakura")
    assert own.get("sakura").source == "own"
    assert own.terms("ja")["ぽかぽか"] == (("warm", 1.0, "synonym"),)
    assert own.terms("ja")["さくら"] == (("sakura", 1.0, "synonym"),)
    assert own.tag_terms()["amber"] == (("warm", 0.6),)
    assert own.axes == base.axes


def test_an_own_file_moves_or_reweighs_a_word_it_lists_again(tmp_path: Path):
    own = add_own_file(read_dictionary(write(tmp_path, tiny())), "own.yaml", OWN.encode())
    assert own.terms("ja")["ぬくもり"] == (("warm", 0.2, "synonym"),)
    assert own.terms("en")["toasty"] == (("warm", 0.6, "cue"), ("kind", 1.0, "synonym"))


def test_weight_0_switches_a_word_off(tmp_path: Path):
    base = read_dictionary(write(tmp_path, tiny()))
    content = "attributes: [{id: warm, synonyms: {en: [{toasty: 0}]}}, {id: kind, synonyms: {en: [{toasty: 0.0}]}}]"
    assert "toasty" not in add_own_file(base, "own.yaml", content.encode()).terms("en")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("attributes: [{id: warm, sector: soft}]", "attribute warm: sector is not expected here"),
        ("attributes: [{id: warm, label: {ja: 暖, en: Hot}}]", "attribute warm: label is not expected here"),
        ("axes: []\nattributes: []", "axes is not expected here"),
        ("sectors: []", "attributes is missing"),
        ("attributes: [{id: warm}, {id: warm}]", "attribute warm: stands twice in this file"),
        ("attributes: [{id: sakura, sector: soft}]", "attribute sakura: label is missing"),
        ("attributes: [warm]", "attribute 1: the entry is not a set of fields"),
        ("attributes: {id: warm}", "attributes is not a list"),
        ("attributes: [{id: warm, synonyms: {en: [{balmy: strong}]}}]", "synonyms.en.0.weight is not a number"),
        ("attributes: [{id: warm, synonyms: {en: [balmy, balmy]}}]", "term (en) balmy stands twice"),
        ("attributes: [{id: [warm]}]", "id is not text"),
    ],
)
def test_an_own_file_that_breaks_a_rule_is_refused_by_name(tmp_path: Path, content: str, message: str):
    base = read_dictionary(write(tmp_path, tiny()))
    with pytest.raises(DictionaryError) as caught:
        add_own_file(base, "own.yaml", content.encode())
    assert message in str(caught.value)
    assert "own.yaml" in caught.value.subject


def test_the_version_names_the_contents_of_an_own_file(tmp_path: Path):
    path = tmp_path / "own.yaml"
    content = "attributes: [{id: serene, synonyms: {ja: [しーんとした]}}]"
    path.write_text(content, encoding="utf-8")
    own = load_dictionary(path)
    digest = hashlib.sha256(content.encode()).hexdigest()[:8]
    assert own.version == f"{load_dictionary().version}+{digest}"
    assert load_dictionary(path) is own
    path.write_text(content.replace("しーん", "しいん"), encoding="utf-8")
    assert load_dictionary(path).version != own.version


def test_an_own_file_that_is_missing_or_in_another_encoding_is_refused(tmp_path: Path):
    with pytest.raises(DictionaryError, match="cannot be read"):
        load_dictionary(tmp_path / "none.yaml")
    path = tmp_path / "own.yaml"
    path.write_bytes("attributes: [静謐]".encode("cp932"))
    with pytest.raises(DictionaryError, match="not UTF-8"):
        load_dictionary(path)
