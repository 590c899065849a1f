"""What tests of the workroom's rooms share."""

import pytest

from kyokan.platform.database import Database
from kyokan.platform.deals import Deals
from kyokan.platform.deals.notices import Notices
from tests.platform.dealing import Clock, settle_in
from tests.support.tenancy import every_statement_names_whose_rows_it_touches  # noqa: F401 - holds by being here


@pytest.fixture
def database(tmp_path):
    """The workroom's file, with the three made-up organisations and their people in it."""
    with Database(tmp_path / "workroom.db") as made:
        settle_in(made)
        yield made


@pytest.fixture
def clock():
    """The time, which stands still until the test moves it."""
    return Clock()


@pytest.fixture
def deals(database, clock):
    """The deals of all organisations, with nothing else that has a say."""
    return Deals(database, clock)


@pytest.fixture
def notices(database):
    """What organisations are told of their deals."""
    return Notices(database)
