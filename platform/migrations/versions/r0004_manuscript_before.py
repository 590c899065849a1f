"""A manuscript keeps what it said before its last change, so that this can be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make room for it; nothing can be taken back of what was changed until now."""
    op.add_column("manuscript", sa.Column("before", sa.JSON))
