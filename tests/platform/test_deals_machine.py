"""The state machine of a deal under any sequence of acts: no illegal step, no look at what is not one's own."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from kyokan.errors import ChangedMeanwhileError, NotAllowedError, QueryError, UnknownDealError
from kyokan.platform.audit import Trail
from kyokan.platform.database import Database
from kyokan.platform.deals import Deals, Party, Status, Step
from kyokan.platform.deals.fields import SEEN_BY
from kyokan.platform.deals.steps import MOVES, RULES
from tests.platform.dealing import ANALYST, BRAND, DRAFT, MANAGER, MATCH, PLANNER, STRANGER, Clock, settle_in

ACTORS = (PLANNER, ANALYST, BRAND, MANAGER, STRANGER)
PARTY = {PLANNER: Party.AGENCY, BRAND: Party.BRAND, MANAGER: Party.ARTIST}
REFUSALS = (ChangedMeanwhileError, NotAllowedError, QueryError, UnknownDealError)


class DealMachine(RuleBasedStateMachine):
    """Anybody tries any step, with or without what it needs, from a fresh or a stale view."""

    ids = Bundle("ids")

    @initialize()
    def open(self):
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database(Path(self.folder.name) / "workroom.db")
        settle_in(self.database)
        self.clock = Clock()
        self.deals = Deals(self.database, self.clock)
        self.statuses: dict[str, str] = {}

    @rule(target=ids)
    def draft(self):
        expires = (self.clock().date() + timedelta(days=38)).isoformat()
        made = self.deals.create(PLANNER, DRAFT | {"expires": expires}, MATCH, "sha256:1")
        self.statuses[made["id"]] = "draft"
        return made["id"]

    @rule(
        deal=ids,
        actor=st.sampled_from(ACTORS),
        step=st.sampled_from(Step),
        stale=st.booleans(),
        complete=st.booleans(),
    )
    def take(self, deal, actor, step, stale, complete):
        before = self.deals.get(PLANNER, deal)
        needs = RULES[step]
        said = {}
        if complete:
            said |= {"reason": "because"} if needs.reason else {}
            said |= {"terms": {"fee_low": 1}} if needs.terms else {}
            said |= {"outcome": {"reach": 1}} if needs.outcome else {}
        try:
            self.deals.take(actor, deal, before["version"] - stale, step, **said)
        except REFUSALS:
            assert self.deals.get(PLANNER, deal) == before  # a refusal changes nothing
            return
        after = self.deals.get(PLANNER, deal)
        assert not stale
        assert complete or not (needs.reason or needs.terms or needs.outcome)
        assert PARTY[actor] in needs.by
        assert Status(before["status"]) in needs.of
        assert (before["status"], after["status"]) in MOVES
        assert after["version"] == before["version"] + 1
        self.statuses[deal] = after["status"]

    @rule(days=st.integers(0, 60))
    def wait(self, days):
        self.clock.pass_by(days=days)
        for deal, status in self.statuses.items():
            now = self.deals.get(PLANNER, deal)["status"]
            assert now == status or (now == "expired" and status in {"sent", "countered"})
            self.statuses[deal] = now

    @invariant()
    def nobody_sees_more_than_their_own(self):
        assert self.deals.of(STRANGER) == []
        for actor in (BRAND, MANAGER):
            for deal in self.deals.of(actor):
                assert deal["sent"]
                assert {name for name in deal if PARTY[actor] not in SEEN_BY[name]} == set()

    @invariant()
    def the_trail_holds(self):
        with self.database.session() as session:
            Trail(session).verify()

    def teardown(self):
        self.database.close()
        self.folder.cleanup()


TestDealMachine = DealMachine.TestCase
TestDealMachine.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
