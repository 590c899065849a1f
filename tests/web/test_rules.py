"""Rules on the web: kept by their side alone, in force on all pages at once, and silent about what they hold."""

from __future__ import annotations

import re
from html import unescape
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world import World

from tests.web.browsing import company
from tests.web.test_deals import DRAFT, FORM, take, write

AKARI, XC = "/rules/artist:akari", "/rules/brand:xc"
MATCHES = "/matches?entity=brand:xc&for=artist"
FLOOR = 87_654_321
WRITTEN = ("87654321", "87,654,321", "8,765", "87.7")  # how pages could write it


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def made(world):
    browsers = company(world)
    assert browsers["manager"].send("/rules", name="凪原 灯").location.endswith(AKARI)
    return browsers


def keep(browser, address=AKARI, **fields: object):
    """Send the form of rules as it stands, with some fields changed."""
    version = re.search(r'name="version" value="(\d+)"', browser.get(address).text)[1]
    return browser.send(address, **{"version": version, **fields})


def row(page, name):
    """The row of a list of matches that names somebody, as text."""
    rows = re.findall(r'<li class="row[^"]*">.*?</li>\n', page, re.DOTALL)
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", next(one for one in rows if name in one)).split()))


def test_a_rule_is_in_force_for_everybody_at_once_and_says_whose_it_is(made):
    assert "Blocked" not in row(made["planner"].get(MATCHES).text, "Akari Nagihara")
    assert keep(made["manager"], add_categories="腕時計, Beauty").status_code == 303
    for who in ("planner", "brand", "stranger"):
        said = row(made[who].get(MATCHES).text, "Akari Nagihara")
        assert "The artist's side does not work in this category." in said
        assert "does not work in this category" in unescape(made[who].get("/why/brand:xc/artist:akari").text)
    assert "Blocked Not available at present." in row(made["nobody"].get(MATCHES).text, "Akari Nagihara")
    page = made["manager"].get("/rules").text
    assert "Watches, Beauty" in page
    assert keep(made["manager"]).status_code == 303  # nothing ticked: no rule any more
    assert "Blocked" not in row(made["planner"].get(MATCHES).text, "Akari Nagihara")


def test_a_proposal_that_a_rule_closes_is_refused_in_words_and_what_was_typed_stays(made):
    address = write(made["planner"])
    keep(made["manager"], media="radio, 屋外")
    refused = made["planner"].send("/deals", FORM, **DRAFT | {"media": "Radio", "key": "b" * 32})
    assert refused.status_code == 400
    assert "does not do this medium" in refused.text
    assert 'value="Dawn on the wrist"' in refused.text
    assert take(made["planner"], address, "send").status_code == 303
    keep(made["manager"], add_companies="暦堂")
    another = made["planner"].send("/deals", FORM, **DRAFT | {"key": "c" * 32})
    assert "does not work with this company" in another.text
    page = unescape(made["manager"].get("/rules").text)
    assert "2 in 30 days" in page
    assert "Waon" not in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "The artist's side does not work in this category."),
        ("ja", "アーティスト側のルールで、この分野とは組めません。"),
    ],
)
def test_a_rule_put_down_after_an_offer_stops_the_last_side_in_their_words(made, language, words):
    address = write(made["planner"])
    for who, step in (("planner", "send"), ("brand", "accept")):
        assert take(made[who], address, step).status_code == 303
    keep(made["manager"], add_categories="腕時計")
    made["manager"].client.set_cookie("lang", language, domain="localhost")
    refused = take(made["manager"], address, "accept")
    assert refused.status_code == 400
    assert words in unescape(refused.text)


REFUSED = re.compile(r'<p class="refusal" role="alert">(.*?)</p>')


def test_whoever_is_stopped_by_a_rule_of_their_own_is_led_to_it_and_nobody_else(made):
    address = write(made["planner"])
    for who, step in (("planner", "send"), ("brand", "accept")):
        assert take(made[who], address, step).status_code == 303
    keep(made["manager"], add_categories="腕時計")
    stopped = REFUSED.search(take(made["manager"], address, "accept").text)[1]
    assert f'<a href="{AKARI}">Edit the rules of Akari Nagihara</a>' in stopped
    another = made["planner"].send("/deals", FORM, **DRAFT | {"key": "b" * 32})
    assert "does not work in this category" in REFUSED.search(another.text)[1]
    assert "<a" not in REFUSED.search(another.text)[1]


def test_a_brand_stopped_by_the_rule_of_the_artists_side_is_led_nowhere(made):
    address = write(made["planner"])
    for who, step in (("planner", "send"), ("manager", "accept")):
        assert take(made[who], address, step).status_code == 303
    keep(made["manager"], add_categories="腕時計")
    stopped = REFUSED.search(take(made["brand"], address, "accept").text)[1]
    assert "does not work in this category" in stopped
    assert "<a" not in stopped


def test_whoever_is_stopped_by_an_agreed_deal_is_led_to_no_rule(made):
    made["brand"].send("/rules", name="brand:koyomido")
    offered = [write(made["planner"], key=uuid4().hex, brand=brand) for brand in ("brand:koyomido", "brand:xc")]
    for address in offered:
        for who, step in (("planner", "send"), ("brand", "accept")):
            assert take(made[who], address, step).status_code == 303
    first, second = (take(made["manager"], address, "accept") for address in offered)
    assert first.status_code == 303
    stopped = REFUSED.search(second.text)[1]
    assert "Exclusive with Koyomido" in stopped
    assert "<a" not in stopped


def test_guard_rails_of_a_brand_are_told_in_general(made):
    assert made["brand"].send("/rules", name="Citizen xC").location.endswith(XC)
    assert keep(made["brand"], XC, add_artists="竹内まりや", add_topics="腕時計").status_code == 303
    for artist in ("takeuchi", "hara"):  # left out by name; tied up with a watchmaker once
        assert "guard rails rule this pairing out" in made["planner"].get(f"/why/brand:xc/artist:{artist}").text
    assert "guard rails" not in made["planner"].get("/why/brand:xc/artist:yano").text


def test_what_cannot_be_read_is_said_and_what_was_typed_stays(made):
    for fields, said in (
        ({"add_companies": "Nobody & Sons"}, "Nothing here is called “Nobody & Sons”."),
        ({"since_0": "2027-08-10"}, "need both a first and a last day"),
        ({"since_0": "2027-08-10", "until_0": "2027-08-01"}, 'role="alert"'),
        ({"fee_floor": "plenty"}, "must be a number"),
    ):
        refused = keep(made["manager"], media="radio", **fields)
        assert refused.status_code == 400
        assert said in unescape(refused.text)
        assert 'value="radio"' in refused.text
        for value in fields.values():
            assert value in unescape(refused.text)


def test_two_who_edit_at_once_both_see_it(made):
    before = re.search(r'name="version" value="(\d+)"', made["manager"].get(AKARI).text)[1]
    keep(made["manager"], media="radio")
    late = made["manager"].send(AKARI, version=before, media="posters")
    assert late.status_code == 409
    assert "changed while you were looking" in late.text
    assert 'value="posters"' in late.text


@pytest.mark.parametrize("field", ["organisation", "entity", "owner", "role", "score", "topics", "tenant_id"])
def test_a_form_with_another_field_changes_nothing(made, field):
    assert keep(made["manager"], **{field: "x"}).status_code == 400
    assert "No rule yet." in made["manager"].get("/rules").text


def test_a_name_is_given_up_and_free_for_another(made):
    assert made["manager"].send(f"{AKARI}/release", AKARI).status_code == 303
    assert made["manager"].get(AKARI).status_code == 404
    assert made["manager"].send("/rules", name="凪原 灯").status_code == 303


def told(browser, address):
    """All a page says, but for tokens and ids: drawn anew each time, they spell any short figure now and then."""
    return re.sub(r"[0-9a-f]{32}(\.[0-9a-f]+)?", "", browser.get(address).text)


def body(browser, address):
    """What the page itself says, apart from the frame around it."""
    return re.search(r"<main.*</main>", told(browser, address), re.DOTALL)[0]


def test_the_floor_is_on_no_page_but_its_owners(made):
    keep(made["manager"], fee_floor=str(FLOOR), since_0="2027-08-10", until_0="2027-08-20")
    address = write(made["planner"], fee_low="1000", fee_high="2000")
    take(made["planner"], address, "send")
    assert "¥87,654,321" in made["manager"].get("/rules").text
    for who in ("nobody", "planner", "analyst", "brand", "stranger"):
        for page in (
            MATCHES,
            "/why/brand:xc/artist:akari",
            FORM,
            "/deals",
            address,
            "/e/artist:akari",
            "/rules",
            AKARI,
        ):
            said = told(made[who], page)
            assert not [one for one in (*WRITTEN, "2027-08") if one in said], (who, page)


def test_the_inbox_sets_offers_under_the_floor_apart_and_says_what_rules_stopped(made):
    keep(made["manager"], fee_floor="3000", media="radio")
    low = write(made["planner"], fee_low="1000", fee_high="2000")
    fair = write(made["planner"], key="b" * 32, fee_low="1000", fee_high="4000")
    for address in (low, fair):
        take(made["planner"], address, "send")
    made["planner"].send("/deals", FORM, **DRAFT | {"key": "c" * 32, "media": "radio"})
    page = made["manager"].get("/deals").text.partition('<div class="inbox">')[2]
    assert page.index("To answer") < page.index(fair) < page.index("Under your floor") < page.index(low)
    assert "¥1k under your floor." in page
    assert "1 in 30 days" in page
    for who in ("planner", "brand"):
        for one in ("/deals", low):
            assert not re.search(r"under your floor|¥3k|3,?000\b", told(made[who], one), re.IGNORECASE), (who, one)


def counted(browser):
    """What stands beside the way to the deals."""
    found = re.search(r'<span class="count">(\d+)<', browser.get("/").text)
    return int(found[1]) if found else 0


def test_an_offer_under_the_floor_is_no_news_until_it_waits_for_an_answer(made):
    keep(made["manager"], fee_floor="3000")
    low = write(made["planner"], fee_low="1000", fee_high="2000")
    fair = write(made["planner"], key="b" * 32, fee_low="1000", fee_high="4000")
    for address in (low, fair):
        take(made["planner"], address, "send")
    assert [counted(made[who]) for who in ("manager", "brand")] == [1, 2]
    page = made["manager"].get("/deals").text
    assert re.search(r'News <span class="note num">1</span>', page)
    assert low in page  # set apart below
    take(made["manager"], fair, "accept")
    assert counted(made["manager"]) == 0
    assert take(made["brand"], low, "counter", fee_high="5000").status_code == 303
    assert counted(made["manager"]) == 2  # the first offer and what it has become
    assert take(made["manager"], low, "decline", reason="no").status_code == 303
    assert counted(made["manager"]) == 0


def test_questions_are_asked_and_answered_on_the_page_of_a_deal(made):
    address = write(made["planner"])
    take(made["planner"], address, "send")
    asked = {"to": "agency", "text": "How many days <b>on set</b>?", "key": "d" * 32}
    for _ in range(2):
        assert made["manager"].send(f"{address}/say", address, **asked).status_code == 303
    assert made["planner"].get(address).text.count("How many days &lt;b&gt;on set&lt;/b&gt;?") == 1
    assert "A question or an answer" in made["planner"].get("/deals").text
    assert "How many days" not in made["brand"].get(address).text
    late = made["brand"].send(f"{address}/say", address, **asked | {"key": "e" * 32, "text": " "})
    assert late.status_code == 400
    assert made["brand"].send(f"{address}/say", address, to="artist", text="x", key="f" * 32).status_code == 403


def agreed(made, **terms: str):
    address = write(made["planner"], **{"since": "2027-01-01", "until": "2027-06-30", "category": "腕時計"} | terms)
    for who, step in (("planner", "send"), ("brand", "accept"), ("manager", "accept")):
        assert take(made[who], address, step).status_code == 303
    return address


UNTIL = ["Blocked until 2027-06-30", "The artist's side is not available"]


def test_an_agreed_deal_tells_a_stranger_until_when_and_nothing_else(made):
    made["brand"].send("/rules", name="brand:koyomido")
    agreed(made)
    pair = "/why/brand:xc/artist:akari"
    assert "Exclusive with Koyomido" in unescape(made["planner"].get(pair).text)
    for who, told in (("nobody", ["Not available at present."]), ("stranger", UNTIL)):
        for page in (pair, MATCHES, "/why/brand:koyomido/artist:akari"):  # the partner's house reads like every other
            text = made[who].get(page).text
            said = row(text, "Akari") if page == MATCHES else unescape(re.sub(r"<[^>]+>", "", text))
            assert [one for one in told if one not in said] == []
            assert [one for one in ("Exclusive with", *UNTIL) if one in said and one not in told] == []


def test_calendar_and_roster_show_terms_and_conflicts_and_keep_how_they_are_settled(made):
    address = agreed(made)
    keep(made["manager"], since_0="2027-03-01", until_0="2027-03-07")
    page = made["manager"].get("/roster").text
    assert "Days kept free are in it" in page
    conflict = re.search(r'action="(/roster/[0-9a-f]{32})"', page)[1]
    assert made["manager"].send(conflict, "/roster", version="0", note="nothing runs that week").status_code == 303
    late = made["manager"].send(conflict, "/roster", version="0", note="another word")
    assert late.status_code == 409
    assert "another word" in late.text
    assert "nothing runs that week" in made["manager"].get("/roster").text
    for who in ("manager", "brand", "planner"):
        shown = made[who].get("/calendar").text
        assert address in shown
        assert ("2027-03-07" in shown) == (who == "manager")
    assert "No term is set yet." in made["stranger"].get("/calendar").text


def test_a_roster_lists_offers_in_one_category_once_and_keeps_the_note_when_another_comes(made):
    offers = {"category": "腕時計", "since": "", "until": ""}

    def offer(number):
        brand = ("brand:koyomido", "brand:xc", "brand:yukiakari", "brand:みなも")[number]
        address = write(made["planner"], brand=brand, key=uuid4().hex, **offers)
        assert take(made["planner"], address, "send").status_code == 303

    def conflicts():
        return re.findall(r'action="(/roster/[0-9a-f]{32})"', made["manager"].get("/roster").text)

    offer(0)
    assert conflicts() == []
    offer(1)
    (two,) = conflicts()
    offer(2)
    (three,) = conflicts()
    page = unescape(made["manager"].get("/roster").text)
    assert "Offers: 3" in page
    assert "No dates" in page
    # sent from the page as it stood with two
    assert made["manager"].send(two, "/roster", version="0", note="whoever signs first").status_code == 303
    offer(3)
    assert "whoever signs first" in made["manager"].get("/roster").text
    assert made["manager"].send(three, "/roster", version="1", note="").status_code == 303
    gone = made["manager"].send("/roster/" + "0" * 32, "/roster", version="0", note="my words")
    assert gone.status_code == 409
    assert "stands no longer" in gone.text
    assert "my words" in gone.text


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(floors=st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), offered=st.integers(0, 10**9))
def test_whatever_the_floor_a_brand_and_a_planner_are_answered_alike(made, floors, offered):
    """No search by offers can find the floor: two floors give the same answers to the same acts."""
    answers = []
    for floor in floors:
        keep(made["manager"], fee_floor=str(floor))
        address = write(made["planner"], key=uuid4().hex, fee_low=str(offered), fee_high=str(offered))
        acts = [take(made["planner"], address, "send").status_code]
        acts.append(take(made["brand"], address, "counter", fee_high=str(offered // 2)).status_code)
        pages = [body(made[who], one) for who in ("planner", "brand") for one in (address, MATCHES)]
        answers.append((acts, pages))
    assert answers[0] == answers[1]
