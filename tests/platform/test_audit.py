"""The audit trail: only ever added to, and any change behind its back is found."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from kyokan.errors import StoreError
from kyokan.platform.audit import Denials, Trail
from kyokan.platform.audit.denials import MOST
from kyokan.platform.database import Database
from tests.platform.dealing import PLANNER, STRANGER, Clock


@pytest.fixture
def database(tmp_path):
    with Database(tmp_path / "workroom.db") as opened:
        with opened.session(writing=True) as session:
            for act in ("sign in", "send", "withdraw"):
                Trail(session).add(PLANNER, "deal:1", act, Clock()(), {"note": "二行\nに渡る"})
        yield opened


def test_records_come_back_in_their_order_with_who_and_when(database):
    with database.session() as session:
        found = Trail(session).of("deal:1")
    assert [one.act for one in found] == ["sign in", "send", "withdraw"]
    assert (found[0].at, found[0].person, found[0].organisation) == ("2026-11-23T09:00:00+00:00", "hana", "agency")
    assert found[1].previous == found[0].hash


@pytest.mark.parametrize("change", ["UPDATE audit SET act = 'nothing'", "DELETE FROM audit"])
def test_the_file_refuses_to_change_or_drop_a_record(database, change):
    with pytest.raises(StoreError, match="only added to"), database.session(writing=True) as session:
        session.execute(text(change))


@pytest.mark.parametrize(
    "change", ["UPDATE audit SET name = 'x' WHERE number = 2", "DELETE FROM audit WHERE number = 2"]
)
def test_a_change_behind_its_back_is_found(database, change):
    with database.session(writing=True) as session:
        session.execute(text("DROP TRIGGER audit_refuses_update"))
        session.execute(text("DROP TRIGGER audit_refuses_delete"))
        session.execute(text(change))
    with pytest.raises(StoreError, match=r"audit record [23]"), database.session() as session:
        Trail(session).verify()


def test_what_fails_with_its_act_is_not_in_the_trail(database):
    def fail():
        with database.session(writing=True) as session:
            Trail(session).add(PLANNER, "deal:1", "start", Clock()(), {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.session() as session:
        assert Trail(session).verify() == 3


def test_the_file_is_its_owners_alone(database):
    assert database.path.stat().st_mode & 0o077 == 0


def test_a_full_hour_of_denials_empties_as_time_passes(database):
    clock = Clock()
    denials = Denials(database, clock)
    kept = []
    for _ in range(MOST):
        clock.pass_by(seconds=30)
        kept.append(denials.note(PLANNER, {"page": "deal"}))
    assert kept == [True] * MOST  # fifty minutes
    assert not denials.note(PLANNER, {"page": "deal"})
    assert denials.note(STRANGER, {"page": "deal"})
    clock.pass_by(minutes=11)  # an hour and half a minute since the first two
    assert [denials.note(PLANNER, {"page": "deal"}) for _ in range(3)] == [True, True, False]
    with database.session() as session:
        last = [one.detail.get("last", False) for one in Trail(session).of("denied:hana")]
    assert last == [False] * (MOST - 1) + [True, False, True]
