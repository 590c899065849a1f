"""Fixtures that several rooms share: stores, the real Neo4j, and the list of what was left out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from neo4j import Driver, GraphDatabase

from kyokan.errors import StoreNotEmptyError
from kyokan.graph.stores import GraphStore, SqliteStore, open_store
from kyokan.graph.stores.cypher import ANYTHING
from tests.platform.accounting import Desk
from tests.support import neo4j_server
from tests.support.left_out import MARK, leave_out

pytest.register_assert_rewrite("tests.contracts.store_contract", "tests.contracts.question_contract")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Community Edition has one database, so the tests on it run one after the other, in one worker."""
    for item in items:
        if item.get_closest_marker("neo4j"):
            item.add_marker(pytest.mark.xdist_group("neo4j"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests were left out, and why."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = str(report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr)
        if MARK in reason:
            reasons[reason.partition(MARK)[2]] = reasons.get(reason.partition(MARK)[2], 0) + 1
    if reasons:
        terminalreporter.section("TESTS LEFT OUT", sep="!", red=True, bold=True)
        for reason, number in sorted(reasons.items()):
            terminalreporter.line(f"{number} tests: {reason}", red=True)


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(tmp_path / "graph.db") as store:
        yield store


@pytest.fixture(scope="session")
def neo4j_url() -> Iterator[str]:
    """The address, password included, of a Neo4j that the tests may fill and empty."""
    given = os.environ.get("KYOKAN_TEST_NEO4J_URI")
    if given:
        refuse_unless_empty(given)
        yield given
        return
    if reason := neo4j_server.missing():
        leave_out(f"the tests on a real Neo4j cannot run: {reason}")
    with neo4j_server.running() as server:
        yield server.url.replace("://", f"://{server.user}:{quote(server.password, safe='')}@")


@pytest.fixture
def neo4j_store(neo4j_url: str) -> Iterator[GraphStore]:
    """A store on the real Neo4j, empty as if new."""
    with open_store(neo4j_url) as store:
        empty_neo4j(neo4j_url)
        yield store


def empty_neo4j(url: str) -> None:
    """Remove all data, keep constraints and indexes."""
    with neo4j_driver(url) as driver:
        driver.execute_query("MATCH (n) WHERE NOT n:KyokanMeta DETACH DELETE n")
        driver.execute_query("MATCH (m:KyokanMeta) SET m.revision = 0")


def neo4j_driver(url: str) -> Driver:
    """The plain driver for an address, with the user in it or in the environment."""
    parts = urlsplit(url)
    user = unquote(parts.username or "") or os.environ.get("KYOKAN_NEO4J_USER", "neo4j")
    password = unquote(parts.password or "") or os.environ.get("KYOKAN_NEO4J_PASSWORD", "")
    return GraphDatabase.driver(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", auth=(user, password))


def refuse_unless_empty(url: str) -> None:
    """Make sure that no test removes somebody's data, unless that person said that it may go."""
    with neo4j_driver(url) as driver:
        holds_data = driver.execute_query(ANYTHING).records[0]["found"]
    if holds_data and os.environ.get("KYOKAN_TEST_NEO4J_WIPE") != "yes":
        raise StoreNotEmptyError(
            "KYOKAN_TEST_NEO4J_URI",
            "names a server that holds data, which the tests would remove",
            "Name an empty one, or set KYOKAN_TEST_NEO4J_WIPE=yes",
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Accounts over a file of the test's own, with a clock moved by hand."""
    made = Desk(tmp_path)
    yield made
    made.database.close()
