"""Who is bound when: what each side sees of it, and which conflicts stand in it, how grave."""

from __future__ import annotations

import pytest

from kyokan.errors import ChangedMeanwhileError, NotAllowedError
from kyokan.graph.dictionary import load_dictionary
from kyokan.matching.ranking import Matcher
from kyokan.platform.accounts.model import Organisation
from kyokan.platform.database import Database
from kyokan.platform.deals import Deals, Step
from kyokan.platform.rules import Calendar, Clash, Hold, Rules, Severity, noted
from tests.matching.sketch import Sketch
from tests.platform.dealing import BRAND, DRAFT, MANAGER, MATCH, PLANNER, STRANGER, Clock
from tests.platform.test_rules import AKARI, ORGANISATIONS

SUMMER = {"since": "2027-06-01", "until": "2027-08-31"}
TERMS = {"category": "watch", "territories": ["Japan"], "media": ["TV"], "exclusive": True} | SUMMER


@pytest.fixture
def database(tmp_path):
    with Database(tmp_path / "home" / "workroom.db") as opened:
        with opened.session(writing=True) as session:
            session.add_all(Organisation(id=name, name=name, kind=kind) for name, kind in ORGANISATIONS.items())
        yield opened


@pytest.fixture
def rules(database):
    made = Rules(database, load_dictionary, Clock())
    made.claim(MANAGER, AKARI)
    return made


@pytest.fixture
def deals(database):
    return Deals(database, Clock())


@pytest.fixture
def calendar(deals, rules, tmp_path):
    sketch = Sketch(tmp_path, attributes=("serene",), opposites={})
    for brand in ("koyomido", "tokei", "third"):
        sketch.edge("in_category", f"brand:{brand}", "category:watch")
    for entity in (AKARI, "artist:other"):
        sketch.add(entity)
    clause = {"exclusive": True, "category": "watch", "territory": "japan", "media": "TV"}
    sketch.edge("tied_up", AKARI, "brand:third", since="2025", until="2027-06", attributes=clause)
    sketch.edge("tied_up", AKARI, "brand:tokei", since="2020", until="2021", attributes=clause)
    return Calendar(deals, rules, Matcher(sketch.snapshot()).context)


def propose(deals, *steps: tuple, **fields: object):
    made = deals.create(PLANNER, DRAFT | {"terms": TERMS} | fields, MATCH, "sha256:1")
    for actor, step in ((PLANNER, Step.SEND), *steps):
        made = deals.take(actor, made["id"], deals.get(PLANNER, made["id"])["version"], step)
    return made["id"]


AGREED = ((BRAND, Step.ACCEPT), (MANAGER, Step.ACCEPT))


def found(calendar, actor=MANAGER):
    return [(one.clash, one.severity, one.since, one.until) for one in calendar.conflicts(calendar.lines(actor))]


def test_each_side_sees_its_own_deals_and_recorded_tie_ups_that_have_not_ended(calendar, deals, rules):
    rules.keep(MANAGER, AKARI, 1, {"free": [{"since": "2028-01-01", "until": "2028-01-07"}]})
    deals.create(PLANNER, DRAFT, MATCH, "sha256:1")  # a draft is nobody's term yet
    deal = propose(deals)
    for actor, free in ((MANAGER, 1), (PLANNER, 0)):
        (line,) = calendar.lines(actor)
        assert line.artist == AKARI
        assert [(span.brand, span.hold) for span in line.spans] == [
            ("brand:third", Hold.RECORDED),
            ("brand:koyomido", Hold.PROPOSED),
        ]
        assert (line.spans[0].since, line.spans[0].until) == ("2025-01-01", "2027-06-30")
        assert len(line.free) == free
    assert [span.deal for line in calendar.lines(BRAND) for span in line.spans if span.deal] == [deal]
    assert calendar.lines(STRANGER) == []


def test_an_exclusive_term_that_meets_another_is_the_graver_the_firmer_both_are(calendar, deals):
    propose(deals)
    assert found(calendar) == [(Clash.EXCLUSIVE, Severity.MIDDLE, "2027-06-01", "2027-06-30")]
    propose(deals, *AGREED)
    assert (Clash.EXCLUSIVE, Severity.GRAVE, "2027-06-01", "2027-06-30") in found(calendar)


@pytest.mark.parametrize(
    "apart",
    [
        {"since": "2027-07-01"},
        {"territories": ["Korea"]},
        {"media": ["SNS"]},
        {"category": "tea"},
    ],
)
def test_what_has_no_day_place_medium_or_category_in_common_does_not_conflict(calendar, deals, apart):
    propose(deals, terms=TERMS | apart)
    assert found(calendar) == []


def test_a_term_that_has_days_kept_free_in_it_conflicts(calendar, deals, rules):
    propose(deals, terms=TERMS | {"category": "tea", "since": "2027-07-01"})
    rules.keep(MANAGER, AKARI, 1, {"free": [{"since": "2027-08-10", "until": "2027-08-20"}]})
    assert found(calendar) == [(Clash.FREE, Severity.MIDDLE, "2027-08-10", "2027-08-20")]


def test_two_artists_for_rivals_at_a_time_are_a_light_conflict(calendar, deals):
    late = {"since": "2028-01-01", "until": "2028-03-31", "exclusive": False, "category": "watch"}
    propose(deals, terms=late)
    propose(deals, artist="artist:other", brand="brand:tokei", terms=late)
    assert found(calendar) == [(Clash.RIVALS, Severity.LIGHT, "2028-01-01", "2028-03-31")]
    assert found(calendar, PLANNER) == found(calendar, BRAND) == []  # neither has a roster of artists


@pytest.mark.parametrize("word", ["Watch", "category:watch", "", "tea / watch"])
def test_rivals_are_found_by_every_spelling_of_a_category_and_without_one_by_what_the_brands_are(calendar, deals, word):
    late = {"since": "2028-01-01", "until": "2028-03-31"}
    propose(deals, terms=late | {"category": word})
    propose(deals, artist="artist:other", brand="brand:tokei", terms=late | {"category": "watch"})
    propose(deals, artist="artist:third", brand="brand:third", terms=late | {"category": "ink"})
    assert found(calendar) == [(Clash.RIVALS, Severity.LIGHT, "2028-01-01", "2028-03-31")]


def test_offers_without_days_in_one_category_are_one_conflict_over_a_roster_and_one_for_each_artist(calendar, deals):
    undated = {"since": None, "until": None, "exclusive": False, "category": "watch", "territories": [], "media": []}
    pairs = [(artist, brand) for artist in (AKARI, "artist:other") for brand in ("brand:koyomido", "brand:tokei")]
    for artist, brand in pairs:
        propose(deals, artist=artist, brand=brand, terms=undated)
    shown = calendar.conflicts(calendar.lines(MANAGER))
    told = {(one.clash, len(one.spans), one.firm) for one in shown}
    assert len(shown) == 3
    # the tie-up on record is exclusive, and meets both of the artist's offers; the other artist has none on record
    assert told == {(Clash.EXCLUSIVE, 3, 1), (Clash.SAME_CATEGORY, 2, 0), (Clash.RIVALS, 4, 0)}
    assert shown[0].clash is Clash.EXCLUSIVE


def test_what_was_decided_about_a_conflict_is_kept_once_and_by_one_side(calendar, deals, rules):
    propose(deals)
    (conflict,) = calendar.conflicts(calendar.lines(MANAGER))
    rules.resolve(MANAGER, conflict, 0, "ends a month early")
    with pytest.raises(ChangedMeanwhileError):
        rules.resolve(MANAGER, conflict, 0, "no")
    kept = noted(rules.resolutions(MANAGER), conflict)
    assert (kept.note, kept.version) == ("ends a month early", 1)
    assert rules.resolutions(BRAND) == {}
    with pytest.raises(NotAllowedError):
        rules.resolve(PLANNER, conflict, 0, "x")


def test_a_note_is_still_told_when_another_term_joins_and_is_changed_for_all_of_them(calendar, deals, rules):
    propose(deals)
    (two,) = calendar.conflicts(calendar.lines(MANAGER))
    rules.resolve(MANAGER, two, 0, "ends a month early")
    propose(deals, brand="brand:tokei")
    (three,) = calendar.conflicts(calendar.lines(MANAGER))
    assert len(three.spans) == 3
    assert two.key in three.note_keys()
    assert noted(rules.resolutions(MANAGER), three).note == "ends a month early"
    rules.resolve(MANAGER, three, 1, "the first to sign")
    for conflict in (two, three):
        assert noted(rules.resolutions(MANAGER), conflict).note == "the first to sign"
