"""The compose file for users: the Neo4j it starts is the one the tests run on, and it is safe as it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.neo4j_server import version

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def service() -> dict[str, Any]:
    content = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    found: dict[str, Any] = content["services"]["neo4j"]
    assert {volume.partition(":")[0] for volume in found["volumes"]} == content["volumes"].keys()
    return found


def test_it_is_the_version_the_tests_run_on(service: dict[str, Any]) -> None:
    line = ".".join(version().split(".")[:2])
    assert service["image"] == f"neo4j:{line}-community"


def test_the_password_stands_in_a_file_of_the_users_own(service: dict[str, Any]) -> None:
    assert service["env_file"] == ["neo4j.env"]
    assert not any("AUTH" in name for name in service["environment"])
    assert "neo4j.env" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


def test_only_this_machine_reaches_it_and_it_says_when_it_is_ready(service: dict[str, Any]) -> None:
    assert service["ports"] == ["127.0.0.1:7687:7687"]
    assert "cypher-shell" in service["healthcheck"]["test"][1]
