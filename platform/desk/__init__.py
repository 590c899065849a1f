"""The planner's desk: candidates kept in lists, and questions kept by name."""

from kyokan.platform.desk.searches import Saved, Searches
from kyokan.platform.desk.shortlists import Pick, Shortlists

__all__ = ["Pick", "Saved", "Searches", "Shortlists"]
