"""Rankings for many askers at once: what was asked, answered one by one by a job, and kept for a month."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from kyokan.errors import NotAllowedError, QueryError, UnknownRecordError
from kyokan.matching.ranking import Query
from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.clock import Clock, here, stamp, utc
from kyokan.platform.database import Database
from kyokan.platform.deals.scope import stands
from kyokan.platform.deals.steps import Party
from kyokan.platform.desk.model import AnswerRow, BatchRow
from kyokan.platform.desk.questions import read, written

MOST_ASKERS, MOST_EACH, MOST_IN_ALL = 100, 20, 500
KEPT_DAYS = 30

Acting = Callable[[str, str], Actor | None]
"""Who a person is while acting for an organisation; None where they may not any more."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What was asked at once, the day after which its answers go, and whether they are the reader's to read."""

    id: str
    title: str
    askers: int
    until: str
    readable: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """One question with its answer as ``Proposal.to_json`` gives it; None where it could not be asked."""

    query: Query
    content: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Work:
    """What is still to be answered, by place among ``total``, as the actor who asked may know it."""

    actor: Actor
    questions: Mapping[int, Query]
    total: int


class Batches:
    """The batches of all organisations; each answer holds only those that its actor may see.

    A person sees their own, an admin those of the organisation; its answers only where the admin sees the same sides of
    deals as who asked, for they tell of deals. One of others is refused like one that does not exist.

    Args:
        database: where they are kept.
        acting: whether somebody still acts for an organisation.
        clock: the time, in the zone by which days are counted.
    """

    def __init__(self, database: Database, acting: Acting, clock: Clock = utc) -> None:
        self._database = database
        self._acting = acting
        self._clock = clock

    # Asking, and taking out ------------------------------------------------------------------------------------

    def ask(self, actor: Actor, key: str, title: str, questions: Sequence[Query]) -> str:
        """Keep questions to be answered by a job; gives the id, which is the key.

        Args:
            actor: who asks, and as whom they will be answered.
            key: id of the batch to make (32 hexadecimal figures), so that asking twice makes one.
            title: whom they are asked for, in words.
            questions: one an asker.

        Raises:
            QueryError: there are none or too many, or one wants too many answers.
            UnknownRecordError: the key is that of a batch which the actor may not see.
        """
        tops = [one.top for one in questions]
        if not 0 < len(tops) <= MOST_ASKERS or not 0 < min(tops) <= max(tops) <= MOST_EACH or sum(tops) > MOST_IN_ALL:
            rule = f"is for 1 to {MOST_ASKERS} askers with 1 to {MOST_EACH} candidates each, {MOST_IN_ALL} in all"
            limits = {"askers": MOST_ASKERS, "most": MOST_IN_ALL}
            raise QueryError("a batch", rule, "Ask for fewer", code="batch_size", **limits)
        made = {
            "id": key,
            "organisation": actor.organisation,
            "person": actor.person,
            "title": title,
            "questions": [written(one) for one in questions],
            "created": stamp(self._clock()),
        }
        with self._database.session(writing=True) as session:
            session.execute(insert(BatchRow).values(made).on_conflict_do_nothing())
            return _find(session, actor, key).id

    def of(self, actor: Actor, ids: Collection[str]) -> dict[str, Batch]:
        """Those of some ids that are still kept, by id."""
        with self._database.session() as session:
            rows = list(session.scalars(_own(actor).where(BatchRow.id.in_(ids))))
        acting = cache(self._acting)  # many are of few people
        return {row.id: self._batch(actor, row, acting) for row in rows}

    def answers(self, actor: Actor, batch_id: str) -> tuple[Batch, list[Answer]]:
        """A batch with what was answered, in the order in which it was asked.

        Raises:
            UnknownRecordError: there is none whose answers the actor may read, or it is kept no longer.
        """
        with self._database.session() as session:
            row = _find(session, actor, batch_id)
            batch = self._batch(actor, row, self._acting)
            if not batch.readable:
                raise _unknown(batch_id)
            kept = session.scalars(select(AnswerRow).where(AnswerRow.batch == row.id).order_by(AnswerRow.place))
            answers = [Answer(read(row.questions[one.place]), one.content) for one in kept]
            return batch, answers

    # What jobs do ----------------------------------------------------------------------------------------------

    def work(self, organisation: str, batch_id: str) -> Work:
        """What is still to be answered of an organisation's batch, for the job.

        Raises:
            UnknownRecordError: the batch is kept no longer.
            NotAllowedError: who asked does not act for the organisation any more.
        """
        with self._database.session() as session:
            own = select(BatchRow).where(BatchRow.organisation == organisation, BatchRow.id == batch_id)
            row = session.scalars(own).one_or_none()
            if row is None:
                raise _unknown(batch_id)
            answered = set(session.scalars(select(AnswerRow.place).where(AnswerRow.batch == batch_id)))
        actor = self._acting(row.person, row.organisation)
        if actor is None:
            raise NotAllowedError("who asked", "does not act for the organisation any more", "Ask anew")
        open_ones = {place: read(one) for place, one in enumerate(row.questions) if place not in answered}
        return Work(actor, open_ones, len(row.questions))

    def keep(self, batch_id: str, place: int, content: Mapping[str, Any] | None) -> None:
        """Keep one answer, None where the question could not be asked; one that is there stays as it is."""
        made = {"batch": batch_id, "place": place, "content": content and dict(content)}
        with self._database.session(writing=True) as session:
            session.execute(insert(AnswerRow).values(made).on_conflict_do_nothing())

    def count(self, batch_id: str) -> dict[str, int]:
        """How many questions were answered, and how many could not be asked."""
        with self._database.session() as session:
            kept = list(session.scalars(select(AnswerRow.content.is_(None)).where(AnswerRow.batch == batch_id)))
        return {"answered": kept.count(False), "not_askable": kept.count(True)}

    def tidy(self) -> int:
        """Remove what was kept for its time, and what was asked by people who do not act for the organisation any more.

        Returns:
            How many batches went.
        """
        today = self._clock().date().isoformat()
        asked = select(BatchRow.id, BatchRow.created, BatchRow.person, BatchRow.organisation)
        with self._database.session() as session:
            rows = session.execute(asked).all()
        acting = cache(self._acting)
        over = [row.id for row in rows if self._until(row.created) < today or not acting(row.person, row.organisation)]
        with self._database.session(writing=True) as session:
            session.execute(delete(BatchRow).where(BatchRow.id.in_(over)))
        return len(over)

    def _batch(self, actor: Actor, row: BatchRow, acting: Acting) -> Batch:
        asker = actor if row.person == actor.person else acting(row.person, row.organisation)
        readable = asker is not None and all(stands(actor, party) for party in Party if stands(asker, party))
        return Batch(row.id, row.title, len(row.questions), self._until(row.created), readable)

    def _until(self, created: str) -> str:
        return (here(created, self._clock).date() + timedelta(days=KEPT_DAYS)).isoformat()


def _own(actor: Actor) -> Any:
    own = select(BatchRow).where(BatchRow.organisation == actor.organisation)
    return own if actor.has(Role.ADMIN) else own.where(BatchRow.person == actor.person)


def _find(session: Session, actor: Actor, batch_id: str) -> BatchRow:
    found: BatchRow | None = session.scalars(_own(actor).where(BatchRow.id == batch_id)).one_or_none()
    if found is None:
        raise _unknown(batch_id)
    return found


def _unknown(batch_id: str) -> UnknownRecordError:
    return UnknownRecordError(batch_id, "is no batch of yours", "See your jobs")
