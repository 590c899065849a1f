"""Who reads and who writes what lies on the desk of an organisation."""

from __future__ import annotations

from kyokan.errors import NotAllowedError
from kyokan.platform.accounts.actor import Actor, Role


def reads(actor: Actor) -> bool:
    """Whether the actor sees the desk of their organisation."""
    return actor.has(Role.PLANNER, Role.ANALYST)


def readers_of(organisation: str) -> Actor:
    """All who read the desk of an organisation, as one: what is kept there tells what each of them may know."""
    return Actor(person="", organisation=organisation, roles=frozenset({Role.ANALYST}))


def check_reads(actor: Actor) -> None:
    """Hold everybody else off, before anything is looked up.

    Raises:
        NotAllowedError: the actor is neither planner nor analyst.
    """
    if not reads(actor):
        remedy = "Ask for the role in your organisation"
        raise NotAllowedError("the desk", "is for planners and analysts", remedy, code="desk_read")


def check_writes(actor: Actor) -> None:
    """Hold those off who only read.

    Raises:
        NotAllowedError: the actor is no planner.
    """
    check_reads(actor)
    if not actor.has(Role.PLANNER):
        remedy = "Ask one of your organisation"
        raise NotAllowedError("the desk", "is changed by planners", remedy, code="desk_write")
