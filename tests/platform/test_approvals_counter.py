"""What an agency counters with goes through its approvals as a draft does, by any order of acts."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import text

from kyokan.errors import ChangedMeanwhileError, NotAllowedError, QueryError, StoreError, UnknownDealError
from kyokan.platform.audit import Trail
from tests.platform.dealing import ANALYST, BRAND, MAKI, MANAGER, PLANNER, STRANGER
from tests.platform.office import BOSS, CHEAP, DEAR, MONEY, Office

DEARER = DEAR | {"fee_high": 30_000_000}


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    yield made
    made.database.close()


def counter_asked(office, step):
    """A deal on the table and a counter-offer to it, which waits for one step."""
    deal = office.offered()
    office.arrange(step)
    office.ask_counter(deal, **DEAR)
    return deal


def test_without_steps_an_agency_counters_at_once(office):
    deal = office.offered()
    with pytest.raises(QueryError, match="needs no approval"):
        office.ask_counter(deal, **DEAR)
    office.counter(deal, **DEAR)
    assert office.deals.get(BRAND, deal)["status"] == "countered"


def test_a_counter_offer_is_made_once_its_steps_have_approved_exactly_it(office):
    deal = office.offered()
    office.arrange(MONEY, BOSS)
    with pytest.raises(NotAllowedError, match="counter-offer: needs the approval “Money” first"):
        office.counter(deal, **DEAR)
    office.ask_counter(deal, **DEAR)
    office.ask_counter(deal, **DEAR)  # asked twice, asked once
    standing = office.approvals.of(ANALYST, deal)
    assert [step.name for step in standing.steps] == ["Money", "Boss"]
    assert (standing.round, standing.terms["fee_high"]) == (1, 20_000_000)
    with pytest.raises(NotAllowedError, match="not asked for now"):
        office.approve(MAKI, deal, "Boss")
    office.approve(ANALYST, deal, "Money")
    with pytest.raises(NotAllowedError, match="needs the approval “Boss” first"):
        office.counter(deal, **DEAR)
    office.approve(MAKI, deal, "Boss")
    office.counter(deal, **DEAR)
    assert office.deals.get(BRAND, deal)["terms"][-1]["fee_high"] == 20_000_000
    acts = [one["act"] for one in office.deals.history(PLANNER, deal)]
    assert acts == ["create", "send", "ask_approval", "approve", "approve", "counter"]


def test_terms_that_meet_no_criterion_need_nobody(office):
    deal = office.offered()
    office.arrange(MONEY)
    office.counter(deal, **CHEAP)
    assert office.deals.get(PLANNER, deal)["status"] == "countered"


def test_what_the_other_sides_counter_with_is_none_of_the_agencys_approvals(office):
    deal = office.offered()
    office.arrange(BOSS)
    office.answer(deal)
    office.counter(deal, MANAGER, **DEAR)
    assert office.deals.get(PLANNER, deal)["terms"][-1]["party"] == "artist"


def test_a_locked_counter_offer_is_neither_changed_nor_passed_by(office):
    deal = counter_asked(office, MONEY)
    for act in (office.ask_counter, office.counter):
        for terms in (DEARER, CHEAP):
            with pytest.raises(NotAllowedError, match="cannot be changed while"):
                act(deal, **terms)
    office.approvals.recall(PLANNER, deal, office.version(deal))
    office.counter(deal, **CHEAP)


def test_without_a_lock_other_terms_are_asked_anew(office):
    deal = counter_asked(office, BOSS)
    seen = office.asked(deal)
    office.approve(MAKI, deal, "Boss")
    office.ask_counter(deal, **DEARER)
    standing = office.approvals.of(MAKI, deal)
    assert not standing.complete
    assert standing.changed == {"fee_high": (20_000_000, 30_000_000)}
    for terms in (DEAR, DEARER):
        with pytest.raises(NotAllowedError, match="needs the approval"):
            office.counter(deal, **terms)
    for asked in (seen, None):  # the deal is as it was, what is asked for is not
        with pytest.raises(ChangedMeanwhileError):
            office.approvals.approve(MAKI, deal, office.version(deal), office.ids()["Boss"], asked)
        with pytest.raises(ChangedMeanwhileError):
            office.approvals.send_back(MAKI, deal, office.version(deal), office.ids()["Boss"], "no", asked)
    office.approve(MAKI, deal, "Boss")
    office.counter(deal, **DEARER)


def test_a_counter_offer_to_what_is_not_on_the_table_any_more_is_over(office):
    deal = counter_asked(office, BOSS)
    office.approve(MAKI, deal, "Boss")
    office.answer(deal)
    standing = office.approvals.of(PLANNER, deal)
    assert (standing.open, standing.terms, standing.steps) == (False, None, ())
    with pytest.raises(NotAllowedError, match="needs the approval"):
        office.counter(deal, **DEAR)
    with pytest.raises(NotAllowedError, match="not asked for now"):
        office.approve(MAKI, deal, "Boss")
    office.ask_counter(deal, **DEAR)
    assert office.approvals.of(MAKI, deal).changed == {}  # what was said of another counter-offer is no news of this
    office.approve(MAKI, deal, "Boss")
    office.counter(deal, **DEAR)


def test_a_counter_offer_that_is_sent_back_may_be_asked_again(office):
    deal = counter_asked(office, MONEY)
    office.send_back(ANALYST, deal, "Money")
    standing = office.approvals.of(PLANNER, deal)
    assert (standing.open, standing.reason, standing.sent_back_by) == (False, "too dear", "Ken")
    office.ask_counter(deal, **DEAR)
    office.approve(ANALYST, deal, "Money")
    office.counter(deal, **DEAR)


def test_what_was_approved_of_the_draft_is_not_approved_of_a_counter_offer(office):
    office.arrange(BOSS)
    deal = office.draft(**DEAR)
    office.ask(deal)
    office.approve(MAKI, deal, "Boss")
    office.send(deal)
    with pytest.raises(NotAllowedError, match="nothing of yours to approve"):
        office.ask(deal)
    with pytest.raises(NotAllowedError, match="needs the approval"):
        office.counter(deal, **DEAR)


def test_no_counter_offer_of_a_draft_or_of_what_is_over(office):
    office.arrange(BOSS)
    draft = office.draft(**DEAR)
    with pytest.raises(NotAllowedError, match="nothing of yours to approve"):
        office.ask_counter(draft, **DEAR)
    with pytest.raises(QueryError, match="fee_high"):
        office.ask_counter(draft, fee_high=-1)


def test_the_file_itself_lets_no_program_counter_past_the_steps(office):
    deal = office.offered()
    office.arrange(BOSS)
    with pytest.raises(StoreError, match="made through them"):
        office.counter(deal, gated=False, **DEAR)
    office.ask_counter(deal, **DEAR)
    office.approve(MAKI, deal, "Boss")
    with pytest.raises(StoreError, match="made through them"):
        office.counter(deal, gated=False, **DEAR)
    with office.database.session(writing=True) as session:
        session.execute(text("INSERT INTO approval_counter VALUES (:deal, 2, '{}')"), {"deal": deal})
    with pytest.raises(StoreError, match="made through them"):  # a clearance is one of these terms and no others
        office.counter(deal, gated=False, **DEAR)
    office.counter(deal, **DEAR)
    assert len(office.deals.get(BRAND, deal)["terms"]) == 2


def test_the_file_itself_keeps_terms_as_they_were_offered(office):
    deal = office.offered()
    with (
        pytest.raises(StoreError, match="stand as they were offered"),
        office.database.session(writing=True) as session,
    ):
        session.execute(text("UPDATE deal_terms SET content = '{}'"))
    assert office.deals.get(BRAND, deal)["terms"][-1]["fee_high"] == 1


def test_the_sides_never_meet_a_word_of_it(office):
    deal = office.offered()
    office.arrange(BOSS | {"name": "CANARY"})
    before = [office.deals.get(side, deal) for side in (BRAND, MANAGER)]
    office.ask_counter(deal, note="CANARY", **DEAR)
    office.send_back(MAKI, deal, "CANARY", "CANARY reason")
    office.ask_counter(deal, note="CANARY", **DEAR)
    office.approve(MAKI, deal, "CANARY")
    for side, seen in zip((BRAND, MANAGER), before, strict=True):
        assert office.deals.get(side, deal) == seen
        assert "CANARY" not in json.dumps(office.deals.history(side, deal))
        assert [one.act for one in office.notices.of(side)] == ["send"]
        assert office.approvals.of(side, deal) is None
        for call in (
            lambda who=side: office.approvals.ask_counter(who, deal, 2, DEAR),
            lambda who=side: office.approvals.approve(who, deal, 2, "x", 1),
            lambda who=side: office.approvals.recall(who, deal, 2),
        ):
            with pytest.raises(NotAllowedError):
                call()
    with pytest.raises(UnknownDealError):
        office.approvals.ask_counter(STRANGER, deal, 2, DEAR)


class CounterMachine(RuleBasedStateMachine):
    """Anybody tries anything; what an agency counters with must have every approval it needs, for exactly that."""

    @initialize(lock=st.booleans())
    def open(self, lock):
        self.folder = tempfile.TemporaryDirectory()
        self.office = Office(Path(self.folder.name))
        self.deal = self.office.offered()
        self.office.arrange(MONEY | {"lock": lock}, BOSS)
        self.lock = lock
        self.asked: dict | None = None  # the terms that approvals are asked for now
        self.said: set[str] = set()  # whose steps have approved them

    def tried(self, act, *given: object, **named: object):
        try:
            act(*given, **named)
        except (NotAllowedError, QueryError, ChangedMeanwhileError, StoreError):
            return False
        return True

    def needed(self, terms):
        return {"Money", "Boss"} if terms["fee_high"] >= 10_000_000 else {"Boss"}

    @rule(terms=st.sampled_from([CHEAP, DEAR, DEARER]))
    def ask(self, terms):
        done = self.tried(self.office.ask_counter, self.deal, **terms)
        locked = self.lock and self.asked is not None and "Money" in self.needed(self.asked)
        assert done == (not locked or terms == self.asked)
        if done and terms != self.asked:
            self.asked, self.said = terms, set()

    @rule()
    def recall(self):
        assert self.tried(self.office.approvals.recall, PLANNER, self.deal, self.office.version(self.deal))
        self.asked, self.said = None, set()

    @rule(actor=st.sampled_from([ANALYST, MAKI, PLANNER, BRAND]), name=st.sampled_from(["Money", "Boss"]))
    def approve(self, actor, name):
        if self.tried(self.office.approve, actor, self.deal, name):
            assert self.asked
            assert actor is {"Money": ANALYST, "Boss": MAKI}[name]
            assert name in self.needed(self.asked)
            self.said.add(name)

    @rule(actor=st.sampled_from([ANALYST, MAKI]), name=st.sampled_from(["Money", "Boss"]))
    def send_back(self, actor, name):
        if self.tried(self.office.send_back, actor, self.deal, name):
            self.asked, self.said = None, set()

    @rule()
    def other_side(self):
        self.office.answer(self.deal)
        self.asked, self.said = None, set()

    @rule(terms=st.sampled_from([CHEAP, DEAR, DEARER]), gated=st.booleans())
    def counter(self, terms, gated):
        before = self.office.deals.get(BRAND, self.deal)
        done = self.tried(self.office.counter, self.deal, gated=gated, **terms)
        assert done == (gated and terms == self.asked and self.said == self.needed(terms))
        if done:
            self.asked, self.said = None, set()
        else:
            assert self.office.deals.get(BRAND, self.deal) == before

    @invariant()
    def the_standing_is_what_was_said(self):
        standing = self.office.approvals.of(PLANNER, self.deal)
        assert standing.open == (self.asked is not None)
        if self.asked:
            assert {step.name for step in standing.steps} == self.needed(self.asked)
            assert {step.name for step in standing.steps if step.given_by} == self.said

    @invariant()
    def the_trail_holds(self):
        with self.office.database.session() as session:
            Trail(session).verify()

    def teardown(self):
        self.office.database.close()
        self.folder.cleanup()


TestCounterMachine = CounterMachine.TestCase
TestCounterMachine.settings = settings(max_examples=10, stateful_step_count=25, deadline=None)
