"""What somebody wrote survives the end of their session: in a real browser, with a session that really expires."""

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import expect
from world import World

from kyokan.platform.accounts.passwords import Passwords
from kyokan.platform.accounts.service import Accounts
from tests.platform.accounting import GOOD, Clock
from tests.web import test_browser
from tests.web.browsing import company, served
from tests.web.chromium import accessible, chromium
from tests.web.chromium import window as opened

FORM = "/deals/new/artist:akari/brand:koyomido"
HOURS = 9 * 3600.0
DRAFTS = "Object.entries(sessionStorage).flat().join(' ')"


class Window:
    """A tab of Chromium over a small world whose clock is moved by hand."""

    def __init__(self, page, clock, browsers) -> None:
        self.page = page
        self.clock = clock
        self.browsers = browsers

    def bear(self, who):
        name = {"name": "session", "value": self.browsers[who].cookie, "url": self.page.context.base}
        self.page.context.add_cookies([name])

    def sign_in(self, who):
        self.page.get_by_label("E-mail address").fill(f"{who}@example.com")
        self.page.get_by_label("Password").fill(GOOD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    @property
    def kept(self):
        return self.page.evaluate(DRAFTS)


@pytest.fixture
def window(tmp_path):
    clock = Clock()
    world = World(tmp_path)
    world.accounts = Accounts(world.database, clock=clock, passwords=Passwords(PasswordHasher(1, 8, 1)))
    browsers = company(world)
    app = browsers["nobody"].client.application
    app.testing = False
    with served(app) as address, chromium() as browser:
        page = opened(browser, address, locale="en-US")
        page.context.base = address
        yield Window(page, clock, browsers)
    world.close()


pytestmark = test_browser.pytestmark


def write(page):
    page.get_by_label("Headline").fill("Quiet at dawn")
    page.locator("#f-rationale").fill("Both are restful.\nAnd <b>plain</b>.")
    page.locator("#f-territories").fill("Japan")
    page.locator("#f-exclusive").check()


def test_a_proposal_sent_after_the_session_ended_is_there_again_and_goes_once_it_is_sent(window):
    page = window.page
    window.bear("planner")
    page.goto(FORM)
    write(page)
    window.clock.pass_(HOURS)
    page.get_by_role("button", name="Save as draft").click()
    expect(page.get_by_text("What you wrote is kept here.")).to_be_visible()
    assert accessible(page)
    window.sign_in("planner")
    expect(page.get_by_role("status")).to_contain_text("It has not been sent yet")
    assert accessible(page)
    assert page.url.endswith(FORM)
    expect(page.get_by_label("Headline")).to_have_value("Quiet at dawn")
    expect(page.locator("#f-rationale")).to_have_value("Both are restful.\nAnd <b>plain</b>.")
    expect(page.locator("#f-exclusive")).to_be_checked()
    assert GOOD not in window.kept
    assert "csrf_token" not in window.kept.replace('"csrf_token"', "")
    page.get_by_role("button", name="Save as draft").click()
    expect(page.get_by_role("heading", name="Quiet at dawn")).to_be_visible()
    assert "Quiet" not in window.kept
    page.goto(FORM)
    expect(page.get_by_label("Headline")).to_have_value("")


def test_somebody_else_at_the_same_tab_finds_nothing(window):
    page = window.page
    window.bear("planner")
    page.goto(FORM)
    write(page)
    window.clock.pass_(HOURS)
    page.get_by_role("button", name="Save as draft").click()
    window.sign_in("stranger")
    expect(page.get_by_role("heading", name="A proposal to write")).to_be_visible()
    expect(page.get_by_label("Headline")).to_have_value("")
    assert "Quiet" not in window.kept


def test_what_is_kept_can_be_dropped_and_goes_with_signing_out(window):
    page = window.page
    for leave in ("Go back to what is saved", "Sign out"):
        page.goto("/sign-in?lang=en")
        window.sign_in("planner")
        expect(page.locator(".who-menu .name")).to_be_attached()
        page.goto(FORM)
        write(page)
        window.clock.pass_(HOURS)
        page.get_by_role("button", name="Save as draft").click()
        window.sign_in("planner")
        expect(page.get_by_label("Headline")).to_have_value("Quiet at dawn")
        if leave == "Sign out":
            page.goto("/account")
            assert "Quiet" in window.kept
            page.locator("#sessions").get_by_role("button", name=leave).click()
            expect(page.get_by_label("E-mail address")).to_be_visible()
        else:
            page.get_by_role("button", name=leave).click()
            expect(page.get_by_label("Headline")).to_have_value("")
            page.goto("/account")
            page.locator("#sessions").get_by_role("button", name="Sign out").click()
        assert "Quiet" not in window.kept


def test_what_others_changed_meanwhile_is_still_noticed(window):
    page, planner = window.page, window.browsers["planner"]
    fields = {"artist": "artist:akari", "brand": "brand:koyomido", "headline": "First", "key": "a" * 32}
    deal = planner.send("/deals", FORM, **fields).location
    window.bear("planner")
    page.goto(f"{deal}/edit")
    page.get_by_label("Headline").fill("Mine")
    assert planner.send(f"{deal}/edit", version="1", headline="Theirs").status_code == 303
    window.clock.pass_(HOURS)
    page.get_by_role("button", name="Save as draft").click()
    window.sign_in("planner")
    expect(page.get_by_label("Headline")).to_have_value("Mine")
    page.get_by_role("button", name="Save as draft").click()
    expect(page.get_by_role("alert")).to_contain_text("changed while you were looking")
    expect(page.get_by_label("Headline")).to_have_value("Mine")
