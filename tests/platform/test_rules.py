"""Rules as people keep them: one organisation a name, no other's eyes, a version, a trail, and what they stopped."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from kyokan.errors import (
    ChangedMeanwhileError,
    NotAllowedError,
    QueryError,
    RuleStopError,
    UnknownDealError,
    UnknownRecordError,
)
from kyokan.graph.dictionary import load_dictionary
from kyokan.graph.model import EntityKind
from kyokan.matching.ranking import Matcher
from kyokan.platform.accounts.actor import Role
from kyokan.platform.accounts.model import Organisation, OrganisationKind
from kyokan.platform.audit import Trail
from kyokan.platform.database import Database
from kyokan.platform.deals import Deals, Step, Terms
from kyokan.platform.rules import Rules
from kyokan.platform.rules.gate import RuleGate
from tests.matching.sketch import Sketch
from tests.platform.dealing import ANALYST, BRAND, DRAFT, MANAGER, MATCH, PLANNER, Clock, person

OTHER_SIDE = person("kai", "other-office", Role.ARTIST_MANAGER)
OTHER_AGENCY = person("mal", "rival-agency", Role.PLANNER)
OTHER_BRAND = person("kai", "tokei", Role.BRAND_CLIENT)
ADMIN = person("sato", "nagi-office", Role.ADMIN)
TOKEI = {"brand": "brand:tokei", "brand_side": "tokei"}
ORGANISATIONS = {
    "agency": OrganisationKind.AGENCY,
    "rival-agency": OrganisationKind.AGENCY,
    "koyomido": OrganisationKind.BRAND,
    "tokei": OrganisationKind.BRAND,
    "nagi-office": OrganisationKind.ARTIST_SIDE,
    "other-office": OrganisationKind.ARTIST_SIDE,
}
AKARI = "artist:akari"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def database(tmp_path):
    with Database(tmp_path / "home" / "workroom.db") as opened:
        with opened.session(writing=True) as session:
            session.add_all(Organisation(id=name, name=name, kind=kind) for name, kind in ORGANISATIONS.items())
        yield opened


@pytest.fixture
def rules(database, clock):
    return Rules(database, load_dictionary, clock)


@pytest.fixture
def akari(rules):
    return rules.claim(MANAGER, AKARI)


@pytest.fixture
def deals(database, clock, rules, tmp_path):
    sketch = Sketch(tmp_path, attributes=("serene",), opposites={})
    for entity in (AKARI, "brand:koyomido", "brand:tokei", "product:dawn"):
        sketch.add(entity, {"serene": 0.3})
    for brand in ("brand:koyomido", "brand:tokei"):
        sketch.edge("in_category", brand, "category:watch")
    sketch.edge("made_by", "product:dawn", "brand:koyomido")
    return Deals(database, clock, admission=RuleGate(rules, Matcher(sketch.snapshot()).context))


def send(deals, actor=PLANNER, **fields: object):
    made = deals.create(actor, DRAFT | fields, MATCH, "sha256:1")
    return deals.take(actor, made["id"], made["version"], Step.SEND)


def test_a_manager_keeps_the_rules_of_an_artist_and_they_bind_at_once(rules, akari):
    assert rules.keeps(MANAGER) is EntityKind.ARTIST
    kept = rules.keep(MANAGER, AKARI, akari.version, {"categories": ["category:watch"], "fee_floor": 16_000_000})
    assert rules.get(ADMIN, AKARI) == kept
    assert kept.version == akari.version + 1
    assert rules.binding().rules[AKARI].categories == ("category:watch",)


def test_nobody_but_the_side_itself_reads_or_changes_its_rules(rules, akari):
    for stranger in (PLANNER, ANALYST, BRAND, OTHER_SIDE, person("ken", "nagi-office", Role.ANALYST)):
        assert rules.roster(stranger) == []
        assert rules.stops(stranger) == {}
        for act in (rules.get, rules.release, rules.history):
            with pytest.raises(UnknownRecordError):
                act(stranger, AKARI)
        with pytest.raises(UnknownRecordError):
            rules.keep(stranger, AKARI, akari.version, {})


def test_who_comes_second_is_refused_and_the_trail_keeps_that_they_asked(rules, akari):
    with pytest.raises(NotAllowedError, match="another organisation"):
        rules.claim(OTHER_SIDE, AKARI)
    assert rules.claim(MANAGER, AKARI) == akari
    assert [(one["act"], one["name"]) for one in rules.history(MANAGER, AKARI)] == [
        ("claim", "Rei"),
        ("claim_refused", ""),
    ]
    rules.release(MANAGER, AKARI)
    assert rules.claim(OTHER_SIDE, AKARI).rules == akari.rules


@pytest.mark.parametrize(
    ("actor", "entity"), [(PLANNER, AKARI), (BRAND, AKARI), (MANAGER, "brand:koyomido"), (MANAGER, "fan:1")]
)
def test_a_side_represents_its_own_kind_alone(rules, actor, entity):
    with pytest.raises(NotAllowedError):
        rules.claim(actor, entity)


def test_two_who_edit_at_once_both_see_it(rules, akari):
    rules.keep(MANAGER, AKARI, akari.version, {"media": ["TV"]})
    with pytest.raises(ChangedMeanwhileError):
        rules.keep(ADMIN, AKARI, akari.version, {"media": ["SNS"]})
    assert rules.get(MANAGER, AKARI).rules.media == ("TV",)


def test_keeping_what_stands_already_changes_nothing(rules, akari):
    kept = rules.keep(MANAGER, AKARI, akari.version, {"media": ["TV"]})
    assert rules.keep(MANAGER, AKARI, kept.version, {"media": ["TV"]}) == kept
    assert len(rules.history(MANAGER, AKARI)) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"organisation": "other-office"},
        {"version": 9},
        {"topics": ["category:watch"]},
        {"fee_floor": -1},
        {"categories": ["watch"]},
        {"free": [{"since": "2027-02-01", "until": "2027-01-01"}]},
    ],
)
def test_a_field_that_is_no_rule_or_breaks_its_bounds_is_refused(rules, akari, fields):
    with pytest.raises(QueryError):
        rules.keep(MANAGER, AKARI, akari.version, fields)
    assert rules.get(MANAGER, AKARI) == akari


def test_the_trail_names_the_fields_that_changed_and_holds_no_figure(rules, akari, database):
    rules.keep(MANAGER, AKARI, akari.version, {"fee_floor": 16_000_000})
    with database.session() as session:
        records = Trail(session).of(f"rules:{AKARI}")
        assert Trail(session).verify() == 2
    assert [(one.act, one.detail) for one in records] == [("claim", {}), ("keep", {"fields": ["fee_floor"]})]


def test_what_a_rule_closes_is_neither_drafted_nor_sent(rules, akari, deals):
    drafted = deals.create(PLANNER, DRAFT, MATCH, "sha256:1")
    rules.keep(MANAGER, AKARI, akari.version, {"categories": ["category:watch"]})
    with pytest.raises(RuleStopError) as stop:
        deals.create(PLANNER, DRAFT, MATCH, "sha256:1")
    assert stop.value.said["ja"] == "アーティスト側のルールで、この分野とは組めません。"
    with pytest.raises(RuleStopError):
        deals.take(PLANNER, drafted["id"], drafted["version"], Step.SEND)
    assert deals.get(PLANNER, drafted["id"])["status"] == "draft"
    assert deals.of(MANAGER) == []


def test_a_side_is_told_how_many_were_stopped_and_not_whose(rules, akari, deals, clock):
    rules.keep(MANAGER, AKARI, akari.version, {"media": ["tv"]})
    for actor in (PLANNER, PLANNER, OTHER_AGENCY):  # twice the same counts once
        with pytest.raises(RuleStopError):
            deals.create(actor, DRAFT, MATCH, "sha256:1")
    assert rules.stops(MANAGER) == {AKARI: {"medium": 2}}
    assert rules.stops(BRAND) == {}
    clock.pass_by(days=31)
    assert rules.stops(MANAGER) == {AKARI: {}}


def test_an_offer_under_the_floor_is_sent_and_answered_like_any_other(rules, akari, deals):
    answers = []
    for floor in (1, 10**9):
        rules.keep(MANAGER, AKARI, rules.get(MANAGER, AKARI).version, {"fee_floor": floor})
        sent = send(deals)
        offered = deals.take(BRAND, sent["id"], sent["version"], Step.COUNTER, terms={"fee_high": 5_000_000})
        answers.append([{**one, "id": "", "terms": ""} for one in (sent, offered)])
    assert answers[0] == answers[1]
    assert rules.stops(MANAGER) == {AKARI: {}}


def test_days_kept_free_stop_no_proposal_without_dates(rules, akari, deals):
    rules.keep(MANAGER, AKARI, akari.version, {"free": [{"since": "2026-01-01", "until": "2030-01-01"}]})
    assert send(deals)["status"] == "sent"
    with pytest.raises(RuleStopError, match="The artist's side is not available"):
        send(deals, terms={"since": "2029-12-31"})


def agree(deals, brand="brand:koyomido", **terms: object):
    sent = send(deals, brand=brand, terms={"category": "watch", "exclusive": True, "until": "2027-06-30"} | terms)
    deals.take(BRAND, sent["id"], sent["version"], Step.ACCEPT)
    return deals.take(MANAGER, sent["id"], sent["version"] + 1, Step.ACCEPT)


@pytest.fixture
def represented(rules, akari):
    """Each side represents what it stands for."""
    rules.claim(BRAND, "brand:koyomido")


def closed(rules, deals, actor=OTHER_AGENCY):
    """Whether the artist is closed for another watchmaker, as somebody finds it."""
    return deals._admission.bar(actor, AKARI, "brand:tokei", Terms()) is not None


@pytest.mark.parametrize("thing", ["brand:koyomido", "product:dawn"])
def test_a_deal_binds_others_only_while_each_side_represents_what_it_stands_for(deals, rules, thing):
    agree(deals, brand=thing)
    assert not closed(rules, deals)
    rules.claim(MANAGER, AKARI)
    assert not closed(rules, deals)
    rules.claim(BRAND, "brand:koyomido")
    assert closed(rules, deals)
    assert closed(rules, deals, MANAGER)
    rules.release(BRAND, "brand:koyomido")
    assert not closed(rules, deals)
    rules.claim(OTHER_BRAND, "brand:koyomido")
    assert not closed(rules, deals)


def test_who_represents_an_artist_is_not_bound_by_what_others_agree_in_that_name(deals, rules):
    agree(deals)
    rules.claim(BRAND, "brand:koyomido")
    rules.claim(OTHER_SIDE, AKARI)
    assert not closed(rules, deals)
    assert not closed(rules, deals, OTHER_SIDE)


@pytest.mark.parametrize(("actor", "entity"), [(OTHER_SIDE, AKARI), (OTHER_BRAND, "brand:koyomido")])
@pytest.mark.parametrize("thing", ["brand:koyomido", "product:dawn"])
def test_a_proposal_past_the_one_who_represents_a_name_is_not_sent(deals, rules, actor, entity, thing):
    rules.claim(actor, entity)
    drafted = deals.create(PLANNER, DRAFT | {"brand": thing}, MATCH, "sha256:1")
    assert deals.unrepresented(PLANNER, drafted["id"])[entity]
    with pytest.raises(QueryError, match=f"{entity}: is represented by another organisation"):
        deals.take(PLANNER, drafted["id"], drafted["version"], Step.SEND)
    assert deals.get(PLANNER, drafted["id"])["status"] == "draft"


def test_a_name_that_another_has_claimed_meanwhile_keeps_an_offer_from_being_agreed(deals, rules):
    sent = send(deals)
    rules.claim(OTHER_SIDE, AKARI)
    sent = deals.take(MANAGER, sent["id"], sent["version"], Step.ACCEPT)
    with pytest.raises(QueryError, match=f"{AKARI}: is represented by another organisation"):
        deals.take(BRAND, sent["id"], sent["version"], Step.ACCEPT)
    assert deals.get(BRAND, sent["id"])["status"] == "sent"


def test_an_agency_is_told_what_its_deal_stands_on_and_the_sides_are_not(deals, rules):
    sent = send(deals)
    rules.claim(OTHER_SIDE, AKARI)
    assert deals.unrepresented(PLANNER, sent["id"]) == {AKARI: True, "brand:koyomido": False}
    assert [deals.unrepresented(one, sent["id"]) for one in (BRAND, MANAGER)] == [{}, {}]
    with pytest.raises(UnknownDealError):
        deals.unrepresented(OTHER_AGENCY, sent["id"])


def test_of_a_side_that_is_not_named_yet_nothing_is_said(deals, rules, akari):
    drafted = deals.create(PLANNER, DRAFT | {"artist_side": ""}, MATCH, "sha256:1")
    assert deals.unrepresented(PLANNER, drafted["id"]) == {"brand:koyomido": False}


def test_what_binds_is_read_in_as_many_statements_however_many_deals_are_agreed(deals, rules, represented, database):
    asked: list[str] = []
    event.listen(database._engine, "before_cursor_execute", lambda *heard: asked.append(heard[2]))
    counts = []
    for media in ("TV", "SNS", "Radio"):
        agree(deals, media=[media])
        asked.clear()
        assert rules.binding().windows
        counts.append(len(asked))
    assert counts[0] == counts[1] == counts[2]


def test_an_agreed_exclusive_deal_closes_the_artists_other_pairings(deals, clock, represented):
    agree(deals, media=["TV"])
    rival = DRAFT | {"brand": "brand:tokei"}
    with pytest.raises(RuleStopError, match=r"Blocked until 2027-06-30\. Exclusive with Koyomido: Watch × TV"):
        deals.create(PLANNER, rival | {"terms": {}}, MATCH, "sha256:1")
    for brand in ("brand:tokei", "brand:koyomido"):
        with pytest.raises(RuleStopError, match=r"Blocked until 2027-06-30\. The artist's side is not available"):
            deals.create(OTHER_AGENCY, rival | {"brand": brand, "terms": {"media": ["SNS"]}}, MATCH, "sha256:1")
    clock.pass_by(days=250)
    assert deals.create(OTHER_AGENCY, rival | {"expires": None}, MATCH, "sha256:1")["status"] == "draft"


def test_what_was_agreed_meanwhile_keeps_a_rival_from_being_agreed(deals, represented):
    rival = send(deals, OTHER_AGENCY, **TOKEI, terms={"media": ["TV"]})
    agree(deals, media=["TV"])
    sent = deals.take(MANAGER, rival["id"], rival["version"], Step.ACCEPT)  # the artist's side alone agrees to nothing
    with pytest.raises(RuleStopError, match=r"Blocked until 2027-06-30\. The artist's side is not available"):
        deals.take(OTHER_BRAND, rival["id"], sent["version"], Step.ACCEPT)
    assert deals.get(MANAGER, rival["id"])["status"] == "sent"


def test_the_side_that_is_bound_reads_by_which_clause(deals, represented):
    rival = send(deals, OTHER_AGENCY, **TOKEI, terms={"media": ["TV"]})
    agree(deals, media=["TV"])
    sent = deals.take(OTHER_BRAND, rival["id"], rival["version"], Step.ACCEPT)
    with pytest.raises(RuleStopError, match=r"Exclusive with Koyomido: Watch × TV"):
        deals.take(MANAGER, rival["id"], sent["version"], Step.ACCEPT)


def test_what_an_exclusive_deal_leaves_open_can_be_agreed_by_whoever_is_last(deals, represented):
    rival = send(deals, OTHER_AGENCY, **TOKEI, terms={"media": ["SNS"]})
    agree(deals, media=["TV"])
    sent = deals.take(MANAGER, rival["id"], rival["version"], Step.ACCEPT)
    assert deals.take(OTHER_BRAND, rival["id"], sent["version"], Step.ACCEPT)["status"] == "accepted"


def test_a_veto_put_down_after_an_offer_keeps_it_from_being_agreed(deals, rules, akari):
    sent = send(deals)
    rules.keep(MANAGER, AKARI, akari.version, {"categories": ["category:watch"]})
    sent = deals.take(BRAND, sent["id"], sent["version"], Step.ACCEPT)
    with pytest.raises(RuleStopError):
        deals.take(MANAGER, sent["id"], sent["version"], Step.ACCEPT)


def test_a_deal_that_is_not_agreed_or_not_exclusive_closes_nothing(deals, rules):
    send(deals, terms={"category": "watch", "exclusive": True})
    agree(deals, exclusive=False)
    assert rules.binding(PLANNER).windows == ()
