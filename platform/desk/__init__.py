"""The planner's desk: candidates kept in lists, and questions kept by name."""

from kyokan.platform.desk.shortlists import Pick, Shortlists

__all__ = ["Pick", "Shortlists"]
