"""Whose rows a statement may touch: what belongs to somebody is read by a condition that names whose it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BinaryExpression, BindParameter, Column, Connection, Delete, Engine, Select, Update, event
from sqlalchemy.sql import ClauseElement, visitors

from kyokan.platform.database import Base

ROOT = Path(__file__).parents[2]
# Columns that say whose a row is
OWNERS = frozenset({"organisation", "agency", "brand_side", "artist_side", "person"})
# Columns of what only its owner can name or prove
PROOFS = frozenset({"email", "credential", "hash"})
# Columns of what belongs to something that is somebody's: whoever names that one has found it first
PARENTS = frozenset({"deal", "shortlist", "search", "subject", "batch"})
# Statements that reach across owners and are meant to: table, columns that the condition names -> why
ACROSS: Mapping[tuple[str, frozenset[str]], str] = {
    ("sign_in", frozenset({"created"})): "sessions that are over are thrown away",
    ("attempt", frozenset({"at"})): "tries that are long past are forgotten",
    ("membership", frozenset()): "an operator lists everybody",
    ("passkey", frozenset()): "an operator lists who has a second step",
    ("saved_search", frozenset({"removed"})): "searches are asked again for everybody at night",
    ("batch", frozenset()): "what was kept for its time is thrown away, whoever asked",
    ("letter", frozenset({"due"})): "letters go out for everybody",
    ("letter", frozenset({"id"})): "how a letter fared is written down by the job that has just read it",
    ("notice", frozenset({"at", "party"})): "news is gathered into letters for everybody",
    ("notice_read", frozenset()): "news is gathered for everybody who has not read it",
    ("membership", frozenset({"role"})): "news is gathered for whoever acts on a side",
    ("mail_unwanted", frozenset()): "news is gathered for everybody but who wants none",
    ("told", frozenset()): "news is gathered for everybody but who was written of it",
    ("audit", frozenset()): "a record carries the hash of the one before it, whoever made that",
    ("deal", frozenset({"expires", "status"})): "time runs out for everybody's offers alike",
    ("deal", frozenset({"status"})): "what was agreed binds every ranking, which does not say whose it is",
    ("roster", frozenset()): "rules bind every ranking, which does not say whose they are",
    ("roster", frozenset({"entity"})): "a name is represented once, and who asks for it learns no more than that",
    ("rule_stop", frozenset({"day", "entity"})): "the rows are found by the names that the organisation represents",
    ("rule_stop", frozenset({"entity"})): "what was stopped is forgotten with the rules, which were found first",
    ("reminder", frozenset({"due"})): "reminders fall due for everybody alike",
}


@contextmanager
def watched() -> Iterator[list[str]]:
    """The statements sent to any file meanwhile that touch somebody's rows and do not name whose, each once.

    What a test itself looks up, to see what was done, is none of them.
    """
    seen: dict[str, list[str]] = {}

    def before(_: Connection, __: object, text: str, ___: object, context: Any, ____: object) -> None:
        if text not in seen and not _asked_by_a_test():
            statement = getattr(context.compiled, "statement", None)
            seen[text] = [f"{table} by {sorted(named) or 'nothing'}: {text}" for table, named in trespasses(statement)]

    event.listen(Engine, "before_cursor_execute", before)
    found: list[str] = []
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", before)
        found += [one for many in seen.values() for one in many]


@pytest.fixture(autouse=True)
def every_statement_names_whose_rows_it_touches() -> Iterator[None]:
    """Holds whatever a test asks of the workroom, where this is imported: no row of somebody is read by id alone."""
    with watched() as found:
        yield
    assert found == []


def trespasses(statement: object) -> Iterator[tuple[str, frozenset[str]]]:
    """The tables of a statement that are somebody's and are not asked for by owner, with what is asked for instead.

    A row may be changed or removed by its own key: it was read before. What gives out no more than the key asked for
    tells nothing.
    """
    if isinstance(statement, Select):
        tables = {one.name for one in visitors.iterate(statement) if one.__visit_name__ == "table"}
        given = {(one.table.name, one.name) for one in statement.selected_columns if one.__visit_name__ == "column"}
        asked = _compared(statement)
    elif isinstance(statement, Update | Delete) and statement.whereclause is not None:
        table = statement.table
        tables, asked = {table.name}, _compared(statement.whereclause)
        given = {(table.name, column.name) for column in table.primary_key}
    else:
        return
    if given <= asked or any(column in OWNERS | PROOFS for _, column in asked):
        return
    for name in sorted(tables & set(Base.metadata.tables)):
        named = frozenset(column for table, column in asked if table == name)
        somebodys = set(Base.metadata.tables[name].columns.keys()) & (OWNERS | PARENTS)
        if somebodys and not named & PARENTS and (name, named) not in ACROSS:
            yield name, named


def _asked_by_a_test() -> bool:
    """Whether the innermost of our own code that has led here is a test's."""
    frame = sys._getframe(2)
    while frame := frame.f_back:
        place = Path(frame.f_code.co_filename)
        if place.is_relative_to(ROOT) and "site-packages" not in place.parts:
            return place.is_relative_to(ROOT / "tests")
    return True


def _compared(clause: ClauseElement) -> set[tuple[str, str]]:
    """(table, column) of every column that is held against a value given, alone or in a tuple."""
    compared = (one for one in visitors.iterate(clause) if isinstance(one, BinaryExpression))
    return {
        (part.table.name, part.name)
        for one in compared
        if isinstance(one.left, BindParameter) or isinstance(one.right, BindParameter)
        for side in (one.left, one.right)
        for part in visitors.iterate(side)
        if isinstance(part, Column)
    }
