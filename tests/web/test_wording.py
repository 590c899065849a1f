"""Two languages, complete, in use, and in the voice they should have."""

import re
from pathlib import Path
from string import Formatter

import pytest

from kyokan.graph.languages import in_full, language_of, spoken
from kyokan.graph.model import EntityKind, RelationKind
from kyokan.matching.ranking.model import Benefit, Standing
from kyokan.matching.signals import ANSWERS
from kyokan.platform.demo import SOURCES as SOURCES_OF_DEMO
from kyokan.web.view import View
from kyokan.web.wording import catalogue, plain, say, whole

WEB = Path(__file__).resolve().parents[2] / "web"
SOURCES = [path for pattern in ("*.py", "*.html") for path in WEB.rglob(pattern) if "vendor" not in path.parts]


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", catalogue())
def test_every_text_stands_in_both_languages_with_the_same_blanks(key):
    texts = catalogue()[key]
    assert set(texts) == {"ja", "en"}
    assert all(isinstance(text, str) and text for text in texts.values())
    assert fields(texts["ja"]) == fields(texts["en"])


@pytest.mark.parametrize("key", catalogue())
def test_the_voice_is_plain(key):
    texts = catalogue()[key]
    assert not re.search(r"[!！]", texts["ja"] + texts["en"])
    assert not re.search(r"最適|簡単|シナジー", texts["ja"])
    assert not re.search(r"\b(synergy|best|easy|just)\b", texts["en"], re.IGNORECASE) or "just now" in texts["en"]


def test_every_key_in_pages_is_in_the_catalogue():
    asked = set()
    for path in SOURCES:
        asked |= set(
            re.findall(r"""\b(?:t|say)\(\s*['"]([a-z]+\.[a-z_]+)['"]\s*[,)]""", path.read_text(encoding="utf-8"))
        )
    assert asked
    assert asked <= set(catalogue())


def test_no_text_is_left_unused():
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    groups = set(re.findall(r"""['"]([a-z]+\.(?:[a-z]+_)?)['"] ~""", code)) | {
        *(
            "kind.",
            "relation.",
            "standing.",
            "source.",
            "licence.",
            "tie.",
            "signal.",
            "benefit.",
            "refused.",
            "field.",
            "looks.",
            "states.",
            "matches.title_",
        ),
    }
    unused = {
        key
        for key in catalogue()
        if f'"{key}"' not in code and f"'{key}'" not in code and not key.startswith(tuple(groups))
    }
    assert unused == set()


def test_every_kind_signal_relation_and_standing_has_its_words():
    wanted = (
        {f"kind.{kind.value}" for kind in EntityKind}
        | {f"relation.{kind.value}" for kind in RelationKind}
        | {f"benefit.{benefit.value}" for benefit in Benefit}
        | {f"standing.{standing.value}" for standing in Standing if standing is not Standing.OPEN}
        | {f"{group}.{signal.name}" for group in ("signal", "question") for signal in ANSWERS}
    )
    assert wanted <= set(catalogue())


def test_values_are_escaped():
    assert "<b>" not in say("en", "choose.title", text="<b>")


def test_words_outside_of_pages_are_plain():
    assert plain(say("en", "why.brings", name="R&B <3")) == "What R&B <3 brings"


def test_the_language_of_a_name_is_seen_from_its_letters():
    assert [language_of(name) for name in ("凪原 灯", "みなも", "Citizen xC", "AC/DC")] == ["ja", "ja", "en", "en"]


def test_a_text_that_binds_is_had_in_full_by_readers_of_either_language():
    written = "TVCM 15 sec / 店頭ポスター 2種"
    assert in_full(written, "ja") == "店頭ポスター 2種（TVCM 15 sec）"
    assert in_full(written, "en") == "TVCM 15 sec (店頭ポスター 2種)"
    assert {in_full("東京 / 大阪", lang) for lang in ("ja", "en")} == {"東京 / 大阪"}


@pytest.mark.parametrize(
    ("written", "ja", "en"),
    [
        ("日本 / Japan", "日本", "Japan"),
        ("Two hands. / 針は二本。", "針は二本。", "Two hands."),
        ("TV", "TV", "TV"),
        ("東京 / 大阪", "東京 / 大阪", "東京 / 大阪"),
        ("Tokyo / Osaka", "Tokyo / Osaka", "Tokyo / Osaka"),
        ("日本/Japan", "日本/Japan", "日本/Japan"),
        ("日本 / Japan / NHK", "日本 / Japan / NHK", "日本 / Japan / NHK"),
        ("", "", ""),
    ],
)
def test_of_a_text_in_both_languages_a_reader_has_their_own_half_and_any_other_text_whole(written, ja, en):
    assert (spoken(written, "ja"), spoken(written, "en")) == (ja, en)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("2027-03-31 まで", '<span class="unbroken">2027-03-31</span> まで'),
        ("0〜1 に直す", '<span class="unbroken">0〜1</span> に直す'),
        ("<b> 2027-04", '&lt;b&gt; <span class="unbroken">2027-04</span>'),
        ("ABC-1234", "ABC-1234"),
    ],
)
def test_dates_and_spans_of_figures_stay_on_one_line(said, kept):
    assert whole(said) == kept


def test_terms_of_sources_are_said_in_both_languages_and_identifiers_stay(app):
    with app.test_request_context("/"):
        reader = View(app.extensions["kyokan"], "ja")
        for name, terms in SOURCES_OF_DEMO.items():
            assert language_of(plain(reader.licence(str(terms["licence"])))) == "ja", name
        assert reader.licence("CC BY 4.0") == "CC BY 4.0"
        assert reader.licence("Facts, each with its page") == "事実（一件ごとに出典のページ）"
