"""Reminders: private to one's own side, told once, done once."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from kyokan.errors import NotAllowedError, QueryError, UnknownDealError
from kyokan.platform.accounts.actor import Role
from kyokan.platform.audit import Trail
from kyokan.platform.deals import Step
from kyokan.platform.pipeline.reminders import Reminders
from tests.platform.dealing import (
    ANALYST,
    BRAND,
    DRAFT,
    MAKI,
    MANAGER,
    MATCH,
    PLANNER,
    STRANGER,
    person,
)

NOTE = {"due": "2026-11-25", "note": "CANARY call"}


@pytest.fixture
def reminders(database, clock):
    return Reminders(database, clock)


@pytest.fixture
def sent(deals):
    made = deals.create(PLANNER, DRAFT, MATCH, "sha256:1")["id"]
    deals.take(PLANNER, made, 1, Step.SEND)
    return made


def test_a_reminder_is_due_on_its_day_until_it_is_done(reminders, sent, clock):
    reminders.add(PLANNER, sent, NOTE)
    assert [one.note for one in reminders.of(PLANNER, sent)] == ["CANARY call"]
    assert reminders.due(PLANNER) == []
    clock.pass_by(days=2)
    (one,) = reminders.due(MAKI)
    assert (one.due, one.person, one.name) == ("2026-11-25", "hana", "Hana")
    clock.pass_by(days=9)
    assert reminders.due(MAKI) == [one]
    reminders.finish(PLANNER, one.id)
    reminders.finish(PLANNER, one.id)
    assert (reminders.due(MAKI), reminders.of(PLANNER, sent)) == ([], [])


def test_ones_own_come_first(reminders, sent, clock):
    reminders.add(PLANNER, sent, NOTE | {"due": "2026-11-01"})
    reminders.add(PLANNER, sent, NOTE | {"person": "maki"})
    clock.pass_by(days=2)
    assert [one.person for one in reminders.due(MAKI)] == ["maki", "hana"]
    assert [one.person for one in reminders.due(PLANNER)] == ["hana", "maki"]


def test_a_due_reminder_becomes_one_notice_of_its_own_side(reminders, notices, sent, clock):
    reminders.add(BRAND, sent, NOTE)
    assert reminders.tell() == 0
    clock.pass_by(days=2)
    assert (reminders.tell(), reminders.tell()) == (1, 0)
    assert [one.act for one in notices.of(BRAND)].count("reminder") == 1
    for other in (PLANNER, MANAGER):
        assert "reminder" not in [one.act for one in notices.of(other)]


def test_what_is_done_early_is_never_told(reminders, sent, clock):
    reminders.add(PLANNER, sent, NOTE, key="a" * 32)
    reminders.finish(PLANNER, "a" * 32)
    clock.pass_by(days=9)
    assert reminders.tell() == 0


def test_no_other_side_meets_a_word_of_it(reminders, deals, notices, sent, clock):
    reminders.add(BRAND, sent, NOTE, key="a" * 32)
    clock.pass_by(days=2)
    for other in (PLANNER, MANAGER):
        seen = [deals.get(other, sent), deals.history(other, sent), [one.note for one in reminders.due(other)]]
        assert "CANARY" not in json.dumps(seen)
        assert "remind" not in [one["act"] for one in deals.history(other, sent)]
        assert reminders.of(other, sent) == []
        with pytest.raises(UnknownDealError):
            reminders.finish(other, "a" * 32)
    clerk = person("min", BRAND.organisation, Role.ADMIN)
    assert reminders.due(clerk) == []
    with pytest.raises(UnknownDealError):
        reminders.finish(clerk, "a" * 32)
    for call in (lambda: reminders.add(STRANGER, sent, NOTE), lambda: reminders.of(STRANGER, sent)):
        with pytest.raises(UnknownDealError):
            call()
    assert [one.act for one in notices.of(BRAND)].count("reminder") == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"note": "x"},
        {"due": "2026-11-25", "note": " "},
        {"due": "soon", "note": "x"},
        NOTE | {"person": "toma"},
        NOTE | {"person": "ken"},
        NOTE | {"told": True},
    ],
)
def test_what_is_no_reminder_is_refused(reminders, sent, fields):
    with pytest.raises(QueryError):
        reminders.add(PLANNER, sent, fields)


def test_readers_set_none_and_twice_sent_makes_one(reminders, sent):
    with pytest.raises(NotAllowedError):
        reminders.add(ANALYST, sent, NOTE)
    for _ in range(2):
        reminders.add(PLANNER, sent, NOTE, key="b" * 32)
    assert len(reminders.of(PLANNER, sent)) == 1


def test_setting_and_doing_are_in_the_trail(reminders, deals, database, sent):
    reminders.add(PLANNER, sent, NOTE, key="c" * 32)
    reminders.finish(PLANNER, "c" * 32)
    assert [one["act"] for one in deals.history(PLANNER, sent)][-2:] == ["remind", "reminded"]
    with database.session() as session:
        Trail(session).verify()


def test_a_day_is_over_at_midnight(reminders, sent, clock):
    reminders.add(PLANNER, sent, NOTE)
    clock.now = clock.now.replace(hour=23, minute=59) + timedelta(days=1)
    assert reminders.due(PLANNER) == []
    clock.pass_by(minutes=1)
    assert len(reminders.due(PLANNER)) == 1
