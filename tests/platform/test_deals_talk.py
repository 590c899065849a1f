"""Questions and answers on a deal: read by whom they are addressed to, told to them, said once."""

from __future__ import annotations

import pytest

from kyokan.errors import NotAllowedError, QueryError, UnknownDealError
from kyokan.platform.audit import Trail
from kyokan.platform.deals import Deals, Step
from kyokan.platform.deals.talk import Talk
from tests.platform.dealing import ANALYST, BRAND, DRAFT, MANAGER, MATCH, PLANNER, STRANGER, Clock

KEYS = [f"{number:032x}" for number in range(9)]


@pytest.fixture
def deals(database):
    return Deals(database, Clock())


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def talk(database, clock):
    return Talk(database, clock)


@pytest.fixture
def sent(deals, notices):
    made = deals.create(PLANNER, DRAFT, MATCH, "sha256:1")
    deals.take(PLANNER, made["id"], made["version"], Step.SEND)
    for actor in (BRAND, MANAGER):
        notices.mark_read(actor, 0, 10**12)
    return made["id"]


def texts(talk, deal):
    return {actor.name: [one.text for one in talk.of(actor, deal)] for actor in (PLANNER, ANALYST, BRAND, MANAGER)}


def news(notices):
    return {actor.name: [one.act for one in notices.of(actor, unread=True)] for actor in (PLANNER, BRAND, MANAGER)}


@pytest.mark.parametrize(
    ("actor", "to", "heard"),
    [
        (BRAND, "agency", ("Hana", "Ken", "Toma")),
        (MANAGER, "agency", ("Hana", "Ken", "Rei")),
        (MANAGER, "all", ("Hana", "Ken", "Toma", "Rei")),
        (PLANNER, "brand", ("Hana", "Ken", "Toma")),
        (PLANNER, "artist", ("Hana", "Ken", "Rei")),
    ],
)
def test_what_is_said_is_seen_and_told_to_whom_it_is_addressed(talk, deals, notices, sent, actor, to, heard):
    talk.say(actor, sent, KEYS[0], {"to": to, "text": "How many days?"})
    assert texts(talk, sent) == {
        name: ["How many days?"] if name in heard else [] for name in ("Hana", "Ken", "Toma", "Rei")
    }
    told = {name: ["say"] if name in heard and name != actor.name else [] for name in ("Hana", "Toma", "Rei")}
    assert news(notices) == told
    acts = {one.name: [row["act"] for row in deals.history(one, sent)] for one in (PLANNER, BRAND, MANAGER)}
    assert {name for name, done in acts.items() if "say" in done} == set(heard) - {"Ken"}


def test_the_same_form_says_it_once(talk, notices, sent, database):
    for _ in range(2):
        talk.say(BRAND, sent, KEYS[0], {"to": "agency", "text": "x"})
    assert len(talk.of(PLANNER, sent)) == 1
    assert news(notices)["Hana"] == ["say"]
    with database.session() as session:
        Trail(session).verify()


def test_a_thread_stands_in_the_order_in_which_it_was_said(talk, deals, sent, clock):
    version = deals.get(PLANNER, sent)["version"]
    talk.say(MANAGER, sent, KEYS[8], {"to": "all", "text": "How many days?"})
    clock.pass_by(seconds=1)
    talk.say(PLANNER, sent, KEYS[1], {"to": "all", "text": "Two."})
    assert texts(talk, sent)["Toma"] == ["How many days?", "Two."]
    assert deals.get(PLANNER, sent)["version"] == version  # talking changes nobody's view of the terms


@pytest.mark.parametrize(
    ("actor", "fields", "refusal"),
    [
        (ANALYST, {"to": "all", "text": "x"}, NotAllowedError),
        (STRANGER, {"to": "all", "text": "x"}, UnknownDealError),
        (BRAND, {"to": "artist", "text": "x"}, NotAllowedError),
        (PLANNER, {"to": "agency", "text": "x"}, NotAllowedError),
        (BRAND, {"to": "all", "text": "  "}, QueryError),
        (BRAND, {"to": "all", "text": "x" * 2001}, QueryError),
        (BRAND, {"to": "everybody", "text": "x"}, QueryError),
        (BRAND, {"to": "all", "text": "x", "party": "agency"}, QueryError),
    ],
)
def test_who_may_not_or_says_nothing_is_refused(talk, sent, actor, fields, refusal):
    with pytest.raises(refusal):
        talk.say(actor, sent, KEYS[0], fields)
    assert texts(talk, sent) == {"Hana": [], "Ken": [], "Toma": [], "Rei": []}


def test_who_may_only_read_has_nobody_to_address(talk, sent):
    assert talk.addressees(ANALYST, sent) == ()
    assert [str(one) for one in talk.addressees(PLANNER, sent)] == ["all", "brand", "artist"]


def test_nobody_speaks_on_a_draft(talk, deals):
    made = deals.create(PLANNER, DRAFT, MATCH, "sha256:1")
    assert talk.addressees(PLANNER, made["id"]) == ()
    with pytest.raises(NotAllowedError):
        talk.say(PLANNER, made["id"], KEYS[0], {"to": "all", "text": "x"})
