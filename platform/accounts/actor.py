"""The one who acts: every read and write of the workroom is asked by an actor and scoped to what it may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody does for an organisation."""

    PLANNER = "planner"
    BRAND_CLIENT = "brand_client"
    ARTIST_MANAGER = "artist_manager"
    ANALYST = "analyst"
    ADMIN = "admin"


def ordered(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Each of the roles once, in the order in which they are always named."""
    held = set(roles)
    return tuple(role for role in Role if role in held)


def words(roles: Iterable[Role]) -> str:
    """Roles as they stand in a record: ``planner, admin``."""
    return ", ".join(ordered(roles))


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person acting for one organisation; ``roles`` are those held there, ``name`` is shown to others."""

    person: str
    organisation: str
    roles: frozenset[Role]
    name: str = ""

    def has(self, *roles: Role) -> bool:
        """Whether one of the roles is held."""
        return not self.roles.isdisjoint(roles)
