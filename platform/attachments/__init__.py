"""Files that go with a deal: who may read which, and that each is what it says it is."""

from kyokan.platform.attachments.service import Attachment, Attachments

__all__ = ["Attachment", "Attachments"]
