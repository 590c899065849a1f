"""Announced outcomes become tie-ups of the graph, once; what was not announced stays where it is."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from kyokan.graph.dictionary import load_dictionary
from kyokan.graph.model import RelationKind, Rights
from kyokan.matching.ranking import Matcher
from kyokan.platform.deals import Deals, Step
from kyokan.platform.deals.model import DealRow
from kyokan.platform.deals.outcomes import feed
from kyokan.platform.rules import Rules
from tests.matching.sketch import Sketch
from tests.platform.dealing import BRAND, DRAFT, MANAGER, MATCH, PLANNER, Clock

TERMS = {
    "category": "腕時計 / Watches",
    "territories": ["日本 / Japan", "Elsewhere"],
    "media": ["TV"],
    "since": "2027-01-01",
    "until": "2027-12-31",
    "exclusive": True,
    "fee_low": 8_000_000,
}


@pytest.fixture
def sketch(tmp_path):
    made = Sketch(tmp_path, attributes=("serene",), opposites={})
    made.add("artist:akari", {"serene": 0.8})
    for brand in ("koyomido", "tokei"):
        made.add(f"brand:{brand}", {"serene": 0.8})
        made.edge("in_category", f"brand:{brand}", "category:watch")
    made.add("category:watch", name_ja="腕時計", name_en="Watches")
    made.add("place:japan", name_ja="日本", name_en="Japan")
    return made


@pytest.fixture
def rules(database):
    """Each side represents what it stands for."""
    kept = Rules(database, load_dictionary, Clock())
    kept.claim(MANAGER, "artist:akari")
    kept.claim(BRAND, "brand:koyomido")
    return kept


def finish(database, outcome, **fields: object):
    deals = Deals(database, Clock())
    made = deals.create(PLANNER, DRAFT | {"terms": TERMS} | fields, MATCH, "sha256:1")
    for actor, step in ((PLANNER, Step.SEND), (BRAND, Step.ACCEPT), (MANAGER, Step.ACCEPT), (PLANNER, Step.START)):
        deals.take(actor, made["id"], deals.get(PLANNER, made["id"])["version"], step)
    version = deals.get(PLANNER, made["id"])["version"]
    deals.take(PLANNER, made["id"], version, Step.FINISH, outcome=outcome)
    return made["id"]


PUBLIC = {"reach": 120_000, "sales_lift": 0.04, "sentiment": 0.6, "announced": True, "note": "between us"}


def test_an_announced_outcome_is_a_tie_up_without_its_fee(database, rules, sketch):
    deal = finish(database, PUBLIC)
    with sketch.store() as store:
        assert feed(database, store) == {"written": 1, "passed_over": 0}
        (tie_up,) = store.relations(RelationKind.TIED_UP)
    assert (tie_up.source, tie_up.target, tie_up.key) == ("artist:akari", "brand:koyomido", f"workroom-{deal}")
    assert (tie_up.since, tie_up.until) == ("2027-01-01", "2027-12-31")
    assert tie_up.attributes == {
        "category": "watch",
        "territory": ["japan", "Elsewhere"],
        "media": ["TV"],
        "exclusive": True,
        "reach": 120_000,
        "sales_lift": 0.04,
        "sentiment": 0.6,
    }
    assert (tie_up.provenance.source, tie_up.provenance.rights) == ("workroom", Rights.INTERNAL)


def test_a_second_time_changes_nothing(database, rules, sketch):
    finish(database, PUBLIC)
    with sketch.store() as store:
        feed(database, store)
        before = store.revision()
        assert feed(database, store) == {"written": 0, "passed_over": 0}
        assert store.revision() == before


@pytest.mark.parametrize("outcome", [{"reach": 1}, {"reach": 1, "announced": False}])
def test_what_was_not_announced_never_leaves_the_workroom(database, rules, sketch, outcome):
    finish(database, outcome)
    with sketch.store() as store:
        assert feed(database, store) == {"written": 0, "passed_over": 0}
        assert list(store.relations(RelationKind.TIED_UP)) == []


def test_a_deal_of_parties_that_the_store_does_not_know_waits(database, rules, sketch):
    finish(database, PUBLIC, artist="artist:unheard-of")
    with sketch.store() as store:
        assert feed(database, store) == {"written": 0, "passed_over": 1}


def test_what_an_older_program_kept_of_no_artist_and_brand_is_passed_over(database, rules, sketch):
    deal = finish(database, PUBLIC)
    with database.session(writing=True) as session:
        session.execute(text("DROP TRIGGER IF EXISTS deal_stands"))
        session.get_one(DealRow, deal).artist = "brand:tokei"
    with sketch.store() as store:
        assert feed(database, store) == {"written": 0, "passed_over": 1}


@pytest.mark.parametrize(("actor", "entity"), [(MANAGER, "artist:akari"), (BRAND, "brand:koyomido")])
@pytest.mark.parametrize("thing", ["brand:koyomido", "product:dawn"])
def test_a_deal_of_who_does_not_represent_what_they_stand_for_feeds_nothing(
    database, rules, sketch, actor, entity, thing
):
    sketch.edge("made_by", sketch.add("product:dawn"), "brand:koyomido")
    finish(database, PUBLIC, brand=thing)
    rules.release(actor, entity)
    with sketch.store() as store:
        assert feed(database, store) == {"written": 0, "passed_over": 1}
        assert list(store.relations(RelationKind.TIED_UP)) == []
        rules.claim(actor, entity)
        assert feed(database, store) == {"written": 1, "passed_over": 0}


@pytest.mark.parametrize("fictional", [False, True])
def test_the_next_snapshot_has_it_and_made_up_parties_are_no_precedent(database, rules, sketch, fictional):
    if fictional:
        sketch.add("artist:akari", {"serene": 0.8}, attributes={"fictional": True})
    finish(database, PUBLIC)
    with sketch.store() as store:
        feed(database, store)
        sketch.relations = [one for one in store.relations() if one not in sketch.relations] + sketch.relations
    context = Matcher(sketch.snapshot(name="after")).context()
    assert len(context.tie_ups) == 1
    assert len(context.precedents) == (0 if fictional else 1)
    match = Matcher(sketch.snapshot(name="later")).explain("artist:akari", "brand:tokei").matches[0]
    assert match.blocked_until == "2027-12-31"  # its exclusivity binds
