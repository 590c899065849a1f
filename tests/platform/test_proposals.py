"""What a proposal says: on evidence as the evidence words it, to each side what is its own to read."""

from __future__ import annotations

import json

import pytest

from kyokan.errors import ChangedMeanwhileError, NotAllowedError, QueryError, UnknownDealError
from kyokan.platform.approvals import ApprovalGate, Approvals
from kyokan.platform.deals import Deals, Party, Step
from kyokan.platform.proposals import Manuscripts
from tests.platform.dealing import ANALYST, BRAND, DRAFT, MANAGER, MATCH, PLANNER, STRANGER, Clock


def reach(benefit):
    piece = {
        "kind": "audience",
        "ids": [benefit],
        "weight": 0.1,
        "note": f"CANARY-{benefit}",
        "note_ja": "新しい人",
        "detail": {"new": 20},
    }
    return {"signal": "reach", "contribution": 0.1, "for": benefit, "evidence": [piece]}


EVIDENCE = MATCH | {"contributions": [reach(one) for one in ("both", "artist", "brand")]}
KEYS = [f"reach:{one}:{one}" for one in ("artist", "both", "brand")]
OWN = {"ja": "夜明けの一曲を。", "en": "One song at dawn."}
SKETCH = {"kind": "copy", "title": "まだ、冷たい。", "text": ""}


@pytest.fixture
def deals(database):
    return Deals(database, Clock(), gates=(ApprovalGate(),))


@pytest.fixture
def manuscripts(database):
    return Manuscripts(database, Clock(), gates=(ApprovalGate(),))


@pytest.fixture
def draft(deals):
    return deals.create(PLANNER, DRAFT, EVIDENCE, "sha256:1")["id"]


def write(manuscripts, deals, draft, *sentences: dict, sketches=()):
    version = deals.get(PLANNER, draft)["version"]
    manuscripts.keep(PLANNER, draft, version, {"sentences": sentences, "sketches": sketches})


def test_each_side_reads_what_rests_on_evidence_of_its_own(manuscripts, deals, draft):
    assert [one.key for one in manuscripts.offered(PLANNER, draft)] == KEYS
    write(manuscripts, deals, draft, *({"key": key} for key in KEYS), OWN, sketches=[SKETCH])
    deals.take(PLANNER, draft, deals.get(PLANNER, draft)["version"], Step.SEND)
    read = {who.organisation: manuscripts.of(who, draft) for who in (PLANNER, ANALYST, BRAND, MANAGER)}
    assert [one["key"] for one in read["agency"].sentences] == [*KEYS, ""]
    assert [one["key"] for one in read["koyomido"].sentences] == [*KEYS[1:], ""]
    assert [one["key"] for one in read["nagi-office"].sentences] == [*KEYS[:2], ""]
    assert "CANARY-artist" not in json.dumps(read["koyomido"].sentences)
    assert all(one.sketches == (SKETCH,) for one in read.values())
    for who, lens in ((BRAND, Party.BRAND), (MANAGER, Party.ARTIST)):
        assert manuscripts.of(PLANNER, draft, lens) == manuscripts.of(who, draft)
        seen = deals.as_seen_by(PLANNER, draft, lens)
        assert seen == deals.get(who, draft)
        with pytest.raises(NotAllowedError):
            manuscripts.of(who, draft, Party.ARTIST)
        with pytest.raises(NotAllowedError):
            deals.as_seen_by(who, draft, Party.ARTIST)


def test_a_draft_is_seen_through_a_sides_eyes_before_it_is_sent(deals, draft):
    seen = deals.as_seen_by(ANALYST, draft, Party.BRAND)
    assert {"internal_note", "fee_floor", "score_artist"}.isdisjoint(seen)


def test_sentences_are_ordered_dropped_and_worded_by_the_evidence_alone(manuscripts, deals, draft):
    write(manuscripts, deals, draft, {"key": KEYS[1], "en": "something else"}, OWN, {"key": KEYS[1]}, {"ja": " "})
    assert [one["en"] for one in manuscripts.of(PLANNER, draft).sentences] == ["CANARY-both.", OWN["en"]]
    write(manuscripts, deals, draft, OWN, {"key": KEYS[1]})
    assert [one["key"] for one in manuscripts.of(PLANNER, draft).sentences] == ["", KEYS[1]]
    write(manuscripts, deals, draft)
    assert manuscripts.of(PLANNER, draft).sentences == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"sentences": [{"key": "reach:both:elsewhere"}]},
        {"sentences": [{"ja": "x" * 201}]},
        {"sentences": [OWN] * 21},
        {"sketches": [{"kind": "film", "title": "x"}]},
        {"sketches": [SKETCH] * 9},
        {"benefit": "brand"},
    ],
)
def test_what_is_no_manuscript_is_refused(manuscripts, deals, draft, fields):
    with pytest.raises(QueryError):
        manuscripts.keep(PLANNER, draft, 1, fields)
    assert deals.get(PLANNER, draft)["version"] == 1


def test_of_two_who_write_at_once_one_is_told(manuscripts, deals, draft):
    manuscripts.keep(PLANNER, draft, 1, {"sentences": [OWN]})
    manuscripts.keep(PLANNER, draft, 1, {"sentences": [OWN]})  # sent twice
    with pytest.raises(ChangedMeanwhileError):
        manuscripts.keep(PLANNER, draft, 1, {"sentences": []})
    assert [one["act"] for one in deals.history(PLANNER, draft)] == ["create", "change"]


def test_a_draft_alone_is_written_and_by_its_planners_alone(manuscripts, deals, draft):
    with pytest.raises(NotAllowedError):
        manuscripts.keep(ANALYST, draft, 1, {})
    for nobody in (BRAND, STRANGER):
        with pytest.raises(UnknownDealError):
            manuscripts.of(nobody, draft)
    deals.take(PLANNER, draft, 1, Step.SEND)
    for who in (PLANNER, BRAND):
        with pytest.raises(NotAllowedError):
            manuscripts.keep(who, draft, 2, {"sentences": [OWN]})


def test_an_approval_holds_for_what_the_draft_says(manuscripts, deals, database, draft):
    approvals = Approvals(database, Clock())
    approvals.arrange(PLANNER, 0, [{"name": "Boss", "person": "maki"}, {"name": "Own", "person": "hana"}])
    approvals.ask(PLANNER, draft, 1)
    write(manuscripts, deals, draft, OWN)  # no step locks
    assert not approvals.of(PLANNER, draft).complete
    steps, _, version = approvals.steps(PLANNER)
    locked = [{"id": steps[0].id, "name": "Boss", "person": "maki", "lock": True}]
    approvals.arrange(PLANNER, version, locked)
    with pytest.raises(NotAllowedError, match="cannot be changed while"):
        write(manuscripts, deals, draft)


def test_the_last_change_is_taken_back_and_again(manuscripts, deals, draft):
    assert manuscripts.before(PLANNER, draft) is None
    manuscripts.take_back(PLANNER, draft, 1)  # nothing was said yet
    assert deals.get(PLANNER, draft)["version"] == 1
    write(manuscripts, deals, draft, OWN, sketches=[SKETCH])
    write(manuscripts, deals, draft, {"key": KEYS[0]})
    before = manuscripts.before(PLANNER, draft)
    assert [one["en"] for one in before.sentences] == [OWN["en"]]
    assert [one["title"] for one in before.sketches] == [SKETCH["title"]]
    with pytest.raises(ChangedMeanwhileError):
        manuscripts.take_back(PLANNER, draft, 1)
    manuscripts.take_back(PLANNER, draft, 3)
    assert manuscripts.of(PLANNER, draft) == before
    manuscripts.take_back(PLANNER, draft, 4)
    assert [one["key"] for one in manuscripts.of(PLANNER, draft).sentences] == [KEYS[0]]


def test_what_was_said_before_is_read_and_taken_back_by_planners_of_the_agency_alone(manuscripts, deals, draft):
    for sentence in (OWN, {"key": KEYS[0]}):
        write(manuscripts, deals, draft, sentence)
    for who, refused in ((ANALYST, NotAllowedError), (BRAND, UnknownDealError), (STRANGER, UnknownDealError)):
        for act in (manuscripts.before, lambda one, deal: manuscripts.take_back(one, deal, 3)):
            with pytest.raises(refused):
                act(who, draft)
    deals.take(PLANNER, draft, 3, Step.SEND)
    for who in (PLANNER, BRAND, MANAGER):
        with pytest.raises(NotAllowedError):
            manuscripts.take_back(who, draft, 4)


def test_keeping_says_whether_anything_is_other_than_it_was(manuscripts, draft):
    said = {"sentences": [OWN], "sketches": []}
    assert manuscripts.keep(PLANNER, draft, 1, said)
    assert not manuscripts.keep(PLANNER, draft, 1, said)
