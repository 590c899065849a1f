"""Deals as people work on them: each act checks who asks, changes the record, writes the trail and tells the others."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from kyokan.errors import NotAllowedError
from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.audit import Trail
from kyokan.platform.clock import Clock, stamp, utc
from kyokan.platform.database import Database
from kyokan.platform.deals.entries import Draft, checked, said_with
from kyokan.platform.deals.fields import CHANGED_BY, changeable, shown
from kyokan.platform.deals.gate import EVERYBODY, Admission, Gate
from kyokan.platform.deals.model import DealRow, NoticeRow
from kyokan.platform.deals.notices import tell
from kyokan.platform.deals.record import accept, assign, check_expires, check_ready, drafted, offer, offered, unchanged
from kyokan.platform.deals.scope import find, of_organisation, party_of, subject
from kyokan.platform.deals.sides import KIND_OF, check_pair, check_sides
from kyokan.platform.deals.steps import RULES, SIDES, Party, Status, Step

Seen = dict[str, Any]
"""A deal as one side sees it (``fields.shown``)."""


class Deals:
    """The deals of all organisations; each answer holds only what its actor may see.

    A deal of others, a draft addressed to oneself and a deal that does not exist are refused alike.

    Args:
        database: where they are kept.
        clock: the time, with its zone.
        gates: what else has a say before a draft is changed or sent, or its agency counters.
        admission: asked whether a pair may be proposed at all, before anything is written.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock = utc,
        gates: Sequence[Gate] = (),
        admission: Admission = EVERYBODY,
    ) -> None:
        self._database = database
        self._clock = clock
        self._gates = gates
        self._admission = admission

    # Reading -------------------------------------------------------------------------------------------------

    def get(self, actor: Actor, deal_id: str) -> Seen:
        """One deal.

        Raises:
            UnknownDealError: there is none that the actor may see.
        """
        self.settle()
        with self._database.session() as session:
            deal, party = find(session, actor, deal_id)
            return shown(deal, party)

    def as_seen_by(self, actor: Actor, deal_id: str, party: Party) -> Seen:
        """A deal as one of its sides sees it, or would once it is sent, for its agency.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: the actor is not of its agency.
        """
        with self._database.session() as session:
            deal, own = find(session, actor, deal_id)
            if own is not Party.AGENCY:
                raise NotAllowedError("this view", "is its agency's", "See the deal", code="agency_only")
            return shown(deal, party)

    def of(self, actor: Actor) -> list[Seen]:
        """Every deal that the actor may see, without its evidence, the one changed last first."""
        self.settle()
        with self._database.session() as session:
            own = select(DealRow).where(of_organisation(actor)).options(selectinload(DealRow.terms))
            rows = session.scalars(own.order_by(DealRow.changed.desc(), DealRow.id)).all()
            parties = [(deal, party_of(actor, deal)) for deal in rows]
            return [shown(deal, party, evidence=False) for deal, party in parties if party]

    def history(self, actor: Actor, deal_id: str) -> list[dict[str, Any]]:
        """What was done to a deal, oldest first, as far as the actor's side may know of it.

        Raises:
            UnknownDealError: there is none that the actor may see.
        """
        with self._database.session() as session:
            _, party = find(session, actor, deal_id)
            records = Trail(session).of(subject(deal_id))
            return [
                {"at": one.at, "name": one.name, "organisation": one.organisation, "act": one.act, **one.detail["said"]}
                for one in records
                if party.value in one.detail["seen_by"]
            ]

    def unrepresented(self, actor: Actor, deal_id: str) -> Mapping[str, bool]:
        """What of a deal its side does not represent (by id), for its agency → whether another organisation does.

        Such a deal binds nobody else and leaves nothing in the graph; the two sides are told nothing.

        Raises:
            UnknownDealError: there is none that the actor may see.
        """
        with self._database.session() as session:
            deal, party = find(session, actor, deal_id)
            return self._admission.unrepresented(session, deal) if party is Party.AGENCY else {}

    # Writing -------------------------------------------------------------------------------------------------

    def create(
        self, actor: Actor, draft: Mapping[str, Any], match: Mapping[str, Any], snapshot: str, *, key: str = ""
    ) -> Seen:
        """A draft of the actor's agency.

        Args:
            actor: a planner.
            draft: the fields of ``Draft``.
            match: the match as ``Match.to_json`` gives it; its evidence is frozen here.
            snapshot: hash of the snapshot that it was found in.
            key: id of the deal to make (32 hexadecimal figures), so that asking twice makes one; without it a new one.

        Raises:
            NotAllowedError: the actor is no planner.
            UnknownDealError: the key is that of a deal which the actor may not see.
            QueryError: a field breaks its rule or is none of a draft, the two are no artist and brand or product, or an
                organisation is not of its side's kind.
            RuleStopError: the rules of either side, or a running deal, close the pair.
        """
        if not actor.has(Role.PLANNER):
            raise NotAllowedError("a proposal", "is drafted by a planner", "Ask one of yours", code="planner_only")
        entered = checked(Draft, draft)
        check_pair(entered.artist, entered.brand)
        check_expires(entered.expires.isoformat() if entered.expires else "", self._today())
        self._admission.proposing(actor, entered.artist, entered.brand, entered.terms)
        deal = drafted(key or uuid.uuid4().hex, actor, entered, self._now())
        deal.match, deal.snapshot = dict(match), snapshot
        with self._database.session(writing=True) as session:
            if session.scalar(select(DealRow.id).where(DealRow.id == deal.id)):
                return shown(*find(session, actor, deal.id))
            check_sides(session, deal)
            session.add(deal)
            session.flush()
            self._record(session, actor, deal, "create", frozenset({Party.AGENCY}), {})
            return shown(deal, Party.AGENCY)

    def change(self, actor: Actor, deal_id: str, version: int, fields: Mapping[str, Any]) -> Seen:
        """Change fields that need no step: a draft's content, or a side's own private figure.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: a field is not the actor's to change, or not any more.
            ChangedMeanwhileError: the deal is not as it was when ``version`` was read.
            QueryError: a value breaks its rule.

        A side's own figure on a deal that was sent leaves the version as it is: nobody else's view of it has changed.
        """
        self.settle()
        with self._database.session(writing=True) as session:
            deal, party = find(session, actor, deal_id, acting=True)
            for name in fields:
                if not changeable(name, Status(deal.status), party):
                    raise NotAllowedError(name, "is not yours to change now", code="field_not_yours", field=name)
            unchanged(deal, version)
            for gate in self._gates:
                gate.changing(session, deal, fields)
            for name, value in fields.items():
                assign(deal, name, value, actor, self._now())
            check_sides(session, deal, [side for side in KIND_OF if side in fields])
            check_expires(deal.expires if "expires" in fields else "", self._today())
            seen_by = frozenset(
                one for one in Party if any(one in CHANGED_BY[name][0] | {Party.AGENCY} for name in fields)
            )
            self._keep(session, actor, deal, "change", seen_by, {"fields": sorted(fields)})
            return shown(deal, party)

    def take(
        self,
        actor: Actor,
        deal_id: str,
        version: int,
        step: Step,
        *,
        reason: str = "",
        terms: Mapping[str, Any] | None = None,
        outcome: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> Seen:
        """Take one step of the table in ``steps``; what one's side was told of the deal is read with it.

        ``key`` is that of the form: who sends a form again has the deal as it stands, and nothing more happens.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: the step is not the actor's, not possible while the deal stands so, or stopped by a gate.
            ChangedMeanwhileError: the deal is not as it was when ``version`` was read.
            QueryError: a reason, terms or an outcome is missing or breaks a rule, or another organisation than the side
                named represents the artist or the brand.
            RuleStopError: the rules of either side, or a running deal, close what was to be sent or agreed.
        """
        rule = RULES[step]
        self.settle()
        if step is Step.SEND:
            self._ask_admission(actor, deal_id)
        with self._database.session(writing=True) as session:
            deal, party = find(session, actor, deal_id, acting=True)
            if key and self._taken(session, actor, deal, step, key):
                return shown(deal, party)
            if party not in rule.by:
                raise NotAllowedError(step.value, "is not yours to take", code="step_not_yours", step=step.value)
            unchanged(deal, version)
            if deal.status not in rule.of:
                status = Status(deal.status).value
                why = f"is not possible while the deal is {status}"
                raise NotAllowedError(step.value, why, code="step_not_now", step=step.value, status=status)
            said = said_with(rule, step, reason=reason, terms=terms, outcome=outcome)
            self._apply(session, deal, actor, party, step, said)
            told = {name: value for name, value in said.items() if name == "reason"} | {"status": deal.status}
            answered = (NoticeRow.organisation == actor.organisation, NoticeRow.party == party)
            session.execute(update(NoticeRow).where(NoticeRow.deal == deal.id, *answered).values(read=True))
            self._keep(session, actor, deal, step.value, frozenset(Party), told, key)
            return shown(deal, party)

    def settle(self) -> int:
        """Close what has run out; gives how many. Whoever looks or acts does so first: time needs no worker to pass."""
        rule, today = RULES[Step.EXPIRE], self._clock().date().isoformat()
        due = select(DealRow).where(DealRow.status.in_(sorted(rule.of)), DealRow.expires != "", DealRow.expires < today)
        with self._database.session() as session:
            if session.scalars(due.limit(1)).first() is None:
                return 0
        with self._database.session(writing=True) as session:
            over = session.scalars(due).all()
            for deal in over:
                deal.status = rule.to
                self._keep(session, None, deal, Step.EXPIRE.value, frozenset(Party), {"status": deal.status})
            return len(over)

    # ---------------------------------------------------------------------------------------------------------

    def _ask_admission(self, actor: Actor, deal_id: str) -> None:
        """Before the transaction, so that what was stopped is counted although nothing is sent."""
        with self._database.session() as session:
            deal, party = find(session, actor, deal_id, acting=True)
            if party is Party.AGENCY and deal.status == Status.DRAFT:
                self._admission.proposing(actor, deal.artist, deal.brand, offered(deal))

    def _taken(self, session: Session, actor: Actor, deal: DealRow, step: Step, key: str) -> bool:
        """Whether the actor has taken a step with a form already."""
        same = (step.value, actor.person, actor.organisation, key)
        taken = Trail(session).of(subject(deal.id))
        return any((one.act, one.person, one.organisation, one.detail.get("key")) == same for one in taken)

    def _apply(
        self, session: Session, deal: DealRow, actor: Actor, party: Party, step: Step, said: Mapping[str, Any]
    ) -> None:
        """What a step does to the record."""
        now, leads_to = self._now(), RULES[step].to
        if step is Step.SEND:
            check_ready(deal, self._today())
            check_sides(session, deal)
            self._admission.addressing(session, deal)
            for gate in self._gates:
                gate.sending(session, deal)
            deal.sent = now
        elif step is Step.COUNTER:
            for gate in self._gates if party is Party.AGENCY else ():
                gate.countering(session, deal, said["terms"])
            deal.terms.append(offer(deal, actor, party, said["terms"], now))
            if party in SIDES:  # who makes an offer stands by it
                accept(deal, actor, party, now)
        elif step is Step.ACCEPT:
            accept(deal, actor, party, now, said.get("reason", ""))
            if deal.offered.accepted_by == SIDES:
                self._admission.addressing(session, deal)
                self._admission.agreeing(actor, deal, offered(deal))
            else:
                leads_to = deal.status
        if RULES[step].reason:
            deal.reason = said["reason"]
        if "outcome" in said:
            deal.outcome = said["outcome"].model_dump(mode="json")
        session.flush()  # the file lets a status change once it holds what that rests on
        deal.status = leads_to

    def _keep(
        self,
        session: Session,
        actor: Actor | None,
        deal: DealRow,
        act: str,
        seen_by: Collection[Party],
        told: Mapping[str, Any],
        key: str = "",
    ) -> None:
        """Write the change, its record and the notices; all of it or nothing."""
        if not deal.sent or len(seen_by) == len(Party):  # one side's own figure must not show in what others look at
            deal.changed = self._now()
            deal.version += 1
        session.flush()
        self._record(session, actor, deal, act, seen_by, told, key)

    def _record(
        self,
        session: Session,
        actor: Actor | None,
        deal: DealRow,
        act: str,
        seen_by: Collection[Party],
        told: Mapping[str, Any],
        key: str = "",
    ) -> None:
        detail = {"seen_by": sorted(party.value for party in seen_by), "said": dict(told)}
        detail |= {"key": key} if key else {}
        Trail(session).add(actor, subject(deal.id), act, self._clock(), detail)
        if not deal.sent:  # nobody but its agency knows of a draft
            return
        others = [party for party in seen_by if actor is None or deal.end(party) != actor.organisation]
        tell(session, deal, others, act, self._now())

    def _today(self) -> str:
        return self._clock().date().isoformat()

    def _now(self) -> str:
        return stamp(self._clock())
