"""The Neo4j store on a real server: the contract, its Cypher, its errors."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from neo4j import Driver
from neo4j import exceptions as driver_errors

from kyokan.errors import (
    CommitUncertainError,
    KyokanError,
    SettingsError,
    StoreError,
    StoreNotEmptyError,
    StoreUnavailableError,
)
from kyokan.graph.model import EntityKind
from kyokan.graph.stores import GraphStore, SqliteStore, cypher, open_store
from kyokan.graph.stores.neo4j_errors import translated
from tests.conftest import neo4j_driver, refuse_unless_empty
from tests.contracts.question_contract import QuestionContract
from tests.contracts.store_contract import StoreContract
from tests.contracts.world import EVERYTHING, WEB
from tests.support.graphs import entity, relation

PARAMETERS = {
    "keys": ["k"], "rids": ["r"], "rows": [], "kinds": ["artist"], "names": ["vector_artist"], "words": [],
    "encoder": "e", "revision": 1, "schema": 1, "source": "a", "target": "b", "limit": 3, "whole": "w", "query": "w",
    "index": "vector_artist", "vector": [0.1, 0.2], "options": {},
}  # fmt: skip
UNPLANNED = ("schema.", "vector_schema.", "drop_vectors.", "vector_indexes")  # commands, which EXPLAIN does not take


@pytest.mark.neo4j
class TestNeo4jStore(StoreContract, QuestionContract):
    @pytest.fixture
    def store(self, neo4j_store: GraphStore) -> GraphStore:
        return neo4j_store

    @pytest.fixture
    def reopen(self, neo4j_store: GraphStore, neo4j_url: str) -> Callable[[], GraphStore]:
        return lambda: open_store(neo4j_url)


@pytest.fixture
def driver(neo4j_url: str, neo4j_store: GraphStore) -> Iterator[Driver]:
    with neo4j_driver(neo4j_url) as plain:
        yield plain


@pytest.mark.neo4j
def test_the_server_plans_every_query_warns_of_none_and_finds_keys_by_index(driver: Driver) -> None:
    for name, text in cypher.QUERIES.items():
        if name.startswith(UNPLANNED):
            continue
        summary = driver.execute_query(f"EXPLAIN {text}", PARAMETERS).summary
        warnings = [status for status in summary.gql_status_objects if status.raw_severity == "WARNING"]
        unseen = "does not exist"  # a kind of which the database holds nothing yet
        assert [status for status in warnings if unseen not in status.status_description] == [], name
        assert summary.plan is not None, name
        if any(parameter in text for parameter in ("$keys", "$rids", "$rows", "$source", "$target")):
            assert [step for step in operators(summary.plan) if "Scan" in step] == [], name


def operators(plan: dict[str, Any]) -> Iterator[str]:
    yield plan["operatorType"]
    for child in plan.get("children", []):
        yield from operators(child)


@pytest.mark.neo4j
def test_no_value_stands_in_a_query(driver: Driver, neo4j_store: GraphStore) -> None:
    neo4j_store.write([entity("tag:`}) DETACH DELETE n //", "'); MATCH (n) DETACH DELETE n //"), *EVERYTHING], WEB)
    assert neo4j_store.count_entities()["tag"] == 1
    assert neo4j_store.search("'); MATCH (n) DETACH DELETE n //")[0].id == "tag:`}) DETACH DELETE n //"
    assert list(neo4j_store.relations(source="x'}) DETACH DELETE n //")) == []
    assert sum(neo4j_store.count_entities().values()) == len(EVERYTHING) + 1


@pytest.mark.neo4j
def test_the_database_itself_keeps_keys_unique(driver: Driver, neo4j_store: GraphStore) -> None:
    neo4j_store.write(EVERYTHING, WEB)
    with pytest.raises(driver_errors.ConstraintError):
        driver.execute_query("MATCH (e:Artist) CREATE (:Entity {key: e.key})")
    with pytest.raises(driver_errors.ConstraintError):
        driver.execute_query("MATCH (a)-[r:EVOKES]->(b) CREATE (a)-[:EVOKES {rid: r.rid}]->(b)")


@pytest.mark.neo4j
def test_labels_names_and_weights_stand_as_properties_for_cypher(driver: Driver, neo4j_store: GraphStore) -> None:
    neo4j_store.write(EVERYTHING, WEB)
    found = driver.execute_query(
        "MATCH (a:Artist {name_ja: 'リサ'})-[r:EVOKES]->(k:Kansei) RETURN k.name, r.weight ORDER BY r.weight"
    )
    assert [row.values() for row in found.records] == [["穏やか", 0.25], ["大胆", 0.5]]


@pytest.mark.neo4j
def test_the_address_shows_no_secret(neo4j_url: str, neo4j_store: GraphStore) -> None:
    password = urlsplit(neo4j_url).password
    assert password
    assert password not in neo4j_store.url
    assert "@" not in neo4j_store.url


@pytest.mark.neo4j
def test_a_wrong_password_names_the_settings_and_not_the_password(neo4j_url: str) -> None:
    parts = urlsplit(neo4j_url)
    with pytest.raises(StoreUnavailableError, match="KYOKAN_NEO4J_PASSWORD") as caught:
        open_store(f"{parts.scheme}://neo4j:wrong-secret@{parts.hostname}:{parts.port}")
    assert "wrong-secret" not in str(caught.value)


@pytest.mark.neo4j
def test_a_database_of_another_schema_is_refused(neo4j_url: str, driver: Driver) -> None:
    driver.execute_query("MATCH (m:KyokanMeta) SET m.schema = 99")
    try:
        with pytest.raises(StoreError, match="schema 99"):
            open_store(neo4j_url)
    finally:
        driver.execute_query("MATCH (m:KyokanMeta) SET m.schema = 1")


@pytest.mark.neo4j
def test_a_server_that_holds_data_is_refused_for_tests(
    neo4j_url: str, neo4j_store: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KYOKAN_TEST_NEO4J_WIPE", raising=False)
    refuse_unless_empty(neo4j_url)
    neo4j_store.write(EVERYTHING)
    with pytest.raises(StoreNotEmptyError, match="KYOKAN_TEST_NEO4J_WIPE"):
        refuse_unless_empty(neo4j_url)
    monkeypatch.setenv("KYOKAN_TEST_NEO4J_WIPE", "yes")
    refuse_unless_empty(neo4j_url)


@pytest.mark.neo4j
def test_both_stores_count_and_order_the_same_data_alike(neo4j_store: GraphStore, sqlite_store: SqliteStore) -> None:
    tags = [entity(f"tag:{number}", f"tag {number % 7}") for number in range(40)]
    edges = [relation("tagged", "artist:lisa", tag.id, 1 + number / 3) for number, tag in enumerate(tags)]
    edges += [relation("tagged", "brand:omega", tag.id, 7 - number / 3) for number, tag in enumerate(tags)]
    vectors = np.random.default_rng(1).normal(size=(40, 8)).astype(np.float32)
    for store in (neo4j_store, sqlite_store):
        store.write([*EVERYTHING, *tags], [*WEB, *edges])
        store.put_vectors("e", [tag.id for tag in tags], vectors)
    assert neo4j_store.count_entities() == sqlite_store.count_entities()
    assert neo4j_store.count_relations() == sqlite_store.count_relations()
    assert list(neo4j_store.relations()) == list(sqlite_store.relations())
    for question in (
        lambda store: store.paths("artist:lisa", "brand:omega", 4, 60),
        lambda store: store.search("tag", limit=15),
        lambda store: store.nearest(vectors[3], EntityKind.TAG, 9),
    ):
        assert question(neo4j_store) == question(sqlite_store)


def test_a_server_that_is_not_there_is_named_without_its_secret() -> None:
    with pytest.raises(StoreUnavailableError, match=r"bolt://127\.0\.0\.1:9") as caught:
        open_store("bolt://somebody:s3cret@127.0.0.1:9")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("url", ["neo4j://", "neo4j://host:port", "neo4j://host:7687/database", "bolt://"])
def test_an_address_without_host_is_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        open_store(url)


def driver_error_classes() -> list[type[driver_errors.GqlError]]:
    found = [item for _, item in inspect.getmembers(driver_errors, inspect.isclass)]
    return [item for item in found if issubclass(item, driver_errors.GqlError)]


@pytest.mark.parametrize("kind", driver_error_classes(), ids=lambda kind: kind.__name__)
def test_every_error_of_the_driver_becomes_one_of_ours(kind: type[driver_errors.GqlError]) -> None:
    if kind is driver_errors.ResultFailedError:
        error: driver_errors.GqlError = kind(None, "the reason\nin two lines")  # type: ignore[arg-type]
    elif issubclass(kind, driver_errors.ResultError | driver_errors.TransactionError | driver_errors.SessionError):
        error = kind(None, "the reason\nin two lines")  # type: ignore[call-arg, arg-type]
    else:
        error = kind("the reason\nin two lines")
    ours = translated("neo4j://host:7687", error)
    assert isinstance(ours, expected_class(kind))
    assert ours.subject.endswith("neo4j://host:7687")
    assert "\n" not in str(ours)


def test_a_write_too_large_for_the_servers_memory_says_what_to_do() -> None:
    code = "Neo.TransientError.General.MemoryPoolOutOfMemoryError"
    error = driver_errors.Neo4jError._hydrate_neo4j(code=code, message="the pool is full")
    ours = translated("neo4j://host:7687", error)
    assert isinstance(ours, StoreError)
    assert "heap" in ours.remedy


def expected_class(kind: type[driver_errors.GqlError]) -> type[KyokanError]:
    if kind is driver_errors.IncompleteCommit:
        return CommitUncertainError
    if issubclass(kind, driver_errors.ConfigurationError):
        return SettingsError
    unavailable = (
        driver_errors.AuthError,
        driver_errors.Forbidden,
        driver_errors.TransientError,
        driver_errors.ServiceUnavailable,
        driver_errors.SessionExpired,
        driver_errors.ConnectionPoolError,
    )
    return StoreUnavailableError if issubclass(kind, unavailable) else StoreError
