"""What leaves the workroom: documents that people take out, and links for a reader without an account."""

from kyokan.platform.shares.service import Audience, Link, Opened, Shares

__all__ = ["Audience", "Link", "Opened", "Shares"]
