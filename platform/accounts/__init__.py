"""Who people are, for whom they act and in which role."""

from kyokan.platform.accounts.actor import Actor, Role

__all__ = ["Actor", "Role"]
