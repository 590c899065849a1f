"""The gate of proposals: what the rules of either side or an agreed deal close is not drafted, sent or agreed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from sqlalchemy.orm import Session

from kyokan.errors import RuleStopError
from kyokan.matching.ranking.constraints import Plan
from kyokan.matching.signals import Context
from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.deals.entries import Terms
from kyokan.platform.deals.model import DealRow
from kyokan.platform.rules.keepers import check_keepers, house_in, is_product, unrepresented
from kyokan.platform.rules.reasons import Bar, not_available
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

    def proposing(self, actor: Actor, artist: str, brand: str, terms: Terms) -> None:
        """Let a proposal pass, or count the stop and say why.

        Raises:
            RuleStopError: a rule closes the pair.
        """
        bar = self.bar(actor, artist, brand, terms)
        if bar is None:
            return
        partner = brand if bar.entity == artist else artist
        self._rules.note_stop(actor, bar.entity, partner, bar.sort)
        raise RuleStopError(f"{artist} × {brand}", bar.reason.to_json(), bar.whose)

    def addressing(self, session: Session, deal: DealRow) -> None:
        """Let a proposal go to its sides, or say that somebody else represents what it is about.

        Raises:
            QueryError: another organisation than the side named does.
        """
        check_keepers(session, deal, self._house)

    def unrepresented(self, session: Session, deal: DealRow) -> Mapping[str, bool]:
        """Artist and brand whose side does not represent them → whether another organisation does."""
        return unrepresented(session, deal, self._house)

    def _house(self, entity: str) -> str:
        return house_in(self._context(), entity) if is_product(entity) else entity

    def agreeing(self, actor: Actor, deal: DealRow, terms: Terms) -> None:
        """Let two sides agree, or say why not, as far as the actor may know.

        The artist's side is party to all that binds the artist. It is therefore judged by its clauses, while
        an outsider's question is answered as if an exclusive deal filled the whole time until its end.

        Raises:
            RuleStopError: a rule, or a deal agreed meanwhile, closes the pair.
        """
        side = Actor(person="", organisation=deal.artist_side, roles=frozenset({Role.ARTIST_MANAGER}))
        bar = self.bar(side, deal.artist, deal.brand, terms)
        if bar is None:
            return
        told = self.bar(actor, deal.artist, deal.brand, terms)
        reason = told.reason if told else not_available(bar.until or "")
        raise RuleStopError(f"{deal.artist} × {deal.brand}", reason.to_json(), told.whose if told else "")
