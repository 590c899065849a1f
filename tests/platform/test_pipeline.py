"""The board of an agency: its own stages, who looks after what, and two who act at once."""

from __future__ import annotations

import json

import pytest

from kyokan.errors import ChangedMeanwhileError, NotAllowedError, QueryError, UnknownDealError
from kyokan.platform.audit import Trail
from kyokan.platform.deals import Step
from kyokan.platform.pipeline import Pipeline
from kyokan.platform.pipeline.stages import MOST, ON_BOARD
from tests.platform.dealing import ANALYST, BRAND, DRAFT, MANAGER, MATCH, PLANNER, STRANGER

NAMES = ("下ごしらえ", "お送りした", "話し合い", "承認まわり", "世の中へ")
STAGES = [{"status": status, "ja": name} for status, name in zip(ON_BOARD, NAMES, strict=True)]
REVIEW = {"status": "draft", "ja": "社内で確認", "en": "Review"}


@pytest.fixture
def pipeline(database, deals, clock):
    return Pipeline(database, deals, clock)


@pytest.fixture
def draft(deals):
    return deals.create(PLANNER, DRAFT, MATCH, "sha256:1")["id"]


def where(pipeline, deal):
    """The name of the stage that a deal stands in."""
    board = pipeline.board(PLANNER)
    (found,) = [stage for stage in board.stages for slip in board.slips[stage.id] if slip.deal["id"] == deal]
    return found.name("ja") or found.status.value


def stage(pipeline, name):
    return next(one for one in pipeline.board(PLANNER).stages if one.name("ja") == name).id


def listed(pipeline):
    """The stages as the form of the stages holds them."""
    return [{"id": one.id, "status": one.status, "ja": one.ja, "en": one.en} for one in pipeline.board(PLANNER).stages]


def test_an_agency_that_named_nothing_has_a_stage_for_each_status(pipeline, draft):
    assert [(one.status, one.name("ja")) for one in pipeline.board(ANALYST).stages] == [(one, "") for one in ON_BOARD]
    assert where(pipeline, draft) == "draft"


def test_a_deal_stands_in_the_first_stage_of_its_status_until_it_is_moved(pipeline, deals, draft):
    pipeline.arrange(PLANNER, 0, [*STAGES, REVIEW])
    assert where(pipeline, draft) == "下ごしらえ"
    pipeline.move(PLANNER, draft, 0, stage(pipeline, "社内で確認"))
    assert where(pipeline, draft) == "社内で確認"
    deals.take(PLANNER, draft, 1, Step.SEND)
    assert where(pipeline, draft) == "お送りした"
    deals.take(BRAND, draft, 2, Step.DECLINE, reason="no")
    assert [deal["id"] for deal in pipeline.board(PLANNER).ended] == [draft]


def test_no_move_changes_a_status(pipeline, draft):
    pipeline.arrange(PLANNER, 0, STAGES)
    for target in (stage(pipeline, "お送りした"), "nothing"):
        with pytest.raises(QueryError, match="no stage of this deal's status"):
            pipeline.move(PLANNER, draft, 0, target)
    assert where(pipeline, draft) == "下ごしらえ"


def test_of_two_who_move_at_once_one_is_told(pipeline, draft):
    pipeline.arrange(PLANNER, 0, [*STAGES, REVIEW, REVIEW | {"ja": "上司の番"}])
    pipeline.move(PLANNER, draft, 0, stage(pipeline, "社内で確認"))
    with pytest.raises(ChangedMeanwhileError):
        pipeline.move(PLANNER, draft, 0, stage(pipeline, "上司の番"))
    pipeline.move(PLANNER, draft, 0, stage(pipeline, "社内で確認"))  # sent twice: it stands there already
    assert where(pipeline, draft) == "社内で確認"


def test_stages_are_renamed_ordered_and_removed_and_no_deal_is_lost(pipeline, draft):
    pipeline.arrange(PLANNER, 0, [*STAGES, REVIEW])
    pipeline.move(PLANNER, draft, 0, stage(pipeline, "社内で確認"))
    rows = listed(pipeline)
    first, review = rows[0], rows[1]
    pipeline.arrange(PLANNER, 1, [review | {"ja": "確認"}, first, *rows[2:]])
    assert [one.ja for one in pipeline.board(PLANNER).stages[:2]] == ["確認", "下ごしらえ"]
    assert where(pipeline, draft) == "確認"
    pipeline.arrange(PLANNER, 2, [first, *rows[2:]])
    assert where(pipeline, draft) == "下ごしらえ"


def test_of_two_who_name_stages_at_once_one_is_told(pipeline):
    pipeline.arrange(PLANNER, 0, STAGES)
    with pytest.raises(ChangedMeanwhileError):
        pipeline.arrange(PLANNER, 0, [*STAGES, REVIEW])
    same = listed(pipeline)
    pipeline.arrange(PLANNER, 1, same)
    assert pipeline.board(PLANNER).version == 1  # nothing changed


@pytest.mark.parametrize(
    ("stages", "rule"),
    [
        (STAGES[:4], "needs at least one stage"),
        ([*STAGES, {"status": "draft"}], "has a name"),
        ([*STAGES, {"status": "draft", "en": "x" * 41}], "has a name"),
        ([*STAGES, {"status": "declined", "en": "x"}], "on the board"),
        ([*STAGES, {"status": "nowhere", "en": "x"}], "status"),
        ([*STAGES, *[REVIEW] * MOST], "at most"),
        ([*STAGES, REVIEW | {"agency": "rival-agency"}], "agency"),
    ],
)
def test_what_is_no_stage_is_refused(pipeline, stages, rule):
    with pytest.raises(QueryError, match=rule):
        pipeline.arrange(PLANNER, 0, stages)
    assert pipeline.board(PLANNER).version == 0


def test_what_comes_next_is_the_planners_word_else_what_the_deal_asks_for(pipeline, deals, draft, clock):
    slip = pipeline.slip(PLANNER, draft)
    assert (slip.act, slip.awaits, slip.due, slip.late, slip.today) == ("", (), "2026-12-31", False, False)
    deals.take(PLANNER, draft, 1, Step.SEND)
    assert pipeline.slip(PLANNER, draft).awaits == ("artist", "brand")
    deals.take(BRAND, draft, 2, Step.ACCEPT)
    assert pipeline.slip(PLANNER, draft).awaits == ("artist",)
    pipeline.plan(PLANNER, draft, 0, {"owner": "maki", "next_act": "電話する", "next_on": "2026-11-24"})
    slip = pipeline.slip(PLANNER, draft)
    assert (slip.owner, slip.act, slip.awaits, slip.due) == ("maki", "電話する", (), "2026-11-24")
    clock.pass_by(days=1)
    assert pipeline.slip(PLANNER, draft).today
    clock.pass_by(days=1)
    assert pipeline.slip(PLANNER, draft).late


def test_the_board_of_one_owner_holds_their_deals_alone(pipeline, deals, draft):
    other = deals.create(PLANNER, DRAFT, MATCH, "sha256:1")["id"]
    pipeline.plan(PLANNER, draft, 0, {"owner": "maki"})
    board = pipeline.board(PLANNER, "maki")
    assert [slip.deal["id"] for ones in board.slips.values() for slip in ones] == [draft]
    assert board.owners == {"hana": "Hana", "maki": "Maki"}
    assert other in [slip.deal["id"] for ones in pipeline.board(PLANNER).slips.values() for slip in ones]


def test_an_owner_is_a_planner_of_the_agency(pipeline, draft):
    for nobody in ("ken", "toma", "x"):
        with pytest.raises(QueryError, match="no planner of your agency"):
            pipeline.plan(PLANNER, draft, 0, {"owner": nobody})


def test_of_two_who_plan_at_once_one_is_told(pipeline, draft):
    pipeline.plan(PLANNER, draft, 0, {"next_act": "a"})
    pipeline.plan(PLANNER, draft, 0, {"next_act": "a"})  # sent twice
    with pytest.raises(ChangedMeanwhileError):
        pipeline.plan(PLANNER, draft, 0, {"next_act": "b"})


def test_nobody_but_the_agency_meets_the_board(pipeline, deals, draft):
    pipeline.arrange(PLANNER, 0, STAGES)
    deals.take(PLANNER, draft, 1, Step.SEND)
    pipeline.plan(PLANNER, draft, 0, {"next_act": "CANARY"})
    for side in (BRAND, MANAGER):
        for call in (
            lambda who=side: pipeline.board(who),
            lambda who=side: pipeline.slip(who, draft),
            lambda who=side: pipeline.plan(who, draft, 1, {}),
            lambda who=side: pipeline.move(who, draft, 1, "sent"),
            lambda who=side: pipeline.arrange(who, 1, STAGES),
        ):
            with pytest.raises(NotAllowedError):
                call()
        assert "CANARY" not in json.dumps([deals.get(side, draft), deals.history(side, draft)])
        assert "plan" not in [one["act"] for one in deals.history(side, draft)]
    assert [slip for ones in pipeline.board(STRANGER).slips.values() for slip in ones] == []
    assert [one.ja for one in pipeline.board(STRANGER).stages] == [""] * len(ON_BOARD)
    for call in (lambda: pipeline.plan(STRANGER, draft, 1, {}), lambda: pipeline.slip(STRANGER, draft)):
        with pytest.raises(UnknownDealError):
            call()


def test_analysts_read_and_change_nothing(pipeline, draft):
    pipeline.board(ANALYST)
    for call in (
        lambda: pipeline.plan(ANALYST, draft, 0, {}),
        lambda: pipeline.move(ANALYST, draft, 0, "draft"),
        lambda: pipeline.arrange(ANALYST, 0, STAGES),
    ):
        with pytest.raises(NotAllowedError):
            call()


def test_every_act_is_in_the_trail(pipeline, deals, database, draft):
    pipeline.arrange(PLANNER, 0, [*STAGES, REVIEW])
    pipeline.move(PLANNER, draft, 0, stage(pipeline, "社内で確認"))
    pipeline.plan(PLANNER, draft, 1, {"owner": "maki"})
    assert [one["act"] for one in deals.history(PLANNER, draft)] == ["create", "move", "plan"]
    with database.session() as session:
        assert [one.act for one in Trail(session).of("board:agency")] == ["arrange"]
        assert Trail(session).verify() == 4
