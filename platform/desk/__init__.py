"""The planner's desk: candidates kept in lists, questions kept by name, rankings for many at once."""

from kyokan.platform.desk.batches import Answer, Batch, Batches
from kyokan.platform.desk.searches import Saved, Searches
from kyokan.platform.desk.shortlists import Pick, Shortlists

__all__ = ["Answer", "Batch", "Batches", "Pick", "Saved", "Searches", "Shortlists"]
