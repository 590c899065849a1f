"""An invitation carries several roles: they move to a table of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ROLES = ("planner", "brand_client", "artist_manager", "analyst", "admin")


def upgrade() -> None:
    """Move the one role of each invitation."""
    op.create_table(
        "invited_role",
        sa.Column("invitation", sa.String, sa.ForeignKey("invitation.hash", ondelete="CASCADE"), primary_key=True),
        sa.Column("role", sa.Enum(*ROLES, name="role", native_enum=False, create_constraint=True), primary_key=True),
    )
    op.execute("INSERT INTO invited_role SELECT hash, role FROM invitation WHERE role IS NOT NULL")
    invitation = sa.Table(  # as it was but for its checks: they are on the role, and go with it
        "invitation",
        sa.MetaData(),
        sa.Column("hash", sa.String, primary_key=True),
        sa.Column("email", sa.String, nullable=False),
        sa.Column("organisation", sa.String, sa.ForeignKey("organisation.id", ondelete="CASCADE")),
        sa.Column("role", sa.String),
        sa.Column("expires", sa.Double, nullable=False),
        sa.Column("used", sa.Double),
    )
    with op.batch_alter_table("invitation", recreate="always", copy_from=invitation) as made_anew:
        made_anew.drop_column("role")
