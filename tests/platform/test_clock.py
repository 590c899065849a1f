"""Days are counted in the zone of an installation, around its midnight and over changed clocks; moments are UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from kyokan.errors import QueryError, SettingsError
from kyokan.graph.dictionary import load_dictionary
from kyokan.platform.clock import Clock, clock_in, here, stamp
from kyokan.platform.deals import Deals, Step
from kyokan.platform.pipeline import Pipeline
from kyokan.platform.pipeline.reminders import Reminders
from kyokan.platform.rules import Rules
from kyokan.platform.settings import Settings, load_settings
from kyokan.platform.workroom import Workroom
from tests.platform import dealing
from tests.platform.dealing import BRAND, DRAFT, MATCH, PLANNER, settle_in

# Zone, the last second of a day there, that day. The last two are of 23 and of 25 hours.
MIDNIGHTS = [
    ("Asia/Tokyo", "2026-12-31T14:59:59", "2026-12-31"),
    ("UTC", "2026-12-31T23:59:59", "2026-12-31"),
    ("America/New_York", "2027-01-01T04:59:59", "2026-12-31"),
    ("Europe/Berlin", "2026-03-29T21:59:59", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25T22:59:59", "2026-10-25"),
]


class Days(dealing.Clock):
    """The time, moved by hand, in a zone."""

    def __init__(self, zone: str, moment: str) -> None:
        super().__init__(datetime.fromisoformat(moment).replace(tzinfo=UTC))
        self.zone = ZoneInfo(zone)

    def __call__(self) -> datetime:
        return self.now.astimezone(self.zone)


@pytest.fixture(params=MIDNIGHTS, ids=lambda one: f"{one[0]} {one[2]}")
def midnight(request):
    zone, moment, day = request.param
    return Days(zone, moment), day


def test_a_proposal_may_be_answered_until_midnight_of_its_last_day(database, midnight):
    clock, day = midnight
    deals = Deals(database, clock)
    deal = deals.create(PLANNER, DRAFT | {"expires": day}, MATCH, "sha256:1")["id"]
    sent = deals.take(PLANNER, deal, 1, Step.SEND)
    assert sent["sent"] == stamp(clock.now)
    assert sent["sent"].endswith("+00:00")
    late = deals.create(PLANNER, DRAFT | {"expires": day}, MATCH, "sha256:1")["id"]
    clock.pass_by(seconds=1)
    with pytest.raises(QueryError, match="has passed"):
        deals.create(PLANNER, DRAFT | {"expires": day}, MATCH, "sha256:1")
    with pytest.raises(QueryError, match="has passed"):
        deals.take(PLANNER, late, 1, Step.SEND)
    assert deals.get(BRAND, deal)["status"] == "expired"
    assert {one["at"][-6:] for one in deals.history(PLANNER, deal)} == {"+00:00"}


def test_the_board_tells_today_from_late_at_midnight(database, midnight):
    clock, day = midnight
    deals = Deals(database, clock)
    board = Pipeline(database, deals, clock)
    deal = deals.create(PLANNER, DRAFT | {"expires": None}, MATCH, "sha256:1")["id"]
    board.plan(PLANNER, deal, 0, {"next_act": "call", "next_on": day})
    found = board.slip(PLANNER, deal)
    assert (found.today, found.late) == (True, False)
    clock.pass_by(seconds=1)
    found = board.slip(PLANNER, deal)
    assert (found.today, found.late) == (False, True)


def test_a_reminder_falls_due_at_midnight_of_its_day(database, midnight):
    clock, day = midnight
    deal = Deals(database, clock).create(PLANNER, DRAFT | {"expires": None}, MATCH, "sha256:1")["id"]
    reminders = Reminders(database, clock)
    clock.pass_by(hours=-25)
    reminders.add(PLANNER, deal, {"due": day, "note": "call"})
    assert reminders.due(PLANNER) == []
    clock.pass_by(hours=25)
    assert [one.note for one in reminders.due(PLANNER)] == ["call"]


def test_rules_bind_by_the_day_that_it_is_here(database, midnight):
    clock, day = midnight
    rules = Rules(database, load_dictionary, clock)
    assert rules.today() == day
    clock.pass_by(seconds=1)
    assert rules.today() > day


def test_a_moment_is_kept_in_utc_and_shown_here():
    tokyo: Clock = Days("Asia/Tokyo", "2026-11-23T15:30:00")
    assert stamp(tokyo()) == "2026-11-23T15:30:00+00:00"
    assert here("2026-11-23T15:30:00+00:00", tokyo).isoformat() == "2026-11-24T00:30:00+09:00"
    berlin = clock_in(ZoneInfo("Europe/Berlin"))  # the zone as it was at that moment, whatever it is by now
    assert here("2026-03-29T00:59:59+00:00", berlin).isoformat() == "2026-03-29T01:59:59+01:00"
    assert here("2026-03-29T01:00:00+00:00", berlin).isoformat() == "2026-03-29T03:00:00+02:00"


def test_the_setting_reaches_the_rooms(tmp_path):
    ahead, behind = ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Etc/GMT+12")  # never the same day
    yesterday = datetime.now(behind).date().isoformat()
    for zone, open_still in ((behind, True), (ahead, False)):
        room = Workroom(Settings(home=tmp_path / zone.key.replace("/", "-"), timezone=zone))
        with room.database as database:
            settle_in(database)
            deal = room.deals.create(PLANNER, DRAFT | {"expires": None}, MATCH, "sha256:1")["id"]
            if open_still:
                room.deals.change(PLANNER, deal, 1, {"expires": yesterday})
            else:
                with pytest.raises(QueryError, match="has passed"):
                    room.deals.change(PLANNER, deal, 1, {"expires": yesterday})
            room.pipeline.plan(PLANNER, deal, 0, {"next_act": "call", "next_on": yesterday})
            assert room.pipeline.slip(PLANNER, deal).late is not open_still


def test_days_are_those_of_tokyo_unless_a_zone_is_set(monkeypatch, tmp_path):
    assert load_settings(home=tmp_path).timezone.key == "Asia/Tokyo"
    monkeypatch.setenv("KYOKAN_TIMEZONE", "Europe/Berlin")
    assert load_settings(home=tmp_path).timezone.key == "Europe/Berlin"
    monkeypatch.setenv("KYOKAN_TIMEZONE", "Mars/Base")
    with pytest.raises(SettingsError, match="KYOKAN_TIMEZONE: invalid timezone"):
        load_settings(home=tmp_path)
