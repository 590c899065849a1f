"""The demo's workroom: made-up parties, proposals at three stages, a desk, nothing twice."""

from __future__ import annotations

import pytest

from kyokan.graph.model import Entity, EntityKind, Provenance, Relation, RelationKind
from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.accounts.entrance import Visit
from kyokan.platform.demo.dealings import BAND, DRAFTED, OFFERED, PAPER, PIANIST, RUNNING, SINGER, WATCH
from kyokan.platform.demo.parties import COLLEAGUE, SEATS, STATIONER
from kyokan.platform.demo.workroom import ARTIST, BRAND, KEY, open_workroom
from kyokan.platform.services import Services
from kyokan.platform.settings import Settings

MADE_UP = (SINGER, PIANIST, BAND, WATCH, PAPER)


def small(home):
    """Services over nothing but the made-up, each evoking the same three."""
    made_up = Provenance(source="test")
    ends = [Entity(id=one, kind=EntityKind(one.partition(":")[0]), name=one, provenance=(made_up,)) for one in MADE_UP]
    evoke = [
        Relation(kind=RelationKind.EVOKES, source=one, target=f"kansei:{kansei}", weight=0.8, provenance=made_up)
        for one in MADE_UP
        for kansei in ("serene", "quiet", "elegant")
    ]
    opened = Services(Settings(home=home))
    opened.store.write([*opened.dictionary.to_entities(), *ends], evoke)
    return opened


@pytest.fixture
def services(tmp_path):
    with small(tmp_path) as opened:
        open_workroom(opened)
        yield opened


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory):
    """A workroom that no test changes."""
    with small(tmp_path_factory.mktemp("workroom")) as opened:
        open_workroom(opened)
        yield opened


def actor_of(services, seat):
    place = services.accounts.organisation(seat.organisation)
    return Actor(person="x", organisation=place.id, roles=frozenset(seat.roles), name=seat.person)


def seen(services, seat):
    return {deal["id"]: deal for deal in services.deals.of(actor_of(services, seat))}


def test_each_of_the_three_finds_the_proposal_and_only_their_own_figures(looked_at):
    planner, brand, manager = (seen(looked_at, seat)[KEY] for seat in SEATS)
    assert planner["status"] == "countered"
    assert "accept" in brand["possible"]
    assert "fee_floor" in manager
    assert "fee_floor" not in brand


def test_the_board_holds_a_draft_an_offer_and_a_running_deal_each_with_an_owner_and_a_next_act(looked_at):
    board = looked_at.pipeline.board(actor_of(looked_at, SEATS[0]))
    slips = [slip for stage in board.stages for slip in board.slips[stage.id]]
    assert [slip.deal["status"] for slip in slips] == ["draft", "countered", "running"]
    assert all(board.owners[slip.owner] == COLLEAGUE.person for slip in slips)
    assert all(slip.act and slip.planned and not slip.late for slip in slips)


def test_the_proposal_speaks_both_languages_and_its_evidence_is_chosen_not_typed(looked_at):
    written = looked_at.manuscripts.of(actor_of(looked_at, SEATS[1]), KEY)
    assert all(one["ja"] and one["en"] for one in written.sentences)
    assert [bool(one["key"]) for one in written.sentences] == [True] * (len(written.sentences) - 1) + [False]
    assert [one["kind"] for one in written.sketches] == ["visual"]


def test_all_three_hear_a_question_and_its_answer(looked_at):
    for seat in SEATS:
        talk = looked_at.talk.of(actor_of(looked_at, seat), KEY)
        assert [message.party for message in talk] == ["brand", "artist"]


def test_the_draft_waits_for_a_planner_and_its_brand_knows_of_nothing(looked_at):
    standing = looked_at.approvals.of(actor_of(looked_at, SEATS[0]), DRAFTED.key)
    assert [(step.role, step.turn, step.given_by) for step in standing.steps] == [("planner", True, "")]
    stationer = looked_at.accounts.organisation(STATIONER)
    of_paper = Actor(person="x", organisation=stationer.id, roles=frozenset({Role.BRAND_CLIENT}))
    assert looked_at.deals.of(of_paper) == []


def test_the_running_deal_keeps_the_pianist_to_one_watchmaker(looked_at):
    assert seen(looked_at, SEATS[2])[RUNNING.key]["status"] == "running"
    (window,) = looked_at.rules.binding(actor_of(looked_at, SEATS[2])).windows
    assert (window.artist, window.brand, window.open) == (PIANIST, WATCH, True)
    assert window.since <= looked_at.rules.today() <= window.until


def test_the_desk_holds_three_candidates_with_a_note_each_and_a_search(looked_at):
    planner = actor_of(looked_at, SEATS[0])
    (kept,) = looked_at.shortlists.of(planner)
    assert {entry.entity for entry in kept.entries} == {SINGER, PIANIST, BAND}
    assert all(entry.note for entry in kept.entries)
    assert len(looked_at.searches.of(planner)) == 1


def test_a_second_time_makes_nothing_but_new_invitations(services):
    before = [seen(services, seat) for seat in SEATS]
    again = open_workroom(services)
    assert again.keys() == {seat.email for seat in SEATS}
    assert [seen(services, seat) for seat in SEATS] == before
    assert [one.email for one in services.accounts.people()] == [COLLEAGUE.email]
    planner = actor_of(services, SEATS[0])
    assert len(services.shortlists.of(planner)) == len(services.searches.of(planner)) == 1


def test_the_planner_comes_in_as_admin_too_and_is_not_invited_again(services):
    accounts, email = services.accounts, SEATS[0].email
    token = open_workroom(services)[email]
    accounts.accept(token, name="佐伯 花†", password="kyokan no tsukaikata 12", language="ja", visit=Visit())
    assert email not in open_workroom(services)
    team = {one.email: one for one in accounts.team(actor_of(services, SEATS[0])).members}
    assert team[email].roles == team[COLLEAGUE.email].roles == (Role.PLANNER, Role.ADMIN)


def test_what_a_planner_has_put_away_stays_away(services):
    planner = actor_of(services, SEATS[0])
    services.shortlists.put_away(planner, services.shortlists.of(planner)[0].id)
    services.searches.put_away(planner, services.searches.of(planner)[0].id)
    open_workroom(services)
    assert services.shortlists.of(planner) == services.searches.of(planner) == []


def test_both_sides_keep_a_few_rules_and_what_people_change_stays(services):
    for seat, entity in zip(SEATS[1:], (BRAND, ARTIST), strict=True):
        actor = actor_of(services, seat)
        kept = services.rules.get(actor, entity)
        assert kept.rules != type(kept.rules)()
        changed = services.rules.keep(actor, entity, kept.version, {})
        open_workroom(services)
        assert services.rules.get(actor, entity) == changed


def test_every_party_is_marked_as_made_up():
    assert all(seat.organisation.endswith("†") and seat.person.endswith("†") for seat in (*SEATS, COLLEAGUE))
    assert STATIONER.endswith("†")
    assert OFFERED.key == KEY
