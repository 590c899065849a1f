"""Proposed tie-ups from draft to signed deal and its outcome, and who may see and do what on the way."""

from kyokan.platform.deals.entries import Draft, Outcome, Terms
from kyokan.platform.deals.service import Deals, Seen
from kyokan.platform.deals.steps import Party, Status, Step

__all__ = ["Deals", "Draft", "Outcome", "Party", "Seen", "Status", "Step", "Terms"]
