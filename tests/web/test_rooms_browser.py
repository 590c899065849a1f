"""Every room in a real browser: each opened by who works there, in both languages, at a desk and on a phone."""

from __future__ import annotations

import re

import pyotp
import pytest
from playwright.sync_api import expect

from kyokan.platform.accounts import Role
from kyokan.platform.accounts.service import Visit
from tests.platform.accounting import GOOD
from tests.web import test_browser
from tests.web.chromium import accessible, windows
from tests.web.test_approvals import STEP, act
from tests.web.test_attachments import attach
from tests.web.test_deals import take, write
from tests.web.test_desk_browser import DESKTOP, PHONE

pytestmark = test_browser.pytestmark
TERMS = {"since": "2026-01-01", "until": "2099-12-31"}  # on the calendar whatever today is
ROOMS = (
    ("planner", "{draft}/edit"),
    ("planner", "{draft}/rationale"),
    ("planner", "/deals/approvals"),
    ("analyst", "{draft}"),
    ("planner", "{sent}"),
    ("brand", "{sent}"),
    ("manager", "{sent}"),
    ("manager", "/rules"),
    ("manager", "/rules/artist:akari"),
    ("brand", "/rules/brand:koyomido"),
    ("manager", "/roster"),
    ("manager", "/calendar"),
    ("nobody", "{invitation}"),
    ("nobody", "{shared}"),
    ("at_key", "/sign-in/passkey"),
    ("waiting", "/sign-in/code"),
    ("stranger", "/account/second-step"),
    ("stranger", "/account/passkey"),
    ("planner", "/account"),
    ("planner", "/team"),
    ("admin", "/team/trail"),
    ("admin", "/jobs?show=dead"),
    ("planner", "/jobs"),
    ("planner", "/lists"),
    ("planner", "{list}"),
    ("planner", "/lists/add?entity=brand:xc&for=artist&with=artist:akari"),
    ("planner", "/compare?entity=brand:xc&for=artist&with=artist:akari&with=artist:takeuchi"),
    ("planner", "/matches/why?audience=artist:akari&audience=artist:takeuchi&for=brand&with=brand:xc"),
    ("planner", "/map?entity=brand:xc"),
    ("planner", "/searches"),
    ("planner", "/searches/new?entity=brand:xc&for=artist"),
    ("planner", "{search}"),
    ("planner", "/deals"),
    ("brand", "/deals"),
    ("planner", "/deals/news"),
    ("manager", "/deals/news"),
    ("stranger", "/deals/news"),
    ("planner", "/deals/stages"),
    ("planner", "/deals/new/artist:akari/brand:koyomido"),
    ("planner", "{draft}/preview?side=artist"),
    ("planner", "{sent}/plan"),
)
ELSEWHERE = {
    *("home", "matches", "why", "why_graph", "entity", "dictionary", "sign_in"),  # test_browser.PAGES, as thoroughly
    "elsewhere",  # leads on at once
}
NO_PAGE = {"suggest", "health", "static", "elsewhere_back", "attachment"}


@pytest.fixture
def deals(made):
    """A deal that was sent, with a file and a question, a draft that waits for an approval, and links to come in by."""
    planner, brand = made["planner"], made["brand"]
    assert made["manager"].send("/rules", name="凪原 灯").status_code == 303
    assert brand.send("/rules", name="暦堂").status_code == 303
    sent = write(planner, **TERMS)
    assert take(planner, sent, "send").status_code == 303
    assert attach(planner, sent, everybody="1").status_code == 303
    assert brand.send(f"{sent}/say", sent, key="c" * 32, to="all", text="Is spring possible?").status_code == 303
    assert planner.send("/deals/approvals", version="0", **STEP).status_code == 303
    draft = write(planner, key="d" * 32, headline="Dusk")
    assert (
        planner.send(f"{draft}/rationale", version="1", **{"ja.0": "朝の声。", "en.0": "A morning voice."}).status_code
        == 303
    )
    kept = {"question": "entity=brand:xc&for=artist"}
    add = f"/lists/add?{kept['question']}&with=artist:akari"
    listed = planner.send("/lists/add", add, name="Quiet", **kept, **{"with": "artist:akari"})
    saved = planner.send("/searches", f"/searches/new?{kept['question']}", name="Watches", **kept)
    accounts = planner.client.application.extensions["kyokan"].accounts
    token = accounts.invite("new@example.com", accounts.organisation("Waon†").id, Role.PLANNER, Role.ANALYST)
    shared = planner.send(f"{sent}/share", sent, key="e" * 32, days="7").text
    return {
        "shared": re.search(r"/shared/[\w-]{43}", shared)[0],
        "sent": sent,
        "draft": draft,
        "list": listed.location.partition("?")[0],
        "search": saved.location.partition("?")[0],
        "invitation": f"/invitation/{token}",
    }


@pytest.fixture
def seats(made):
    """Sessions of who is on the way in: asked for a passkey, owing the second step, adding one."""
    accounts, visit = made["planner"].client.application.extensions["kyokan"].accounts, Visit("127.0.0.1", "test")
    accounts.ask_for_passkey(at_key := "k" * 43)
    accounts.offer_totp(made["stranger"].cookie, GOOD, visit)
    accounts.offer_passkey(made["stranger"].cookie, GOOD, visit)
    token = accounts.invite("waiting@example.com", accounts.organisation("Waon†").id, Role.ANALYST)
    new = accounts.accept(token, name="Aya", password=GOOD, language="en", visit=visit).session_id
    accounts.offer_totp(new, GOOD, visit)
    accounts.confirm_totp(new, pyotp.TOTP(accounts.offered_totp(new)).now(), visit)
    waiting = accounts.sign_in("waiting@example.com", GOOD, visit).session_id
    token = accounts.invite("admin@example.com", accounts.organisation("Waon†").id, Role.ADMIN)
    admin = accounts.accept(token, name="Aki", password=GOOD, language="en", visit=visit).session_id
    on_the_way = {"at_key": at_key, "waiting": waiting, "admin": admin}
    return {who: one.cookie for who, one in made.items()} | on_the_way


@pytest.fixture
def ada(made):
    """The session of somebody whose only role is admin."""
    accounts = made["planner"].client.application.extensions["kyokan"].accounts
    token = accounts.invite("ada@example.com", accounts.organisation("Waon†").id, Role.ADMIN)
    return accounts.accept(token, name="Ada", password=GOOD, language="en", visit=Visit("127.0.0.1", "test")).session_id


def test_every_page_stands_among_the_rooms_or_is_come_to_elsewhere(made):
    at = made["planner"].client.application.url_map.bind("localhost")
    ids = dict.fromkeys(("draft", "sent"), "/deals/1") | {"list": "/lists/1", "search": "/searches/1"}
    ids |= {"invitation": "/invitation/1", "shared": "/shared/1"}
    rooms = {at.match(room.format(**ids).partition("?")[0])[0] for _, room in ROOMS}
    pages = {rule.endpoint for rule in at.map.iter_rules() if "GET" in (rule.methods or ())}
    assert pages - NO_PAGE - ELSEWHERE == rooms


@pytest.mark.parametrize(("look", "other"), [(DESKTOP, PHONE), (PHONE, DESKTOP)], ids=["desktop-en", "phone-ja"])
def test_every_room_opens_for_who_works_there_and_fits_either_width(made, deals, seats, look, other):
    """In two languages that is each of the four; one window a person, since opening them takes longest."""
    with windows(made["planner"].client.application) as people:
        pages = {}
        for who, room in ROOMS:
            if room == "{draft}":
                assert act(made["planner"], deals["draft"], "ask").status_code == 303
            address = room.format(**deals)
            page = pages[who] if who in pages else pages.setdefault(who, people.open("about:blank", seats[who], **look))
            page.set_viewport_size(look["viewport"])
            page.goto(address)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert page.url.endswith(address)
            assert page.locator("html").get_attribute("lang") == look["locale"][:2]
            assert accessible(page), (who, address)
            page.set_viewport_size(other["viewport"])
            assert accessible(page), (who, address, "resized")


def test_on_a_phone_a_deal_opens_where_its_reader_must_act(made, deals):
    with windows(made["planner"].client.application) as people:
        page = people.open(deals["sent"], made["manager"].cookie, java_script_enabled=False, **PHONE)
        expect(page.locator("#talk > summary")).to_contain_text("1 新しい 1")
        expect(page.locator("#files > summary")).to_contain_text("1")
        expect(page.get_by_text("Is spring possible?")).to_be_visible()
        expect(page.get_by_role("link", name="plan.pdf")).to_be_hidden()
        page.get_by_role("link", name="条件と次の操作へ").click()
        expect(page.get_by_role("button", name="承諾する")).to_be_visible()
        page.locator("#files > summary").click()
        expect(page.get_by_role("link", name="plan.pdf")).to_be_visible()
        wide = people.open(deals["sent"], made["brand"].cookie, java_script_enabled=False, **DESKTOP)
        expect(wide.get_by_role("link", name="plan.pdf")).to_be_visible()


def test_whoever_is_admin_alone_is_led_to_people_and_to_no_deals(made, ada):
    with windows(made["planner"].client.application) as people:
        page = people.open("/", ada, **DESKTOP)
        pages = page.get_by_role("navigation", name="Pages")
        expect(pages.get_by_role("link")).to_have_text(["Find", "Dictionary", "People"])
        page.goto("/deals")
        expect(page.get_by_role("link", name="Set rules")).to_have_count(0)
        assert accessible(page)
        page.get_by_role("link", name="See the people").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Waon†")


def test_news_of_the_longest_headline_fits_a_phone(made):
    long = "とても長い見出し" * 12 + "WithoutAnySpaceInIt" * 4
    assert take(made["planner"], write(made["planner"], key="f" * 32, headline=long), "send").status_code == 303
    with windows(made["planner"].client.application) as people:
        page = people.open("/deals", made["manager"].cookie, **PHONE)
        expect(page.locator(".news")).to_contain_text("WithoutAnySpaceInIt")
        assert accessible(page)


def test_a_date_keeps_its_line_on_a_phone(made, deals):
    with windows(made["planner"].client.application) as people:
        for room in ("/deals", "/calendar"):
            page = people.open(room, made["brand"].cookie, **PHONE)
            days = page.locator(".unbroken")
            assert days.count() > 0
            assert days.evaluate_all("all => all.every(one => one.getClientRects().length < 2)")


def test_what_came_of_a_deal_stands_before_why_it_was_made(made, deals):
    sent = deals["sent"]
    for who, step in (("manager", "accept"), ("brand", "accept"), ("planner", "start")):
        assert take(made[who], sent, step).status_code == 303
    assert take(made["planner"], sent, "finish", reach="120000", announced="1", note="Sold out").status_code == 303
    with windows(made["planner"].client.application) as people:
        page = people.open(sent, made["brand"].cookie, **PHONE)
        expect(page.locator("#outcome")).to_contain_text("120,000")
        expect(page.locator("#outcome ~ #grounds")).to_have_count(1)
        assert accessible(page)


def test_on_paper_the_core_of_the_brands_side_is_hollow_beside_the_full_one_of_the_artists(made, deals):
    with windows(made["planner"].client.application) as people:
        page = people.open(deals["sent"], made["brand"].cookie, **DESKTOP)
        ink = "one => getComputedStyle(one).fill"
        artist, brand = page.locator(".couple .fp circle.fp-af"), page.locator(".couple .fp rect.fp-bf")
        assert brand.evaluate(ink) == "rgb(15, 106, 134)"
        page.emulate_media(media="print")
        assert artist.evaluate(ink) == "rgb(0, 0, 0)"
        assert brand.evaluate(ink) == "rgb(255, 255, 255)"
        assert brand.evaluate("one => getComputedStyle(one).stroke") == "rgb(0, 0, 0)"


def test_the_index_of_the_dictionary_leads_to_each_family_and_back(made):
    with windows(made["planner"].client.application) as people:
        page = people.open("/dictionary", **PHONE)
        index = page.get_by_role("navigation", name="感性の目次")
        expect(index.get_by_role("link")).to_have_count(24)
        index.get_by_role("link", name="静謐").click()
        expect(page.get_by_role("heading", name="静謐", exact=True)).to_be_in_viewport()
        page.get_by_role("link", name="目次へ").first.click()
        expect(index).to_be_in_viewport()
        assert accessible(page)
