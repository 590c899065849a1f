"""A name is found under its spellings, and a guess never passes for a spelling."""

import doctest

import pytest

from kyokan.graph import names
from kyokan.graph.names import has_kanji, name_keys, normalise, romanise, search_keys, slug


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("B'z", "Ｂ’ｚ"),
        ("Björk", "BJORK"),
        ("The Beatles", "beatles"),
        ("Beatles, The", "The Beatles"),
        ("Florence + The Machine", "Florence & the Machine"),
        ("シチズン ×C", "ｼﾁｽﾞﾝ xC"),
        ("うただ", "ウタダ"),
        ("コンピューター", "コンピュータ"),
        ("ス−パ―ドライ", "スーパードライ"),
        ("株式会社資生堂", "㈱資生堂"),
        ("Ke$ha", "Kesha"),
        ("Mr.Children", "mr children"),
        ("Mötley Crüe", "Motley Crue"),
        ("ø", "O"),
    ],
)
def test_spellings_that_differ_only_in_typing_share_their_key(one, other):
    assert normalise(one) == normalise(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("+44", "44"), ("が", "か"), ("ビール", "ビル"), ("ルビー", "ルビ"), ("The The", "The"), ("!!!", "∴")],
)
def test_different_names_keep_different_keys(one, other):
    assert normalise(one) != normalise(other)


@pytest.mark.parametrize("name", ["!!!", "∴", "株式会社", "The"])
def test_a_name_is_never_folded_to_nothing(name):
    assert normalise(name)
    assert slug(name) not in {"", "u"}


def test_normalising_twice_changes_nothing():
    for name in ("B'z", "The Beatles", "シチズン ×C", "宇多田ヒカル", "!!!", "+44", "AC/DC"):
        assert normalise(normalise(name)) == normalise(name)


@pytest.mark.parametrize("query", ["Utada Hikaru", "Hikaru Utada", "うただひかる", "宇多田 ヒカル", "宇多田ヒカル"])
def test_a_singer_is_found_in_every_script_and_order(query):
    assert set(search_keys(query)) & set(search_keys("宇多田ヒカル"))


@pytest.mark.parametrize("query", ["Citizen xC", "citizen XC", "シチズン クロスシー", "シチズン xC", "シチズン ×Ｃ"])
def test_a_watch_line_is_found_by_its_names_and_aliases(query):
    assert set(search_keys(query)) & set(search_keys("Citizen xC", "シチズン クロスシー", "シチズン xC"))


def test_the_reading_of_a_kanji_name_is_only_a_guess():
    keys = name_keys("宇多田ヒカル")
    assert keys.exact == ("宇多田ひかる",)
    assert keys.variant == ()
    assert {"うただひかる", "utadahikaru", "hikaruutada"} <= set(keys.guess)


def test_the_latin_form_of_a_kana_name_is_no_guess():
    keys = name_keys("うただ ひかる")
    assert {"utadahikaru", "hikaruutada", "ひかるうただ"} == set(keys.variant)
    assert keys.guess == ()


def test_long_vowels_of_romaji_may_be_left_out():
    assert "otsukaai" in name_keys("大塚愛").guess
    assert "otsukaai" in name_keys("Ootsuka Ai").guess


def test_a_bracketed_addition_may_be_left_out():
    assert name_keys("Lisa (BLACKPINK)").guess == ("lisa",)


def test_a_key_stands_only_under_its_strongest_heading():
    keys = name_keys("Hikaru Utada", "Utada Hikaru", "宇多田ヒカル")
    assert keys.exact == ("hikaruutada", "utadahikaru", "宇多田ひかる")
    assert keys.variant == ()
    every = (*keys.exact, *keys.variant, *keys.guess)
    assert len(every) == len(set(every))


def test_search_keys_come_with_the_sure_ones_first():
    assert search_keys("シチズン xC")[0] == "しちずんxc"


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("ティファニー", "tifani"),
        ("マッチ", "matchi"),
        ("ヴィトン", "viton"),
        ("Aimer", "Aimer"),
        ("資生堂", "shiseidou"),
    ],
)
def test_names_are_romanised_by_hepburn(name, latin):
    assert romanise(name) == latin


def test_kanji_is_told_from_kana():
    assert has_kanji("佐々木")
    assert not has_kanji("サザン")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Female Vocalist", "female-vocalist"),
        ("シチズン時計", "シチズン時計"),
        ("AC/DC", "ac-dc"),
        ("B'z", "bz"),
        ("+44", "plus-44"),
        ("!!!", "u21-21-21"),
    ],
)
def test_a_slug_keeps_every_script_and_joins_words(name, expected):
    assert slug(name) == expected


def test_the_examples_in_the_documentation_hold():
    assert doctest.testmod(names).failed == 0
