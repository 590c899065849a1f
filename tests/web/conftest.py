"""What the web tests share: a small real world and the application over it."""

import sys
from pathlib import Path

import pytest

from kyokan.web import create_app
from tests.support.tenancy import every_statement_names_whose_rows_it_touches  # noqa: F401 - holds by being here
from tests.web.browsing import company
from tests.web.chromium import reports

sys.path.insert(0, str(Path(__file__).parent))

from world import World


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """One store, snapshot and matcher for all tests of a worker; nothing writes to it."""
    made = World(tmp_path_factory.mktemp("world"))
    yield made
    made.close()


@pytest.fixture
def app(world):
    made = create_app(world)
    made.testing = False  # errors must become pages, as they do for people
    return made


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def made(tmp_path):
    """Role -> the browser of somebody signed in, over a world that the test may change."""
    changed = World(tmp_path)
    yield company(changed)
    changed.close()


@pytest.fixture
def planner(made):
    return made["planner"]


@pytest.fixture(autouse=True)
def no_window_reports_anything():
    """Holds whatever a browser test opens: the security policy is kept, the console silent, no script fails."""
    reports.clear()
    yield
    assert reports == []
