"""Letters by e-mail: kept in the same transaction as what they tell of, sent by a job."""

from __future__ import annotations

from kyokan.platform.mail.outbox import Letter, Outbox

__all__ = ["Letter", "Outbox"]
