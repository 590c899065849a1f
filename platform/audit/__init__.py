"""Who did what and when: a trail that is only ever added to."""

from kyokan.platform.audit.denials import Denials
from kyokan.platform.audit.trail import Record, Trail, under_request

__all__ = ["Denials", "Record", "Trail", "under_request"]
