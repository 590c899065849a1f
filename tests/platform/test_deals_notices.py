"""What organisations are told of their deals: all but who acted, and no offer under one's own floor."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kyokan.graph.dictionary import load_dictionary
from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.deals import Step
from kyokan.platform.deals.model import NoticeRow
from kyokan.platform.deals.notices import PAGE, Notices
from kyokan.platform.deals.talk import Talk
from kyokan.platform.mail import Outbox
from kyokan.platform.mail.model import LetterRow
from kyokan.platform.mail.news import News
from kyokan.platform.pipeline.reminders import Reminders
from kyokan.platform.rules import Rules
from kyokan.platform.rules.inbox import under_floor
from tests.platform.dealing import ANALYST, BRAND, DRAFT, MANAGER, MATCH, PLANNER, STRANGER, person

FLOOR = 16_000_000
AKARI = "artist:akari"
LATEST = 10**12


@pytest.fixture
def notices(database):
    return Notices(database, under_floor)


@pytest.fixture
def sent(deals):
    return send(deals)


def send(deals, **fields: object):
    made = deals.create(PLANNER, DRAFT | fields, MATCH, "sha256:1")
    return act(deals, PLANNER, made, Step.SEND)


def act(deals, actor, deal, step, **said: object):
    return deals.take(actor, deal["id"], deals.get(actor, deal["id"])["version"], step, **said)


def test_the_others_are_told_and_those_who_acted_are_not(deals, notices, sent):
    act(deals, BRAND, sent, Step.ACCEPT)
    assert [notice.act for notice in notices.of(BRAND)] == ["send"]
    assert [notice.act for notice in notices.of(MANAGER)] == ["accept", "send"]
    assert [notice.act for notice in notices.of(PLANNER)] == ["accept"]


def test_news_of_a_deal_reaches_those_who_may_see_it_alone(notices, sent):
    clerk = person("min", BRAND.organisation, Role.ADMIN)
    assert (notices.of(clerk), notices.news(clerk), notices.apart(clerk)) == ([], [], {})
    assert [notice.deal for notice in notices.of(BRAND)] == [sent["id"]]


def test_what_nobody_has_read_is_counted_as_it_is_listed(deals, notices, sent):
    act(deals, BRAND, sent, Step.ACCEPT)
    for actor in (PLANNER, BRAND, MANAGER, STRANGER):
        assert notices.unread(actor) == len(notices.news(actor)) == len(notices.of(actor, unread=True))
    notices.mark_read(MANAGER, 0, LATEST)
    assert (notices.unread(MANAGER), notices.unread(PLANNER)) == (0, 1)


def test_who_takes_a_step_has_read_what_their_side_was_told_of_the_deal(deals, notices, sent):
    send(deals)
    assert [notices.unread(one) for one in (BRAND, MANAGER)] == [2, 2]
    act(deals, BRAND, sent, Step.ACCEPT)
    assert [notices.unread(one) for one in (BRAND, MANAGER)] == [1, 3]


def test_only_ones_own_notices_can_be_taken_for_read(notices, sent):
    (notice,) = notices.of(BRAND)
    assert notice.deal == sent["id"]
    notices.mark_read(MANAGER, notice.id, notice.id)
    assert notices.news(BRAND) == [notice]
    notices.mark_read(BRAND, notice.id, notice.id)
    assert notices.news(BRAND) == []
    assert [one.read for one in notices.of(BRAND)] == [True]


def test_what_one_person_takes_for_read_is_news_to_their_colleagues(deals, notices, sent):
    act(deals, MANAGER, sent, Step.ACCEPT)
    for reader in (ANALYST, person("eri", BRAND.organisation, Role.BRAND_CLIENT)):
        notices.mark_read(reader, 0, LATEST)
        assert notices.unread(reader) == 0
    assert [notices.unread(one) for one in (PLANNER, BRAND)] == [1, 2]


def test_who_sees_a_notice_takes_no_other_sides_for_read(notices, sent):
    for other in (MANAGER, person("eri", BRAND.organisation, Role.ARTIST_MANAGER), person("min", "agency", Role.ADMIN)):
        notices.mark_read(other, 0, LATEST)
    assert notices.unread(BRAND) == 1


def test_only_what_was_shown_is_taken_for_read(deals, notices):
    for _ in range(3):
        send(deals)
    latest, middle, oldest = notices.news(BRAND)
    notices.mark_read(BRAND, middle.id, middle.id)
    assert notices.news(BRAND) == [latest, oldest]
    notices.mark_read(BRAND, 0, latest.id)
    notices.mark_read(BRAND, 0, latest.id)  # a second window of the same page
    assert notices.news(BRAND) == []


def test_a_page_of_all_goes_on_where_the_one_before_ended(database, notices, sent):
    with database.session(writing=True) as session:
        (first,) = session.scalars(select(NoticeRow).where(NoticeRow.organisation == BRAND.organisation)).all()
        told = {name: getattr(first, name) for name in ("organisation", "party", "deal", "act", "at")}
        session.add_all(NoticeRow(**told) for _ in range(1210))
    assert notices.unread(BRAND) == 1211
    seen, before, more = [], 0, True
    while more:
        page, more = notices.page(BRAND, before)
        assert len(page) == PAGE or not more
        seen, before = seen + page, page[-1].id
    assert seen == notices.of(BRAND)
    notices.mark_read(BRAND, 0, seen[0].id)
    assert notices.unread(BRAND) == 0


def test_of_one_deal_its_own_notices_alone_are_told(deals, notices, sent):
    other = send(deals)
    assert [(one.deal, one.act) for one in notices.of(BRAND, deal=other["id"])] == [(other["id"], "send")]
    assert len(notices.of(BRAND)) == 2


class TestFloor:
    """The artist's side keeps a floor; an offer of 8,000,000 lies under it."""

    @pytest.fixture(autouse=True)
    def rules(self, database, clock):
        rules = Rules(database, load_dictionary, clock)
        rules.claim(MANAGER, AKARI)
        rules.keep(MANAGER, AKARI, 1, {"fee_floor": FLOOR})
        return rules

    @pytest.fixture
    def told(self, database, clock, notices):
        """How much an actor's side is told of: by the list, by the count, by letters; all must agree."""
        outbox = Outbox(database, clock.seconds)
        post = News(database, outbox, "https://kyokan.example", clock, under_floor)

        def told(*actors: Actor):
            post.gather()
            with database.session() as session:
                letters = list(session.scalars(select(LetterRow)))
            counts = []
            for actor in actors:
                written = sum(one.text.count("・") for one in letters if one.address == f"{actor.person}@example.com")
                assert written == len(notices.news(actor)) == notices.unread(actor), actor
                counts.append(written)
            return counts

        return told

    def test_an_offer_under_it_is_set_apart_on_the_artists_side_alone(self, notices, sent, told):
        assert told(BRAND, MANAGER) == [1, 0]
        assert dict(notices.apart(MANAGER)) == {sent["id"]: FLOOR - 8_000_000}
        assert [dict(notices.apart(one)) for one in (BRAND, PLANNER, STRANGER)] == [{}, {}, {}]
        assert [notice.act for notice in notices.of(MANAGER, unread=True)] == ["send"]  # the page of the deal says so
        assert notices.page(MANAGER) == ([], False)

    @pytest.mark.parametrize(
        ("terms", "lacking"),
        [
            ({"fee_low": FLOOR - 1}, 1),
            ({"fee_low": FLOOR}, 0),
            ({"fee_low": 1, "fee_high": FLOOR - 2}, 2),
            ({"fee_low": 1, "fee_high": FLOOR}, 0),
            ({}, 0),
        ],
    )
    def test_the_best_that_an_offer_holds_is_set_against_it(self, deals, notices, told, terms, lacking):
        made = send(deals, terms=terms)
        assert dict(notices.apart(MANAGER)) == ({made["id"]: lacking} if lacking else {})
        assert told(MANAGER) == [0 if lacking else 1]

    def test_an_offer_to_another_artist_or_another_side_is_news(self, deals, told):
        send(deals, artist="artist:nobody")
        send(deals, artist_side="other-office")
        assert told(MANAGER) == [1]

    def test_what_is_said_beside_it_is_no_news_but_ones_own_reminder_is(self, database, clock, sent, told):
        Talk(database, clock).say(PLANNER, sent["id"], "a" * 32, {"to": "artist", "text": "How about it?"})
        assert told(MANAGER) == [0]
        reminders = Reminders(database, clock)
        reminders.add(MANAGER, sent["id"], {"due": "2026-11-23", "note": "Decline kindly"})
        assert reminders.tell() == 1
        assert told(MANAGER) == [1]

    def test_it_is_news_once_another_has_answered_it(self, deals, sent, told):
        act(deals, BRAND, sent, Step.COUNTER, terms={"fee_low": 9_000_000})
        assert told(MANAGER) == [2]

    def test_it_is_news_once_the_floor_is_gone(self, rules, sent, notices, told):
        assert sent["id"] in notices.apart(MANAGER)
        rules.keep(MANAGER, AKARI, 2, {})
        assert told(MANAGER) == [1]

    def test_it_is_news_once_the_floor_is_gone_though_all_was_taken_for_read_before(self, rules, sent, notices, told):
        notices.mark_read(MANAGER, 0, LATEST)
        rules.keep(MANAGER, AKARI, 2, {})
        assert told(MANAGER) == [1]

    def test_that_it_expired_is_no_news_either(self, deals, clock, notices, told):
        send(deals, expires="2026-11-23")
        clock.pass_by(days=1)
        assert deals.settle() == 1
        assert told(BRAND, MANAGER, PLANNER) == [2, 0, 1]
        assert [notice.act for notice in notices.of(MANAGER, unread=True)] == ["expire", "send"]

    def test_that_it_was_withdrawn_is_no_news_either_though_the_brand_had_accepted(self, deals, sent, told):
        act(deals, BRAND, sent, Step.ACCEPT)
        act(deals, PLANNER, sent, Step.WITHDRAW, reason="Too late.")
        assert told(MANAGER) == [0]

    def test_what_another_had_answered_is_news_to_its_end(self, deals, sent, clock, told):
        act(deals, BRAND, sent, Step.COUNTER, terms={"fee_low": 9_000_000})
        clock.pass_by(days=1)
        act(deals, PLANNER, sent, Step.WITHDRAW, reason="Too late.")
        assert told(MANAGER) == [3]

    def test_what_a_side_declined_is_news(self, deals, sent, told):
        act(deals, BRAND, sent, Step.DECLINE, reason="Not this year.")
        assert told(MANAGER) == [2]

    def test_of_what_the_side_has_accepted_itself_the_answers_are_news(self, deals, sent, told):
        act(deals, MANAGER, sent, Step.ACCEPT)
        assert told(MANAGER) == [0]
        act(deals, PLANNER, sent, Step.WITHDRAW, reason="Too late.")
        assert told(MANAGER) == [1]
