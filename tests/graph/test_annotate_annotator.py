"""The annotator: profiles with their evidence, from texts and tags, and what becomes of them in the graph."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kyokan.errors import InputError
from kyokan.graph.annotate import Annotator, from_relations, merge_with_corrections, to_relations
from kyokan.graph.annotate.language import detect_language, sentences
from kyokan.graph.dictionary import Dictionary
from kyokan.graph.dictionary.loading import read_dictionary
from kyokan.graph.encoder import Vectors
from kyokan.graph.model import Entity, EntityKind, KanseiValue, Provenance, RelationKind, Rights, Span
from kyokan.matching.encoders import UniversalEncoder

FIXTURE = Path(__file__).parent.parent / "fixtures" / "annotate" / "dictionary.yaml"
SOURCE = Provenance(source="test", licence="CC0", rights=Rights.SHARE)


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return read_dictionary(FIXTURE)


@pytest.fixture(scope="module")
def annotator(dictionary: Dictionary) -> Annotator:
    return Annotator(dictionary)


def value_of(profile: Sequence[KanseiValue], attribute: str) -> KanseiValue:
    (value,) = (value for value in profile if value.attribute == attribute)
    return value


class Listening:
    """The bundled encoder, and a record of what it was given."""

    def __init__(self) -> None:
        self._encoder = UniversalEncoder()
        self.name, self.dimensions = self._encoder.name, self._encoder.dimensions
        self.heard: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.heard.extend(texts)
        return self._encoder.encode(texts)


@pytest.fixture(scope="module")
def encoder() -> Listening:
    return Listening()


@pytest.fixture(scope="module")
def listening(dictionary: Dictionary, encoder: Listening) -> Annotator:
    """Words and encoder together."""
    return Annotator(dictionary, encoder)


def test_a_word_said_once_gives_its_known_intensity(annotator: Annotator) -> None:
    value = value_of(annotator.annotate("静かな夜").profile, "serene")
    assert value.intensity == pytest.approx(1 - math.exp(-1.2), abs=1e-4)
    assert (value.confidence, value.negated, value.source) == (0.8, False, "lexicon")


def test_cues_weigh_less_and_add_up(annotator: Annotator) -> None:
    cue = value_of(annotator.annotate("a fireplace").profile, "warm")
    both = value_of(annotator.annotate("a warm fireplace").profile, "warm")
    assert cue.intensity == pytest.approx(1 - math.exp(-1.2 * 0.6), abs=1e-4)
    assert both.intensity == pytest.approx(1 - math.exp(-1.2 * 1.6), abs=1e-4)
    assert both.confidence == pytest.approx(1 - 0.2 * 0.5)


def test_a_negated_term_is_known_and_zero(annotator: Annotator) -> None:
    value = value_of(annotator.annotate("静かではない。").profile, "serene")
    assert (value.intensity, value.negated) == (0.0, True)
    assert value.confidence > 0


def test_an_attribute_without_evidence_is_absent(annotator: Annotator) -> None:
    assert annotator.annotate("会議は火曜日の十時からです。").profile == ()
    assert annotator.annotate("").profile == ()
    assert annotator.annotate(" \n").profile == ()


@pytest.mark.parametrize(
    "text", ["とても静かな😀夜。温もり。", "A very  quiet\nnight 😀, cosy.", "Coolではなくquietな、ｶﾜｲｲ店"]
)
def test_spans_slice_the_original_text(annotator: Annotator, text: str) -> None:
    profile = annotator.annotate(text).profile
    assert profile
    for value in profile:
        for span in value.spans:
            assert text[span.start : span.end] == span.text


def test_values_come_strongest_first_and_ties_in_dictionary_order(annotator: Annotator) -> None:
    profile = annotator.annotate("soft, cute, very quiet and not warm").profile
    assert [value.attribute for value in profile] == ["serene", "cute", "soft", "warm"]


def test_a_word_says_less_of_a_long_text(annotator: Annotator) -> None:
    short = value_of(annotator.annotate("It is quiet.").profile, "serene")
    long = value_of(annotator.annotate("It is quiet. " + "It has a number. " * 15).profile, "serene")
    assert long.intensity == pytest.approx(1 - math.exp(-1.2 / 2), abs=1e-4)
    assert long.confidence < short.confidence


def test_language_is_recognised_by_script_and_may_be_given(annotator: Annotator) -> None:
    assert [detect_language(text) for text in ("静かな夜", "YOASOBIの新曲", "A quiet night", "", "2024")] == [
        "ja", "ja", "en", "en", "en",
    ]  # fmt: skip
    assert annotator.annotate("quiet", "ja").lang == "ja"
    with pytest.raises(InputError, match="neither ja nor en"):
        annotator.annotate("leise", "de")


def test_sentences_end_where_they_should() -> None:
    text = "静かだ。「本当に？」と彼。\nNo. 5 is 3.5 m! Yes."
    assert [text[start:end] for start, end in sentences(text)] == [
        "静かだ。", "「本当に？」", "と彼。", "No.", "5 is 3.5 m!", "Yes.",
    ]  # fmt: skip


def test_the_encoder_adds_attributes_and_names_the_sentence(listening: Annotator) -> None:
    text = "It has a number. We sat under one blanket with cocoa by the stove."
    warm = value_of(listening.annotate(text).profile, "warm")
    assert warm.source == "embedding"
    assert 0.1 < warm.intensity <= 0.75
    assert warm.confidence < warm.intensity
    assert warm.spans == (Span(lang="en", start=17, end=len(text), text=text[17:]),)


def test_the_encoder_does_not_hear_what_the_text_denies(listening: Annotator, encoder: Listening) -> None:
    listening.annotate("x")
    encoder.heard.clear()
    listening.annotate("It is not quiet.")
    listening.annotate("しずかな夜だ。")
    listening.annotate("A CUTE and sooooft toy.")
    assert encoder.heard == ["It is not .", "静かな夜だ。", "A cute and soft toy."]


def test_words_deny_what_the_encoder_hears(listening: Annotator) -> None:
    scene = "One blanket and cocoa by the stove"
    assert value_of(listening.annotate(f"{scene}.").profile, "warm").intensity > 0
    value = value_of(listening.annotate(f"{scene}, yet not warm.").profile, "warm")
    assert (value.intensity, value.negated) == (0.0, True)


def test_each_kind_of_evidence_can_be_switched_off(dictionary: Dictionary, encoder: Listening) -> None:
    text = "One blanket and cocoa by the stove. Quiet."
    words = Annotator(dictionary, encoder, embedding=False).annotate(text).profile
    heard = Annotator(dictionary, encoder, lexicon=False).annotate(text).profile
    assert [(value.attribute, value.source) for value in words] == [("serene", "lexicon")]
    assert {value.source for value in heard} == {"embedding"}
    assert Annotator(dictionary, tags=False).annotate_tags({"ambient": 1}) == ()


def test_the_version_names_dictionary_encoder_and_switches(dictionary: Dictionary, encoder: Listening) -> None:
    assert Annotator(dictionary).version == "kyokan-annotator/3 dictionary/test.1 lexicon+tags"
    version = Annotator(dictionary, encoder, lexicon=False).version
    assert version == f"kyokan-annotator/3 dictionary/test.1 encoder/{encoder.name} embedding+tags"


def test_many_texts_at_once_read_as_one_by_one(listening: Annotator) -> None:
    texts = ["静かな夜。", "One blanket and cocoa by the stove.", "", "Not cute."]
    assert listening.annotate_many(texts) == [listening.annotate(text) for text in texts]


def test_tags_map_through_the_dictionary(annotator: Annotator) -> None:
    profile = annotator.annotate_tags({"ambient": 10.0, "folk": 5.0, "seen live": 50.0, "dance": 0.0}, scale=10.0)
    serene = value_of(profile, "serene")
    assert serene.intensity == pytest.approx(1 - math.exp(-1.5 * (0.8 + 0.2 * 0.5)), abs=1e-4)
    assert serene.tags == pytest.approx({"ambient": 0.8, "folk": 0.1})
    assert {value.attribute for value in profile} == {"serene", "warm"}
    assert serene.source == "tags"


def test_a_longer_tag_is_read_by_its_words(annotator: Annotator) -> None:
    (value,) = annotator.annotate_tags({"really quiet songs": 3.0})
    assert value.attribute == "serene"
    assert value.tags["really quiet songs"] == pytest.approx(1.35 * 0.7)
    assert annotator.annotate_tags({"not quiet": 3.0}) == ()


def entity(**changes: Any) -> Entity:
    return replace(Entity(id="artist:x", kind=EntityKind.ARTIST, name="X", provenance=(SOURCE,)), **changes)


def test_a_profile_joins_texts_of_both_languages_and_tags(annotator: Annotator) -> None:
    profile = annotator.profile(entity(text_ja="静かな人。", text_en="A quiet, cute voice."), {"ambient": 1.0})
    serene, cute = value_of(profile, "serene"), value_of(profile, "cute")
    text, tags = 1 - math.exp(-1.2), 1 - math.exp(-1.5 * 0.8)
    assert serene.intensity == pytest.approx(1 - (1 - text) * (1 - tags), abs=1e-4)
    assert serene.source == "fused"
    assert [span.lang for span in serene.spans] == ["ja", "en"]
    assert cute.source == "lexicon"


def test_tags_against_a_denial_count_half(annotator: Annotator) -> None:
    (serene,) = (
        v for v in annotator.profile(entity(text_en="Not quiet."), {"ambient": 1.0}) if v.attribute == "serene"
    )
    assert not serene.negated
    assert serene.intensity == pytest.approx((1 - math.exp(-1.5 * 0.8)) / 2, abs=1e-4)


def test_a_profile_survives_the_graph(annotator: Annotator) -> None:
    one = entity(text_ja="静かで、可愛くない。")
    profile = annotator.profile(one, {"ambient": 1.0})
    relations = annotator.to_relations(one, profile)
    assert relations[0].identity == ("evokes", "artist:x", "kansei:serene", "")
    assert relations[0].weight == profile[0].intensity
    assert relations[0].provenance == Provenance(
        source="test", licence="CC0", rights=Rights.SHARE, annotator=annotator.version
    )
    back = from_relations(relations)
    assert [(v.attribute, v.intensity, v.negated, v.spans) for v in back] == [
        (v.attribute, v.intensity, v.negated, v.spans) for v in profile
    ]


def test_the_strictest_rights_of_all_sources_hold(annotator: Annotator) -> None:
    inner = Provenance(source="private", rights=Rights.INTERNAL, synthetic=True)
    one = entity(text_en="quiet", provenance=(SOURCE, inner))
    (relation,) = annotator.to_relations(one, annotator.profile(one, {}))
    assert (relation.provenance.rights, relation.provenance.synthetic) == (Rights.INTERNAL, True)
    assert relation.provenance.source == "test; private"


def test_human_corrections_outlive_annotation() -> None:
    fresh = to_relations(
        "artist:x",
        [
            KanseiValue(attribute="serene", intensity=0.7, confidence=0.8),
            KanseiValue(attribute="cute", intensity=0.5, confidence=0.5),
        ],
        SOURCE,
    )
    by_person = to_relations(
        "artist:x",
        [
            KanseiValue(attribute="serene", intensity=0.1, confidence=1.0, source="human"),
            KanseiValue(attribute="warm", intensity=0.9, confidence=1.0, source="human"),
        ],
        SOURCE,
    )
    merged = {relation.target: relation for relation in merge_with_corrections(fresh, [*fresh, *by_person])}
    assert {target: relation.weight for target, relation in merged.items()} == {
        "kansei:serene": 0.1, "kansei:cute": 0.5, "kansei:warm": 0.9,
    }  # fmt: skip
    assert all(relation.kind is RelationKind.EVOKES for relation in merged.values())


def test_json_carries_labels_axis_and_spans(annotator: Annotator, dictionary: Dictionary) -> None:
    answer = annotator.annotate("静かな夜").to_json(dictionary)
    assert (answer["lang"], answer["dictionary"]) == ("ja", "test.1")
    (value,) = answer["profile"]
    assert value["label"] == {"ja": "静か", "en": "Quiet"}
    assert (value["axis"], value["spans"]) == ("lively-serene", [[0, 2, "静か"]])


def test_intensities_are_those_of_the_profile_in_any_number_of_texts(listening: Annotator) -> None:
    texts = ["静かな夜。とてもかわいい。", "可愛くない", "", "a quiet room"] * 20
    profiles = [annotation.profile for annotation in listening.annotate_many(texts)]
    told = [{value.attribute: value.intensity for value in profile} for profile in profiles]
    assert listening.intensities(texts) == told
    assert listening.intensities(texts[:2], "ja") == told[:2]
    assert listening.intensities([]) == []
