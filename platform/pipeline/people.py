"""Who may be named on an organisation's own notes: its people by the role they hold there."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from kyokan.platform.accounts.actor import Role
from kyokan.platform.accounts.model import Membership, Person


def holders(session: Session, organisation: str, *roles: Role) -> dict[str, str]:
    """Id -> name of those who hold one of the roles in an organisation, by name."""
    asked = (
        select(Person.id, Person.name)
        .join(Membership, Membership.person == Person.id)
        .where(Membership.organisation == organisation, Membership.role.in_(roles), Person.active)
        .order_by(Person.name, Person.id)
    )
    return {row.id: row.name for row in session.execute(asked)}
