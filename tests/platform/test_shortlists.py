"""Lists of candidates: kept once, shared within one organisation, changed by planners, and nothing lost on the way."""

from __future__ import annotations

import pytest

from kyokan.errors import ChangedMeanwhileError, NotAllowedError, QueryError, UnknownRecordError
from kyokan.graph.model import EntityKind
from kyokan.matching.ranking.model import Query
from kyokan.platform.audit import Trail
from kyokan.platform.database import Database
from kyokan.platform.desk import Pick, Shortlists
from kyokan.platform.desk.questions import read, written
from kyokan.platform.desk.shortlists import MOST_ENTRIES
from tests.platform.dealing import ANALYST, BRAND, MANAGER, PLANNER, STRANGER, Clock, Role, person

COLLEAGUE = person("yui", "agency", Role.PLANNER)
ASKED = Query(entity="brand:xc", kinds=(EntityKind.ARTIST,), kansei={"serene": 0.6})


def pick(entity="artist:akari", score=0.73, question=ASKED):
    return Pick(entity=entity, question=question, score=score, snapshot="sha256:one")


@pytest.fixture
def database(tmp_path):
    with Database(tmp_path / "workroom.db") as database:
        yield database


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lists(database, clock):
    return Shortlists(database, clock)


@pytest.fixture
def watch(lists):
    """The id of a list with two candidates."""
    made = lists.create(PLANNER, "Watches")
    lists.add(PLANNER, made.id, [pick(), pick("artist:hara", 0.61)], note="Quiet voice", tags=["calm"])
    return made.id


def entities(lists, list_id, actor=PLANNER):
    return [entry.entity for entry in lists.get(actor, list_id).entries]


def ids(lists, list_id):
    return [entry.id for entry in lists.get(PLANNER, list_id).entries]


def test_an_entry_remembers_who_kept_it_when_for_which_question_and_what_was_answered(lists, watch):
    first = lists.get(ANALYST, watch).entries[0]
    assert (first.name, first.at, first.note, first.tags) == (
        "Hana",
        "2026-11-23T09:00:00+00:00",
        "Quiet voice",
        ["calm"],
    )
    assert (first.asker, first.score, first.snapshot) == ("brand:xc", 0.73, "sha256:one")
    assert read(first.question) == ASKED


def test_a_question_is_written_without_what_nobody_asked():
    query = Query(text="静か", without_signals=frozenset({"walk", "meaning"}))
    assert written(query) == {"text": "静か", "without_signals": ["meaning", "walk"]}
    assert read(written(query)) == query
    with pytest.raises(QueryError):
        read({"text": "x", "kinds": "dance"})


def test_adding_twice_adds_once_and_leaves_note_and_score_as_they_were(lists, watch):
    again = lists.add(COLLEAGUE, watch, [pick(score=0.5), pick("artist:yano")], note="Mine")
    assert [entry.entity for entry in again] == ["artist:yano"]
    first = lists.get(PLANNER, watch).entries[0]
    assert (first.note, first.score, first.name) == ("Quiet voice", 0.73, "Hana")


def test_the_same_candidate_may_stand_for_two_askers(lists, watch):
    lists.add(PLANNER, watch, [pick(question=Query(entity="brand:koyomido")), pick(question=Query(text="静か"))])
    assert sorted(entry.asker for entry in lists.get(PLANNER, watch).entries if entry.entity == "artist:akari") == [
        "",
        "brand:koyomido",
        "brand:xc",
    ]


def test_a_list_of_the_same_name_is_made_once(lists, watch):
    assert lists.create(COLLEAGUE, "  Watches ").id == watch
    assert [one.name for one in lists.of(PLANNER)] == ["Watches"]


def test_what_was_taken_out_comes_back_as_it_was(lists, watch):
    first = ids(lists, watch)[:1]
    lists.take_out(PLANNER, watch, first)
    lists.take_out(PLANNER, watch, first)
    assert entities(lists, watch) == ["artist:hara"]
    lists.take_out(PLANNER, watch, first, back=True)
    back = lists.get(PLANNER, watch).entries[0]
    assert (back.entity, back.note, back.score) == ("artist:akari", "Quiet voice", 0.73)


def test_a_candidate_that_was_taken_out_can_be_kept_anew_with_todays_answer(lists, watch, clock):
    lists.take_out(PLANNER, watch, ids(lists, watch)[:1])
    clock.pass_by(days=2)
    assert len(lists.add(COLLEAGUE, watch, [pick(score=0.7)])) == 1
    anew = next(entry for entry in lists.get(PLANNER, watch).entries if entry.entity == "artist:akari")
    assert (anew.score, anew.name, anew.note, anew.at[:10]) == (0.7, "Yui", "", "2026-11-25")


def test_of_two_who_write_a_note_the_second_is_told(lists, watch):
    first = ids(lists, watch)[0]
    lists.annotate(PLANNER, watch, first, 1, note="For spring", tags=["calm", "spring"])
    with pytest.raises(ChangedMeanwhileError):
        lists.annotate(COLLEAGUE, watch, first, 1, note="For autumn", tags=[])
    kept = lists.get(COLLEAGUE, watch).entries[0]
    assert (kept.note, kept.tags, kept.version) == ("For spring", ["calm", "spring"], 2)


def test_tags_are_added_to_many_and_each_stands_once(lists, watch):
    lists.tag(PLANNER, watch, ids(lists, watch), ["spring", " calm "])
    lists.tag(PLANNER, watch, ids(lists, watch), ["spring"])
    assert [entry.tags for entry in lists.get(PLANNER, watch).entries] == [["calm", "spring"]] * 2


@pytest.mark.parametrize(("keep", "left"), [(True, ["artist:akari", "artist:hara"]), (False, ["artist:hara"])])
def test_entries_go_to_another_list_with_all_they_remember(lists, watch, keep, left):
    other = lists.create(PLANNER, "Spring").id
    first = ids(lists, watch)[:1]
    assert lists.transfer(PLANNER, watch, first, other, keep=keep) == 1
    arrived = lists.get(PLANNER, other).entries[0]
    assert (arrived.entity, arrived.note, arrived.score, arrived.name) == ("artist:akari", "Quiet voice", 0.73, "Hana")
    assert entities(lists, watch) == left


def test_a_candidate_that_is_in_the_other_list_already_stays_there_as_it_is(lists, watch):
    other = lists.create(PLANNER, "Spring").id
    lists.add(PLANNER, other, [pick(score=0.6)], note="Theirs")
    assert lists.transfer(PLANNER, watch, ids(lists, watch)[:1], other, keep=False) == 0
    assert [entry.note for entry in lists.get(PLANNER, other).entries] == ["Theirs"]
    assert entities(lists, watch) == ["artist:hara"]
    with pytest.raises(QueryError):
        lists.transfer(PLANNER, watch, ids(lists, watch), watch, keep=True)


def test_of_two_who_rename_a_list_the_second_is_told_and_names_stay_apart(lists, watch):
    lists.rename(PLANNER, watch, 1, "Quiet watches")
    with pytest.raises(ChangedMeanwhileError):
        lists.rename(COLLEAGUE, watch, 1, "Loud watches")
    other = lists.create(PLANNER, "Spring")
    with pytest.raises(QueryError, match="another list"):
        lists.rename(PLANNER, other.id, other.version, "Quiet watches")


def test_a_list_that_was_put_away_comes_back_with_its_entries(lists, watch):
    lists.put_away(PLANNER, watch)
    assert lists.of(PLANNER) == []
    lists.put_away(PLANNER, watch, back=True)
    assert [len(one.entries) for one in lists.of(PLANNER)] == [2]


@pytest.mark.parametrize("actor", [BRAND, MANAGER, person("ada", "agency", Role.ADMIN)])
def test_only_planners_and_analysts_see_the_desk(lists, watch, actor):
    for ask in (lambda: lists.of(actor), lambda: lists.get(actor, watch), lambda: lists.create(actor, "x")):
        with pytest.raises(NotAllowedError):
            ask()


def test_an_analyst_reads_and_changes_nothing(lists, watch):
    assert len(lists.get(ANALYST, watch).entries) == 2
    for act in (
        lambda: lists.create(ANALYST, "x"),
        lambda: lists.add(ANALYST, watch, [pick()]),
        lambda: lists.take_out(ANALYST, watch, []),
        lambda: lists.rename(ANALYST, watch, 1, "x"),
    ):
        with pytest.raises(NotAllowedError):
            act()


def test_a_list_of_others_is_refused_like_one_that_does_not_exist(lists, watch):
    own = lists.create(STRANGER, "Theirs").id
    lists.add(STRANGER, own, [pick()])
    first, theirs = ids(lists, watch)[0], lists.get(STRANGER, own).entries[0].id
    assert [one.id for one in lists.of(STRANGER)] == [own]
    for unknown in (watch, "0" * 32):
        for ask in (
            lambda list_id=unknown: lists.get(STRANGER, list_id),
            lambda list_id=unknown: lists.add(STRANGER, list_id, [pick()]),
            lambda list_id=unknown: lists.take_out(STRANGER, list_id, [first]),
            lambda list_id=unknown: lists.put_away(STRANGER, list_id),
            lambda list_id=unknown: lists.transfer(STRANGER, own, [theirs], list_id, keep=True),
            lambda list_id=unknown: lists.annotate(STRANGER, list_id, first, 1, note="", tags=[]),
        ):
            with pytest.raises(UnknownRecordError):
                ask()
    with pytest.raises(UnknownRecordError):  # an entry is reached through its own list alone
        lists.take_out(STRANGER, own, [first])


@pytest.mark.parametrize(
    "wrong",
    [
        lambda lists, watch: lists.create(PLANNER, "  "),
        lambda lists, watch: lists.create(PLANNER, "x" * 81),
        lambda lists, watch: lists.add(PLANNER, watch, [pick("artist:x")], note="x" * 2001),
        lambda lists, watch: lists.add(PLANNER, watch, [pick("artist:x")], tags=["x" * 31]),
        lambda lists, watch: lists.tag(PLANNER, watch, ids(lists, watch), [f"t{n}" for n in range(12)]),
        lambda lists, watch: lists.add(PLANNER, watch, [pick(f"artist:{n}") for n in range(MOST_ENTRIES)]),
    ],
)
def test_what_breaks_a_rule_is_refused_and_changes_nothing(lists, watch, wrong):
    with pytest.raises(QueryError):
        wrong(lists, watch)
    kept = lists.get(PLANNER, watch)
    assert [(entry.entity, entry.tags) for entry in kept.entries] == [
        ("artist:akari", ["calm"]),
        ("artist:hara", ["calm"]),
    ]
    assert len(lists.of(PLANNER)) == 1


def test_every_change_is_in_the_trail_and_nothing_else(lists, watch, database):
    first = ids(lists, watch)[:1]
    lists.take_out(PLANNER, watch, first)
    lists.take_out(PLANNER, watch, first)  # done already: nothing to tell
    with database.session() as session:
        told = Trail(session).of(f"shortlist:{watch}")
        assert [(one.act, one.name) for one in told] == [("create", "Hana"), ("add", "Hana"), ("take_out", "Hana")]
        assert told[1].detail == {"entities": ["artist:akari", "artist:hara"]}
        Trail(session).verify()
