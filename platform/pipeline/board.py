"""The board: every living deal of an agency in its stage, with its owner, what comes next and how soon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kyokan.errors import ChangedMeanwhileError, NotAllowedError, QueryError
from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.audit import Trail
from kyokan.platform.clock import Clock, utc
from kyokan.platform.database import Database
from kyokan.platform.deals import Deals, Party, Status
from kyokan.platform.deals.entries import Entered, Line, checked
from kyokan.platform.deals.model import DealRow
from kyokan.platform.deals.scope import find, subject
from kyokan.platform.deals.service import Seen
from kyokan.platform.deals.steps import OPEN, SIDES
from kyokan.platform.pipeline.model import BoardRow, PlaceRow
from kyokan.platform.pipeline.people import holders
from kyokan.platform.pipeline.stages import ON_BOARD, Stage, checked_stages, keep, stages_of

READERS = (Role.PLANNER, Role.ANALYST)


class Plan(Entered):
    """What comes next with a deal: who looks after it, what is to be done and until when."""

    owner: Line = ""
    next_act: Line = ""
    next_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A deal on the board.

    ``act`` is the planner's own word for what comes next; without one ``awaits`` names the sides that owe an answer, or
    nobody where the agency itself is next. ``due`` is the ISO date of that, the planned one or else the deal's own, or
    empty. ``version`` is that of its place.
    """

    deal: Seen
    stage: str
    version: int
    owner: str
    act: str
    awaits: tuple[str, ...]
    planned: str
    due: str
    late: bool
    today: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """An agency's stages in order, the version of their list, and who may own a deal (id -> name)."""

    stages: tuple[Stage, ...]
    version: int
    owners: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board(Frame):
    """The slips by stage and the deals that have ended; ``today`` is the ISO date by which slips are late."""

    slips: Mapping[str, tuple[Slip, ...]]
    ended: tuple[Seen, ...]
    today: str


class Pipeline:
    """The boards of all agencies; each is its agency's alone, and nothing of it is seen by the sides of a deal.

    Args:
        database: where they are kept, with the deals.
        deals: the deals.
        clock: the time, with its zone.
    """

    def __init__(self, database: Database, deals: Deals, clock: Clock = utc) -> None:
        self._database = database
        self._deals = deals
        self._clock = clock

    def board(self, actor: Actor, owner: str = "", deals: Sequence[Seen] | None = None) -> Board:
        """The board of the actor's agency; with ``owner`` that person's deals alone.

        Args:
            actor: who looks.
            owner: the id of a person, or empty for everybody's.
            deals: what ``Deals.of`` gives the actor, where it is in hand already.

        Raises:
            NotAllowedError: the actor is neither planner nor analyst.
        """
        frame = self.frame(actor)
        seen = self._deals.of(actor) if deals is None else deals
        deals = [deal for deal in seen if deal["agency"] == actor.organisation]
        with self._database.session() as session:
            own = select(PlaceRow).join(DealRow).where(DealRow.agency == actor.organisation)
            places = {row.deal: row for row in session.scalars(own)}
        today = self._today()
        slips = [_slip(deal, places.get(deal["id"]), frame, today) for deal in deals if deal["status"] in ON_BOARD]
        shown = [slip for slip in slips if not owner or slip.owner == owner]
        shown.sort(key=lambda slip: (slip.due or "~", slip.deal["id"]))  # what has no date comes after all that have
        return Board(
            stages=frame.stages,
            version=frame.version,
            owners=frame.owners,
            slips={stage.id: tuple(slip for slip in shown if slip.stage == stage.id) for stage in frame.stages},
            ended=tuple(deal for deal in deals if deal["status"] not in ON_BOARD),
            today=today,
        )

    def frame(self, actor: Actor) -> Frame:
        """The board of the actor's agency without what lies on it.

        Raises:
            NotAllowedError: the actor is neither planner nor analyst.
        """
        if not actor.has(*READERS):
            raise NotAllowedError("the board", "is its agency's", "See your inbox", code="agency_only")
        with self._database.session() as session:
            return _frame(session, actor.organisation)

    def slip(self, actor: Actor, deal_id: str) -> Slip:
        """One deal as it stands on the board, or stood before it ended.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: it is not one of the actor's agency.
        """
        deal = self._deals.get(actor, deal_id)
        if deal["agency"] != actor.organisation:
            raise NotAllowedError("the board", "is its agency's", "See your inbox", code="agency_only")
        with self._database.session() as session:
            return _slip(deal, session.get(PlaceRow, deal_id), _frame(session, actor.organisation), self._today())

    def move(self, actor: Actor, deal_id: str, version: int, stage: str) -> None:
        """Put a deal into another stage of its status; where it stands there already, nothing happens.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: the actor is no planner of its agency.
            ChangedMeanwhileError: its place is not as it was when ``version`` was read.
            QueryError: there is no such stage, or it is of another status; other statuses are reached by steps alone.
        """
        with self._database.session(writing=True) as session:
            deal, place = _placed(session, actor, deal_id)
            stages = {one.id: one for one in stages_of(session, deal.agency)}
            if stage == _stands_in(Status(deal.status), place.stage, tuple(stages.values())):
                return
            _unchanged(place.version, version)
            if stage not in stages or stages[stage].status != deal.status:
                rule = "is no stage of this deal's status; a status changes by a step of the deal"
                raise QueryError("stage", rule, "Choose one of its own", code="stage_elsewhere")
            place.stage = stage
            self._keep(session, actor, place, "move")

    def plan(self, actor: Actor, deal_id: str, version: int, fields: Mapping[str, Any]) -> None:
        """Say who looks after a deal, what comes next and until when: the fields of ``Plan``, all of them.

        Raises:
            UnknownDealError: there is none that the actor may see.
            NotAllowedError: the actor is no planner of its agency.
            ChangedMeanwhileError: the plan is not as it was when ``version`` was read.
            QueryError: the owner is no planner of the agency, or a field breaks its rule.
        """
        entered = checked(Plan, fields)
        next_on = entered.next_on.isoformat() if entered.next_on else ""
        with self._database.session(writing=True) as session:
            deal, place = _placed(session, actor, deal_id)
            if entered.owner and entered.owner not in holders(session, deal.agency, Role.PLANNER):
                raise QueryError("owner", "is no planner of your agency", "Choose one", code="owner")
            if (place.owner, place.next_act, place.next_on) == (entered.owner, entered.next_act, next_on):
                return
            _unchanged(place.version, version)
            place.owner, place.next_act, place.next_on = entered.owner, entered.next_act, next_on
            self._keep(session, actor, place, "plan")

    def arrange(self, actor: Actor, version: int, entered: Sequence[Mapping[str, Any]]) -> None:
        """Name, add, order or remove stages: the whole list as it shall be, fields of ``stages.StageEntry``.

        Raises:
            NotAllowedError: the actor is no planner.
            ChangedMeanwhileError: the stages are not as they were when ``version`` was read.
            QueryError: a stage has no name, or a status would be left without one.
        """
        if not actor.has(Role.PLANNER):
            raise NotAllowedError("stages", "are named by planners", "Ask one of your agency", code="planner_only")
        agency = actor.organisation
        with self._database.session(writing=True) as session:
            board = session.get(BoardRow, agency) or BoardRow(agency=agency, version=0)
            before = stages_of(session, agency)
            _unchanged(board.version, version)
            after = checked_stages(entered, before)
            if after == before:
                return
            session.add(board)
            board.version += 1
            session.flush()
            keep(session, agency, after)
            names = [{"ja": stage.ja, "en": stage.en, "status": stage.status.value} for stage in after]
            Trail(session).add(actor, f"board:{agency}", "arrange", self._clock(), {"stages": names})

    def _today(self) -> str:
        return self._clock().date().isoformat()

    def _keep(self, session: Session, actor: Actor, place: PlaceRow, act: str) -> None:
        """Write a change of a place and its record, which the agency alone reads."""
        place.version += 1
        session.add(place)
        detail = {"seen_by": [Party.AGENCY.value], "said": {}}
        Trail(session).add(actor, subject(place.deal), act, self._clock(), detail)


def _placed(session: Session, actor: Actor, deal_id: str) -> tuple[DealRow, PlaceRow]:
    """A deal of the actor's agency and what is noted of it."""
    deal, party = find(session, actor, deal_id, acting=True)
    if party is not Party.AGENCY:
        raise NotAllowedError("the board", "is its agency's", "See your inbox", code="agency_only")
    blank = PlaceRow(deal=deal.id, version=0, stage="", owner="", next_act="", next_on="")
    return deal, session.get(PlaceRow, deal.id) or blank


def _frame(session: Session, agency: str) -> Frame:
    kept = session.get(BoardRow, agency)
    stages, owners = stages_of(session, agency), holders(session, agency, Role.PLANNER)
    return Frame(stages=stages, version=kept.version if kept else 0, owners=owners)


def _unchanged(now: int, then: int) -> None:
    """Holds until the end of the transaction: a writing one is alone from its beginning."""
    if now != then:
        rule = "was changed by somebody else meanwhile"
        raise ChangedMeanwhileError("the board", rule, "See it as it stands now", code="board_changed")


def _stands_in(status: Status, put: str, stages: Sequence[Stage]) -> str:
    """The stage that a deal stands in: where it was put, else the first of its status."""
    own = [stage.id for stage in stages if stage.status == status]
    return put if put in own else next(iter(own), "")


def _slip(deal: Seen, place: PlaceRow | None, frame: Frame, today: str) -> Slip:
    status = Status(deal["status"])
    act = place.next_act if place else ""
    awaits: tuple[str, ...] = ()
    if status in OPEN and not act:
        awaits = tuple(sorted(side.value for side in SIDES if side not in deal["terms"][-1]["accepted_by"]))
    planned = place.next_on if place else ""
    due = planned or ("" if act else _date_of(deal, status))
    return Slip(
        deal=deal,
        stage=_stands_in(status, place.stage if place else "", frame.stages),
        version=place.version if place else 0,
        owner=place.owner if place and place.owner in frame.owners else "",
        act=act,
        awaits=awaits,
        planned=planned,
        due=due,
        late=bool(due) and due < today,
        today=due == today,
    )


def _date_of(deal: Seen, status: Status) -> str:
    """The date that a deal itself holds for what comes next: an answer, the beginning, the end."""
    terms = deal["terms"][-1]
    if status in (Status.DRAFT, *OPEN):
        return deal["expires"] or ""
    return (terms["since"] if status is Status.ACCEPTED else terms["until"]) or ""
