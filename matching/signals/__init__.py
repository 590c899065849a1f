"""One question each, answered for a query and all candidates."""

from __future__ import annotations

from kyokan.matching.signals.base import MIN_CELL, Side, Signal, SignalValues, Subject
from kyokan.matching.signals.context import Context
from kyokan.matching.signals.registry import ANSWERS, SIGNAL_RESTS_ON, SIGNALS
from kyokan.matching.signals.settings import SignalSettings

__all__ = [
    "ANSWERS",
    "MIN_CELL",
    "SIGNALS",
    "SIGNAL_RESTS_ON",
    "Context",
    "Side",
    "Signal",
    "SignalSettings",
    "SignalValues",
    "Subject",
]
