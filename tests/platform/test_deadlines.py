"""What falls due is settled on its day by a job, whether or not anybody looks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from kyokan.platform.accounts.actor import Actor
from kyokan.platform.deals import Status, Step
from kyokan.platform.deals.model import DealRow
from kyokan.platform.jobs.handlers import HANDLERS
from kyokan.platform.jobs.rhythm import MINUTE, RHYTHMS
from kyokan.platform.mail.model import LetterRow
from kyokan.platform.services import Services
from kyokan.platform.settings import Settings
from tests.platform.dealing import BRAND, DRAFT, MANAGER, MATCH, PLANNER, Clock, settle_in


class House(Services):
    """An installation over a file of its own, by a clock that the test turns."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        super().__init__(settings)
        self.clock = clock

    def due(self) -> dict[str, Any]:
        return HANDLERS["deadlines"](self, {}, lambda *_: None)

    def status(self, deal_id: str) -> Status:
        """As the file has it: reading a deal in the usual way would close it."""
        with self.database.session() as session:
            return Status(session.get_one(DealRow, deal_id).status)

    def told(self, actor: Actor) -> list[str]:
        return [one.act for one in self.notices.of(actor)]


@pytest.fixture
def house(tmp_path: Path, clock: Clock) -> Iterator[House]:
    with House(Settings(home=tmp_path), clock) as opened:
        settle_in(opened.database)
        yield opened


@pytest.fixture
def sent(house: House) -> str:
    made = house.deals.create(PLANNER, DRAFT, MATCH, "sha256:1")
    return str(house.deals.take(PLANNER, made["id"], made["version"], Step.SEND)["id"])


def test_an_offer_that_nobody_looks_at_is_closed_after_its_last_day_and_all_three_are_told_once(house, sent, clock):
    clock.pass_by(days=38)  # the last day itself
    assert house.due() == {"expired": 0, "reminded": 0}
    assert house.status(sent) is Status.SENT
    clock.pass_by(days=1)
    assert [house.due()["expired"] for _ in range(2)] == [1, 0]
    assert house.status(sent) is Status.EXPIRED
    assert [house.told(one) for one in (PLANNER, BRAND, MANAGER)] == [
        ["expire"],
        ["expire", "send"],
        ["expire", "send"],
    ]
    last = house.deals.history(BRAND, sent)[-1]
    assert (last["act"], last["organisation"]) == ("expire", "system")


def test_the_letter_about_it_is_written_without_anybody_looking(house, sent, clock):
    clock.pass_by(days=39)
    house.due()
    assert house.news.gather() == 4
    with house.database.session() as session:
        texts = {row.address: row.text for row in session.scalars(select(LetterRow))}
    assert set(texts) == {"hana@example.com", "maki@example.com", "toma@example.com", "rei@example.com"}
    assert all("The time for an answer has run out" in text for text in texts.values())


def test_a_reminder_becomes_a_notice_on_its_day_without_anybody_looking(house, sent, clock):
    house.reminders.add(BRAND, sent, {"due": "2026-11-25", "note": "Call"})
    assert house.due()["reminded"] == 0
    clock.pass_by(days=2)
    assert [house.due()["reminded"] for _ in range(2)] == [1, 0]
    assert house.told(BRAND) == ["reminder", "send"]


def test_deadlines_are_looked_at_every_minute_from_midnight_on():
    rhythm = RHYTHMS["deadlines"]
    assert (rhythm.seconds, rhythm.last(10 * 86_400.0)) == (MINUTE, 10 * 86_400.0)
