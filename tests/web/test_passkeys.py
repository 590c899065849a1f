"""Passkeys on the pages: what stands there, and the whole way in a real browser with an authenticator of its own."""

import re
from html import unescape

import pytest
from playwright.sync_api import expect

from kyokan.web import create_app
from tests.platform.accounting import EMAIL, GOOD
from tests.platform.authenticator import Authenticator
from tests.web import test_browser
from tests.web.browsing import Browser, served
from tests.web.chromium import accessible, chromium, window
from tests.web.test_accounts import Workroom

LOCAL = "http://localhost"


@pytest.fixture
def app(world, desk):
    made = create_app(Workroom(world, desk.accounts))
    made.testing = False
    return made


@pytest.fixture
def saeki(desk, app):
    """Saeki, signed in."""
    return Browser(app).bear(desk.welcome().session_id)


def wanted(page):
    return unescape(re.search(r'data-wanted="([^"]+)"', page)[1])


def with_passkey(browser):
    """A passkey made on the pages, and the recovery codes."""
    authenticator = Authenticator(origin=LOCAL)
    assert browser.act("passkey", password=GOOD).location == "/account/passkey"
    made = authenticator.create(wanted(browser.read("/account/passkey")))
    page = browser.send("/account/passkey", credential=made, name="Mac of Nagi").text
    return authenticator, re.findall(r"<li>([a-z0-9-]{19})</li>", page)


def test_a_passkey_is_added_listed_and_removed(saeki, app):
    assert saeki.get("/account/passkey").location == "/account#second-step"
    assert saeki.act("passkey", password="wrong").status_code == 400
    authenticator, codes = with_passkey(saeki)
    assert len(codes) == 10
    page = saeki.read("/account")
    assert "Mac of Nagi" in page
    assert "Recovery codes left: 10" in page
    owing = Browser(app)
    assert owing.sign_in(next="/e/artist:akari").location == "/sign-in/code?next=/e/artist:akari"
    shown = authenticator.get(wanted(owing.read("/sign-in/code")))
    answer = owing.send("/sign-in/passkey", page="/sign-in/code", credential=shown, next="/e/artist:akari")
    assert answer.location == "/e/artist:akari"
    assert owing.inside
    credential = re.search(r'name="passkey" value="([^"]+)"', saeki.read("/account"))[1]
    assert (
        saeki.act("passkey_off", password=GOOD, passkey=credential).location == "/account?done=passkey_off#second-step"
    )
    assert "Mac of Nagi" not in saeki.read("/account")
    assert Browser(app).sign_in().location == "/"


def test_a_passkey_alone_signs_in(saeki, app):
    authenticator, _ = with_passkey(saeki)
    browser = Browser(app)
    assert browser.get("/sign-in/passkey").location == "/sign-in"
    assert browser.send("/sign-in/passkey", page="/sign-in", next="/dictionary").location == (
        "/sign-in/passkey?next=/dictionary"
    )
    shown = authenticator.get(wanted(browser.read("/sign-in/passkey")))
    page = "/sign-in/passkey"
    assert browser.send(page, credential=shown, next="https://evil.example/").location == "/"
    assert browser.inside


def test_a_wrong_passkey_is_refused_in_words_and_asked_for_again(saeki, app):
    with_passkey(saeki)
    browser = Browser(app)
    browser.sign_in()
    page = browser.send("/sign-in/passkey", page="/sign-in/code", credential="{}")
    assert page.status_code == 400
    assert "That passkey does not fit" in page.text
    assert wanted(page.text)
    assert not browser.inside


def test_a_made_passkey_that_does_not_fit_is_refused_in_words(saeki):
    saeki.act("passkey", password=GOOD)
    page = saeki.send("/account/passkey", credential="{}", name="Mac")
    assert page.status_code == 400
    assert "That passkey does not fit" in page.text
    assert "Not in use" in saeki.read("/account")


def test_keys_belong_to_the_public_address_whatever_host_is_asked(world, desk):
    app = create_app(Workroom(world, desk.accounts), address="https://kyokan.example.com")
    browser = Browser(app).bear(desk.welcome().session_id)
    browser.act("passkey", password=GOOD)
    assert '"rp": {"name": "Kyokan", "id": "kyokan.example.com"}' in wanted(browser.read("/account/passkey"))


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_pages_answer_in_both_languages_and_say_what_works_without_scripts(saeki, app, lang):
    saeki.act("passkey", password=GOOD)
    other = Browser(app)
    other.send("/sign-in/passkey", page="/sign-in")
    for reader, address in ((saeki, "/account/passkey"), (other, "/sign-in/passkey")):
        page = reader.read(f"{address}?lang={lang}")
        assert f'<html lang="{lang}"' in page
        assert len(re.findall("<h1", page)) == 1
        assert "data-passkey-unable" in page
        assert " style=" not in page
        assert reader.get(address).headers["Cache-Control"] == "no-store"


# In a real browser


@pytest.fixture
def page(app, desk):
    """A page of Chromium, signed in, with an authenticator built in that makes sure of the person."""
    session_id = desk.welcome().session_id
    with served(app) as address, chromium() as browser:
        opened = window(browser, address, session_id, locale="en-US")
        cdp = opened.context.new_cdp_session(opened)
        cdp.send("WebAuthn.enable")
        built_in = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
        proved = {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
        opened.authenticator = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": built_in | proved})
        opened.cdp = cdp
        yield opened


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@test_browser.pytestmark[-1]
def test_somebody_makes_a_passkey_and_comes_in_with_it_both_ways(page):
    page.goto("/account?lang=en")
    section = page.locator("#second-step")
    section.get_by_label("Current password").fill(GOOD)
    section.get_by_role("button", name="Add a passkey").click()
    page.get_by_label("Name").fill("This computer")
    assert accessible(page)
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("#second-step")).to_contain_text("This computer")

    page.locator("#sessions").get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(GOOD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.locator(".who-menu .name")).to_be_attached()

    page.goto("/account")
    page.locator("#sessions").get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(re.compile("/sign-in/passkey"))
    assert accessible(page)
    page.cdp.send("WebAuthn.setUserVerified", page.authenticator | {"isUserVerified": False})
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("could not be checked")
    page.cdp.send("WebAuthn.setUserVerified", page.authenticator | {"isUserVerified": True})
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.locator(".who-menu .name")).to_be_attached()
