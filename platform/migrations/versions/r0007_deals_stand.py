"""The file refuses what no step of a deal does, and that a row takes another's place; a yes has room for its reason."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

# Trigger -> when it refuses, and what it says
TRIGGERS = {
    "deal_once": (
        "BEFORE INSERT ON deal WHEN EXISTS (SELECT 1 FROM deal WHERE id = NEW.id)",
        "a deal takes the place of no other",
    ),
    "deal_stays": (
        "BEFORE DELETE ON deal WHEN OLD.status != 'draft'",
        "a proposal that was sent is not dropped",
    ),
    "deal_stands": (
        (
            "BEFORE UPDATE ON deal WHEN OLD.status != 'draft' AND (OLD.id, OLD.agency, OLD.brand_side, "
            "OLD.artist_side, OLD.artist, OLD.brand, OLD.headline, OLD.rationale, OLD.created, OLD.sent, "
            "OLD.expires, OLD.snapshot, OLD.match) IS NOT (NEW.id, NEW.agency, NEW.brand_side, "
            "NEW.artist_side, NEW.artist, NEW.brand, NEW.headline, NEW.rationale, NEW.created, NEW.sent, "
            "NEW.expires, NEW.snapshot, NEW.match)"
        ),
        "what was proposed stands as it was sent",
    ),
    "deal_sent": (
        (
            "BEFORE UPDATE OF status ON deal WHEN OLD.status != NEW.status AND NEW.status = 'sent' AND '' "
            "IN (NEW.sent, NEW.brand_side, NEW.artist_side)"
        ),
        "a proposal is sent to two sides",
    ),
    "deal_agreed": (
        (
            "BEFORE UPDATE OF status ON deal WHEN OLD.status != NEW.status AND NEW.status = 'accepted' "
            "AND (SELECT COUNT(*) FROM deal_verdict WHERE deal = OLD.id AND number = (SELECT MAX(number) "
            "FROM deal_terms WHERE deal = OLD.id)) < 2"
        ),
        "a deal is agreed once both sides have accepted the terms on the table",
    ),
    "deal_reasoned": (
        (
            "BEFORE UPDATE OF status ON deal WHEN OLD.status != NEW.status AND NEW.status IN ('declined', "
            "'withdrawn') AND TRIM(NEW.reason) = ''"
        ),
        "a deal is declined or withdrawn with a reason",
    ),
    "deal_finished": (
        (
            "BEFORE UPDATE OF status ON deal WHEN OLD.status != NEW.status AND NEW.status = 'finished' "
            "AND COALESCE(NEW.outcome, 'null') = 'null'"
        ),
        "a deal is finished with an outcome",
    ),
    "deal_ended": (
        (
            "BEFORE UPDATE ON deal WHEN OLD.status IN ('declined', 'expired', 'finished', 'withdrawn') "
            "AND (OLD.reason, OLD.outcome) IS NOT (NEW.reason, NEW.outcome)"
        ),
        "how a deal ended stands",
    ),
    "terms_stay": (
        "BEFORE DELETE ON deal_terms WHEN (SELECT status FROM deal WHERE id = OLD.deal) != 'draft'",
        "terms that were offered are not dropped",
    ),
    "terms_follow": (
        (
            "BEFORE INSERT ON deal_terms WHEN NEW.number != COALESCE((SELECT MAX(number) FROM deal_terms "
            "WHERE deal = NEW.deal), 0) + 1"
        ),
        "new terms come after the last ones",
    ),
    "terms_open": (
        (
            "BEFORE INSERT ON deal_terms WHEN NEW.number > 1 AND (SELECT status FROM deal WHERE id = "
            "NEW.deal) NOT IN ('sent', 'countered')"
        ),
        "new terms are offered while a proposal waits for an answer",
    ),
    "verdict_of_side": (
        "BEFORE INSERT ON deal_verdict WHEN NEW.party NOT IN ('artist', 'brand')",
        "only the two sides accept",
    ),
    "verdict_on_table": (
        (
            "BEFORE INSERT ON deal_verdict WHEN NEW.number != (SELECT MAX(number) FROM deal_terms WHERE "
            "deal = NEW.deal) OR (SELECT status FROM deal WHERE id = NEW.deal) NOT IN ('sent', "
            "'countered')"
        ),
        "a side accepts the terms that are on the table",
    ),
    "verdict_once": (
        (
            "BEFORE INSERT ON deal_verdict WHEN EXISTS (SELECT 1 FROM deal_verdict WHERE deal = NEW.deal "
            "AND number = NEW.number AND party = NEW.party)"
        ),
        "a side accepts once",
    ),
    "verdict_stands": (
        "BEFORE UPDATE ON deal_verdict",
        "a yes stands as it was said",
    ),
    "verdict_stays": (
        "BEFORE DELETE ON deal_verdict",
        "a yes is not dropped",
    ),
    "audit_refuses_replace": (
        ("BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE number = NEW.number OR hash = NEW.hash)"),
        "the audit trail is only added to",
    ),
}


def upgrade() -> None:
    """Make room for reasons, and the triggers; what was kept before is left as it is."""
    op.add_column("deal_verdict", sa.Column("reason", sa.Text, nullable=False, server_default=""))
    for name, (occasion, message) in TRIGGERS.items():
        written = f"CREATE TRIGGER IF NOT EXISTS {name} {occasion} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        op.get_bind().exec_driver_sql(written)
