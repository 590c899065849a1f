"""What an agency counters with goes through its approvals, and what was offered stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

COUNTER_APPROVED = """CREATE TRIGGER IF NOT EXISTS counter_approved BEFORE INSERT ON deal_terms
 WHEN NEW.party = 'agency' AND NEW.number > 1
 AND EXISTS (SELECT 1 FROM approval_step JOIN deal USING (agency) WHERE deal.id = NEW.deal)
 AND NOT EXISTS (SELECT 1 FROM approval_counter
 WHERE deal = NEW.deal AND number = NEW.number AND terms = NEW.content)
 BEGIN SELECT RAISE(ABORT, 'a counter-offer of an agency with approval steps is made through them'); END"""
TERMS_STAND = """CREATE TRIGGER IF NOT EXISTS terms_stand BEFORE UPDATE OF deal, number, party, content ON deal_terms
 WHEN (SELECT status FROM deal WHERE id = OLD.deal) != 'draft'
 BEGIN SELECT RAISE(ABORT, 'terms that were offered stand as they were offered'); END"""


def upgrade() -> None:
    """Make room for the counter-offer that is asked for; requests of before are of drafts."""
    op.add_column("approval_request", sa.Column("number", sa.Integer, nullable=False, server_default="1"))
    op.add_column("approval_request", sa.Column("terms", sa.JSON))
    op.create_table(
        "approval_counter",
        sa.Column("deal", sa.Text, sa.ForeignKey("deal.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("terms", sa.JSON, nullable=False),
    )
    for trigger in (COUNTER_APPROVED, TERMS_STAND):
        op.get_bind().exec_driver_sql(trigger.replace("\n", ""))
