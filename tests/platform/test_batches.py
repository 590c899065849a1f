"""Rankings for many at once: asked for once, answered once each, nobody else's to see, and gone after a month."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from kyokan.errors import InputError, NotAllowedError, QueryError, UnknownEntityError, UnknownRecordError
from kyokan.matching.ranking import Query
from kyokan.platform.database import Database
from kyokan.platform.desk import Batches
from kyokan.platform.desk.batches import KEPT_DAYS, MOST_ASKERS, MOST_EACH
from kyokan.platform.desk.model import AnswerRow
from kyokan.platform.jobs.handlers import HANDLERS
from tests.platform.dealing import ANALYST, PLANNER, STRANGER, Clock, Role, person

ADMIN, COLLEAGUE = person("ada", "agency", Role.ADMIN, Role.ANALYST), person("yui", "agency", Role.PLANNER)
CLERK = person("min", "agency", Role.ADMIN)
KEY = "a" * 32
ASKED = [Query(entity=f"brand:{name}", top=3) for name in ("x", "gone", "z")]


class House:
    """Batches over one file, and services that answer with the name of who is asked for."""

    def __init__(self, folder) -> None:
        self.database = Database(folder / "workroom.db")
        self.clock = Clock()
        self.acting = {one.person: one for one in (PLANNER, ANALYST, STRANGER)}
        self.batches = Batches(self.database, lambda who, _: self.acting.get(who), self.clock)
        self.asked: list[tuple[str, str]] = []
        self.steps: list[tuple[str, int, int]] = []

    def propose(self, query, *, actor):
        self.asked.append((query.entity, actor.person))
        if query.entity == "brand:gone":
            raise UnknownEntityError(query.entity, "is not known")
        return SimpleNamespace(to_json=lambda: {"for": query.entity, "time": len(self.asked)})

    def run(self, key=KEY, organisation="agency", stop_at=None):
        def progress(*step: object):
            if step[1] == stop_at:
                raise KeyboardInterrupt
            self.steps.append(step)

        return HANDLERS["matching"](self, {"organisation": organisation, "batch": key}, progress)

    def rows(self):
        with self.database.session() as session:
            return session.scalar(select(func.count()).select_from(AnswerRow))


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    yield made
    made.database.close()


def ask(house, actor=PLANNER, key=KEY, questions=ASKED):
    return house.batches.ask(actor, key, "Watches", questions)


def test_each_question_is_answered_as_who_asked_may_know_it_and_one_that_cannot_be_asked_is_told(house):
    assert ask(house) == KEY
    assert house.run() == {"answered": 2, "not_askable": 1}
    assert house.asked == [("brand:x", "hana"), ("brand:gone", "hana"), ("brand:z", "hana")]
    assert house.steps == [("matching", done, 3) for done in range(4)]
    batch, answers = house.batches.answers(PLANNER, KEY)
    assert (batch.title, batch.askers, batch.until) == ("Watches", 3, "2026-12-23")
    assert [one.query for one in answers] == ASKED
    assert [one.content and one.content["for"] for one in answers] == ["brand:x", None, "brand:z"]


def test_run_twice_it_answers_once_and_broken_off_it_goes_on_where_it_was(house):
    ask(house)
    with pytest.raises(KeyboardInterrupt):
        house.run(stop_at=1)
    assert house.rows() == 1
    house.asked.clear()
    assert house.run() == house.run() == {"answered": 2, "not_askable": 1}
    assert [one for one, _ in house.asked] == ["brand:gone", "brand:z"]
    house.batches.keep(KEY, 0, {"for": "a worker that woke up late"})
    assert house.batches.answers(PLANNER, KEY)[1][0].content["for"] == "brand:x"


def test_asked_twice_it_is_one_and_the_key_of_somebody_else_is_refused(house):
    ask(house)
    assert ask(house, questions=ASKED[:1]) == KEY
    assert house.batches.of(PLANNER, [KEY])[KEY].askers == 3
    for other in (COLLEAGUE, STRANGER):
        with pytest.raises(UnknownRecordError):
            ask(house, other)


def test_it_is_seen_by_who_asked_and_by_admins_of_the_organisation_alone(house):
    ask(house)
    house.run()
    for who in (PLANNER, ADMIN):
        assert list(house.batches.of(who, [KEY, "b" * 32])) == [KEY]
        assert len(house.batches.answers(who, KEY)[1]) == 3
    for who in (COLLEAGUE, ANALYST, STRANGER):
        assert house.batches.of(who, [KEY]) == {}
        with pytest.raises(UnknownRecordError):
            house.batches.answers(who, KEY)
    with pytest.raises(UnknownRecordError):
        house.run(organisation="rival-agency")


def test_an_admin_who_sees_less_of_deals_than_who_asked_sees_that_it_is_there_and_not_what_it_says(house):
    ask(house)
    house.run()
    assert [house.batches.of(who, [KEY])[KEY].readable for who in (PLANNER, ADMIN, CLERK)] == [True, True, False]
    with pytest.raises(UnknownRecordError):
        house.batches.answers(CLERK, KEY)
    house.acting.clear()  # who asked has left, and nobody knows what they could see
    assert not house.batches.of(ADMIN, [KEY])[KEY].readable


def test_who_does_not_act_for_the_organisation_any_more_is_not_answered(house):
    ask(house)
    house.acting.clear()
    with pytest.raises(NotAllowedError) as refused:
        house.run()
    assert isinstance(refused.value, InputError)  # the job has failed: trying again would not help
    assert house.asked == []


TOO_MANY = [
    [],
    ASKED * (MOST_ASKERS // 3 + 1),
    [Query(entity="brand:x", top=MOST_EACH + 1)],
    [Query(entity="brand:x", top=20)] * 26,  # 520 in all
]


@pytest.mark.parametrize("questions", TOO_MANY)
def test_too_many_or_none_are_refused_and_nothing_is_kept(house, questions):
    with pytest.raises(QueryError):
        ask(house, questions=questions)
    assert house.batches.of(PLANNER, [KEY]) == {}


def test_after_a_month_it_goes_with_its_answers_and_at_once_where_its_owner_is_gone(house):
    ask(house)
    house.run()
    ask(house, ANALYST, "b" * 32)
    house.clock.pass_by(days=KEPT_DAYS)
    ask(house, PLANNER, "c" * 32)
    assert HANDLERS["tidy"](house, {}, lambda *_: None) == {"batches": 0}
    del house.acting[ANALYST.person]
    assert house.batches.tidy() == 1
    house.clock.pass_by(days=1)
    assert house.batches.tidy() == 1
    assert list(house.batches.of(PLANNER, [KEY, "c" * 32])) == ["c" * 32]
    assert house.rows() == 0
    with pytest.raises(UnknownRecordError):
        house.run()
