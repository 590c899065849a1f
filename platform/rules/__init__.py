"""What each side will not do, kept by whoever represents it, and how that binds proposals and rankings."""

from kyokan.platform.rules.binding import Binding
from kyokan.platform.rules.calendar import Calendar, Conflict, Hold, Line, Severity, Span
from kyokan.platform.rules.claims import Claim, Claims
from kyokan.platform.rules.entries import ArtistRules, BrandRules, Free
from kyokan.platform.rules.reasons import Sort, Window
from kyokan.platform.rules.service import Kept, Rules, Stops

__all__ = [
    "ArtistRules",
    "Binding",
    "BrandRules",
    "Calendar",
    "Claim",
    "Claims",
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
]
