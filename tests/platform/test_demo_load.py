"""The demo comes in through the importers, whole, and a second time changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from kyokan.graph.importers import ImportReport
from kyokan.graph.model import EntityKind, RelationKind, Rights
from kyokan.graph.stores import GraphStore, open_store
from kyokan.platform.demo import load_demo


@dataclass(frozen=True, slots=True)
class Loaded:
    store: GraphStore
    reports: list[ImportReport]
    told: list[tuple[str, int, int]]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    told: list[tuple[str, int, int]] = []
    with open_store(f"sqlite:///{path}") as store:
        yield Loaded(store, load_demo(store, progress=lambda *stage: told.append(stage)), told)


def test_all_four_sources_come_in_without_a_problem(loaded: Loaded) -> None:
    reports = loaded.reports

    assert [report.source for report in reports] == ["demo-catalogue", "tieups", "sakenowa", "demo-panel"]
    assert [report.problem_count for report in reports] == [0, 0, 0, 0]
    assert [report.merged + report.ambiguous for report in reports] == [0, 0, 0, 0]


def test_a_second_load_changes_nothing(loaded: Loaded) -> None:
    store, first = loaded.store, loaded.reports
    revision = store.revision()

    again = load_demo(store)

    assert [dict(report.added) for report in again] == [{}] * 4
    assert [dict(report.updated) for report in again] == [{}] * 4
    assert [dict(report.unchanged) for report in again] == [dict(report.added) for report in first]
    assert store.revision() == revision


def test_fans_are_marked_as_synthetic_and_nobody_else_is(loaded: Loaded) -> None:
    store = loaded.store
    synthetic = {entity.kind for entity in store.entities() if entity.synthetic}
    edges = {relation.kind for relation in store.relations() if relation.provenance.synthetic}

    assert synthetic == {EntityKind.FAN, EntityKind.SEGMENT}
    assert edges == {RelationKind.FOLLOWS, RelationKind.LIKES, RelationKind.BUYS, RelationKind.RELATED}


def test_a_tie_up_keeps_its_page(loaded: Loaded) -> None:
    store = loaded.store
    (tie_up,) = store.relations(RelationKind.TIED_UP, source="artist:keiko-kitagawa", target="brand:citizen-xc")

    assert tie_up.since == "2012"
    assert tie_up.provenance.source == "tieups"
    assert tie_up.provenance.address.startswith("http")


def test_sake_is_attributed_to_sakenowa(loaded: Loaded) -> None:
    store = loaded.store
    sake = [brand for brand in store.entities(EntityKind.BRAND) if brand.id.startswith("brand:sakenowa-")]

    assert len(sake) == 150
    assert all("Sakenowa" in brand.provenance[0].licence for brand in sake)


def test_everything_may_be_passed_on(loaded: Loaded) -> None:
    store = loaded.store

    assert {record.rights for entity in store.entities() for record in entity.provenance} == {Rights.SHARE}
    assert {relation.provenance.rights for relation in store.relations()} == {Rights.SHARE}


def test_progress_is_told_stage_by_stage(loaded: Loaded) -> None:
    assert loaded.told
    assert all(0 <= done <= total or total == 0 for _, done, total in loaded.told)
