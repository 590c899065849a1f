"""A planner hands a proposal over in a real browser; a reader without an account opens it on a phone."""

import pytest
from playwright.sync_api import expect

from tests.web import test_browser
from tests.web.chromium import accessible, windows
from tests.web.test_shares import Room

pytestmark = test_browser.pytestmark


@pytest.fixture
def room(tmp_path):
    made = Room(tmp_path)
    yield made
    made.world.close()


@pytest.fixture
def people(room):
    with windows(room.app) as opened:
        yield opened


def test_a_reader_opens_the_link_on_a_phone_until_it_is_revoked(room, people):
    planner = people.open(room.address, room.planner.cookie, viewport=test_browser.DESKTOP, locale="en-US")
    planner.get_by_label("For whom").fill("Legal")
    planner.get_by_role("button", name="Make a link").click()
    link = planner.get_by_label("Address", exact=True).input_value().partition("/shared/")[2]
    assert accessible(planner)

    phone = {"viewport": test_browser.PHONE, "locale": "ja-JP"}
    reader = people.open(f"/shared/{link}", **phone)
    expect(reader.get_by_role("heading", level=1)).to_have_text("Dawn")
    expect(reader.get_by_role("heading", name="条件", exact=True)).to_be_visible()
    assert accessible(reader)
    reader.get_by_role("link", name="English").click()
    expect(reader.get_by_role("heading", name="Terms", exact=True)).to_be_visible()
    assert accessible(reader)
    assert reader.get_by_role("button").count() == 0

    planner.goto(room.address)
    expect(planner.locator(".links-made li", has_text="Legal")).to_contain_text("Openings 1")
    with planner.expect_download() as download:
        planner.get_by_label("External", exact=True).check()
        planner.get_by_role("button", name="Excel").click()
    assert "External" in download.value.suggested_filename
    planner.get_by_role("button", name="Revoke Legal").click()
    expect(planner.locator(".links-made li", has_text="Legal")).to_contain_text("Revoked")
    assert (
        people.open(f"/shared/{link}", **phone).get_by_role("heading", level=1).inner_text()
        == "このリンクでは、いま何も読めません"
    )
