"""Each person's whole path in a real browser, by keyboard alone: at a desk in English, on a phone in Japanese."""

from __future__ import annotations

import hashlib

import pytest
from world import World

from kyokan.platform.accounts import Role
from kyokan.platform.accounts.service import Visit
from tests.platform.accounting import GOOD
from tests.web import test_browser
from tests.web.browsing import Browser, company
from tests.web.chromium import accessible, windows
from tests.web.keyboard import Keyboard
from tests.web.test_approvals import STEP, act
from tests.web.test_deals import take, write
from tests.web.test_desk_browser import DESKTOP, PHONE

pytestmark = [
    *test_browser.pytestmark,
    pytest.mark.parametrize("look", [DESKTOP, PHONE], ids=["desktop-en", "phone-ja"]),
]
FEE = {"fee_low": "8000000", "fee_high": "8000000", "exclusive": ""}  # under what needs an approval


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The small world with its people, and windows onto it."""
    world = World(tmp_path_factory.mktemp("paths"))
    made = company(world)
    agency = world.accounts.organisation("Waon†").id
    token = world.accounts.invite("admin@example.com", agency, Role.PLANNER, Role.ADMIN)
    entered = world.accounts.accept(token, name="Sato", password=GOOD, language="en", visit=Visit("127.0.0.1", "test"))
    made["admin"] = Browser(made["planner"].client.application).bear(entered.session_id)
    assert made["planner"].send("/deals/approvals", version="0", **STEP).status_code == 303
    with windows(made["planner"].client.application) as people:
        yield made, people
    world.close()


@pytest.fixture
def made(served):
    return served[0]


@pytest.fixture
def enter(served, look):
    """Lets somebody in at the front page."""
    made, people = served
    opened = []

    def open_page(who):
        opened.append(people.open("/", made[who].cookie, **look))
        return Keyboard(opened[-1])

    yield open_page
    for page in opened:
        page.context.close()


def key_of(look, who):
    """The key of a form that nobody else sends."""
    return hashlib.sha256(f"{look['locale']} {who}".encode()).hexdigest()[:32]


def test_a_planner_goes_from_a_brief_to_a_proposal_in_others_hands(made, look, enter):
    keys = enter("planner")
    keys.follow("a[href*='start=brief']")
    keys.write("#text", "serene and restful")
    keys.follow("#question button.primary")
    for place in (1, 2):
        keys.press(f".rows > li:nth-child({place}) input[name=with]", "Space")
    keys.follow("#pick button:not([formaction])")
    keys.stands("article.beside")
    keys.follow("form[action='/lists/add'] button")
    keys.write("#f-name", f"Dawn {look['locale']}")
    keys.follow("form.keep button.primary")
    keys.stands(".done[role=status]")

    keys.follow("header.site a.brand")
    keys.write("#q", "暦堂")
    keys.follow("#question button.primary")
    keys.follow(".row h2 a[href*='akari']")
    keys.follow("a[href^='/deals/new/']")
    keys.write("#f-headline", "Dawn on the wrist")
    keys.write("#f-brand_side", "Koyomido†")
    keys.write("#f-artist_side", "Nagi Office†")
    keys.write("#f-fee_low", "8000000")
    keys.write("#f-fee_high", "8000000")
    keys.follow(".deal-form button.primary")

    keys.follow("a[href$='/rationale']")
    keys.press("input[name='offer.0']", "Space")
    keys.follow(".manuscript button.primary")
    keys.stands(".said li")
    keys.follow(".trail a")
    keys.follow("form[action$='/send'] button")
    keys.stands("[aria-current=step]", "Sent|送")
    keys.unfold("#hand-over > summary")
    keys.press("#audience-internal", "ArrowDown")
    keys.go("button[name=form][value=json]")
    with keys.page.expect_download() as download:
        keys.page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".json")
    assert accessible(keys.page)


def test_a_brand_client_reads_asks_counters_and_accepts(made, look, enter):
    sent = write(made["planner"], headline="Tide", key=key_of(look, "brand"), **FEE)
    assert take(made["planner"], sent, "send").status_code == 303
    keys = enter("brand")
    keys.follow("header.site a[href='/deals']")
    keys.follow(f"a.slip[href='{sent}']")
    keys.unfold("#talk > summary")
    keys.press("#talk details > summary")
    keys.press("#talk input[type=radio]:checked", "ArrowDown")
    keys.write("#f-say", "Is spring possible?")
    keys.follow("#talk form button[type=submit]")
    keys.stands("#talk .words", "Is spring possible")

    keys.press(".answers details:has(form[action$='/counter']) > summary")
    keys.write("form[action$='/counter'] #f-fee_high", "9000000")
    keys.follow("form[action$='/counter'] button")
    keys.stands("#terms ins", "9")
    assert accessible(keys.page)
    assert take(made["manager"], sent, "counter", fee_low="8500000", fee_high="8500000").status_code == 303
    keys.page.reload()
    keys.follow("form[action$='/accept'] button")
    keys.stands("[aria-current=step]", "Accepted|合意|承諾")
    assert accessible(keys.page)


def test_an_artist_manager_sets_rules_decides_and_learns_what_came_of_it(made, look, enter):
    keys = enter("manager")
    keys.follow("header.site a[href='/rules']")
    if keys.page.locator("a[href='/rules/artist:takeuchi']").count():
        keys.follow("a[href='/rules/artist:takeuchi']")
    else:
        keys.write("#f-name", "竹内まりや")
        keys.follow("form[action='/rules'] button")
    keys.write("#f-media", "Radio")
    keys.follow(".rule-form button.primary")
    keys.stands(".said", "Radio")

    planner, brand, pair = made["planner"], made["brand"], {"artist": "artist:takeuchi", "brand": "brand:koyomido"}
    sent = write(planner, headline="Evening", key=key_of(look, "manager"), **pair, **FEE)
    assert take(planner, sent, "send").status_code == 303
    keys.follow("header.site a[href='/deals']")
    keys.follow(f"a.slip[href='{sent}']")
    keys.follow("form[action$='/accept'] button")
    assert take(brand, sent, "accept").status_code == 303
    assert take(planner, sent, "start").status_code == 303
    keys.follow("header.site a[href='/roster']")
    keys.follow(f".terms-of a[href='{sent}']")
    assert take(planner, sent, "finish", reach="120000", sentiment="0.2", note="Sold out").status_code == 303
    keys.page.reload()
    keys.stands(".outcome", "120,000")
    keys.stands(".outcome", "Sold out")
    assert accessible(keys.page)


def test_an_analyst_reads_everything_approves_what_is_theirs_and_changes_nothing_else(made, look, enter):
    planner = made["planner"]
    dear = FEE | {"fee_low": "18000000", "fee_high": "18000000"}
    draft = write(planner, headline="Quiet", key=key_of(look, "analyst"), **dear)
    assert act(planner, draft, "ask").status_code == 303
    keys = enter("analyst")
    keys.write("#q", "クロスシー")
    keys.follow("#question button.primary")
    keys.follow(".row h2 a")
    assert keys.page.locator("a[href^='/deals/new/']").count() == 0
    keys.follow("header.site a[href='/lists']")
    assert keys.page.locator("main form").count() == 0
    keys.follow("header.site a[href='/deals']")
    assert keys.page.locator("a[href='/deals/stages'], a[href='/deals/approvals']").count() == 0
    keys.follow(f"a.names[href='{draft}']")
    assert keys.page.locator("a[href$='/edit'], form[action$='/send']").count() == 0
    keys.follow(".answers form button.primary")
    keys.stands("#approvals", "✓")
    assert accessible(keys.page)


def test_an_admin_brings_people_in_and_arranges_how_the_agency_works(made, look, enter):
    keys = enter("admin")
    keys.unfold(".who-menu > summary")
    keys.follow(".menu a[href='/team']")
    keys.write("#f-email", f"{look['locale'].lower()}@example.com")
    keys.press("#f-admin", "Space")
    keys.follow("#invite button.primary")
    keys.stands("#f-link")
    assert "/invitation/" in keys.page.locator("#f-link").input_value()
    assert accessible(keys.page)
    keys.unfold(".who-menu > summary")
    keys.follow(".menu a[href='/jobs']")
    keys.stands("h1")

    keys.follow("header.site a[href='/deals']")
    keys.follow("a[href='/deals/stages']")
    at = keys.page.locator("tr.new input").first.get_attribute("name").rpartition(".")[2]
    keys.write(f"input[name='ja.{at}']", f"確認 {at}")
    keys.write(f"input[name='en.{at}']", f"Check {at}")
    keys.follow(".stages-form button.primary")
    keys.stands(f"input[name='en.{at}']")
    keys.follow(".trail a")
    keys.follow("a[href='/deals/approvals']")
    at = keys.page.locator("tr.new input[name^=name]").get_attribute("name").rpartition(".")[2]
    keys.write(f"input[name='name.{at}']", "Legal")
    keys.write(f"input[name='value.{at}']", "")
    keys.follow(".stages-form button.primary")
    keys.stands(f"button[name=remove][value='{at}']")
    keys.follow(f"button[name=remove][value='{at}']")
    assert keys.page.locator("tr.new input[name^=name]").get_attribute("name") == f"name.{at}"
    assert accessible(keys.page)
