"""Refusals in the reader's language: each has a code with words, and each field of a form its label."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from world import World

from kyokan.platform.approvals.steps import StepEntry
from kyokan.platform.deals.entries import CODES, Draft, Outcome, Terms
from kyokan.platform.deals.fields import CHANGED_BY
from kyokan.platform.pipeline.board import Plan
from kyokan.platform.pipeline.reminders import ReminderEntry
from kyokan.platform.pipeline.stages import StageEntry
from kyokan.platform.proposals.service import ManuscriptEntry, SentenceEntry, SketchEntry
from kyokan.web.wording import catalogue
from tests.web.browsing import company

ROOT = Path(__file__).resolve().parents[2] / "platform"
ROOMS = ("deals", "pipeline", "approvals", "proposals", "attachments")
REFUSALS = {"QueryError", "NotAllowedError", "ChangedMeanwhileError"}
SHAPES = (
    *(Draft, Terms, Outcome, Plan, StageEntry, StepEntry, ReminderEntry),
    *(ManuscriptEntry, SentenceEntry, SketchEntry),
)
FORM = "/deals/new/artist:akari/brand:koyomido"
DRAFT = {"artist": "artist:akari", "brand": "brand:koyomido", "headline": "夜明け", "key": "a" * 32}
SIDES = {"brand_side": "Koyomido†", "artist_side": "Nagi Office†"}
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def raised():
    """Every refusal that the rooms raise: where, and the code it carries (None where it is worked out)."""
    for room in ROOMS:
        for path in sorted((ROOT / room).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)):
                    continue
                call = node.exc
                if getattr(call.func, "id", "") in REFUSALS:
                    code = next((one.value for one in call.keywords if one.arg == "code"), None)
                    yield pytest.param(call.func.id, code, id=f"{room}/{path.name}:{node.lineno}")


@pytest.mark.parametrize(("kind", "code"), list(raised()))
def test_every_refusal_has_its_words(kind, code):
    if code is None:
        assert kind == "ChangedMeanwhileError"  # worded by what it is
    elif isinstance(code, ast.Constant):
        assert f"refusal.{code.value}" in catalogue()


def test_every_rule_of_a_field_has_its_words():
    assert {f"refusal.{code}" for code in (*CODES.values(), "field_wrong", "changed_meanwhile")} <= set(catalogue())


def test_every_field_has_its_label():
    names = {name for shape in SHAPES for name in shape.model_fields} | set(CHANGED_BY) | {"reason", "outcome"}
    assert {f"field.{name}" for name in names} <= set(catalogue())


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("refusals"))
    browsers = company(world)
    for browser in browsers.values():
        browser.client.set_cookie("lang", "ja", domain="localhost")
    planner = browsers["planner"]
    browsers["draft"] = planner.send("/deals", FORM, **DRAFT).location
    browsers["sent"] = planner.send("/deals", FORM, **DRAFT | SIDES | {"key": "b" * 32}).location
    planner.send(f"{browsers['sent']}/send", FORM, version="1")
    yield browsers
    world.close()


@pytest.mark.parametrize(
    ("who", "address", "fields", "said"),
    [
        ("planner", "{draft}/send", {"version": "1"}, "送る前に、ブランド側とアーティスト側の組織を決めてください。"),
        (
            "planner",
            "/deals",
            DRAFT | {"key": "d" * 32, "artist_side": "Koyomido†"},
            "「アーティスト側の組織」に書かれたのは、その側の組織ではありません。",
        ),
        (
            "planner",
            "/deals",
            DRAFT | {"artist": "brand:koyomido", "brand": "artist:akari", "key": "d" * 32},
            "アーティスト一組と、ブランドまたは商品一つの組み合わせ",
        ),
        (
            "planner",
            "/deals",
            DRAFT | {"key": "c" * 32, "expires": "2020-01-01"},
            "返事の期限（2020-01-01）が過ぎています。",
        ),
        ("brand", "{sent}/accept", {"version": "2", "reason": "x" * 1001}, "「理由」は 1000 文字まで"),
        (
            "manager",
            "{sent}/counter",
            {"version": "2", "territories": ",".join(map(str, range(51)))},
            "「地域」は 50 件まで",
        ),
        ("planner", "{sent}/share", {"key": "c" * 32, "days": "7", "label": "x" * 101}, "「覚え」は 100 文字まで"),
        ("planner", "{sent}/accept", {"version": "2"}, "「承諾する」は、あなたの側からはできません。"),
        ("planner", "{sent}/start", {"version": "2"}, "「始める」は、いまの状態（送付済）ではできません。"),
        ("planner", "{sent}/withdraw", {"version": "2"}, "「理由」を書いてください。"),
        ("brand", "{sent}/decline", {"version": "1", "reason": "x"}, "見ているあいだに変わりました。"),
        (
            "brand",
            "{sent}/change",
            {"version": "2", "fee_floor": "1"},
            "「アーティスト側の下限」は、いまあなたの側から",
        ),
        ("brand", "{sent}/change", {"version": "2", "budget_ceiling": "x"}, "「ブランドの上限」は数で"),
        ("brand", "{sent}/change", {"version": "2", "budget_ceiling": "9" * 13}, "「ブランドの上限」は数で"),
        ("analyst", "{sent}/change", {"version": "2", "internal_note": "x"}, "読めますが、変えることはできません。"),
        ("manager", "{sent}/counter", {"version": "2", "since": "soon"}, "「始まり」は日付で"),
        ("manager", "{sent}/counter", {"version": "2", "category": "x" * 201}, "「分野」は 200 文字まで"),
        ("manager", "{sent}/counter", {"version": "2", "fee_low": "9" * 13}, "「費用の最低額」は 1000000000000 以下"),
        (
            "manager",
            "{sent}/counter",
            {"version": "2", "since": "2027-02-01", "until": "2027-01-01"},
            "終わりは始まりより後の日に",
        ),
        ("manager", "{sent}/counter", {"version": "2", "fee_low": "2", "fee_high": "1"}, "費用の最高額は、最低額より"),
        ("analyst", "/deals", DRAFT | {"key": "e" * 32}, "これを変えられるのはプランナーです。"),
        ("analyst", "{sent}/share", {"key": "e" * 32, "days": "7"}, "リンクを作り、終わらせられるのは"),
        ("brand", "{sent}/export", {"form": "json", "audience": "external"}, "社外向けの版を作れるのは代理店だけ"),
        ("planner", "/jobs", {"kind": "import"}, "この仕事は、ページからは始められません。"),
    ],
)
def test_a_refusal_is_said_in_japanese_on_a_japanese_page(made, who, address, fields, said):
    places = {name: made[name] for name in ("draft", "sent")}
    browser = made[who]
    answer = browser.send(address.format(**places), "/account", **fields)
    assert answer.status_code in {400, 403, 409}
    told = re.search(r'class="(?:refusal" role="alert|detail)">(.*?)</p>', answer.text, re.DOTALL)[1]
    assert said in told
    assert JAPANESE.search(told)
    assert "<span lang" not in told


ASKED = "entity=brand:xc&for=artist"


@pytest.mark.parametrize(
    ("address", "ja", "en"),
    [
        (f"/matches?{ASKED}&without=signal:zzz", "「zzz」という合図はありません", "There is no signal “zzz”"),
        (f"/matches?{ASKED}&category=category:gone", "という分野はありません", "has no category “category:gone” now"),
        (f"/matches?{ASKED}&place=place:gone", "という地域はありません", "has no territory “place:gone” now"),
        (f"/matches?{ASKED}&category=brand:koyomido", "に「暦堂」という分野は", "has no category “Koyomido” now"),
        ("/matches?entity=category:watch", "「腕時計」からは探せません", "“Watches” is nothing to ask from"),
        ("/matches?audience=category:watch", "「腕時計」にファンはいません", "“Watches” has no fans"),
        ("/why/category:watch/artist:akari", "「腕時計」からは探せません", "“Watches” is nothing to ask from"),
        ("/why/artist:akari/category:watch", "「腕時計」は相手として選べません", "“Watches” cannot be proposed"),
        ("/why/artist:akari/category:watch/graph", "「腕時計」は相手として", "“Watches” cannot be proposed"),
        (f"/compare?{ASKED}&with=artist:akari&with=category:watch", "「腕時計」は相手として", "“Watches” cannot be"),
        ("/why/brand:koyomido/brand:koyomido", "「暦堂」どうしは比べられません", "“Koyomido” cannot be compared with"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_name_in_the_readers_language(client, address, ja, en):
    for lang, words in (("ja", ja), ("en", en)):
        page = client.get(address, headers={"Accept-Language": lang})
        assert page.status_code == 400
        assert words in page.text
