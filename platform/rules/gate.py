"""The gate of proposals: what the rules of either side or a running deal close is neither drafted nor sent."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kyokan.errors import RuleStopError
from kyokan.matching.ranking.constraints import Plan
from kyokan.matching.signals import Context
from kyokan.platform.accounts.actor import Actor
from kyokan.platform.deals.entries import Terms
from kyokan.platform.rules.reasons import Bar
from kyokan.platform.rules.service import Rules


class RuleGate:
    """Asks the rules about one pair and its terms.

    Args:
        rules: what binds.
        context: gives the snapshot as it stands.
    """

    def __init__(self, rules: Rules, context: Callable[[], Context]) -> None:
        self._rules = rules
        self._context = context

    def bar(self, actor: Actor, artist: str, brand: str, terms: Terms) -> Bar | None:
        """What closes the pair under these terms, told as far as the actor may know; None where nothing does."""
        binding, context = self._rules.binding(actor), self._context()
        people, things = context.find(artist), context.find(brand)
        if people < 0 or things < 0:
            return None
        since, until = (day.isoformat() if day else "" for day in (terms.since, terms.until))
        plan = Plan(since=since, until=until, places=terms.territories, media=terms.media)
        return binding.bars(context, things, np.array([people], dtype=np.int64), plan).get(people)

    def __call__(self, actor: Actor, artist: str, brand: str, terms: Terms) -> None:
        """Let a proposal pass, or count the stop and say why.

        Raises:
            RuleStopError: a rule closes the pair.
        """
        bar = self.bar(actor, artist, brand, terms)
        if bar is None:
            return
        partner = brand if bar.entity == artist else artist
        self._rules.note_stop(actor, bar.entity, partner, bar.sort)
        raise RuleStopError(f"{artist} × {brand}", bar.reason.to_json())
