"""The steps of a deal in one table: from where, to where, by whom, and what must be said with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kyokan.platform.accounts.actor import Role


class Status(StrEnum):
    """Where a deal stands. The four after ``accepted`` but ``running`` are ends."""

    DRAFT = "draft"
    SENT = "sent"
    COUNTERED = "countered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    RUNNING = "running"
    FINISHED = "finished"


class Party(StrEnum):
    """On whose side of a deal somebody stands."""

    AGENCY = "agency"
    BRAND = "brand"
    ARTIST = "artist"


class Step(StrEnum):
    """What can be done to a deal."""

    SEND = "send"
    COUNTER = "counter"
    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    START = "start"
    FINISH = "finish"


ROLE_OF: Mapping[Party, Role] = {
    Party.AGENCY: Role.PLANNER,
    Party.BRAND: Role.BRAND_CLIENT,
    Party.ARTIST: Role.ARTIST_MANAGER,
}
OPEN = frozenset({Status.SENT, Status.COUNTERED})
SIDES = frozenset({Party.BRAND, Party.ARTIST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Where a step may be taken and where it leads.

    ``by`` is empty where only time takes it. ``accept`` leads ``to`` once both sides have accepted the same terms.
    ``reason``, ``terms`` and ``outcome`` must be said with it; with a ``remark`` a reason may be.
    """

    of: frozenset[Status]
    to: Status
    by: frozenset[Party]
    reason: bool = False
    terms: bool = False
    outcome: bool = False
    remark: bool = False


RULES: Mapping[Step, Rule] = {
    Step.SEND: Rule(of=frozenset({Status.DRAFT}), to=Status.SENT, by=frozenset({Party.AGENCY})),
    Step.COUNTER: Rule(of=OPEN, to=Status.COUNTERED, by=frozenset(Party), terms=True),
    Step.ACCEPT: Rule(of=OPEN, to=Status.ACCEPTED, by=SIDES, remark=True),
    Step.DECLINE: Rule(of=OPEN, to=Status.DECLINED, by=SIDES, reason=True),
    Step.WITHDRAW: Rule(
        of=OPEN | {Status.DRAFT, Status.ACCEPTED}, to=Status.WITHDRAWN, by=frozenset({Party.AGENCY}), reason=True
    ),
    Step.EXPIRE: Rule(of=OPEN, to=Status.EXPIRED, by=frozenset()),
    Step.START: Rule(of=frozenset({Status.ACCEPTED}), to=Status.RUNNING, by=frozenset({Party.AGENCY})),
    Step.FINISH: Rule(of=frozenset({Status.RUNNING}), to=Status.FINISHED, by=frozenset({Party.AGENCY}), outcome=True),
}
ENDS = frozenset(Status).difference(*(rule.of for rule in RULES.values()))  # no step leads on
MOVES = frozenset((start, rule.to) for rule in RULES.values() for start in rule.of) | {
    (status, status)
    for status in Status  # an edit, or the first of two acceptances
}


def possible(status: Status, party: Party) -> tuple[Step, ...]:
    """What a party may do while a deal stands so, in the order of the table."""
    return tuple(step for step, rule in RULES.items() if status in rule.of and party in rule.by)
