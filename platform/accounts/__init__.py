"""Who people are, for whom they act and in which role."""

from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.accounts.directory import Offer
from kyokan.platform.accounts.model import Organisation, OrganisationKind, Person
from kyokan.platform.accounts.service import Accounts, SignedIn, Visit
from kyokan.platform.accounts.sessions import SessionRow

__all__ = [
    "Accounts",
    "Actor",
    "Offer",
    "Organisation",
    "OrganisationKind",
    "Person",
    "Role",
    "SessionRow",
    "SignedIn",
    "Visit",
]
