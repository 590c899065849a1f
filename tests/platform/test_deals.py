"""Deals: each side sees and does what is its own, from draft to outcome, and nothing is lost when two act at once."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import event

from kyokan.errors import ChangedMeanwhileError, NotAllowedError, QueryError, StoreError, UnknownDealError
from kyokan.platform.accounts.model import Organisation, OrganisationKind
from kyokan.platform.audit import Trail
from kyokan.platform.deals import Party, Status, Step
from kyokan.platform.deals.fields import CHANGED_BY, SEEN_BY, WRITTEN_APART, outside
from kyokan.platform.deals.model import DealRow
from kyokan.platform.deals.steps import RULES
from tests.platform.dealing import ANALYST, BRAND, DRAFT, MANAGER, MATCH, PLANNER, STRANGER

OUTCOME = {"reach": 120_000, "sales_lift": 0.04, "sentiment": 0.6, "announced": True}


@pytest.fixture
def draft(deals):
    return deals.create(PLANNER, DRAFT, MATCH, "sha256:1")


@pytest.fixture
def sent(deals, draft):
    return deals.take(PLANNER, draft["id"], draft["version"], Step.SEND)


def act(deals, actor, deal, step, **said: object):
    """A step on the deal as it stands."""
    return deals.take(actor, deal["id"], deals.get(PLANNER, deal["id"])["version"], step, **said)


def test_a_deal_goes_from_draft_to_outcome(deals, sent):
    assert sent["status"] == "sent"
    assert act(deals, BRAND, sent, Step.ACCEPT)["status"] == "sent"  # one side alone makes no deal
    assert act(deals, MANAGER, sent, Step.ACCEPT)["status"] == "accepted"
    assert act(deals, PLANNER, sent, Step.START)["status"] == "running"
    finished = act(deals, PLANNER, sent, Step.FINISH, outcome=OUTCOME)
    assert finished["status"] == "finished"
    assert finished["outcome"]["sales_lift"] == 0.04
    assert finished["possible"] == []


def test_new_terms_need_a_new_yes_from_the_other_side_alone(deals, sent):
    act(deals, BRAND, sent, Step.ACCEPT)
    countered = act(deals, MANAGER, sent, Step.COUNTER, terms={"fee_low": 9_000_000})
    assert countered["status"] == "countered"
    assert [terms["accepted_by"] for terms in countered["terms"]] == [["brand"], ["artist"]]
    assert act(deals, BRAND, sent, Step.ACCEPT)["status"] == "accepted"


def test_an_offer_of_the_agency_needs_both(deals, sent):
    act(deals, MANAGER, sent, Step.COUNTER, terms={"fee_low": 9_000_000})
    act(deals, PLANNER, sent, Step.COUNTER, terms={"fee_low": 8_500_000})
    assert act(deals, BRAND, sent, Step.ACCEPT)["status"] == "countered"
    assert act(deals, MANAGER, sent, Step.ACCEPT)["status"] == "accepted"


def test_accepting_twice_counts_once(deals, sent):
    act(deals, BRAND, sent, Step.ACCEPT)
    assert act(deals, BRAND, sent, Step.ACCEPT)["terms"][0]["accepted_by"] == ["brand"]


@pytest.mark.parametrize("actor", [BRAND, MANAGER])
def test_a_side_may_decline_with_a_reason(deals, sent, actor):
    with pytest.raises(QueryError, match="reason"):
        act(deals, actor, sent, Step.DECLINE)
    declined = act(deals, actor, sent, Step.DECLINE, reason="  Not this year. ")
    assert (declined["status"], declined["reason"]) == ("declined", "Not this year.")


def test_a_yes_may_carry_its_reason_which_the_others_read(deals, notices, sent):
    act(deals, BRAND, sent, Step.ACCEPT, reason="  It suits the spring line. ")
    for actor in (PLANNER, MANAGER):
        assert deals.get(actor, sent["id"])["terms"][0]["reasons"] == {"brand": "It suits the spring line."}
        last = deals.history(actor, sent["id"])[-1]
        assert (last["act"], last["reason"]) == ("accept", "It suits the spring line.")
    agreed = act(deals, MANAGER, sent, Step.ACCEPT)
    assert agreed["terms"][0]["reasons"] == {"brand": "It suits the spring line."}
    assert agreed["reason"] == ""  # that of an end
    assert "reasons" not in outside(deals.get(PLANNER, sent["id"]))["terms"][0]


def test_a_reason_for_old_terms_says_nothing_of_new_ones(deals, sent):
    act(deals, BRAND, sent, Step.ACCEPT, reason="cheap")
    countered = act(deals, MANAGER, sent, Step.COUNTER, terms={"fee_low": 9_000_000})
    assert [terms["reasons"] for terms in countered["terms"]] == [{"brand": "cheap"}, {}]


@pytest.mark.parametrize(("actor", "step"), [(BRAND, Step.DECLINE), (BRAND, Step.ACCEPT), (PLANNER, Step.WITHDRAW)])
def test_a_reason_is_kept_whole_or_refused(deals, sent, actor, step):
    with pytest.raises(QueryError, match=r"reason: has 1001 letters, and 1000 at most") as refusal:
        act(deals, actor, sent, step, reason="あ" * 1001)
    assert (refusal.value.code, refusal.value.values) == ("text_long", {"field": "reason", "longest": 1000})
    assert deals.get(PLANNER, sent["id"]) == sent
    act(deals, actor, sent, step, reason="あ" * 1000)
    assert deals.history(PLANNER, sent["id"])[-1]["reason"] == "あ" * 1000


def test_a_note_is_kept_whole_or_refused(deals, sent):
    with pytest.raises(QueryError, match="internal_note: has 4001 letters"):
        deals.change(PLANNER, sent["id"], 2, {"internal_note": "x" * 4001})
    assert deals.change(PLANNER, sent["id"], 2, {"internal_note": "x" * 4000})["internal_note"] == "x" * 4000


def test_what_nobody_answered_in_time_expires(deals, sent, clock):
    clock.pass_by(days=38)  # the last day itself
    assert deals.get(BRAND, sent["id"])["status"] == "sent"
    clock.pass_by(days=1)
    with pytest.raises(ChangedMeanwhileError):
        deals.take(BRAND, sent["id"], sent["version"], Step.ACCEPT)
    assert deals.get(BRAND, sent["id"])["status"] == "expired"
    assert deals.of(MANAGER)[0]["possible"] == []
    assert [one["organisation"] for one in deals.history(MANAGER, sent["id"])] == ["agency", "system"]


# Who sees what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [BRAND, MANAGER, STRANGER])
def test_a_draft_is_known_to_its_agency_alone(deals, draft, actor):
    with pytest.raises(UnknownDealError):
        deals.get(actor, draft["id"])
    assert deals.of(actor) == []
    assert [deal["id"] for deal in deals.of(ANALYST)] == [draft["id"]]


def test_a_deal_of_others_is_refused_like_one_that_does_not_exist(deals, notices, sent):
    told = []
    for deal_id in (sent["id"], "0" * 32):
        with pytest.raises(UnknownDealError) as refusal:
            deals.get(STRANGER, deal_id)
        told.append(str(refusal.value).replace(deal_id, "…"))
    assert told[0] == told[1]
    for call in (
        lambda: deals.take(STRANGER, sent["id"], 2, Step.ACCEPT),
        lambda: deals.change(STRANGER, sent["id"], 2, {"internal_note": "x"}),
        lambda: deals.history(STRANGER, sent["id"]),
    ):
        with pytest.raises(UnknownDealError):
            call()
    assert notices.of(STRANGER) == []


def test_no_side_meets_a_figure_of_the_other_anywhere(deals, sent):
    deals.change(MANAGER, sent["id"], 2, {"fee_floor": 7_654_321})
    deals.change(BRAND, sent["id"], 2, {"budget_ceiling": 9_876_543})
    deals.change(PLANNER, sent["id"], 2, {"internal_note": "CANARY"})
    act(deals, BRAND, sent, Step.COUNTER, terms={"fee_high": 9_000_000})

    def everything(actor):
        return json.dumps([deals.get(actor, sent["id"]), deals.of(actor), deals.history(actor, sent["id"])])

    assert "7654321" in everything(MANAGER)
    assert "9876543" in everything(BRAND)
    for secret in ("7654321", "9876543", "CANARY"):
        assert secret in everything(PLANNER)
    assert not [one for one in ("7654321", "CANARY", "fee_floor", "internal_note", "0.69") if one in everything(BRAND)]
    assert not [one for one in ("9876543", "CANARY", "budget_ceiling", "0.71") if one in everything(MANAGER)]


def test_a_figure_of_ones_own_leaves_no_trace_in_what_others_look_at(deals, notices, sent, clock):
    before = deals.get(BRAND, sent["id"])
    clock.pass_by(hours=1)
    deals.change(MANAGER, sent["id"], sent["version"], {"fee_floor": 1})
    assert deals.get(BRAND, sent["id"]) == before
    assert [notice.act for notice in notices.of(BRAND)] == ["send"]
    deals.take(BRAND, sent["id"], before["version"], Step.ACCEPT)  # decided on a page that still holds


def test_a_list_holds_no_evidence_and_is_read_at_once_however_long(database, deals, sent):
    assert not {"contributions", "score", "sentence"} & set(deals.of(PLANNER)[0])
    assert deals.of(PLANNER)[0]["terms"] == deals.get(PLANNER, sent["id"])["terms"]
    asked: list[str] = []

    def heard(_connection, _cursor, statement, *_rest: object):
        asked.append(statement)

    counts = []
    event.listen(database._engine, "before_cursor_execute", heard)
    for _ in range(2):
        asked.clear()
        deals.of(PLANNER)
        counts.append(len(asked))
        deals.create(PLANNER, DRAFT, MATCH, "sha256:1")
    assert counts[0] == counts[1]


def test_what_may_be_changed_is_told_with_the_deal(deals, sent):
    assert deals.get(MANAGER, sent["id"])["changeable"] == ["fee_floor"]
    act(deals, MANAGER, sent, Step.ACCEPT)
    act(deals, BRAND, sent, Step.ACCEPT)
    act(deals, PLANNER, sent, Step.START)
    assert deals.get(MANAGER, sent["id"])["changeable"] == []
    assert deals.get(PLANNER, sent["id"])["changeable"] == ["internal_note"]


def test_the_table_of_fields_is_what_is_shown(deals, sent):
    sides = {Party.AGENCY: PLANNER, Party.BRAND: BRAND, Party.ARTIST: MANAGER}
    for party, actor in sides.items():
        seen = {name for name, seen_by in SEEN_BY.items() if party in seen_by}
        assert set(deals.get(actor, sent["id"])) == seen - WRITTEN_APART


def test_each_side_reads_the_reasons_that_speak_for_it_or_for_both(deals, sent):
    def benefits(actor):
        return [part["for"] for part in deals.get(actor, sent["id"])["contributions"]]

    assert benefits(PLANNER) == ["both", "artist", "brand"]
    assert benefits(BRAND) == ["both", "brand"]
    assert benefits(MANAGER) == ["both", "artist"]


# Who may do what -------------------------------------------------------------------------------------------------


def test_whoever_only_reads_changes_nothing(deals, draft):
    with pytest.raises(NotAllowedError):
        deals.take(ANALYST, draft["id"], 1, Step.SEND)
    with pytest.raises(NotAllowedError):
        deals.create(ANALYST, DRAFT, MATCH, "sha256:1")


@pytest.mark.parametrize("field", sorted(SEEN_BY))
@pytest.mark.parametrize("actor", [BRAND, MANAGER])
def test_a_side_changes_its_own_figure_and_no_other_field(deals, sent, actor, field):
    own = {BRAND: "budget_ceiling", MANAGER: "fee_floor"}[actor]
    if field == own:
        assert deals.change(actor, sent["id"], 2, {field: 5})[field] == 5
    else:
        with pytest.raises(NotAllowedError):
            deals.change(actor, sent["id"], 2, {field: 5})


def test_a_sent_proposal_keeps_the_words_it_was_sent_with(deals, sent):
    for field in ("headline", "rationale", "terms", "brand_side", "expires"):
        with pytest.raises(NotAllowedError):
            deals.change(PLANNER, sent["id"], 2, {field: "x"})


def test_a_draft_may_be_written_anew(deals, draft):
    changed = deals.change(
        PLANNER, draft["id"], 1, {"headline": "朝の時計", "terms": {"fee_low": 1}, "expires": "2027-01-31"}
    )
    assert (changed["headline"], changed["terms"][0]["fee_low"], changed["expires"]) == ("朝の時計", 1, "2027-01-31")
    assert changed["version"] == 2


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"fee_low": -1}, "fee_low"),
        ({"fee_low": 2, "fee_high": 1}, "fee_high"),
        ({"since": "2027-02-01", "until": "2027-01-01"}, "until"),
        ({"score": 1}, "score"),
        ({"since": "soon"}, "since"),
        ({"territories": ["x"] * 51}, "territories"),
        ({"media": [f"{number}" for number in range(2000)]}, "media"),
    ],
)
def test_terms_that_break_a_rule_are_refused_and_change_nothing(deals, sent, terms, field):
    with pytest.raises(QueryError, match=field):
        act(deals, MANAGER, sent, Step.COUNTER, terms=terms)
    assert deals.get(PLANNER, sent["id"]) == sent


@pytest.mark.parametrize("field", ["status", "agency", "version", "score", "match", "id"])
def test_no_field_can_be_smuggled_into_a_draft(deals, field):
    with pytest.raises(QueryError, match=field):
        deals.create(PLANNER, DRAFT | {field: "x"}, MATCH, "sha256:1")


def test_a_proposal_is_sent_to_two_others(deals):
    draft = deals.create(PLANNER, DRAFT | {"brand_side": ""}, MATCH, "sha256:1")
    with pytest.raises(QueryError, match="brand_side: must be named"):
        deals.take(PLANNER, draft["id"], 1, Step.SEND)


@pytest.mark.parametrize(
    "side",
    [
        {"artist_side": "koyomido"},
        {"brand_side": "nagi-office"},
        {"artist_side": "agency"},
        {"brand_side": "agency"},
        {"brand_side": "unheard-of"},
    ],
)
def test_an_organisation_of_another_kind_is_refused_when_it_is_named(deals, draft, side):
    with pytest.raises(QueryError, match="no organisation of the kind"):
        deals.create(PLANNER, DRAFT | side, MATCH, "sha256:1")
    with pytest.raises(QueryError, match="no organisation of the kind"):
        deals.change(PLANNER, draft["id"], 1, side)
    assert deals.of(PLANNER) == [{name: draft[name] for name in deals.of(PLANNER)[0]}]


def test_an_organisation_that_has_become_another_kind_is_sent_nothing(deals, database, draft):
    with database.session(writing=True) as session:
        session.get_one(Organisation, "nagi-office").kind = OrganisationKind.BRAND
    with pytest.raises(QueryError, match="artist_side: is no organisation of the kind"):
        deals.take(PLANNER, draft["id"], 1, Step.SEND)


@pytest.mark.parametrize(
    "ends",
    [
        ("artist:akari", "artist:akari"),
        ("artist:akari", "artist:rei"),
        ("brand:koyomido", "artist:akari"),
        ("brand:koyomido", "brand:tokei"),
        ("kansei:calm", "brand:koyomido"),
        ("artist:akari", "category:watch"),
        ("artist:", "brand:koyomido"),
        ("akari", "koyomido"),
    ],
)
def test_a_deal_is_about_an_artist_and_a_brand_or_product_in_this_order(deals, ends):
    with pytest.raises(QueryError, match="no pair of an artist with a brand or product"):
        deals.create(PLANNER, DRAFT | dict(zip(("artist", "brand"), ends, strict=True)), MATCH, "sha256:1")
    assert deals.of(PLANNER) == []


def test_a_deal_may_be_about_a_product(deals):
    assert deals.create(PLANNER, DRAFT | {"brand": "product:dawn"}, MATCH, "sha256:1")["brand"] == "product:dawn"


def test_no_draft_is_to_be_answered_by_a_day_that_has_passed(deals, draft):
    for expires in ("2020-01-01", "2026-11-22"):
        with pytest.raises(QueryError, match=f"expires: was {expires}, which has passed"):
            deals.create(PLANNER, DRAFT | {"expires": expires}, MATCH, "sha256:1")
        with pytest.raises(QueryError, match=f"expires: was {expires}"):
            deals.change(PLANNER, draft["id"], 1, {"expires": expires})
    assert [one["expires"] for one in deals.of(PLANNER)] == ["2026-12-31"]
    assert deals.change(PLANNER, draft["id"], 1, {"expires": "2026-11-23"})["expires"] == "2026-11-23"  # today
    assert deals.change(PLANNER, draft["id"], 2, {"expires": None})["expires"] == ""


def test_a_proposal_whose_date_has_passed_is_not_sent(deals, draft, clock):
    clock.pass_by(days=39)
    with pytest.raises(QueryError, match="expires"):
        deals.take(PLANNER, draft["id"], 1, Step.SEND)


# Two at once -----------------------------------------------------------------------------------------------------


def test_whoever_acts_on_an_old_view_is_told_so_and_changes_nothing(deals, sent):
    act(deals, MANAGER, sent, Step.COUNTER, terms={"fee_low": 9_000_000})
    before = deals.get(PLANNER, sent["id"])
    with pytest.raises(ChangedMeanwhileError):
        deals.take(BRAND, sent["id"], sent["version"], Step.ACCEPT)  # accepts what is not on the table any more
    assert deals.get(PLANNER, sent["id"]) == before


def test_a_double_click_sends_once(deals, draft):
    deals.take(PLANNER, draft["id"], draft["version"], Step.SEND)
    with pytest.raises(ChangedMeanwhileError):
        deals.take(PLANNER, draft["id"], draft["version"], Step.SEND)
    assert [one["act"] for one in deals.history(PLANNER, draft["id"])] == ["create", "send"]


@pytest.mark.parametrize(
    ("actor", "step", "said"),
    [
        (BRAND, Step.ACCEPT, {"reason": "yes"}),
        (MANAGER, Step.COUNTER, {"terms": {"fee_low": 9_000_000}}),
        (MANAGER, Step.DECLINE, {"reason": "no"}),
        (PLANNER, Step.WITHDRAW, {"reason": "no"}),
    ],
)
def test_the_same_form_takes_a_step_once_and_is_answered_alike(deals, notices, sent, actor, step, said):
    first = deals.take(actor, sent["id"], sent["version"], step, key="a" * 32, **said)
    told = {one.person: len(notices.of(one)) for one in (PLANNER, BRAND, MANAGER)}
    assert deals.take(actor, sent["id"], sent["version"], step, key="a" * 32, **said) == first
    assert [one["act"] for one in deals.history(PLANNER, sent["id"])] == ["create", "send", step.value]
    assert {one.person: len(notices.of(one)) for one in (PLANNER, BRAND, MANAGER)} == told


def test_a_draft_sent_twice_with_one_form_is_sent_once(deals, draft):
    first = deals.take(PLANNER, draft["id"], 1, Step.SEND, key="a" * 32)
    assert deals.take(PLANNER, draft["id"], 1, Step.SEND, key="a" * 32) == first


def test_another_form_or_another_person_with_its_key_is_told_that_the_deal_has_changed(deals, sent):
    deals.take(MANAGER, sent["id"], 2, Step.COUNTER, terms={"fee_low": 9_000_000}, key="a" * 32)
    for actor, key in ((MANAGER, "b" * 32), (BRAND, "a" * 32), (MANAGER, "")):
        with pytest.raises(ChangedMeanwhileError):
            deals.take(actor, sent["id"], 2, Step.COUNTER, terms={"fee_low": 9_000_000}, key=key)


def test_the_same_form_sent_twice_makes_one_draft(deals):
    key = "a" * 32
    first = deals.create(PLANNER, DRAFT, MATCH, "sha256:1", key=key)
    assert deals.create(PLANNER, DRAFT | {"headline": "x"}, MATCH, "sha256:2", key=key) == first
    assert len(deals.of(PLANNER)) == 1
    with pytest.raises(UnknownDealError):
        deals.create(STRANGER, DRAFT, MATCH, "sha256:1", key=key)


def test_the_file_refuses_a_move_that_no_step_makes(database, draft):
    for status in (Status.ACCEPTED, Status.RUNNING, Status.FINISHED, Status.EXPIRED):
        with (
            pytest.raises(StoreError, match=r"no step leads|once both sides|with an outcome"),
            database.session(writing=True) as session,
        ):
            session.get_one(DealRow, draft["id"]).status = status


# The trail ------------------------------------------------------------------------------------------------------


def test_every_act_is_in_the_trail_once_and_each_side_reads_its_part(deals, database, sent):
    deals.change(MANAGER, sent["id"], 2, {"fee_floor": 1})
    act(deals, BRAND, sent, Step.ACCEPT)
    acts = {
        actor.person: [one["act"] for one in deals.history(actor, sent["id"])] for actor in (PLANNER, BRAND, MANAGER)
    }
    assert acts == {
        "hana": ["create", "send", "change", "accept"],
        "toma": ["send", "accept"],
        "rei": ["send", "change", "accept"],
    }
    with database.session() as session:
        assert Trail(session).verify() == 4


def test_every_rule_of_the_tables_names_fields_and_steps_that_there_are():
    assert set(CHANGED_BY) <= set(SEEN_BY)
    assert set(RULES) == set(Step)
