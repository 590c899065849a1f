"""Every answer is worded for its reader: the parties of an exclusive deal read its clause, all others until when."""

from __future__ import annotations

import re
from html import unescape
from uuid import uuid4

import pytest
from world import World

from kyokan.platform.jobs import handlers
from kyokan.web.exports import RANKING_FORMS
from tests.web.browsing import company
from tests.web.papers import text_of
from tests.web.test_deals import take, write
from tests.web.test_permissions import READ, workroom

CANARIES = ("CANARY-CATEGORY", "CANARY-PLACE", "CANARY-MEDIUM")
CLAUSE = "Exclusive with Koyomido: CANARY-CATEGORY × CANARY-PLACE × CANARY-MEDIUM"
OUTSIDE = ("Blocked until 2091-06-30", "The artist's side is not available.")
VISITOR = ("Not available at present.",)
TERMS = {
    "since": "2091-01-01",
    "until": "2091-06-30",
    "category": "腕時計 / CANARY-CATEGORY",
    "territories": "CANARY-PLACE",
    "media": "CANARY-MEDIUM",
}
ASKED = "entity=brand:xc&for=artist"
PARTIES, OUTSIDERS = ("planner", "analyst", "brand", "manager"), ("nobody", "stranger")


def agree(browsers):
    """An exclusive deal of the artist with another watchmaker, each represented by its side."""
    for who, name in (("manager", "artist:akari"), ("brand", "brand:koyomido")):
        assert browsers[who].send("/rules", name=name).status_code == 303
    address = write(browsers["planner"], key=uuid4().hex, **TERMS)
    for who, step in (("planner", "send"), ("brand", "accept"), ("manager", "accept")):
        assert take(browsers[who], address, step).status_code == 303


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def made(world):
    return company(world)


def keep_list(browser):
    """The address of a list that the browser's organisation keeps, with the artist in it."""
    sent = {"name": "Watches", "question": ASKED, "with": "artist:akari"}
    answer = browser.send("/lists/add", f"/lists/add?{ASKED}&with=artist:akari", **sent)
    assert answer.status_code == 303, answer.text
    return answer.location.partition("?")[0]


def keep_search(browser, question):
    answer = browser.send("/searches", f"/searches/new?{question}", name="Watches", question=question)
    assert answer.status_code == 303, answer.text
    return answer.location.partition("?")[0]


def said(browser, address):
    return unescape(re.sub(r"<[^>]+>", "", browser.get(address).text))


def test_pages_of_a_ranking_and_of_a_pair_tell_the_clause_to_its_parties_alone(made):
    agree(made)
    for address in (
        f"/matches?{ASKED}",
        "/why/brand:xc/artist:akari",
        f"/compare?{ASKED}&with=artist:akari&with=artist:hara",
    ):
        for who in PARTIES:
            assert CLAUSE in said(made[who], address), (who, address)
        for who, told in zip(OUTSIDERS, (VISITOR, OUTSIDE), strict=True):
            page = said(made[who], address)
            assert [words for words in (*VISITOR, *OUTSIDE) if (words in page) != (words in told)] == [], (who, address)
            assert [canary for canary in CANARIES if canary in page] == [], (who, address)


def test_a_list_tells_the_clause_to_its_parties_alone(made):
    agree(made)
    lists = {who: keep_list(made[who]) for who in ("planner", "stranger")}
    for who in ("planner", "analyst"):
        assert CLAUSE in said(made[who], lists["planner"])
    page = said(made["stranger"], lists["stranger"])
    assert [words for words in OUTSIDE if words not in page] == []
    assert [canary for canary in CANARIES if canary in page] == []


@pytest.mark.parametrize("form", RANKING_FORMS)
def test_a_ranking_taken_out_tells_the_clause_to_its_parties_alone_and_is_named_as_staying_inside(made, form):
    agree(made)

    def taken(who):
        """What stands there; a PDF breaks Japanese lines anywhere."""
        sent = made[who].send(f"/matches/export?{ASKED}&lang=en", csrf_token=made[who].token("/account"), form=form)
        assert "Internal" in sent.headers["Content-Disposition"]
        return " ".join(text_of(form, sent.data).split())

    for who in PARTIES:
        assert CLAUSE.replace(" ", "") in taken(who).replace(" ", ""), who
    outside = taken("stranger")
    assert [words for words in OUTSIDE if words not in outside] == []
    assert [canary for canary in CANARIES if canary in outside] == []


@pytest.mark.parametrize("looked", ["by a person", "at night"])
def test_a_saved_search_stands_as_its_organisation_may_know(made, world, looked):
    """The deal binds half a year; only its parties know that the year before is free."""
    question = f"{ASKED}&since=2090-01-01&until=2090-12-31"
    saved = {who: keep_search(made[who], question) for who in ("planner", "stranger")}
    agree(made)
    if looked == "at night":
        assert handlers.searches(world, {}, lambda *_: None)["looked_at"] == 2
    for who, address in saved.items():
        if looked == "by a person":
            assert made[who].send(address, act="look").status_code == 303
    for who in ("planner", "analyst"):
        assert "Nothing has changed since you looked" in said(made[who], saved["planner"])
    page = said(made["stranger"], saved["stranger"])
    assert "Akari Nagihara" in page
    assert "Blocked until 2091-06-30" in page
    assert [canary for canary in CANARIES if canary in page] == []


def test_no_page_at_all_tells_an_outsider_the_clause(tmp_path):
    with workroom(tmp_path) as (browsers, addresses):
        agree(browsers)
        own = [keep_list(browsers["stranger"]), keep_search(browsers["stranger"], ASKED)]
        kept = [address.format(**addresses) for endpoint, (address, _) in READ.items() if endpoint != "shared"]
        read = {(who, one) for who in OUTSIDERS for one in kept} | {("stranger", one) for one in own}
        for who, address in sorted(read):
            with browsers[who].get(address, follow_redirects=True) as answer:
                text = unescape(answer.text)
            assert [canary for canary in CANARIES if canary in text] == [], (who, address)
