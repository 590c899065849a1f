"""Who gets which answer from every address: one table of all routes and identities; a route missing from it fails."""

from __future__ import annotations

import re
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from world import World

from kyokan.platform.jobs.handlers import HANDLERS
from kyokan.web import create_app
from kyokan.web.pages import CATALOGUE
from tests.web.browsing import Browser, company

IDENTITIES = ("nobody", "planner", "analyst", "brand", "manager", "stranger")
EVERYBODY = dict.fromkeys(IDENTITIES, 200)
SIGNED_IN = EVERYBODY | {"nobody": 303}  # led to signing in
PARTIES = SIGNED_IN | {"stranger": 404}
DESK = SIGNED_IN | dict.fromkeys(("brand", "manager"), 403)
AGENCYS = {"nobody": 303, "planner": 303, "analyst": 403, "brand": 403, "manager": 403, "stranger": 404}
ELSEWHERE = dict.fromkeys(IDENTITIES, 303)
FORM = "/deals/new/artist:akari/brand:koyomido"
CANARIES = ("CANARY-HEADLINE", "CANARY-NOTE", "CANARY-LIST", "CANARY-SEARCH", "Waon†", "Hana")

# Endpoint -> an address of it, and what a GET answers to whom
READ = {
    "home": ("/", EVERYBODY),
    "suggest": ("/suggest?q=xc", EVERYBODY),
    "matches": ("/matches?entity=brand:xc&for=artist", EVERYBODY),
    "reasons": ("/matches/why?text=静かな時計&for=artist&with=artist:akari", EVERYBODY),
    "why": ("/why/brand:xc/artist:akari", EVERYBODY),
    "why_graph": ("/why/brand:xc/artist:akari/graph", EVERYBODY),
    "atlas": ("/map?entity=artist:akari", EVERYBODY),
    "compare": ("/compare?entity=brand:xc&for=artist&with=artist:akari&with=artist:hara", EVERYBODY),
    "entity": ("/e/artist:akari", EVERYBODY),
    "dictionary": ("/dictionary", EVERYBODY),
    "health": ("/health", EVERYBODY),
    "static": ("/static/css/tokens.css", EVERYBODY),
    "sign_in": ("/sign-in", ELSEWHERE | {"nobody": 200}),
    "sign_in_code": ("/sign-in/code", EVERYBODY),
    "invitation": ("/invitation/unknown", dict.fromkeys(IDENTITIES, 400)),
    "account": ("/account", SIGNED_IN),
    "second_step": ("/account/second-step", ELSEWHERE),
    "sign_in_passkey": ("/sign-in/passkey", dict.fromkeys(IDENTITIES, 303)),
    "passkey": ("/account/passkey", ELSEWHERE),
    "elsewhere": ("/sign-in/elsewhere", ELSEWHERE),
    "elsewhere_back": ("/sign-in/elsewhere/back", dict.fromkeys(IDENTITIES, 404)),  # no issuer is set
    "team": ("/team", SIGNED_IN),
    "team_trail": (
        "/team/trail",
        SIGNED_IN | dict.fromkeys(("planner", "analyst", "brand", "manager", "stranger"), 403),
    ),
    "lists": ("/lists", DESK),
    "list_add": (
        "/lists/add?entity=brand:xc&for=artist&with=artist:akari",
        DESK | {"analyst": 403},
    ),
    "shortlist": ("/lists/{list}", DESK | {"stranger": 404}),
    "shared": ("/shared/{token}", EVERYBODY),
    "jobs": ("/jobs", SIGNED_IN),
    "searches": ("/searches", DESK),
    "search_new": ("/searches/new?entity=brand:xc&for=artist", DESK | {"analyst": 403}),
    "search": ("/searches/{search}", DESK | {"stranger": 404}),
    "roster": ("/roster", SIGNED_IN | dict.fromkeys(("planner", "analyst", "stranger"), 403)),
    "calendar": ("/calendar", SIGNED_IN),
    "rules": ("/rules", SIGNED_IN | dict.fromkeys(("planner", "analyst", "stranger"), 403)),
    "rules_of": ("/rules/artist:akari", dict.fromkeys(IDENTITIES, 404) | {"nobody": 303, "manager": 200}),
    "deals": ("/deals", SIGNED_IN),
    "deals_news": ("/deals/news", SIGNED_IN),
    "deal_new": (FORM, SIGNED_IN | dict.fromkeys(("analyst", "brand", "manager"), 403)),
    "deal_stages": ("/deals/stages", SIGNED_IN | dict.fromkeys(("analyst", "brand", "manager"), 403)),
    "deal_approvals": ("/deals/approvals", SIGNED_IN | dict.fromkeys(("analyst", "brand", "manager"), 403)),
    "deal_rationale": (
        "/deals/{draft}/rationale",
        SIGNED_IN | {"analyst": 403} | dict.fromkeys(("brand", "manager", "stranger"), 404),
    ),
    "deal_preview": (
        "/deals/{sent}/preview?side=brand",
        PARTIES | dict.fromkeys(("brand", "manager"), 403),
    ),
    "attachment": ("/files/unknown", dict.fromkeys(IDENTITIES, 404) | {"nobody": 303}),
    "deal_plan": ("/deals/{sent}/plan", PARTIES | dict.fromkeys(("analyst", "brand", "manager"), 403)),
    "deal": ("/deals/{sent}", PARTIES),
    "deal_edit": (
        "/deals/{draft}/edit",
        SIGNED_IN | {"analyst": 403} | dict.fromkeys(("brand", "manager", "stranger"), 404),
    ),
}
KEPT = DESK | {"planner": 303, "analyst": 403, "stranger": 404}
# Endpoint -> an address of it, what is sent with a token of one's own session, and what is answered to whom
WRITTEN = {
    "deal_create": ("/deals", {"headline": "x"}, KEPT | {"planner": 404}),  # no pair is named
    "list_create": ("/lists", {"name": "x"}, KEPT | {"stranger": 303}),
    "list_keep": (
        "/lists/add",
        {"question": "entity=brand:xc&for=artist", "with": "artist:akari", "list": "{list}"},
        KEPT,
    ),
    "list_change": ("/lists/{list}", {"act": "rename", "name": "y", "version": "1"}, KEPT),
    "list_entries": ("/lists/{list}/entries", {"act": "take_out", "entry": "{entry}"}, KEPT),
    "list_entry": ("/lists/{list}/entries/{entry}", {"version": "1", "note": "CANARY-NOTE"}, KEPT),
    "job_begin": ("/jobs", {"kind": "searches"}, DESK | {"planner": 303, "stranger": 303, "analyst": 403}),
    "job_file": (
        "/jobs/{batch}/file",
        {"form": "json"},
        dict.fromkeys(IDENTITIES, 404) | {"nobody": 303, "planner": 200},
    ),
    "list_matching": (
        "/lists/{list}/matching",
        {"key": "d" * 32, "each": "2"},
        KEPT | {"analyst": 404},  # the key is the planner's by then
    ),
    "roster_matching": (  # the brand's roster is empty
        "/roster/matching",
        {"key": "d" * 32, "each": "2"},
        {"nobody": 303, "planner": 403, "analyst": 403, "brand": 400, "manager": 303, "stranger": 403},
    ),
    "job_change": ("/jobs/{job}", {"act": "cancel"}, dict.fromkeys(IDENTITIES, 404) | {"nobody": 303, "planner": 303}),
    "search_keep": ("/searches", {"question": "entity=brand:xc&for=artist", "name": "x"}, KEPT | {"stranger": 303}),
    "search_change": ("/searches/{search}", {"act": "see", "latest": "1"}, KEPT | {"analyst": 303}),
    "roster_resolve": (  # a conflict that does not stand
        "/roster/" + "a" * 32,
        {"version": "0", "note": "x"},
        {"nobody": 303, "planner": 403, "analyst": 403, "brand": 409, "manager": 409, "stranger": 403},
    ),
    "rules_claim": (
        "/rules",
        {"name": "artist:akari"},
        {"nobody": 303, "planner": 403, "analyst": 403, "brand": 400, "manager": 303, "stranger": 403},
    ),
    "rules_of": (
        "/rules/artist:akari",
        {"version": "1", "media": "radio"},
        dict.fromkeys(IDENTITIES, 404) | {"nobody": 303, "manager": 303},
    ),
    "rules_release": (
        "/rules/artist:akari/release",
        {},
        dict.fromkeys(IDENTITIES, 404) | {"nobody": 303, "manager": 303},
    ),
    "deals_read": ("/deals/news", {"first": "1", "last": "1"}, dict.fromkeys(IDENTITIES, 303)),
    "deal_say": (
        "/deals/{sent}/say",
        {"to": "all", "text": "x", "key": "d" * 32},
        {"nobody": 303, "planner": 303, "analyst": 403, "brand": 303, "manager": 303, "stranger": 404},
    ),
    "deal_change": (
        "/deals/{sent}/change",
        {"version": "2", "internal_note": "x"},
        {"nobody": 303, "planner": 303, "analyst": 403, "brand": 403, "manager": 403, "stranger": 404},
    ),
    "deal_stages": (
        "/deals/stages",
        {"version": "0", "status.0": "draft", "en.0": "x"},  # the other statuses would be left without a stage
        SIGNED_IN | {"planner": 400, "stranger": 400} | dict.fromkeys(("analyst", "brand", "manager"), 403),
    ),
    "deal_move": ("/deals/{sent}/move", {"version": "0", "stage": "sent"}, AGENCYS),
    "reminder_add": (
        "/deals/{sent}/reminders",
        {"key": "d" * 32, "due": "2030-01-01", "note": "x"},
        {"nobody": 303, "planner": 303, "analyst": 403, "brand": 303, "manager": 303, "stranger": 404},
    ),
    "reminder_finish": ("/reminders/unknown", {}, dict.fromkeys(IDENTITIES, 404) | {"nobody": 303}),
    "deal_approvals": (
        "/deals/approvals",
        {"version": "0", "name.0": "x", "criterion.0": "no such"},
        SIGNED_IN | {"planner": 400, "stranger": 400} | dict.fromkeys(("analyst", "brand", "manager"), 403),
    ),
    "deal_approval": (
        "/deals/{draft}/approval",
        {"version": "1", "act": "ask"},  # it needs none
        {"nobody": 303, "planner": 400, "analyst": 403, "brand": 404, "manager": 404, "stranger": 404},
    ),
    "deal_rationale": (
        "/deals/{draft}/rationale",
        {"version": "1", "en.0": "x"},
        {"nobody": 303, "planner": 303, "analyst": 403, "brand": 404, "manager": 404, "stranger": 404},
    ),
    "deal_rationale_back": (
        "/deals/{draft}/rationale/back",
        {"version": "1"},
        {"nobody": 303, "planner": 303, "analyst": 403, "brand": 404, "manager": 404, "stranger": 404},
    ),
    "attachment_add": (  # without a file
        "/deals/{sent}/files",
        {"key": "d" * 32},
        dict.fromkeys(IDENTITIES, 400) | {"nobody": 303, "stranger": 404},
    ),
    "attachment_remove": ("/files/unknown/remove", {}, dict.fromkeys(IDENTITIES, 404) | {"nobody": 303}),
    "attachment_restore": ("/files/unknown/restore", {}, dict.fromkeys(IDENTITIES, 404) | {"nobody": 303}),
    "deal_plan": ("/deals/{sent}/plan", {"version": "0", "next_act": "x"}, AGENCYS),
    "deal_step": (
        "/deals/{sent}/accept",
        {"version": "2"},
        {"nobody": 303, "planner": 403, "analyst": 403, "brand": 303, "manager": 409, "stranger": 404},
    ),
    "deal_export": (
        "/deals/{sent}/export",
        {"form": "json", "audience": "external"},
        PARTIES | {"brand": 403, "manager": 403},
    ),
    "share_make": (
        "/deals/{sent}/share",
        {"key": "b" * 32, "days": "7"},
        PARTIES | dict.fromkeys(("analyst", "brand", "manager"), 403),
    ),
    "share_revoke": (
        "/deals/{sent}/share/revoke",
        {"link": "x"},
        PARTIES | {"planner": 404} | dict.fromkeys(("analyst", "brand", "manager"), 403),
    ),
    "shared": ("/shared/{token}", {}, dict.fromkeys(IDENTITIES, 404)),
    "team_trail_file": (
        "/team/trail",
        {},
        SIGNED_IN | dict.fromkeys(("planner", "analyst", "brand", "manager", "stranger"), 403),
    ),
    "matches_export": ("/matches/export?entity=brand:xc&for=artist", {"form": "json"}, SIGNED_IN),
    "deal_edit": (
        "/deals/{draft}/edit",
        {"version": "1", "headline": "y"},
        {"nobody": 303, "planner": 303, "analyst": 403, "brand": 404, "manager": 404, "stranger": 404},
    ),
}
# Forms of signing in and of one's own account, each held by the tests of accounts
OF_ACCOUNTS = {
    "elsewhere",
    "team",
    "passkey",
    "sign_in_passkey",
    "sign_in",
    "sign_in_code",
    "sign_out",
    "invitation",
    "account",
    "second_step",
}


@contextmanager
def workroom(folder):
    """The browsers of everybody, and the ids of a draft and of a proposal that was sent."""
    world = World(folder)
    browsers = company(world)
    planner = browsers["planner"]
    browsers["manager"].send("/rules", name="artist:akari")
    addresses = {}
    for name in ("draft", "sent"):
        fields = {"artist": "artist:akari", "brand": "brand:koyomido", "headline": f"CANARY-HEADLINE {name}"}
        sides = {"brand_side": "Koyomido†", "artist_side": "Nagi Office†", "key": name.encode().hex().ljust(32, "0")}
        addresses[name] = planner.send("/deals", FORM, **fields, **sides).location.rpartition("/")[2]
    planner.send(f"/deals/{addresses['sent']}/send", f"/deals/{addresses['sent']}", version="1")
    question = "entity=brand:xc&for=artist"
    kept = {"name": "CANARY-LIST", "note": "CANARY-NOTE", "question": question, "with": "artist:akari"}
    addresses["list"] = planner.send("/lists/add", f"/lists/add?{question}&with=artist:akari", **kept).location[7:39]
    addresses["entry"] = re.search(r'name="entry" value="(\w+)"', planner.get(f"/lists/{addresses['list']}").text)[1]
    made = planner.send(f"/deals/{addresses['sent']}/share", f"/deals/{addresses['sent']}", key="a" * 32, days="7")
    addresses["token"] = re.search(r"/shared/([\w-]{43})", made.text)[1]
    list_page, addresses["batch"] = f"/lists/{addresses['list']}", "e" * 32
    planner.send(f"{list_page}/matching", list_page, key=addresses["batch"], each="2")
    mine = world.job_file.claim(addresses["batch"])
    world.job_file.finish(mine, HANDLERS["matching"](world, mine.arguments, lambda *_: None))
    saved = {"name": "CANARY-SEARCH", "question": question}
    addresses["search"] = planner.send("/searches", f"/searches/new?{question}", **saved).location[10:42]
    planner.send("/jobs", "/account", kind="searches")
    addresses["job"] = re.search(r'action="/jobs/(\w+)"', planner.get("/jobs").text)[1]
    yield browsers, addresses
    world.close()


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    with workroom(tmp_path_factory.mktemp("untouched")) as made:
        yield made


@pytest.fixture
def made(tmp_path):
    with workroom(tmp_path) as made:
        yield made


def told(browser, address, **options: object):
    """Status and text of an answer, which is closed as a browser would close it."""
    with browser.get(address, **options) as answer:
        return answer.status_code, answer.text


def token(browser):
    """A token of the browser's own session, from the first page that has a form."""
    return browser.token("/account")


def test_every_route_stands_in_the_table(untouched):
    rules = list(untouched[0]["nobody"].client.application.url_map.iter_rules())
    assert {rule.endpoint for rule in rules if "GET" in rule.methods} == set(READ)
    assert {rule.endpoint for rule in rules if "POST" in rule.methods} == set(WRITTEN) | OF_ACCOUNTS


@pytest.mark.parametrize("endpoint", READ)
def test_reading_is_answered_as_the_table_says(untouched, endpoint):
    browsers, addresses = untouched
    address, answers = READ[endpoint]
    assert {who: told(browsers[who], address.format(**addresses))[0] for who in IDENTITIES} == answers


@pytest.mark.parametrize("endpoint", WRITTEN)
def test_writing_is_answered_as_the_table_says(made, endpoint):
    browsers, addresses = made
    address, fields, answers = WRITTEN[endpoint]
    sent = {name: value.format(**addresses) for name, value in fields.items()}
    given = {
        who: browsers[who].send(address.format(**addresses), csrf_token=token(browsers[who]), **sent).status_code
        for who in IDENTITIES
    }
    assert given == answers


def test_no_address_tells_a_stranger_a_byte_of_somebody_elses_deal(made):
    browsers, addresses = made
    browsers["planner"].send(
        f"/deals/{addresses['sent']}/change", f"/deals/{addresses['sent']}", version="2", internal_note="CANARY-NOTE"
    )
    for address in (one for endpoint, (one, _) in READ.items() if endpoint != "shared"):
        for who in ("nobody", "stranger"):
            _, text = told(browsers[who], address.format(**addresses), follow_redirects=True)
            assert [canary for canary in CANARIES if canary in text] == [], (who, address)


ASKED = (
    "/matches?entity=artist:akari&for=brand",
    "/matches?entity=artist:akari&for=brand&since=2027-02-01&until=2027-02-02",
    "/matches?entity=brand:xc&for=artist",
    "/why/artist:akari/brand:xc",
    "/compare?entity=brand:xc&for=artist&with=artist:akari&with=artist:hara",
    "/matches?entity=artist:yakan&for=brand",
)


def test_a_visitor_reads_no_date_and_no_sort_of_what_the_workroom_closes(made):
    browsers, addresses = made
    browsers["brand"].send("/rules", name="brand:koyomido")
    deal, terms = f"/deals/{addresses['sent']}", {"category": "watch", "until": "2031-05-17", "exclusive": "1"}
    for who, step, said in (("manager", "counter", terms), ("brand", "accept", {})):
        version = re.search(r'name="version" value="(\d+)"', browsers[who].get(deal).text)[1]
        assert browsers[who].send(f"{deal}/{step}", deal, version=version, **said).status_code == 303
    assert "2031-05-17" in told(browsers["stranger"], ASKED[0])[1]
    visited = [told(browsers["nobody"], address)[1] for address in ASKED]
    assert [page for page in visited if "2031-05-17" in page or "artist&#39;s side" in page] == []
    assert all("Not available at present." in page for page in visited[:4])
    assert "2027-06-30" in visited[-1]  # a fact of the catalogue


def test_every_answer_to_everybody_carries_the_headers_that_protect_it(untouched):
    browsers, addresses = untouched
    wanted = {"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Request-Id"}
    for address, _ in (*READ.values(), ("/nope", {}), ("/?wrong=1", {})):
        for who in IDENTITIES:
            with browsers[who].get(address.format(**addresses)) as answer:
                assert wanted <= set(answer.headers.keys()), (address, who)
                policy = answer.headers["Content-Security-Policy"]
            assert "unsafe" not in policy
            for rule in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
                assert rule in policy, (address, who)


def test_a_catalogue_for_members_is_read_by_nobody_else(world):
    pages = {READ[name][0] for name in CATALOGUE}
    closed = create_app(world, members_only=True)
    reader = Browser(closed)
    for page in pages:
        answer = reader.get(page)
        assert (answer.status_code, urlsplit(answer.location).path) == (303, "/sign-in"), page
    assert {told(reader, page)[0] for page in ("/sign-in", "/health", READ["static"][0])} == {200}
    assert "<nav" not in reader.get("/sign-in").text


def test_members_read_a_catalogue_that_is_theirs_and_readers_of_links_their_proposal(untouched):
    browsers, addresses = untouched
    closed = create_app(browsers["planner"].client.application.extensions["kyokan"], members_only=True)
    for who in ("planner", "brand", "manager"):
        member = Browser(closed).bear(browsers[who].cookie)
        assert {member.get(READ[name][0]).status_code for name in CATALOGUE} == {200}, who
    assert Browser(closed).get(f"/shared/{addresses['token']}").status_code == 200
