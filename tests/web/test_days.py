"""Pages count days and show dates in the zone of the installation, half an hour after its midnight."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from world import World

from tests.web.browsing import company

FORM = "/deals/new/artist:akari/brand:koyomido"
EARLY = datetime(2026, 11, 23, 15, 30, tzinfo=UTC).astimezone(ZoneInfo("Asia/Tokyo"))  # 00:30 on the 24th


@pytest.fixture
def browsers(tmp_path):
    world = World(tmp_path, clock=lambda: EARLY)
    yield company(world)
    world.close()


def drafted(planner, expires):
    fields = {"artist": "artist:akari", "brand": "brand:koyomido", "headline": "Dawn", "key": expires[-2:] * 16}
    sides = {"brand_side": "Koyomido†", "artist_side": "Nagi Office†", "expires": expires}
    return planner.send("/deals", FORM, **fields, **sides)


def proposed(planner, expires):
    deal = drafted(planner, expires).location
    return deal, planner.send(f"{deal}/send", deal, version="1")


def test_a_day_that_has_passed_here_takes_no_answer_any_more(browsers):
    refused = drafted(browsers["planner"], "2026-11-23")
    assert refused.status_code == 400
    assert "The date to answer by (2026-11-23) has passed." in refused.text
    deal, sent = proposed(browsers["planner"], "2026-11-24")
    assert sent.status_code == 303
    assert f"{deal}/accept" in browsers["brand"].get(deal).text


def test_what_was_done_stands_under_its_date_here(browsers):
    planner = browsers["planner"]
    deal, _ = proposed(planner, "2026-11-24")
    planner.send("/lists", name="Autumn")
    page = planner.get(deal).text
    assert "version 1 · 2026-11-24" in page
    assert '<span class="num">11-24</span>' in page
    assert "2026-11-24" in planner.get("/lists").text
    planner.send(f"{deal}/share", deal, key="b" * 32, days="7")
    assert "2026-12-01" in planner.get(deal).text  # a week from the 24th
    assert "2026-11-23" not in planner.get(deal).text
    kept = planner.send(f"{deal}/export", deal, form="json", audience="internal")
    assert "2026-11-23T15:30:00+00:00" in kept.text  # programs are told the moment, in UTC


def test_the_calendar_stands_at_today(browsers):
    browsers["manager"].send("/rules", name="artist:yakan")  # exclusive with a watch brand until June
    page = browsers["manager"].get("/calendar").text
    assert 'class="today-words"' in page
    assert "2026-11-24" in page
