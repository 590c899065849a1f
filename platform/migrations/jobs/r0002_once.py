"""What may wait or run but once has a key: of two who begin it at the same moment, the file lets one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Give the jobs that people began and that are not over their key: the first of a kind, of each organisation."""
    op.add_column("job", sa.Column("once", sa.Text))
    op.execute(
        "UPDATE job SET once = (SELECT job.kind || ':' || organisation FROM job_owner WHERE job_owner.job = job.id)"
        " WHERE id IN (SELECT first FROM (SELECT job.id AS first, min(job.created) FROM job"
        " JOIN job_owner ON job_owner.job = job.id WHERE state IN ('queued', 'running')"
        " GROUP BY job.kind, organisation))"
    )
    op.create_index("job_once", "job", ["once"], unique=True, sqlite_where=sa.text("state IN ('queued', 'running')"))
