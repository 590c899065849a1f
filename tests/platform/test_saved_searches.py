"""Saved searches: what has changed since somebody looked, why, and each person's own mark of having seen it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event, func, select

from kyokan.errors import NotAllowedError, QueryError, UnknownEntityError, UnknownRecordError
from kyokan.graph.model import RelationKind
from kyokan.matching.ranking import Matcher, Query, Standing
from kyokan.platform.database import Database
from kyokan.platform.desk import Searches
from kyokan.platform.desk.model import RankingRow
from kyokan.platform.desk.rankings import Change, Known, Move, Ranking, Stood, changes, grounds, rank
from kyokan.platform.jobs.handlers import HANDLERS
from kyokan.platform.jobs.rhythm import RHYTHMS
from tests.matching.sketch import Sketch
from tests.platform.dealing import ANALYST, BRAND, PLANNER, STRANGER, Clock, Role, person

COLLEAGUE = person("yui", "agency", Role.PLANNER)
ASKED = Query(entity="brand:xc", top=3)


def ranking(*places: tuple[str, float], snapshot="one", known=None, weights="w1", asker="brand:xc"):
    """A ranking of ``(entity, score)`` in order."""
    stood = tuple(Stood(entity, number, score) for number, (entity, score) in enumerate(places, start=1))
    given = {entity: Known("p", 0) for entity, _ in places} | {asker: Known("p", 0)}
    return Ranking(snapshot, weights, asker, stood, given | (known or {}))


FIRST = ranking(("artist:a", 0.81), ("artist:b", 0.7), ("artist:c", 0.6))


def told(before, after):
    return [(change.entity, change.move.value, change.reasons) for change in changes(before, after)]


def test_new_gone_and_moved_are_told_in_this_order():
    after = ranking(("artist:d", 0.9), ("artist:b", 0.7), ("artist:a", 0.65), known={"artist:c": Known("p", 0)})
    assert told(FIRST, after) == [
        ("artist:d", "new", ()),
        ("artist:c", "gone", ()),
        ("artist:a", "moved", ()),
    ]


def test_a_difference_that_no_page_prints_is_none():
    assert changes(FIRST, ranking(("artist:a", 0.8049), ("artist:b", 0.7049), ("artist:c", 0.6))) == [
        Change("artist:a", Move.MOVED, FIRST.places[0], Stood("artist:a", 1, 0.8049))
    ]


def test_reasons_are_told_where_they_are_known():
    blocked = Stood("artist:b", 0, 0.7, Standing.BLOCKED, "2027-03-31")
    after = ranking(
        ("artist:a", 0.9),
        snapshot="two",
        known={"artist:a": Known("q", 2), "artist:b": Known("p", 0)},
    )
    after = replace(after, places=(*after.places, blocked))
    assert told(FIRST, after) == [
        ("artist:b", "gone", ("blocked",)),
        ("artist:c", "gone", ("left",)),
        ("artist:a", "moved", ("profile", "tie_up")),
    ]
    assert told(after, replace(FIRST, snapshot="three"))[0] == ("artist:b", "new", ("freed",))


def test_what_changed_for_all_is_told_once():
    after = ranking(("artist:a", 0.1), snapshot="two", weights="w2", known={"brand:xc": Known("p", 1)})
    assert grounds(FIRST, after) == ["snapshot", "weights", "asker_tie_up"]
    assert grounds(FIRST, FIRST) == []


def test_a_ranking_is_taken_with_what_is_known_of_those_who_stood_there(tmp_path):
    sketch = Sketch(tmp_path)
    for name, strength in (("a", 0.9), ("b", 0.5)):
        sketch.add(f"artist:{name}", {"serene": strength, "warm": 0.4})
    sketch.add("brand:xc", {"serene": 0.8, "warm": 0.4})
    sketch.edge(RelationKind.TIED_UP, "artist:a", "brand:other", since="2019")
    taken = rank(Matcher(sketch.snapshot()), ASKED, also=["artist:gone", "artist:b", "brand:other"])
    assert taken.places[0].entity == "artist:a"
    assert {name: known.tie_ups for name, known in taken.known.items()} == {
        "artist:a": 1,
        "artist:b": 0,
        "brand:other": 1,
        "brand:xc": 0,
    }
    with pytest.raises(UnknownEntityError):
        rank(Matcher(sketch.snapshot(name="again")), Query(entity="brand:gone"))


@pytest.fixture
def database(tmp_path):
    with Database(tmp_path / "workroom.db") as database:
        yield database


@pytest.fixture
def searches(database):
    return Searches(database, Clock())


@pytest.fixture
def kept(searches):
    return searches.save(PLANNER, "Quiet watches", ASKED, FIRST)


SECOND = ranking(("artist:a", 0.81), ("artist:d", 0.75), ("artist:c", 0.6), snapshot="two")


def test_nothing_has_changed_on_the_day_it_is_saved(searches, kept):
    found = searches.get(PLANNER, kept)
    assert (found.name, found.query, found.kept_by, found.changes) == ("Quiet watches", ASKED, "Hana", ())


def test_changes_are_told_until_that_person_has_seen_them(searches, kept):
    assert searches.refresh(kept, SECOND)
    found = searches.get(PLANNER, kept)
    assert [(found.count(move), move) for move in Move] == [(1, "new"), (1, "gone"), (0, "moved")]
    assert found.grounds == ("snapshot",)
    searches.see(PLANNER, kept, found.latest)
    assert searches.get(PLANNER, kept).changes == ()
    assert len(searches.get(COLLEAGUE, kept).changes) == 2  # has not looked yet
    searches.see(ANALYST, kept, found.latest)
    assert searches.get(ANALYST, kept).changes == ()


def test_however_many_there_are_they_are_looked_up_together(searches, database):
    def asked():
        heard: list[str] = []

        def hear(_connection, _cursor, statement, *_rest: object):
            heard.append(statement)

        event.listen(database._engine, "before_cursor_execute", hear)
        found = searches.of(PLANNER)
        event.remove(database._engine, "before_cursor_execute", hear)
        return len(heard), found

    kept = [searches.save(PLANNER, f"Watches {number}", ASKED, FIRST) for number in range(6)]
    searches.put_away(PLANNER, kept[5])
    searches.refresh(kept[0], SECOND)
    few, _ = asked()
    for one in (*kept[1:4], kept[0]):
        searches.refresh(one, SECOND)
    many, found = asked()
    assert many == few
    assert [one.count("new") for one in found] == [1, 1, 1, 1, 0]


def test_changes_add_up_over_nights_and_cancel_out(searches, kept):
    searches.refresh(kept, SECOND)
    searches.refresh(kept, replace(FIRST, snapshot="three"))
    assert searches.get(PLANNER, kept).changes == ()


def test_of_whoever_left_a_ranking_it_stays_known_whether_they_are_still_there(searches, kept):
    searches.refresh(kept, SECOND)  # b has left; the next night must still ask for it
    (due,) = searches.due("agency")
    assert due.ids == ("artist:a", "artist:b", "artist:c", "artist:d")
    assert searches.due("rival-agency") == []
    assert searches.again(PLANNER, kept) == due


def test_what_was_not_shown_yet_is_not_taken_for_seen(searches, kept):
    shown = searches.get(PLANNER, kept).latest
    searches.refresh(kept, SECOND)
    searches.see(PLANNER, kept, shown)
    assert len(searches.get(PLANNER, kept).changes) == 2


def test_a_ranking_that_is_as_before_is_not_kept_again_and_old_ones_go(searches, kept, database):
    assert not searches.refresh(kept, FIRST)
    for number in range(5):
        searches.refresh(kept, replace(SECOND, snapshot=f"s{number}"))
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(RankingRow)) == 2  # the one seen, and the latest


def test_saving_twice_saves_once_and_another_question_needs_another_name(searches, kept):
    assert searches.save(PLANNER, "Quiet watches ", ASKED, FIRST) == kept
    with pytest.raises(QueryError, match="another search"):
        searches.save(COLLEAGUE, "Quiet watches", Query(text="静か"), FIRST)
    assert len(searches.of(PLANNER)) == 1


def test_one_that_was_put_away_is_not_looked_at_and_comes_back(searches, kept):
    searches.put_away(PLANNER, kept)
    assert searches.of(PLANNER) == searches.due() == []
    searches.put_away(PLANNER, kept, back=True)
    assert [(due.id, due.query, due.ids) for due in searches.due("agency")] == [(kept, ASKED, FIRST.ids)]
    assert searches.due("rival-agency") == []


def test_saved_searches_are_their_organisations_and_changed_by_planners(searches, kept):
    for ask in (
        lambda: searches.get(STRANGER, kept),
        lambda: searches.see(STRANGER, kept, 1),
        lambda: searches.put_away(STRANGER, kept),
        lambda: searches.again(STRANGER, kept),
    ):
        with pytest.raises(UnknownRecordError):
            ask()
    assert searches.of(STRANGER) == []
    for ask in (
        lambda: searches.of(BRAND),
        lambda: searches.save(ANALYST, "x", ASKED, FIRST),
        lambda: searches.put_away(ANALYST, kept),
        lambda: searches.again(ANALYST, kept),
    ):
        with pytest.raises(NotAllowedError):
            ask()


class Nightly:
    """What the job asks: the searches, and rankings by what is asked."""

    def __init__(self, searches, rankings) -> None:
        self.searches = searches
        self._rankings = rankings

    def ranking(self, query, also, *, actor):
        assert actor.organisation == "agency"
        if query.entity not in self._rankings:
            raise UnknownEntityError(str(query.entity), "is gone")
        return self._rankings[query.entity]


def test_the_nightly_job_looks_at_all_and_passes_what_cannot_be_asked_any_more(searches, kept):
    gone = searches.save(PLANNER, "Gone", Query(entity="brand:gone"), FIRST)
    steps: list[tuple[str, int, int]] = []
    result = HANDLERS["searches"](Nightly(searches, {"brand:xc": SECOND}), {}, lambda *step: steps.append(step))
    assert result == {"looked_at": 1, "changed": 1, "not_askable": 1}
    assert steps[-1] == ("searches", 2, 2)
    assert searches.get(PLANNER, gone).changes == ()
    assert HANDLERS["searches"](Nightly(searches, {}), {"organisation": "rival-agency"}, steps.append)["looked_at"] == 0


def test_the_job_comes_every_night():
    assert RHYTHMS["searches"].seconds == 86_400
