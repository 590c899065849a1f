"""A notice is taken for read by each person for themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table; what somebody took for read until now stays read for all of their organisation."""
    op.create_table(
        "notice_read",
        sa.Column("notice", sa.Integer, sa.ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("person", sa.Text, primary_key=True),
    )
