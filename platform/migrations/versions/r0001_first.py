"""The tables of the workroom as they stood when its file first named its version."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from kyokan.platform.migrations.first import complete

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make what is missing."""
    complete(op.get_bind(), Path(__file__).parents[1] / "first.sql", "workroom")
