"""What binds, put together: each side's rules, deals under way, and rankings that hold to them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from kyokan.graph.dictionary import Dictionary
from kyokan.platform.workroom import Workroom

if TYPE_CHECKING:
    from kyokan.matching.ranking import Matcher, Place, Proposal, Query
    from kyokan.platform.accounts.actor import Actor
    from kyokan.platform.deals.talk import Talk
    from kyokan.platform.rules import Calendar, Claims, Rules
    from kyokan.platform.rules.gate import RuleGate

Progress = Callable[[str, int, int], None]
"""Told (stage, done, total) as work goes on; total 0 means not known."""


class Bound(Workroom, ABC):
    """The part of the services that rules and deals bind."""

    @property
    @abstractmethod
    def dictionary(self) -> Dictionary:
        """The kansei dictionary."""

    @abstractmethod
    def matcher(self, progress: Progress | None = None) -> Matcher:
        """The matcher over the current snapshot, bound by nothing but the graph."""

    @cached_property
    def talk(self) -> Talk:
        """Questions and answers on deals."""
        from kyokan.platform.deals import talk

        return talk.Talk(self.database, self.clock)

    @cached_property
    def rules(self) -> Rules:
        """What each side will not do."""
        from kyokan.platform.rules import Rules

        return Rules(self.database, lambda: self.dictionary, self.clock)

    @cached_property
    def claims(self) -> Claims:
        """Whose a name is, as the operator settles it."""
        from kyokan.platform.rules import Claims

        return Claims(self.database, self.clock)

    @cached_property
    def calendar(self) -> Calendar:
        """Who is bound when, and what conflicts."""
        from kyokan.platform.rules import Calendar

        return Calendar(self.deals, self.rules, lambda: self.matcher().context())

    @cached_property
    def admission(self) -> RuleGate:
        """Asks both sides' rules before a proposal is drafted, sent or agreed."""
        from kyokan.platform.rules.gate import RuleGate

        return RuleGate(self.rules, lambda: self.matcher().context())

    def bound_matcher(self, actor: Actor | None) -> Matcher:
        """The matcher under the rules in force, told as far as the actor may know; None is an outsider."""
        bound = self.settings.workroom.exists()
        return self.matcher().bound_by(self.rules.binding(actor)) if bound else self.matcher()

    # Every answer says for whom it is: a reader who is party of a deal is told its clause, all others until when.

    def propose(self, query: Query, *, actor: Actor | None) -> Proposal:
        """Ranked matches for a query, each with its evidence."""
        return self.bound_matcher(actor).propose(query)

    def explain(self, first: str, second: str, query: Query | None = None, *, actor: Actor | None) -> Proposal:
        """One pair looked at closely, with counterfactuals; ``query`` carries what-if toggles."""
        return self.bound_matcher(actor).explain(first, second, query)

    def look(self, query: Query, ids: Sequence[str], *, actor: Actor | None) -> Proposal:
        """Some candidates of a question, each with its evidence, whatever their standing."""
        return self.bound_matcher(actor).look(query, ids)

    def places(self, query: Query, ids: Sequence[str] = (), *, actor: Actor | None) -> tuple[Place, ...]:
        """The ranking of a question, or where some candidates stand, without the evidence."""
        return self.bound_matcher(actor).places(query, ids)
