"""What each side will not do, kept by whoever represents it, and how that binds proposals and rankings."""

from kyokan.platform.rules.binding import Binding
from kyokan.platform.rules.calendar import Calendar
from kyokan.platform.rules.claims import Claim, Claims
from kyokan.platform.rules.conflicts import Clash, Conflict, Severity
from kyokan.platform.rules.entries import ArtistRules, BrandRules, Free
from kyokan.platform.rules.reasons import Sort, Window
from kyokan.platform.rules.service import Kept, Rules, Stops, noted
from kyokan.platform.rules.spans import Hold, Line, Span

__all__ = [
    "ArtistRules",
    "Binding",
    "BrandRules",
    "Calendar",
    "Claim",
    "Claims",
    "Clash",
    "Conflict",
    "Free",
    "Hold",
    "Kept",
    "Line",
    "Rules",
    "Severity",
    "Sort",
    "Span",
    "Stops",
    "Window",
    "noted",
]
