"""The shipped kansei dictionary: complete in both languages, wide enough, and readable by the rest of the house."""

from __future__ import annotations

import math

import pytest

from kyokan.errors import UnknownEntityError
from kyokan.graph.dictionary import load_dictionary, normalise_term
from kyokan.graph.dictionary.entries import LANGS
from kyokan.graph.model import EntityKind, Rights

DICTIONARY = load_dictionary()
words = str.split

MUSIC_MOODS = words("""
    emotional energetic passionate groovy happy upbeat romantic exciting fun mellow cheerful relaxing calming intense
    lively soothing sentimental aggressive soulful playful sad suspenseful melodic hypnotic eerie powerful positive
    animated meditative trippy epic uplifting nostalgic devotional dramatic heartfelt dreamy haunting mysterious
    poignant harsh messy ethereal scary dark gentle spooky mystical
""")
BRAND_FACETS = words("""
    down-to-earth honest wholesome cheerful daring spirited imaginative up-to-date reliable intelligent successful
    upper-class charming outdoorsy tough
""")
MUSIC_CLUSTERS = words("""
    passionate rousing confident boisterous rowdy amiable good-natured sweet fun rollicking cheerful literate wistful
    bittersweet autumnal brooding poignant witty humorous whimsical wry campy quirky silly volatile fiery visceral
    aggressive tense anxious intense
""")
MUSICAL_EMOTIONS = ["amazement", "solemnity", "tenderness", "nostalgia", "calmness", "power", "tension", "sadness"]
PRIMARY_EMOTIONS = ["joy", "sadness", "anticipation", "surprise", "anger", "fear", "disgust", "trust"]
EMOTION_FAMILIES = ["喜び", "怒り", "悲しみ", "怖い", "恥ずかしい", "好き", "嫌", "興奮", "安らぎ", "驚き"]
OPPOSITE_WORDS = [("明るい", "暗い"), ("重い", "軽い"), ("好き", "嫌い"), ("快", "不快"), ("上品", "気取らない")]
EVERYDAY_MARKETING = words("""
    透明感 等身大 上質 凛 清涼感 疾走感 エモい 癒し 本格 こだわり 抜け感 世界観 高級感 親近感 季節感 キラキラ ふわふわ
    しっとり きりっと のびのび わくわく ほっこり さらさら もちもち ドキドキ しゅわしゅわ まったり どっしり ぽかぽか
""")
TAGS = words("""
    woody leather musk animal earthy incense green floral fruity spicy sweet fresh intensity freshness jasmin rose
    camomille fresh_lemon vanilla citrus anis sweet_fruit honey caramel nutty 華やか 芳醇 重厚 穏やか
    ドライ 軽快 辛口 熟成 旨味 black-metal shoegaze bossa_nova darkambient easylistening piano party
""")


def reached_by(term: str, lang: str) -> set[str]:
    return {attribute for attribute, _, _ in DICTIONARY.terms(lang).get(normalise_term(term), ())}


def test_it_holds_at_least_150_attributes_on_12_axes_of_24_sectors():
    assert len(DICTIONARY) >= 150
    assert len(DICTIONARY.axes) == 12
    assert len(DICTIONARY.sectors) == 24


def test_every_sector_has_at_least_five_attributes_led_by_its_own():
    for sector in DICTIONARY.sectors:
        members = DICTIONARY.members(sector.id)
        assert len(members) >= 5, sector.id
        assert members[0].id == sector.id


def test_the_poles_of_an_axis_are_each_others_opposites():
    for axis in DICTIONARY.axes:
        left, right = axis.poles
        assert DICTIONARY.get(left).opposite == right
        assert DICTIONARY.get(right).opposite == left


@pytest.mark.parametrize("lang", LANGS)
def test_every_attribute_is_complete_in_both_languages(lang: str):
    for attribute in DICTIONARY.attributes:
        assert attribute.label[lang], attribute.id
        assert attribute.definition[lang], attribute.id
        assert len(attribute.synonyms[lang]) >= 3, (attribute.id, lang)
        assert len(attribute.cues[lang]) >= 3, (attribute.id, lang)


@pytest.mark.parametrize("lang", LANGS)
def test_labels_tell_attributes_apart(lang: str):
    labels = [normalise_term(attribute.label[lang]) for attribute in DICTIONARY.attributes]
    assert len(set(labels)) == len(labels)


def test_definitions_are_one_sentence_in_their_language():
    for attribute in DICTIONARY.attributes:
        assert attribute.definition.ja.endswith("。"), attribute.id
        assert attribute.definition.ja.count("。") == 1, attribute.id
        assert attribute.definition.en.endswith("."), attribute.id
        assert any("\u3040" <= letter <= "\u9fff" for letter in attribute.definition.ja), attribute.id
        assert attribute.definition.en.isascii(), attribute.id


def unreached(words: list[str], lang: str) -> list[str]:
    return [word for word in words if not reached_by(word, lang)]


def test_every_music_mood_word_reaches_an_attribute():
    assert len(MUSIC_MOODS) == 48
    assert not unreached(MUSIC_MOODS, "en")


def test_every_brand_personality_facet_is_an_attribute():
    assert len(BRAND_FACETS) == 15
    assert set(BRAND_FACETS) <= set(DICTIONARY.ids)


def test_every_word_of_the_english_schemes_reaches_an_attribute():
    assert not unreached([*MUSIC_CLUSTERS, *MUSICAL_EMOTIONS, *PRIMARY_EMOTIONS], "en")


def test_every_japanese_emotion_family_and_everyday_marketing_word_reaches_an_attribute():
    assert not unreached([*EMOTION_FAMILIES, *EVERYDAY_MARKETING], "ja")


@pytest.mark.parametrize(("one", "other"), OPPOSITE_WORDS)
def test_opposite_words_reach_different_attributes(one: str, other: str):
    assert reached_by(one, "ja")
    assert reached_by(other, "ja")
    assert not reached_by(one, "ja") & reached_by(other, "ja")


def test_tags_of_flavour_scent_and_music_reach_attributes():
    tags = DICTIONARY.tag_terms()
    assert not [tag for tag in TAGS if normalise_term(tag) not in tags]


@pytest.mark.parametrize(
    ("tag", "attribute"),
    [("black metal", "dark"), ("shoegaze", "dreamy"), ("bossa nova", "airy"), ("辛口", "dry"), ("vanilla", "sweet")],
)
def test_a_tag_carries_the_affect_of_its_use(tag: str, attribute: str):
    assert attribute in dict(DICTIONARY.tag_terms()[tag])


def test_tags_that_say_nothing_of_affect_are_left_out():
    assert not {"seen live", "female vocalists", "american", "favourite songs"} & set(DICTIONARY.tag_terms())


def test_dark_and_hostile_affect_exists():
    for attribute in ("dark", "melancholic", "fierce", "eerie", "gloomy", "aggressive", "repellent", "frightening"):
        assert attribute in DICTIONARY


@pytest.mark.parametrize(("lang", "word"), [("en", "light"), ("en", "free"), ("en", "cool"), ("ja", "軽い")])
def test_words_of_several_meanings_count_less(lang: str, word: str):
    assert all(weight <= 0.5 for _, weight, _ in DICTIONARY.terms(lang)[word])


def test_terms_carry_weights_between_0_and_1_and_their_role():
    for lang in LANGS:
        for entries in DICTIONARY.terms(lang).values():
            for attribute, weight, role in entries:
                assert attribute in DICTIONARY
                assert 0 < weight <= 1
                assert role in {"synonym", "cue"}


def test_attributes_become_entities_that_may_be_shared():
    entities = {entity.id: entity for entity in DICTIONARY.to_entities()}
    serene = entities["kansei:serene"]
    assert len(entities) == len(DICTIONARY)
    assert serene.kind is EntityKind.KANSEI
    assert (serene.label("ja"), serene.label("en")) == ("静謐", "Serene")
    assert serene.text("ja")
    assert serene.text("en")
    assert serene.attributes["opposite"] == "lively"
    assert serene.attributes["axis"] == "lively-serene"
    assert all(record.rights is Rights.SHARE for entity in entities.values() for record in entity.provenance)


def test_positions_lead_back_to_ids():
    assert [DICTIONARY.index(attribute) for attribute in DICTIONARY.ids] == list(range(len(DICTIONARY)))


def test_an_unknown_id_is_refused_with_the_nearest_ones():
    with pytest.raises(UnknownEntityError, match="serene"):
        DICTIONARY.get("seren")


def test_loading_again_returns_the_same_dictionary():
    assert load_dictionary() is DICTIONARY


def test_the_circle_closes():
    angles = {sector.id: 2 * math.pi * k / 24 for k, sector in enumerate(DICTIONARY.sectors)}
    for axis in DICTIONARY.axes:
        assert math.isclose(abs(angles[axis.poles[0]] - angles[axis.poles[1]]), math.pi)
