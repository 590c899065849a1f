"""What holds every web test to reading by owner: which statements it refuses, on statements as simple as can be."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, tuple_, update

from kyokan.platform.attachments.model import AttachmentRow
from kyokan.platform.database import Database
from kyokan.platform.deals.model import DealRow, VerdictRow
from kyokan.platform.desk.model import EntryRow, ShortlistRow
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


@pytest.mark.parametrize(("statement", "table", "named"), REFUSED)
def test_a_statement_that_names_no_owner_is_told(statement, table, named):
    assert (table, named) in list(trespasses(statement))


@pytest.mark.parametrize("statement", LET_PASS)
def test_a_statement_that_names_an_owner_or_tells_nothing_passes(statement):
    assert list(trespasses(statement)) == []


def test_what_is_really_sent_to_the_file_is_watched(tmp_path):
    with Database(tmp_path / "workroom.db") as database, watched() as found, database.session() as session:
        session.get(ShortlistRow, "x")
    assert [one.partition(":")[0] for one in found] == ["shortlist by ['id']"]
