"""What stands behind a match: which facts, what is left without them, and the reason in a sentence."""

from __future__ import annotations

from kyokan.matching.evidence.edited import EditedView
from kyokan.matching.evidence.removal import Removal
from kyokan.matching.evidence.sentences import sentence
from kyokan.matching.evidence.statements import Statement, statements

__all__ = ["EditedView", "Removal", "Statement", "sentence", "statements"]
