"""The demo's workroom: made-up parties, one proposal that waits for an answer, nothing twice."""

from __future__ import annotations

import pytest

from kyokan.graph.model import Entity, EntityKind, Provenance, Relation, RelationKind
from kyokan.platform.accounts.actor import Actor
from kyokan.platform.demo.workroom import ARTIST, BRAND, KEY, SEATS, open_workroom
from kyokan.platform.services import Services
from kyokan.platform.settings import Settings

PAIR = (ARTIST, BRAND)


@pytest.fixture
def services(tmp_path):
    made_up = Provenance(source="test")
    ends = [Entity(id=one, kind=EntityKind(one.partition(":")[0]), name=one, provenance=(made_up,)) for one in PAIR]
    evoke = [
        Relation(kind=RelationKind.EVOKES, source=one, target=f"kansei:{kansei}", weight=0.8, provenance=made_up)
        for one in PAIR
        for kansei in ("serene", "quiet", "elegant")
    ]
    with Services(Settings(home=tmp_path)) as opened:
        opened.store.write([*opened.dictionary.to_entities(), *ends], evoke)
        yield opened


def seen(services, seat):
    place = services.accounts.organisation(seat.organisation)
    return services.deals.of(Actor(person="x", organisation=place.id, roles=frozenset({seat.role}), name=seat.person))


def test_each_of_the_three_finds_the_proposal_and_only_their_own_figures(services):
    open_workroom(services)
    planner, brand, manager = (seen(services, seat)[0] for seat in SEATS)
    assert planner["id"] == brand["id"] == manager["id"] == KEY
    assert planner["status"] == "countered"
    assert "accept" in brand["possible"]
    assert "fee_floor" in manager
    assert "fee_floor" not in brand


def test_a_second_time_makes_nothing_but_new_invitations(services):
    first, second = open_workroom(services), open_workroom(services)
    assert first.keys() == second.keys() == {seat.email for seat in SEATS}
    assert [len(seen(services, seat)) for seat in SEATS] == [1, 1, 1]


def test_both_sides_keep_a_few_rules_and_what_people_change_stays(services):
    open_workroom(services)
    for seat, entity in zip(SEATS[1:], (BRAND, ARTIST), strict=True):
        place = services.accounts.organisation(seat.organisation)
        actor = Actor(person="x", organisation=place.id, roles=frozenset({seat.role}))
        kept = services.rules.get(actor, entity)
        assert kept.rules != type(kept.rules)()
        changed = services.rules.keep(actor, entity, kept.version, {})
        open_workroom(services)
        assert services.rules.get(actor, entity) == changed


def test_every_party_is_marked_as_made_up():
    assert all(seat.organisation.endswith("†") and seat.person.endswith("†") for seat in SEATS)
