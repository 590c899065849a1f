"""Approvals: which a draft needs, in whose hands, and that nothing leaves without them by any order of acts."""

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
from kyokan.platform.deals import Deals, Step
from tests.platform.dealing import ANALYST, BRAND, MAKI, MANAGER, PLANNER, STRANGER
from tests.platform.office import BOSS, CHEAP, DEAR, MONEY, Office


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    yield made
    made.database.close()


def test_without_steps_a_draft_is_sent_at_once(office):
    deal = office.draft(**DEAR)
    assert office.approvals.of(PLANNER, deal).complete
    with pytest.raises(QueryError, match="needs no approval"):
        office.ask(deal)
    office.send(deal)
    assert not office.approvals.of(PLANNER, deal).guarded
    office.deals.take(PLANNER, deal, office.version(deal), Step.WITHDRAW, reason="no")
    assert office.approvals.of(PLANNER, deal) is None


@pytest.mark.parametrize(
    ("criterion", "value", "terms", "needed"),
    [
        ("always", "", {}, True),
        ("fee", "100", {"fee_high": 100}, True),
        ("fee", "100", {"fee_high": 99}, False),
        ("fee", "100", {"fee_low": 1}, True),
        ("exclusive", "", {"exclusive": True}, True),
        ("exclusive", "", {}, False),
        ("category", "watch", {"category": "腕時計 / Watches"}, True),
        ("category", "腕時計 / Watches", {"category": "watch"}, True),
        ("category", "腕時計 / Watches", {"category": "腕時計"}, True),
        ("category", "watch", {"category": "beauty"}, False),
        ("category", "腕時計 / Watches", {"category": "美容 / Beauty"}, False),
        ("category", "watch", {}, True),
        ("territory", "japan", {"territories": ["Korea", "日本 / Japan"]}, True),
        ("territory", "日本 / Japan", {"territories": ["japan"]}, True),
        ("territory", "japan", {"territories": ["Korea"]}, False),
        ("territory", "japan", {}, True),
    ],
)
def test_a_step_is_needed_where_its_criterion_is_met(office, criterion, value, terms, needed):
    office.arrange({"name": "One", "criterion": criterion, "value": value})
    deal = office.draft(**terms)
    assert bool(office.approvals.of(PLANNER, deal).steps) is needed
    if needed:
        with pytest.raises(NotAllowedError, match="needs the approval"):
            office.send(deal)
    else:
        office.send(deal)


def test_approvals_are_given_in_order_by_their_owners(office):
    office.arrange(MONEY, BOSS)
    deal = office.draft(**DEAR)
    with pytest.raises(NotAllowedError, match="not asked for now"):
        office.approve(ANALYST, deal, "Money")
    office.ask(deal)
    office.ask(deal)
    for actor, name, why in ((MAKI, "Boss", "not asked for now"), (MAKI, "Money", "somebody else's")):
        with pytest.raises(NotAllowedError, match=why):
            office.approve(actor, deal, name)
    office.approve(ANALYST, deal, "Money")
    with pytest.raises(NotAllowedError, match="needs the approval “Boss”"):
        office.send(deal)
    with pytest.raises(NotAllowedError, match="somebody else's"):
        office.approve(PLANNER, deal, "Boss")
    office.approve(MAKI, deal, "Boss")
    office.approve(MAKI, deal, "Boss")  # sent twice
    assert [step.given_by for step in office.approvals.of(PLANNER, deal).steps] == ["Ken", "Maki"]
    office.send(deal)
    acts = [one["act"] for one in office.deals.history(PLANNER, deal)]
    assert acts == ["create", "ask_approval", "approve", "approve", "send"]


def test_a_draft_that_is_being_approved_is_locked_until_it_is_taken_back(office):
    office.arrange(MONEY)
    deal = office.draft(**DEAR)
    office.ask(deal)
    office.approve(ANALYST, deal, "Money")
    with pytest.raises(NotAllowedError, match="cannot be changed while"):
        office.edit(deal, headline="Other")
    office.edit(deal, internal_note="one's own note is no part of it")
    assert office.approvals.of(PLANNER, deal).complete
    office.approvals.recall(PLANNER, deal, office.version(deal))
    assert not office.approvals.of(PLANNER, deal).complete
    office.edit(deal, headline="Other")
    office.ask(deal)
    assert not office.approvals.of(PLANNER, deal).complete  # what was approved before is not approved now


def test_without_a_lock_an_edit_takes_the_approvals_given_away(office):
    office.arrange(BOSS)
    deal = office.draft(**DEAR)
    office.ask(deal)
    office.approve(MAKI, deal, "Boss")
    office.edit(deal, terms={"fee_high": 30_000_000, "category": "watch"})
    standing = office.approvals.of(MAKI, deal)
    assert not standing.complete
    assert standing.steps[0].mine
    assert standing.changed == {"fee_high": (20_000_000, 30_000_000)}
    with pytest.raises(NotAllowedError):
        office.send(deal)
    office.approve(MAKI, deal, "Boss")
    office.send(deal)


def test_a_draft_that_is_sent_back_is_open_again_with_the_reason(office):
    office.arrange(MONEY)
    deal = office.draft(**DEAR)
    office.ask(deal)
    with pytest.raises(QueryError, match="reason"):
        office.send_back(ANALYST, deal, "Money", "  ")
    office.send_back(ANALYST, deal, "Money")
    standing = office.approvals.of(PLANNER, deal)
    assert (standing.open, standing.reason, standing.sent_back_by) == (False, "too dear", "Ken")
    office.edit(deal, terms=CHEAP)
    assert office.approvals.of(PLANNER, deal).steps == ()
    office.send(deal)


def test_who_approves_what_is_not_there_any_more_is_told(office):
    office.arrange(BOSS)
    deal = office.draft(**DEAR)
    office.ask(deal)
    seen = office.version(deal)
    office.edit(deal, headline="Other")
    with pytest.raises(ChangedMeanwhileError):
        office.approvals.approve(MAKI, deal, seen, office.ids()["Boss"])


def test_the_file_itself_lets_no_program_send_past_the_steps(office):
    office.arrange(BOSS)
    deal = office.draft(**DEAR)
    ungated = Deals(office.database, office.clock)
    with pytest.raises(StoreError, match="sent through them"):
        ungated.take(PLANNER, deal, 1, Step.SEND)
    with pytest.raises(StoreError, match="sent through them"), office.database.session(writing=True) as session:
        session.execute(text("UPDATE deal SET status = 'sent', sent = 'x'"))
    assert office.deals.get(PLANNER, deal)["status"] == "draft"


def test_the_sides_never_meet_a_word_of_it(office):
    office.arrange(BOSS | {"name": "CANARY"})
    deal = office.draft(**DEAR)
    office.ask(deal)
    office.send_back(MAKI, deal, "CANARY", "CANARY reason")
    office.ask(deal)
    office.approve(MAKI, deal, "CANARY")
    office.send(deal)
    for side in (BRAND, MANAGER):
        assert "CANARY" not in json.dumps([office.deals.get(side, deal), office.deals.history(side, deal)])
        assert [one.act for one in office.notices.of(side)] == ["send"]
        assert office.approvals.of(side, deal) is None
        for call in (
            lambda who=side: office.approvals.steps(who),
            lambda who=side: office.approvals.arrange(who, 1, []),
            lambda who=side: office.approvals.ask(who, deal, 2),
            lambda who=side: office.approvals.approve(who, deal, 2, "x"),
        ):
            with pytest.raises(NotAllowedError):
                call()
    with pytest.raises(UnknownDealError):
        office.approvals.of(STRANGER, deal)
    with pytest.raises(UnknownDealError):
        office.approvals.approve(STRANGER, deal, 2, "x")
    assert office.approvals.steps(STRANGER) == ([], {}, 0)
    with office.database.session() as session:
        Trail(session).verify()


@pytest.mark.parametrize(
    "step",
    [
        {"name": " "},
        {"name": "x", "criterion": "mood"},
        {"name": "x", "criterion": "fee", "value": "much"},
        {"name": "x", "criterion": "fee", "value": "-1"},
        {"name": "x", "criterion": "territory"},
        {"name": "x", "role": "brand_client"},
        {"name": "x", "person": "toma"},
        {"name": "x", "agency": "rival-agency"},
    ],
)
def test_what_is_no_step_is_refused(office, step):
    with pytest.raises(QueryError):
        office.arrange(step)
    with pytest.raises(ChangedMeanwhileError):
        office.approvals.arrange(PLANNER, 7, [])


class ApprovalMachine(RuleBasedStateMachine):
    """Anybody tries anything; what is sent must have every approval it needs, for exactly what was sent."""

    @initialize()
    def open(self):
        self.folder = tempfile.TemporaryDirectory()
        self.office = Office(Path(self.folder.name))
        self.office.arrange(MONEY, BOSS)
        self.deal = self.office.draft(**DEAR)
        self.said: list[tuple[str, str]] = []  # what was approved by whom since approvals were last asked for
        self.asked = False

    def content(self):
        deal = self.office.deals.get(PLANNER, self.deal)
        return json.dumps([deal["headline"], deal["terms"][-1]["fee_high"]])

    def tried(self, act, *given: object):
        try:
            act(*given)
        except (NotAllowedError, QueryError, ChangedMeanwhileError, UnknownDealError):
            return False
        return True

    @rule(fee=st.sampled_from([1, 20_000_000]), headline=st.sampled_from(["a", "b"]))
    def edit(self, fee, headline):
        self.tried(lambda: self.office.edit(self.deal, headline=headline, terms={"fee_high": fee, "category": "watch"}))

    @rule()
    def ask(self):
        if self.tried(self.office.ask, self.deal) and not self.asked:
            self.asked, self.said = True, []

    @rule()
    def recall(self):
        if self.tried(lambda: self.office.approvals.recall(PLANNER, self.deal, self.office.version(self.deal))):
            self.asked = False

    @rule(actor=st.sampled_from([ANALYST, MAKI, PLANNER, BRAND]), name=st.sampled_from(["Money", "Boss"]))
    def approve(self, actor, name):
        content = self.content()
        if self.tried(self.office.approve, actor, self.deal, name):
            assert self.asked
            assert actor is {"Money": ANALYST, "Boss": MAKI}[name]
            self.said.append((name, content))

    @rule(actor=st.sampled_from([ANALYST, MAKI]), name=st.sampled_from(["Money", "Boss"]))
    def send_back(self, actor, name):
        if self.tried(self.office.send_back, actor, self.deal, name):
            self.asked = False

    @rule(gated=st.booleans())
    def send(self, gated):
        content, fee = self.content(), json.loads(self.content())[1]
        deals = self.office.deals if gated else Deals(self.office.database, self.office.clock)
        try:
            deals.take(PLANNER, self.deal, self.office.version(self.deal), Step.SEND)
        except (NotAllowedError, StoreError):
            return
        assert gated
        assert self.asked
        needed = ["Money", "Boss"] if fee >= 10_000_000 else ["Boss"]
        assert all((name, content) in self.said for name in needed)
        places = [max(at for at, one in enumerate(self.said) if one == (name, content)) for name in needed]
        assert places
        self.deal, self.said, self.asked = self.office.draft(**DEAR), [], False

    @invariant()
    def what_is_complete_is_what_may_be_sent(self):
        standing = self.office.approvals.of(PLANNER, self.deal)
        assert standing.open == self.asked
        given = [bool(step.given_by) for step in standing.steps]
        assert given == sorted(given, reverse=True)  # in order

    def teardown(self):
        self.office.database.close()
        self.folder.cleanup()


TestApprovalMachine = ApprovalMachine.TestCase
TestApprovalMachine.settings = settings(max_examples=8, stateful_step_count=20, deadline=None)


def test_a_reason_to_send_back_is_kept_whole_or_refused(office):
    office.arrange(BOSS)
    deal = office.draft(**CHEAP)
    office.ask(deal)
    with pytest.raises(QueryError, match="reason: has 1001 letters, and 1000 at most"):
        office.send_back(MAKI, deal, "Boss", "x" * 1001)
    office.send_back(MAKI, deal, "Boss", "x" * 1000)
    assert office.approvals.of(PLANNER, deal).reason == "x" * 1000
