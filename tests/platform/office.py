"""An agency's office for tests of approvals: its steps, its drafts, and the acts of its people."""

from __future__ import annotations

from pathlib import Path

from kyokan.platform.approvals import ApprovalGate, Approvals
from kyokan.platform.database import Database
from kyokan.platform.deals import Deals, Step
from kyokan.platform.deals.notices import Notices
from tests.platform.dealing import BRAND, DRAFT, MATCH, PLANNER, Clock, settle_in

MONEY = {"name": "Money", "criterion": "fee", "value": "10000000", "role": "analyst", "lock": True}
BOSS = {"name": "Boss", "criterion": "always", "person": "maki"}
CHEAP, DEAR = {"fee_high": 1, "category": "watch"}, {"fee_high": 20_000_000, "category": "watch"}


class Office:
    """An agency's deals and approvals over one file."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.database = Database(folder / "workroom.db")
        settle_in(self.database)
        self.deals = Deals(self.database, self.clock, gates=(ApprovalGate(),))
        self.notices = Notices(self.database)
        self.approvals = Approvals(self.database, self.clock)

    def draft(self, **terms: object) -> str:
        return str(self.deals.create(PLANNER, DRAFT | {"terms": terms}, MATCH, "sha256:1")["id"])

    def version(self, deal: str) -> int:
        return int(self.deals.get(PLANNER, deal)["version"])

    def arrange(self, *steps: dict) -> None:
        self.approvals.arrange(PLANNER, self.approvals.steps(PLANNER)[2], steps)

    def ids(self) -> dict[str, str]:
        return {step.name: step.id for step in self.approvals.steps(PLANNER)[0]}

    def send(self, deal: str) -> None:
        self.deals.take(PLANNER, deal, self.version(deal), Step.SEND)

    def offered(self) -> str:
        """A proposal that is on the table, sent before the agency had any steps."""
        deal = self.draft(**CHEAP)
        self.send(deal)
        return deal

    def counter(self, deal: str, actor=PLANNER, *, gated: bool = True, **terms: object) -> None:
        deals = self.deals if gated else Deals(self.database, self.clock)
        deals.take(actor, deal, self.version(deal), Step.COUNTER, terms=terms)

    def answer(self, deal: str) -> None:
        """The brand counters."""
        self.counter(deal, BRAND, fee_high=2)

    def ask_counter(self, deal: str, **terms: object) -> None:
        self.approvals.ask_counter(PLANNER, deal, self.version(deal), terms)

    def asked(self, deal: str) -> int:
        """How often approvals were asked for."""
        standing = self.approvals.of(PLANNER, deal)
        assert standing
        return standing.round

    def ask(self, deal: str) -> None:
        self.approvals.ask(PLANNER, deal, self.version(deal))

    def approve(self, actor, deal: str, name: str) -> None:
        self.approvals.approve(actor, deal, self.version(deal), self.ids()[name], self.asked(deal))

    def send_back(self, actor, deal: str, name: str, reason: str = "too dear") -> None:
        self.approvals.send_back(actor, deal, self.version(deal), self.ids()[name], reason, self.asked(deal))

    def edit(self, deal: str, **fields: object) -> None:
        self.deals.change(PLANNER, deal, self.version(deal), fields)
