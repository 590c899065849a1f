"""What the file itself refuses of deals and of the trail, whichever program writes to it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from kyokan.errors import StoreError
from kyokan.platform.deals import Step
from tests.platform.dealing import BRAND, DRAFT, MANAGER, MATCH, PLANNER

STEPS = {
    "draft": (),
    "sent": ((PLANNER, Step.SEND, {}),),
    "countered": ((PLANNER, Step.SEND, {}), (MANAGER, Step.COUNTER, {"terms": {"fee_low": 9_000_000}})),
}
STEPS["accepted"] = (*STEPS["countered"], (BRAND, Step.ACCEPT, {}))
STEPS["running"] = (*STEPS["accepted"], (PLANNER, Step.START, {}))
STEPS["finished"] = (*STEPS["running"], (PLANNER, Step.FINISH, {"outcome": {"reach": 1}}))
STEPS["declined"] = (*STEPS["sent"], (BRAND, Step.DECLINE, {"reason": "not this year"}))
TERMS = "INSERT INTO deal_terms SELECT deal, number + 1, party, person, name, at, content FROM deal_terms"
YES = "INSERT INTO deal_verdict (deal, number, party, person, at, reason) SELECT id, 1, '{}', 'x', 'x', '' FROM deal"
REPLACED = "INSERT OR REPLACE INTO {table} SELECT * FROM {table}"


@pytest.fixture
def stands(deals):
    """Makes a deal that stands as it is told."""

    def make(status):
        made = deals.create(PLANNER, DRAFT, MATCH, "sha256:1")
        for actor, step, said in STEPS[status]:
            made = deals.take(actor, made["id"], deals.get(PLANNER, made["id"])["version"], step, **said)
        assert made["status"] == status
        return made

    return make


@pytest.mark.parametrize(
    ("status", "change", "said"),
    [
        ("countered", "UPDATE deal SET status = 'accepted'", "both sides have accepted"),
        ("sent", "UPDATE deal SET status = 'accepted'", "both sides have accepted"),
        ("running", "UPDATE deal SET status = 'finished'", "finished with an outcome"),
        ("running", "UPDATE deal SET status = 'finished', outcome = 'null'", "finished with an outcome"),
        ("sent", "UPDATE deal SET status = 'declined'", "with a reason"),
        ("accepted", "UPDATE deal SET status = 'withdrawn', reason = '  '", "with a reason"),
        ("draft", "UPDATE deal SET status = 'sent'", "sent to two sides"),
        ("draft", "UPDATE deal SET status = 'sent', sent = 'x', brand_side = ''", "sent to two sides"),
        ("finished", "UPDATE deal SET outcome = '{}'", "how a deal ended stands"),
        ("declined", "UPDATE deal SET reason = 'too dear'", "how a deal ended stands"),
        ("running", "UPDATE deal SET artist = 'artist:rei'", "stands as it was sent"),
        ("running", "UPDATE deal SET brand_side = 'tokei'", "stands as it was sent"),
        ("sent", "UPDATE deal SET headline = 'x'", "stands as it was sent"),
        ("sent", "DELETE FROM deal", "is not dropped"),
        ("sent", REPLACED.format(table="deal"), "a deal (begins|takes)"),
        ("draft", REPLACED.format(table="deal"), "takes the place of no other"),
        ("sent", "DELETE FROM deal_terms", "are not dropped"),
        ("sent", REPLACED.format(table="deal_terms"), "after the last ones"),
        ("running", TERMS + " WHERE number = 2", "waits for an answer"),
        ("draft", TERMS, "waits for an answer"),
        ("sent", "UPDATE deal_terms SET content = '{}'", "stand as they were offered"),
        ("countered", "DELETE FROM deal_verdict", "a yes is not dropped"),
        ("countered", "UPDATE deal_verdict SET party = 'brand'", "a yes stands"),
        ("countered", REPLACED.format(table="deal_verdict"), "accepts once"),
        ("sent", YES.format("agency"), "only the two sides accept"),
        ("countered", YES.format("brand"), "on the table"),
        ("draft", YES.format("brand"), "on the table"),
    ],
)
def test_the_file_refuses_of_a_deal_what_no_step_does(database, deals, stands, status, change, said):
    deal = stands(status)["id"]
    before = deals.get(PLANNER, deal)
    with pytest.raises(StoreError, match=said), database.session(writing=True) as session:
        session.execute(text(change))
    assert deals.get(PLANNER, deal) == before


def test_a_draft_of_which_nobody_has_heard_can_be_dropped_with_its_terms(database, deals, stands):
    stands("draft")
    with database.session(writing=True) as session:
        session.execute(text("DELETE FROM deal"))
        assert session.execute(text("SELECT COUNT(*) FROM deal_terms")).scalar_one() == 0
    assert deals.of(PLANNER) == []


@pytest.mark.parametrize("change", [REPLACED.format(table="audit"), "UPDATE OR REPLACE audit SET number = number + 1"])
def test_no_record_takes_the_place_of_another(database, stands, change):
    stands("sent")
    with pytest.raises(StoreError, match="only added to"), database.session(writing=True) as session:
        session.execute(text(change))
