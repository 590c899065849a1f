"""What tests of the workroom's rooms share."""

import pytest

from kyokan.platform.database import Database
from tests.platform.dealing import settle_in


@pytest.fixture
def database(tmp_path):
    """The workroom's file, with the three made-up organisations and their people in it."""
    with Database(tmp_path / "workroom.db") as made:
        settle_in(made)
        yield made
