"""A planner hands a proposal over in a real browser; a reader without an account opens it on a phone."""

import threading
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from werkzeug.serving import make_server

from tests.web import test_browser
from tests.web.chromium import chromium, window
from tests.web.test_shares import Room

pytestmark = test_browser.pytestmark


class People:
    """Windows of people, each with its own cookies."""

    def __init__(self, browser, address) -> None:
        self.browser, self.address = browser, address

    def open(self, path, session="", **look: object):
        page = window(self.browser, self.address, session, **look)
        page.goto(path)
        return page


@pytest.fixture
def room(tmp_path):
    made = Room(tmp_path)
    yield made
    made.world.close()


@contextmanager
def windows(app):
    """The application on a port, and people at windows of one browser."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    with chromium() as browser:
        yield People(browser, f"http://127.0.0.1:{server.port}")
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def people(room):
    with windows(room.app) as opened:
        yield opened


def fits(page):
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    assert [rule["id"] for rule in Axe().run(page).response["violations"]] == []
    return test_browser.no_sideways_scroll(page)


def test_a_reader_opens_the_link_on_a_phone_until_it_is_revoked(room, people):
    planner = people.open(room.address, room.planner.cookie, viewport=test_browser.DESKTOP, locale="en-US")
    planner.get_by_label("For whom").fill("Legal")
    planner.get_by_role("button", name="Make a link").click()
    link = planner.get_by_label("Address", exact=True).input_value().partition("/shared/")[2]
    assert fits(planner)

    phone = {"viewport": test_browser.PHONE, "locale": "ja-JP"}
    reader = people.open(f"/shared/{link}", **phone)
    expect(reader.get_by_role("heading", level=1)).to_have_text("Dawn")
    expect(reader.get_by_role("heading", name="条件", exact=True)).to_be_visible()
    assert fits(reader)
    reader.get_by_role("link", name="English").click()
    expect(reader.get_by_role("heading", name="Terms", exact=True)).to_be_visible()
    assert fits(reader)
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
        people.open(f"/shared/{link}", **phone).get_by_role("heading", level=1).inner_text() == "このページはありません"
    )
