"""A category that is known is read by each in their own language, however it was typed; a free one as it was typed."""

from __future__ import annotations

import re
from html import unescape

import pytest
from world import World

from tests.web.browsing import company
from tests.web.test_deals import take, write


@pytest.fixture
def made(tmp_path):
    world = World(tmp_path)
    yield company(world)
    world.close()


def category_of(browser, address, lang):
    page = unescape(browser.get(f"{address}?lang={lang}").text)
    label = {"ja": "分野", "en": "Category"}[lang]
    found = re.search(rf"<dt>{label}</dt><dd>(.*?)</dd>", page)
    return re.sub(r"<[^>]+>", "", found[1])


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
        assert [category_of(made[who], address, lang) for lang in ("ja", "en")] == [ja, en]


def test_a_counter_that_only_names_it_in_another_language_changes_nothing_that_is_read(made):
    address = write(made["planner"], category="腕時計")
    take(made["planner"], address, "send")
    take(made["brand"], address, "counter", category="Watches", fee_low="5")
    for lang, name in (("ja", "腕時計"), ("en", "Watches")):
        assert category_of(made["manager"], address, lang) == name


def test_the_form_offers_the_known_ones_in_both_languages(made):
    page = made["planner"].get("/deals/new/artist:akari/brand:koyomido").text
    offered = re.findall(r'<option value="([^"]+)">', page.partition("<datalist")[2].partition("</datalist>")[0])
    assert offered == ["Beauty", "Drinks", "Singers", "腕時計 / Watches"]
