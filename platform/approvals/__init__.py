"""What an agency must agree on among its own people before a draft leaves it."""

from kyokan.platform.approvals.gate import ApprovalGate
from kyokan.platform.approvals.service import Approvals

__all__ = ["ApprovalGate", "Approvals"]
