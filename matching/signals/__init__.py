"""One question each, answered for a query and all candidates."""

from __future__ import annotations

from kyokan.matching.signals.base import MIN_CELL, Side, Signal, SignalValues, Subject
from kyokan.matching.signals.context import Context
from kyokan.matching.signals.registry import ANSWERS, SIGNALS
from kyokan.matching.signals.settings import SignalSettings

__all__ = [
    "ANSWERS",
    "MIN_CELL",
    "SIGNALS",
    "Context",
    "Side",
    "Signal",
    "SignalSettings",
    "SignalValues",
    "Subject",
]
