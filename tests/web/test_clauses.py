"""A category or place that is known is read by each in their own language, however it was typed and whenever."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO

import pytest
from pypdf import PdfReader
from world import OURS, World

from kyokan.graph.model import Entity, EntityKind
from kyokan.platform.deals.entries import Terms
from kyokan.platform.deals.model import TermsRow
from tests.web.browsing import company
from tests.web.test_deals import take, write

JAPAN = {"name": "Japan", "name_ja": "日本", "name_en": "Japan", "aliases": ("Nippon",)}
COLUMBIA = {"name": "Washington, D.C.", "name_ja": "ワシントン", "name_en": "Washington, D.C."}
LABELS = {"category": {"ja": "分野", "en": "Category"}, "territories": {"ja": "地域", "en": "Territory"}}


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    named = {"japan": JAPAN, "columbia": COLUMBIA}
    world.store.write(
        [Entity(id=f"place:{slug}", kind=EntityKind.PLACE, provenance=(OURS,), **one) for slug, one in named.items()]
    )
    yield world
    world.close()


@pytest.fixture
def made(world):
    return company(world)


def read(browser, address, field, lang):
    """What stands under a heading of the terms."""
    page = unescape(browser.get(f"{address}?lang={lang}").text)
    found = re.search(rf"<dt>{LABELS[field][lang]}</dt><dd>(.*?)</dd>", page)
    return re.sub(r"<[^>]+>", "", found[1])


def value(page, name):
    """What a field of a form holds."""
    return unescape(re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)[1])


@pytest.mark.parametrize(
    ("typed", "ja", "en"),
    [
        ("腕時計", "腕時計", "Watches"),
        ("watches", "腕時計", "Watches"),
        ("watch", "腕時計", "Watches"),
        ("category:watch", "腕時計", "Watches"),
        ("腕時計 / Watches", "腕時計", "Watches"),
        ("Beauty", "Beauty", "Beauty"),  # has no Japanese name
        ("香りのある夜", "香りのある夜", "香りのある夜"),
        ("watches and rings", "watches and rings", "watches and rings"),
    ],
)
def test_each_side_reads_its_own_name_of_it(made, typed, ja, en):
    address = write(made["planner"], category=typed)
    take(made["planner"], address, "send")
    for who in ("planner", "brand", "manager"):
        assert [read(made[who], address, "category", lang) for lang in ("ja", "en")] == [ja, en]


def test_a_counter_that_only_names_it_in_another_language_changes_nothing_that_is_read(made):
    address = write(made["planner"], category="腕時計")
    take(made["planner"], address, "send")
    take(made["brand"], address, "counter", category="Watches", fee_low="5")
    for lang, name in (("ja", "腕時計"), ("en", "Watches")):
        assert read(made["manager"], address, "category", lang) == name


def test_the_form_offers_the_known_ones_in_both_languages(made):
    page = made["planner"].get("/deals/new/artist:akari/brand:koyomido").text
    offered = re.findall(r'<option value="([^"]+)">', page.partition("<datalist")[2].partition("</datalist>")[0])
    assert offered == ["Beauty", "Drinks", "Singers", "腕時計 / Watches"]


@pytest.mark.parametrize(
    ("typed", "ja", "en"),
    [
        ("japan, Korea", "日本・Korea", "Japan, Korea"),
        ("日本、place:japan", "日本", "Japan"),
        ("日本 / Japan", "日本", "Japan"),
        ("Nippon", "日本", "Japan"),
        ("Atlantis", "Atlantis", "Atlantis"),
    ],
)
def test_each_side_reads_its_own_names_of_the_territories(made, typed, ja, en):
    address = write(made["planner"], territories=typed)
    take(made["planner"], address, "send")
    for who in ("planner", "brand", "manager"):
        assert [read(made[who], address, "territories", lang) for lang in ("ja", "en")] == [ja, en]


def test_a_place_with_a_comma_in_its_name_stays_one(made):
    address = write(made["planner"], territories="ワシントン")
    assert value(made["planner"].get(f"{address}/edit").text, "territories") == "ワシントン"
    assert read(made["planner"], address, "territories", "en") == "Washington, D.C."


def test_terms_kept_before_they_were_known_by_name_are_read_by_it(world, made):
    address = write(made["planner"])
    plain = Terms(category="腕時計", territories=("日本", "国外")).model_dump(mode="json")
    with world.database.session(writing=True) as session:
        session.get_one(TermsRow, (address.rpartition("/")[2], 1)).content = plain
    page = made["planner"].get(f"{address}/edit").text
    assert (value(page, "category"), value(page, "territories")) == ("腕時計 / Watches", "日本 / Japan, 国外")
    take(made["planner"], address, "send")
    assert read(made["brand"], address, "category", "en") == "Watches"
    assert read(made["brand"], address, "territories", "en") == "Japan, 国外"
    with made["planner"].send(f"{address}/export", address, form="pdf", audience="external") as paper:
        told = " ".join(page.extract_text() for page in PdfReader(BytesIO(paper.data)).pages)
    assert "Watches" in told
    assert "腕時計" not in told


def test_the_value_of_an_approval_step_is_kept_and_shown_by_both_names(made):
    page = "/deals/approvals"
    steps = {"name.0": "Watches", "criterion.0": "category", "value.0": "watches", "owner.0": "planner"}
    steps |= {"name.1": "Abroad", "criterion.1": "territory", "value.1": "NIPPON", "owner.1": "planner"}
    steps |= {"name.2": "Dear", "criterion.2": "fee", "value.2": "1,000", "owner.2": "planner"}
    assert made["planner"].send(page, page, version="0", **steps).status_code == 303
    shown = made["planner"].get(page).text
    assert [value(shown, f"value.{at}") for at in range(3)] == ["腕時計 / Watches", "日本 / Japan", "1000"]


def test_an_artists_territories_are_kept_and_read_by_name(made):
    made["manager"].send("/rules", name="artist:akari")
    made["manager"].send("/rules/artist:akari", version="1", territories="japan")
    assert value(made["manager"].get("/rules/artist:akari").text, "territories") == "日本 / Japan"
    for lang, name in (("ja", "日本"), ("en", "Japan")):
        assert name in made["manager"].get(f"/rules?lang={lang}").text
