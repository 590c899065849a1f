"""What holds every test of the workroom to reading by owner: what it refuses, and which exceptions it makes."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, tuple_, update

from kyokan.graph.dictionary import load_dictionary
from kyokan.platform.attachments.model import AttachmentRow
from kyokan.platform.audit import Trail
from kyokan.platform.database import Database
from kyokan.platform.deals import Deals
from kyokan.platform.deals.model import DealRow, VerdictRow
from kyokan.platform.desk import Batches, Searches
from kyokan.platform.desk.model import EntryRow, ShortlistRow
from kyokan.platform.mail import Letter, Outbox
from kyokan.platform.mail.news import News
from kyokan.platform.mail.post import Post
from kyokan.platform.pipeline.reminders import Reminders
from kyokan.platform.rules import Rules
from tests.platform.accounting import Desk
from tests.platform.dealing import MANAGER, PLANNER, Clock, settle_in
from tests.support import tenancy
from tests.support.tenancy import trespasses, watched

REFUSED = [
    (select(ShortlistRow), "shortlist", frozenset()),
    (select(ShortlistRow).where(ShortlistRow.id == "x"), "shortlist", frozenset({"id"})),
    (select(EntryRow).where(EntryRow.id == "x"), "shortlist_entry", frozenset({"id"})),
    (select(DealRow.headline).where(DealRow.id == "x"), "deal", frozenset({"id"})),
    (select(DealRow).join(AttachmentRow).where(AttachmentRow.id == "x"), "attachment", frozenset({"id"})),
    (select(ShortlistRow).where(ShortlistRow.organisation == ShortlistRow.name), "shortlist", frozenset()),
    (update(ShortlistRow).where(ShortlistRow.name == "x").values(name="y"), "shortlist", frozenset({"name"})),
    (delete(EntryRow).where(EntryRow.entity == "x"), "shortlist_entry", frozenset({"entity"})),
]
LET_PASS = [
    select(ShortlistRow).where(ShortlistRow.organisation == "us", ShortlistRow.id == "x"),
    select(AttachmentRow).join(DealRow).where(DealRow.agency == "us", AttachmentRow.id == "x"),
    select(EntryRow).where(EntryRow.shortlist == "x"),
    select(VerdictRow).where(tuple_(VerdictRow.deal, VerdictRow.number).in_([("x", 1)])),
    select(DealRow.id).where(DealRow.id == "x"),
    update(ShortlistRow).where(ShortlistRow.id == "x").values(name="y"),
    delete(EntryRow).where(EntryRow.id == "x"),
]


@pytest.fixture(autouse=True)
def every_statement_names_whose_rows_it_touches():
    """Here some touch others' on purpose."""


@pytest.mark.parametrize(("statement", "table", "named"), REFUSED)
def test_a_statement_that_names_no_owner_is_told(statement, table, named):
    assert (table, named) in list(trespasses(statement))


@pytest.mark.parametrize("statement", LET_PASS)
def test_a_statement_that_names_an_owner_or_tells_nothing_passes(statement):
    assert list(trespasses(statement)) == []


def test_what_a_test_looks_up_itself_is_let_pass(tmp_path):
    with Database(tmp_path / "workroom.db") as database, watched() as found, database.session() as session:
        session.get(ShortlistRow, "x")
    assert found == []


class Everybody:
    """All rooms over one file, and what they do that reaches across owners."""

    def __init__(self, folder) -> None:
        self.clock = Clock()
        self.accounts = Desk(folder)
        self.database = self.accounts.database
        settle_in(self.database)
        self.deals = Deals(self.database, self.clock)
        self.rules = Rules(self.database, load_dictionary, self.clock)

    def sign_in(self) -> None:
        self.accounts.welcome()
        self.accounts.sign_in()

    def list_people(self) -> None:
        self.accounts.accounts.people()

    def look_at_searches(self) -> None:
        Searches(self.database, self.clock).due()

    def record(self) -> None:
        with self.database.session(writing=True) as session:
            Trail(session).add(None, "x", "y", self.clock(), {})

    def list_deals(self) -> None:
        self.deals.of(PLANNER)

    def bind(self) -> None:
        self.rules.binding()

    def claim(self) -> None:
        self.rules.claim(MANAGER, "artist:akari")

    def read_stops(self) -> None:
        self.rules.stops(MANAGER)

    def release(self) -> None:
        self.rules.claim(MANAGER, "artist:akari")
        self.rules.release(MANAGER, "artist:akari")

    def remind(self) -> None:
        Reminders(self.database, self.clock).tell()

    def tidy(self) -> None:
        Batches(self.database, lambda _who, _where: None, self.clock).tidy()

    def gather_news(self) -> None:
        News(self.database, Outbox(self.database), "http://localhost", self.clock).gather()

    def send_letters(self) -> None:
        outbox = Outbox(self.database)
        outbox.add(Letter("new@example.com", "Hello", "Text"))
        outbox.deliver(Post("smtp://127.0.0.1:1", "Kyokan <hello@example.com>"))


# Exception of the guard -> an act that needs it
NEEDED_BY = {
    ("sign_in", frozenset({"created"})): Everybody.sign_in,
    ("attempt", frozenset({"at"})): Everybody.sign_in,
    ("membership", frozenset()): Everybody.list_people,
    ("passkey", frozenset()): Everybody.list_people,
    ("saved_search", frozenset({"removed"})): Everybody.look_at_searches,
    ("batch", frozenset()): Everybody.tidy,
    ("letter", frozenset({"due"})): Everybody.send_letters,
    ("letter", frozenset({"id"})): Everybody.send_letters,
    ("notice", frozenset({"at", "party"})): Everybody.gather_news,
    ("notice_read", frozenset()): Everybody.gather_news,
    ("membership", frozenset({"role"})): Everybody.gather_news,
    ("mail_unwanted", frozenset()): Everybody.gather_news,
    ("told", frozenset()): Everybody.gather_news,
    ("audit", frozenset()): Everybody.record,
    ("deal", frozenset({"expires", "status"})): Everybody.list_deals,
    ("deal", frozenset({"status"})): Everybody.bind,
    ("roster", frozenset()): Everybody.bind,
    ("roster", frozenset({"entity"})): Everybody.claim,
    ("rule_stop", frozenset({"day", "entity"})): Everybody.read_stops,
    ("rule_stop", frozenset({"entity"})): Everybody.release,
    ("reminder", frozenset({"due"})): Everybody.remind,
}


def test_every_exception_is_held_against_an_act_that_needs_it():
    assert set(NEEDED_BY) == set(tenancy.ACROSS)


@pytest.mark.parametrize("exception", NEEDED_BY, ids=lambda one: " ".join([one[0], *sorted(one[1])]))
def test_an_exception_that_no_act_needs_any_more_is_told(tmp_path, monkeypatch, exception):
    rooms = Everybody(tmp_path)
    kept = {one: why for one, why in tenancy.ACROSS.items() if one != exception}
    with monkeypatch.context() as without:
        without.setattr(tenancy, "ACROSS", kept)
        with watched() as found:
            NEEDED_BY[exception](rooms)
    rooms.database.close()
    table, named = exception
    assert {one.partition(":")[0] for one in found} == {f"{table} by {sorted(named) or 'nothing'}"}
