"""Words in their scope: what a clause does to a term, in Japanese and in English."""

from __future__ import annotations

from pathlib import Path

import pytest

from kyokan.graph.annotate.lexicon import Hit, Lexicon
from kyokan.graph.annotate.scope import (
    CONCEDED,
    DOUBLE_NEGATION,
    HEARSAY,
    PARTIAL,
    SEEMING,
    SET_AGAINST,
    SLIGHT,
    STRONG,
    UNSURE,
    WISH,
    Reading,
)
from kyokan.graph.dictionary import load_dictionary
from kyokan.graph.dictionary.loading import read_dictionary

FIXTURE = Path(__file__).parent.parent / "fixtures" / "annotate" / "dictionary.yaml"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon(read_dictionary(FIXTURE))


def only(lexicon: Lexicon, text: str, lang: str, attribute: str) -> Hit:
    """The one hit of ``attribute`` in ``text``."""
    (hit,) = (hit for hit in lexicon.hits(text, "ja" if lang == "ja" else "en") if hit.attribute == attribute)
    return hit


@pytest.mark.parametrize(
    ("lang", "text", "attribute"),
    [
        ("ja", "この猫は可愛くない。", "cute"),
        ("ja", "静かではありません。", "serene"),
        ("ja", "静かじゃなかった。", "serene"),
        ("ja", "静かな店ではない。", "serene"),
        ("ja", "静かな場所はどこにもない。", "serene"),
        ("ja", "可愛いとは言えない。", "cute"),
        ("ja", "可愛いわけではない。", "cute"),
        ("ja", "温もりとは無縁の部屋。", "warm"),
        ("ja", "温もりに欠ける。", "warm"),
        ("ja", "温もりのかけらもない。", "warm"),
        ("ja", "静けさを解きほぐす音。", "serene"),
        ("ja", "温もりを拭い去る。", "warm"),
        ("en", "A smile that dispels the quiet.", "serene"),
        ("en", "It eases the viewer's quiet.", "serene"),
        ("ja", "活気など微塵も感じない。", "lively"),
        ("ja", "静かな時間を失った。", "serene"),
        ("ja", "昨日ほど賑やかではない。", "lively"),
        ("ja", "柔らかいどころか、硬い。", "soft"),
        ("ja", "静かな店とは言いがたい。", "serene"),
        ("ja", "静かな印象は受けない。", "serene"),
        ("ja", "可愛さが足りない。", "cute"),
        ("en", "It is not quiet.", "serene"),
        ("en", "It has stopped being quiet.", "serene"),
        ("en", "Too loud to be calm.", "serene"),
        ("en", "Calm in name only.", "serene"),
        ("en", "It isn’t really quiet.", "serene"),
        ("en", "A room without any cosy corner.", "warm"),
        ("en", "There is nothing cute about it.", "cute"),
        ("en", "It is anything but calm.", "serene"),
        ("en", "Nowhere near as calm as a lake.", "serene"),
        ("en", "Neither cute nor light.", "light"),
        ("en", "The least cute of all.", "cute"),
        ("en", "It lacks a warm tone.", "warm"),
        ("en", "Calm it is not.", "serene"),
        ("en", "An unserene place.", "serene"),
    ],
)
def test_a_denied_term_is_negated(lexicon: Lexicon, lang: str, text: str, attribute: str) -> None:
    reading = only(lexicon, text, lang, attribute).reading
    if "どころ" in text:  # set against the truth rather than denied
        assert reading.factor <= SET_AGAINST
    else:
        assert reading.negated
    assert not reading.heard


@pytest.mark.parametrize(
    ("lang", "text", "attribute", "factor"),
    [
        ("ja", "静かだった。", "serene", 1.0),
        ("ja", "静かな夜に雨は降らない。", "serene", 1.0),
        ("ja", "静かなだけではない。", "serene", 1.0),
        ("ja", "可愛くてたまらない。", "cute", 1.0),
        ("ja", "静かに違いない。", "serene", 1.0),
        ("ja", "静かじゃない？", "serene", UNSURE),
        ("ja", "可愛くなくもない。", "cute", DOUBLE_NEGATION),
        ("ja", "可愛くないわけではない。", "cute", DOUBLE_NEGATION),
        ("ja", "温もりを失わない。", "warm", DOUBLE_NEGATION),
        ("ja", "静かとは限らない。", "serene", UNSURE),
        ("ja", "静かすぎない。", "serene", UNSURE),
        ("ja", "とても静かだ。", "serene", STRONG),
        ("ja", "驚くほど柔らかい。", "soft", STRONG),
        ("ja", "活気あふれる街。", "lively", STRONG),
        ("ja", "ほんのり温かい。", "warm", SLIGHT),
        ("ja", "どこか静かだ。", "serene", SLIGHT),
        ("ja", "比較的静かだ。", "serene", PARTIAL),
        ("ja", "可愛いというより怖い。", "cute", SET_AGAINST),
        ("ja", "静かさより音量を選んだ。", "serene", SET_AGAINST),
        ("ja", "一見静かだ。", "serene", SEEMING),
        ("ja", "温かく見えて、実は違う。", "warm", SEEMING),
        ("ja", "静かな部屋だといいのに。", "serene", WISH),
        ("ja", "静かにしてほしい。", "serene", WISH),
        ("ja", "静かな町に住みたい。", "serene", WISH),
        ("ja", "この静かな町に住みたい。", "serene", 1.0),
        ("ja", "静かな町だと言う人もいる。", "serene", HEARSAY),
        ("ja", "いわゆる可愛い服だ。", "cute", HEARSAY),
        ("ja", "静かかもしれない。", "serene", UNSURE),
        ("ja", "これほど静かな店はない。", "serene", STRONG),
        ("ja", "可愛いと言わずにいられない。", "cute", 1.0),
        ("ja", "昔と変わらず静かだ。", "serene", 1.0),
        ("ja", "静かな兄と違い、弟はよく笑う。", "serene", SET_AGAINST),
        ("ja", "静かと思いきや、にぎやかだ。", "serene", SET_AGAINST),
        ("ja", "静かなふりをした店。", "serene", SEEMING),
        ("ja", "静かだと自称する店。", "serene", HEARSAY),
        ("ja", "静かだと人は言う。", "serene", HEARSAY),
        ("ja", "静かな店を探す。", "serene", WISH),
        ("en", "A room the reviews call quiet.", "serene", HEARSAY),
        ("en", "It is quiet.", "serene", 1.0),
        ("en", "I have never seen anything so cute.", "cute", STRONG),
        ("en", "Nobody can resist its cute face.", "cute", 1.0),
        ("en", "With no fuss it is calm.", "serene", 1.0),
        ("en", "It is calm without losing its warm side.", "warm", 1.0),
        ("en", "Not so much loud as calm.", "serene", 1.0),
        ("en", "Not so much calm as sleepy.", "serene", SET_AGAINST),
        ("en", "Where others are calm, this one shouts.", "serene", SET_AGAINST),
        ("en", "The old one was calm; this one shouts.", "serene", SEEMING),
        ("en", "It was meant to be calm.", "serene", WISH),
        ("en", "Her neighbour thinks it is cute.", "cute", HEARSAY),
        ("en", "It is advertised as calm.", "serene", HEARSAY),
        ("en", "Not loud but calm.", "serene", 1.0),
        ("en", "Not only calm, it glows.", "serene", 1.0),
        ("en", "No doubt a cute one.", "cute", 1.0),
        ("en", "It is not without a calm side.", "serene", DOUBLE_NEGATION),
        ("en", "A very quiet street.", "serene", STRONG),
        ("en", "A slightly warm tone.", "warm", SLIGHT),
        ("en", "With a touch of calm.", "serene", SLIGHT),
        ("en", "A fairly quiet street.", "serene", PARTIAL),
        ("en", "Loud rather than calm.", "serene", SET_AGAINST),
        ("en", "Less calm than lively.", "serene", SET_AGAINST),
        ("en", "Less calm than lively.", "lively", 1.0),
        ("en", "It looks warm, but it bites.", "warm", SEEMING),
        ("en", "I wish it were quiet.", "serene", WISH),
        ("en", "They are looking for a quiet place.", "serene", WISH),
        ("en", "Some call it cute.", "cute", HEARSAY),
        ("en", "A so-called quiet car.", "serene", HEARSAY),
        ("en", "Is it quiet?", "serene", UNSURE),
    ],
)
def test_a_reading_keeps_its_share_of_the_term(
    lexicon: Lexicon, lang: str, text: str, attribute: str, factor: float
) -> None:
    reading = only(lexicon, text, lang, attribute).reading
    assert not reading.negated
    assert reading.factor == pytest.approx(factor)


@pytest.mark.parametrize(
    ("lang", "text", "attribute"),
    [
        ("en", "Turn off the traffic light.", "light"),
        ("en", "The lights of the town.", "light"),
        ("en", "They moved house.", "warm"),
        ("en", "Players warm up first.", "warm"),
        ("en", "A soft drink.", "soft"),
        ("ja", "静電気が起きる。", "serene"),
        ("ja", "軽油を入れる。", "light"),
    ],
)
def test_a_word_of_another_meaning_is_no_hit(lexicon: Lexicon, lang: str, text: str, attribute: str) -> None:
    assert attribute not in {hit.attribute for hit in lexicon.hits(text, "ja" if lang == "ja" else "en")}


@pytest.mark.parametrize(
    ("lang", "text", "attribute", "surface"),
    [
        ("ja", "しずかな夜", "serene", "しずか"),
        ("ja", "静けさの中で", "serene", "静けさ"),
        ("ja", "ｶﾜｲｲ猫", "cute", "ｶﾜｲｲ"),
        ("ja", "かわいーい猫", "cute", "かわいーい"),
        ("ja", "あたたかい手", "warm", "あたたかい"),
        ("ja", "やわらかな布", "soft", "やわらか"),
        ("ja", "フワフワの毛布", "soft", "フワフワ"),
        ("ja", "凛とした声", "crisp", "凛と"),
        ("ja", "飾らない人", "plain", "飾らない"),
        ("ja", "無駄の無い形", "plain", "無駄の無い"),
        ("ja", "雪の朝に", "serene", "雪の朝"),
        ("en", "A cuuute cat", "cute", "cuuute"),
        ("en", "CUTE!", "cute", "CUTE"),
        ("en", "Cozy rooms", "warm", "Cozy"),
        ("en", "quietness", "serene", "quietness"),
        ("en", "by the fireplaces", "warm", "fireplaces"),
        ("en", "still-water ponds", "serene", "still-water"),
    ],
)
def test_spellings_and_inflections_are_found_where_they_stand(
    lexicon: Lexicon, lang: str, text: str, attribute: str, surface: str
) -> None:
    hit = only(lexicon, text, lang, attribute)
    assert text[hit.start : hit.end] == surface


def test_a_negative_word_inside_a_term_denies_nothing(lexicon: Lexicon) -> None:
    assert only(lexicon, "飾らない人です。", "ja", "plain").reading.factor == 1.0
    assert only(lexicon, "飾らないわけではない。", "ja", "plain").reading.negated


@pytest.mark.parametrize(
    ("text", "term", "lang"),
    [
        ("The chair is elegant, but it is clumsy.", "elegant", "en"),
        ("Although the rooms are quiet, the street is noisy.", "quiet", "en"),
        ("苦いけど甘い。", "苦い", "ja"),
        ("椅子は優雅だが、不格好だ。", "優雅", "ja"),
    ],
)
def test_what_the_other_side_outweighs_is_weakened_and_not_erased(text: str, term: str, lang: str) -> None:
    hit = next(hit for hit in Lexicon(load_dictionary()).hits(text, lang) if hit.term == term)
    assert hit.reading == Reading(factor=CONCEDED)


@pytest.mark.parametrize(
    ("text", "term", "lang"),
    [("Warm, but not sentimental.", "warm", "en"), ("優雅だが、派手ではない。", "優雅", "ja")],
)
def test_what_stands_against_a_denial_is_not_weakened(text: str, term: str, lang: str) -> None:
    hit = next(hit for hit in Lexicon(load_dictionary()).hits(text, lang) if hit.term == term)
    assert hit.reading.factor == 1.0
