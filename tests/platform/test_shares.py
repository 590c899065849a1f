"""Links out of the workroom: what they show, to whom, for how long, and all the ways in which they open nothing."""

from __future__ import annotations

import secrets

import pytest
from sqlalchemy import delete, select

from kyokan.errors import NotAllowedError, QueryError, UnknownDealError
from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.accounts.model import Membership, OrganisationKind, Person
from kyokan.platform.accounts.passwords import Passwords
from kyokan.platform.accounts.service import Accounts
from kyokan.platform.approvals import ApprovalGate, Approvals
from kyokan.platform.audit import Trail
from kyokan.platform.database import Database
from kyokan.platform.deals import Deals, Step
from kyokan.platform.deals.fields import EVERYONE, SEEN_BY, SEEN_OUTSIDE, outside
from kyokan.platform.deals.model import DealRow
from kyokan.platform.proposals import Manuscripts
from kyokan.platform.shares import Audience, Shares
from kyokan.platform.shares.model import LinkRow
from tests.platform.accounting import GOOD, HERE, QUICK
from tests.platform.dealing import BRAND, DRAFT, MATCH, Clock, organise, person

DAY = 86_400.0


class Room:
    """A draft of an agency whose planner has an account, and the time in the test's hand."""

    def __init__(self, folder) -> None:
        self.clock = Clock()
        self.database = Database(folder / "workroom.db")
        organise(self.database)
        self.accounts = Accounts(self.database, clock=self.clock.seconds, passwords=Passwords(QUICK))
        self.agency = self.accounts.create_organisation("Waon†", OrganisationKind.AGENCY).id
        token = self.accounts.invite("hana@example.com", self.agency, Role.PLANNER)
        entered = self.accounts.accept(token, name="Hana", password=GOOD, language="en", visit=HERE)
        self.planner = self.accounts.sessions.actor_of(entered.session_id)
        self.deals = Deals(self.database, self.clock)
        self.manuscripts = Manuscripts(self.database, self.clock)
        self.shares = Shares(self.database, self.deals, self.manuscripts, self.accounts, self.clock, (ApprovalGate(),))
        made = self.deals.create(self.planner, DRAFT, MATCH, "sha256:0")
        self.deal = made["id"]
        self.deals.change(self.planner, self.deal, made["version"], {"internal_note": "CANARY"})

    def make(self, **options: object):
        token = secrets.token_urlsafe(32)
        link = self.shares.make(self.planner, self.deal, token, **{"days": 7} | options)
        return token, link

    def link(self):
        return self.shares.links(self.planner, self.deal)[0]

    def trail(self, subject):
        with self.database.session() as session:
            return [record.act for record in Trail(session).of(subject)]


@pytest.fixture
def room(tmp_path):
    made = Room(tmp_path)
    yield made
    made.database.close()


def test_a_link_shows_what_anybody_outside_may_see(room):
    token, _ = room.make()
    shown = room.shares.open(token).deal
    assert shown["headline"] == DRAFT["headline"]
    assert set(shown) <= set(SEEN_OUTSIDE)
    assert [part["for"] for part in shown["contributions"]] == ["both"]
    assert "CANARY" not in str(shown)
    assert "Hana" not in str(shown)


def test_what_is_shown_outside_is_seen_by_all_sides():
    assert {name for name in SEEN_OUTSIDE if SEEN_BY[name] != EVERYONE} == set()


def test_earlier_offers_stay_inside(room):
    deal = room.deals.get(room.planner, room.deal)
    room.deals.take(room.planner, room.deal, deal["version"], Step.SEND)
    offered = room.deals.take(BRAND, room.deal, deal["version"] + 1, Step.COUNTER, terms={"fee_low": 5})
    shown = outside(room.deals.get(room.planner, room.deal))
    assert len(offered["terms"]) == 2
    assert [terms["fee_low"] for terms in shown["terms"]] == [5]
    assert {"name", "accepted_by"}.isdisjoint(shown["terms"][0])


def test_openings_are_counted_and_a_look_ahead_is_not(room):
    token, made = room.make(label="Legal")
    assert (made.opens, made.opened, made.label) == (0, "", "Legal")
    room.clock.pass_by(hours=1)
    room.shares.open(token)
    room.shares.open(token, counted=False)
    room.shares.open(token)
    assert (room.link().opens, room.link().opened) == (2, "2026-11-23T10:00:00+00:00")
    assert room.trail(f"share:{made.id}") == ["open", "open"]


def test_making_and_revoking_stand_in_the_agencys_part_of_the_trail(room):
    _, link = room.make()
    room.shares.revoke(room.planner, room.deal, link.id)
    room.shares.revoke(room.planner, room.deal, link.id)
    assert room.trail(f"deal:{room.deal}")[-2:] == ["share", "share_revoke"]
    assert [one["act"] for one in room.deals.history(room.planner, room.deal)][-2:] == ["share", "share_revoke"]


def test_the_same_token_makes_one_link(room):
    token = secrets.token_urlsafe(32)
    first, second = (room.shares.make(room.planner, room.deal, token, days=7) for _ in range(2))
    assert first == second
    assert room.trail(f"deal:{room.deal}").count("share") == 1


def test_nothing_that_is_kept_opens_a_link(room):
    token, link = room.make()
    with room.database.session() as session:
        row = session.scalars(select(LinkRow)).one()
        kept = [str(getattr(row, column.name)) for column in LinkRow.__table__.columns]
    assert token not in kept
    for one in (*kept, link.id):
        with pytest.raises(UnknownDealError):
            room.shares.open(one)


def test_no_token_with_one_bit_flipped_opens_anything(room):
    token, _ = room.make()
    for place in range(len(token)):
        for bit in range(7):
            flipped = token[:place] + chr(ord(token[place]) ^ 1 << bit) + token[place + 1 :]
            with pytest.raises(UnknownDealError):
                room.shares.open(flipped)


def _expire(room, _link):
    room.clock.pass_by(days=7)


def _revoke(room, link):
    room.shares.revoke(room.planner, room.deal, link.id)


def _keep_out(room, _link):
    room.accounts.set_active("hana@example.com", active=False)


def _demote(room, _link):
    with room.database.session(writing=True) as session:
        session.merge(Membership(person=room.planner.person, organisation=room.agency, role=Role.ANALYST))
        session.execute(delete(Membership).where(Membership.role == Role.PLANNER))


def _forget(room, _link):
    with room.database.session(writing=True) as session:
        session.execute(delete(Person))


def _drop(room, _link):
    with room.database.session(writing=True) as session:
        session.delete(session.get_one(DealRow, room.deal))


@pytest.mark.parametrize("change", [_expire, _revoke, _keep_out, _demote, _forget, _drop])
def test_a_link_is_worth_what_its_maker_may_show_now(room, change):
    token, link = room.make()
    assert room.shares.open(token)
    change(room, link)
    with pytest.raises(UnknownDealError, match="this link: leads nowhere"):
        room.shares.open(token)


def test_a_link_lives_until_the_second_it_was_made_for(room):
    token, link = room.make(days=1)
    room.clock.pass_by(seconds=DAY - 1)
    assert room.shares.open(token).expires == link.expires
    room.clock.pass_by(seconds=1)
    assert not room.link().living


@pytest.mark.parametrize("secret", ["invitation", "session"])
def test_a_secret_of_another_purpose_opens_nothing(room, secret):
    given = (
        room.accounts.invite("toru@example.com", room.agency, Role.ANALYST)
        if secret == "invitation"
        else room.accounts.sign_in("hana@example.com", GOOD, HERE).session_id
    )
    with pytest.raises(UnknownDealError):
        room.shares.open(given)


def test_a_token_of_another_installation_opens_nothing(room, tmp_path):
    token, _ = room.make()
    (tmp_path / "other").mkdir()
    other = Room(tmp_path / "other")
    with pytest.raises(UnknownDealError):
        other.shares.open(token)
    other.database.close()


def test_only_a_planner_of_the_agency_makes_sees_or_ends_links(room):
    _, link = room.make()
    deal = room.deals.get(room.planner, room.deal)
    room.deals.take(room.planner, room.deal, deal["version"], Step.SEND)
    analyst = person("ken", room.agency, Role.ANALYST)
    for who, refusal in ((analyst, NotAllowedError), (BRAND, NotAllowedError), (stranger(), UnknownDealError)):
        for act in (
            lambda who=who: room.shares.make(who, room.deal, secrets.token_urlsafe(32), days=7),
            lambda who=who: room.shares.links(who, room.deal),
            lambda who=who: room.shares.revoke(who, room.deal, link.id),
        ):
            with pytest.raises(refusal):
                act()
    assert room.link().living


def test_a_link_is_ended_through_its_own_deal_alone(room):
    _, link = room.make()
    other = room.deals.create(room.planner, DRAFT, MATCH, "sha256:0")["id"]
    with pytest.raises(UnknownDealError):
        room.shares.revoke(room.planner, other, link.id)
    assert room.link().living


@pytest.mark.parametrize(("token", "days"), [("short", 7), ("a" * 44, 7), ("a" * 43, 0), ("a" * 43, 365)])
def test_a_weak_token_or_a_term_without_end_is_refused(room, token, days):
    with pytest.raises(QueryError):
        room.shares.make(room.planner, room.deal, token, days=days)


def test_a_side_takes_out_its_own_rendering_and_no_other(room):
    deal = room.deals.get(room.planner, room.deal)
    room.deals.take(room.planner, room.deal, deal["version"], Step.SEND)
    taken = room.shares.take_out(BRAND, room.deal, "pdf", Audience.INTERNAL)
    assert taken == room.deals.get(BRAND, room.deal) | {"sentences": (), "sketches": ()}
    with pytest.raises(NotAllowedError):
        room.shares.take_out(BRAND, room.deal, "pdf", Audience.EXTERNAL)
    assert [one["act"] for one in room.deals.history(BRAND, room.deal)][-1] == "export"


def stranger():
    return Actor(person="mal", organisation="elsewhere", roles=frozenset(Role), name="Mal")


def test_a_document_says_the_sentences_and_sketches_that_were_chosen(room):
    version = room.deals.get(room.planner, room.deal)["version"]
    words = {
        "sentences": [{"ja": "静けさが似合う。", "en": "Quiet suits both."}],
        "sketches": [{"kind": "visual", "title": "夜明け"}],
    }
    room.manuscripts.keep(room.planner, room.deal, version, words)
    taken = room.shares.take_out(room.planner, room.deal, "json", Audience.EXTERNAL)
    assert [one["en"] for one in taken["sentences"]] == ["Quiet suits both."]
    assert [one["title"] for one in taken["sketches"]] == ["夜明け"]


def test_a_sentence_that_speaks_for_one_side_stays_inside():
    said = [{"benefit": benefit, "ja": benefit, "en": benefit, "key": "k"} for benefit in ("both", "artist", "brand")]
    seen = {"contributions": [], "terms": [{}], "sentences": said}
    assert [one["benefit"] for one in outside(seen)["sentences"]] == ["both"]


def test_a_draft_that_is_not_approved_leaves_its_agency_in_no_way(room):
    token, _ = room.make()
    Approvals(room.database, room.clock).arrange(
        room.planner, 0, [{"name": "Legal", "criterion": "always", "role": "planner"}]
    )
    with pytest.raises(NotAllowedError, match="needs the approval “Legal” first"):
        room.make()
    with pytest.raises(NotAllowedError):
        room.shares.take_out(room.planner, room.deal, "pdf", Audience.EXTERNAL)
    with pytest.raises(UnknownDealError):
        room.shares.open(token)
    assert room.shares.take_out(room.planner, room.deal, "pdf", Audience.INTERNAL)["id"] == room.deal
    assert room.trail(f"deal:{room.deal}").count("export") == 1


def test_an_approved_draft_may_be_shown(room):
    approvals = Approvals(room.database, room.clock)
    approvals.arrange(room.planner, 0, [{"name": "Legal", "criterion": "always", "role": "planner"}])
    version = room.deals.get(room.planner, room.deal)["version"]
    approvals.ask(room.planner, room.deal, version)
    standing = approvals.of(room.planner, room.deal)
    version = room.deals.get(room.planner, room.deal)["version"]
    approvals.approve(room.planner, room.deal, version, standing.steps[0].id)
    token, _ = room.make()
    assert room.shares.open(token).deal["headline"] == DRAFT["headline"]
