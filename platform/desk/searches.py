"""Questions kept by name: their ranking at that time, what has changed since somebody looked last, the nightly look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from kyokan.errors import QueryError, UnknownRecordError
from kyokan.matching.ranking import Query
from kyokan.platform.accounts.actor import Actor
from kyokan.platform.audit import Trail
from kyokan.platform.clock import Clock, stamp, utc
from kyokan.platform.database import Database
from kyokan.platform.desk.model import RankingRow, SearchRow, SeenRow
from kyokan.platform.desk.questions import read, written
from kyokan.platform.desk.rankings import SHAPE, Change, Move, Ranking, changes, grounds
from kyokan.platform.desk.rights import check_reads, check_writes, readers_of
from kyokan.platform.desk.shortlists import checked_name

MOST = 200  # saved searches of an organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A saved search as one person meets it: what has changed since this person looked last.

    ``latest`` is the id of the ranking that the changes lead to, ``since`` when the one they start from was taken.
    """

    id: str
    name: str
    query: Query
    kept_by: str
    checked: str
    removed: bool
    latest: int
    since: str
    changes: tuple[Change, ...]
    grounds: tuple[str, ...]

    def count(self, move: str) -> int:
        """How many have changed their place in one way."""
        return sum(change.move == Move(move) for change in self.changes)


@dataclass(frozen=True, slots=True)
class Due:
    """A search to be looked at: for whom, its question, and who stood in any ranking that is still kept."""

    id: str
    readers: Actor
    query: Query
    ids: tuple[str, ...]


class Searches:
    """The saved searches of all organisations; each answer holds only those of the actor's.

    Args:
        database: where they are kept.
        clock: the time, with its zone.
    """

    def __init__(self, database: Database, clock: Clock = utc) -> None:
        self._database = database
        self._clock = clock

    # Reading -------------------------------------------------------------------------------------------------

    def of(self, actor: Actor) -> list[Saved]:
        """Those in use, with the changes since the actor looked last; by name.

        Raises:
            NotAllowedError: the actor does not see the desk.
        """
        check_reads(actor)
        with self._database.session() as session:
            return _saved(session, actor, _all(session, actor))

    def get(self, actor: Actor, search_id: str) -> Saved:
        """One of them, also one that was put away.

        Raises:
            NotAllowedError: the actor does not see the desk.
            UnknownRecordError: the actor's organisation has none of that id.
        """
        check_reads(actor)
        with self._database.session() as session:
            return _saved(session, actor, [_find(session, actor, search_id)])[0]

    # Writing -------------------------------------------------------------------------------------------------

    def save(self, actor: Actor, name: str, query: Query, ranking: Ranking) -> str:
        """Keep a question by name with its ranking; the same one under the same name is kept once. Gives its id.

        Raises:
            NotAllowedError: the actor is no planner.
            QueryError: the name is empty, too long or another search's, or there are too many.
        """
        check_writes(actor)
        tidy, question = checked_name(name), written(query)
        with self._database.session(writing=True) as session:
            known = _all(session, actor)
            for row in known:
                if row.name == tidy and row.question == question:
                    return row.id
            if any(row.name == tidy for row in known):
                rule = "is the name of another search"
                raise QueryError(tidy, rule, "Choose another one", code="search_taken", name=tidy)
            if len(known) >= MOST:
                rule = f"are {MOST} at most"
                raise QueryError("saved searches", rule, "Put one away", code="search_many", most=MOST)
            now = self._now()
            made = SearchRow(
                organisation=actor.organisation,
                name=tidy,
                question=question,
                kept_by=actor.name,
                created=now,
                checked=now,
            )
            session.add(made)
            session.flush()
            first = self._keep(session, made.id, ranking)
            session.add(SeenRow(search=made.id, person=actor.person, ranking=first.id))
            self._record(session, actor, made.id, "save", {"name": tidy})
            return made.id

    def see(self, actor: Actor, search_id: str, ranking: int) -> None:
        """Note that the actor has seen the changes up to a ranking; an older one than seen before changes nothing.

        Raises:
            NotAllowedError: the actor does not see the desk.
            UnknownRecordError: there is no such search.
        """
        check_reads(actor)
        with self._database.session(writing=True) as session:
            found = _find(session, actor, search_id)
            shown = select(RankingRow.id).where(RankingRow.search == found.id, RankingRow.id == ranking)
            if session.scalar(shown) is None:
                return
            seen = session.get(SeenRow, (found.id, actor.person))
            if seen is None:
                session.add(SeenRow(search=found.id, person=actor.person, ranking=ranking))
            else:
                seen.ranking = max(seen.ranking, ranking)

    def put_away(self, actor: Actor, search_id: str, *, back: bool = False) -> None:
        """Take a search out of use, or ``back`` into it.

        Raises:
            NotAllowedError: the actor is no planner.
            UnknownRecordError: there is none.
        """
        check_writes(actor)
        with self._database.session(writing=True) as session:
            found = _find(session, actor, search_id)
            if bool(found.removed) is back:
                found.removed = "" if back else self._now()
                self._record(session, actor, search_id, "restore" if back else "remove", {})

    # Looking again -------------------------------------------------------------------------------------------

    def again(self, actor: Actor, search_id: str) -> Due:
        """One of them, for the actor to look at again: the ranking of today is kept for all who read the desk.

        Raises:
            NotAllowedError: the actor is no planner.
            UnknownRecordError: the actor's organisation has none of that id.
        """
        check_writes(actor)
        with self._database.session() as session:
            return _due(session, _find(session, actor, search_id))

    def due(self, organisation: str = "") -> list[Due]:
        """Every search in use, of one organisation or of all, for the job that looks at them again."""
        query = select(SearchRow).where(SearchRow.removed == "").order_by(SearchRow.id)
        if organisation:
            query = query.where(SearchRow.organisation == organisation)
        with self._database.session() as session:
            return [_due(session, row) for row in session.scalars(query)]

    def refresh(self, search_id: str, ranking: Ranking) -> bool:
        """Note the ranking of today. What nobody needs any more is dropped.

        Returns:
            Whether anything in it is other than it was.
        """
        with self._database.session(writing=True) as session:
            looked = update(SearchRow).where(SearchRow.id == search_id).values(checked=self._now())
            if not session.execute(looked.returning(SearchRow.id)).one_or_none():
                return False
            latest = _latest(session, search_id)
            if latest.content == SHAPE.dump_python(ranking, mode="json"):
                return False
            kept = self._keep(session, search_id, ranking)
            first = select(func.min(RankingRow.id)).where(RankingRow.search == search_id).scalar_subquery()
            needed = [kept.id, *session.scalars(select(SeenRow.ranking).where(SeenRow.search == search_id))]
            session.execute(
                delete(RankingRow).where(
                    RankingRow.search == search_id, RankingRow.id.not_in(needed), RankingRow.id != first
                )
            )
            return bool(changes(_ranking(latest), ranking))

    # ---------------------------------------------------------------------------------------------------------

    def _keep(self, session: Session, search_id: str, ranking: Ranking) -> RankingRow:
        content = SHAPE.dump_python(ranking, mode="json")
        made = RankingRow(search=search_id, at=self._now(), content=content)
        session.add(made)
        session.flush()
        return made

    def _record(self, session: Session, actor: Actor, search_id: str, act: str, said: Mapping[str, Any]) -> None:
        session.flush()
        Trail(session).add(actor, f"search:{search_id}", act, self._clock(), said)

    def _now(self) -> str:
        return stamp(self._clock())


def _all(session: Session, actor: Actor) -> list[SearchRow]:
    own = select(SearchRow).where(SearchRow.organisation == actor.organisation, SearchRow.removed == "")
    return list(session.scalars(own.order_by(SearchRow.name, SearchRow.id)))


def _find(session: Session, actor: Actor, search_id: str) -> SearchRow:
    own = select(SearchRow).where(SearchRow.organisation == actor.organisation)
    found = session.scalars(own.where(SearchRow.id == search_id)).one_or_none()
    if found is None:
        raise UnknownRecordError(search_id, "is no saved search of yours", "See your saved searches")
    return found


def _due(session: Session, row: SearchRow) -> Due:
    return Due(row.id, readers_of(row.organisation), read(row.question), _stood(session, row.id))


def _latest(session: Session, search_id: str) -> RankingRow:
    mine = select(RankingRow).where(RankingRow.search == search_id)
    return session.scalars(mine.order_by(RankingRow.id.desc()).limit(1)).one()


def _saved(session: Session, actor: Actor, rows: Sequence[SearchRow]) -> list[Saved]:
    """Searches as the actor meets them, looked up together; rankings are read of those alone that have a newer one."""
    mine = RankingRow.search.in_([row.id for row in rows])
    seen = (SeenRow.search == RankingRow.search) & (SeenRow.person == actor.person)
    since = select(RankingRow.search, func.min(RankingRow.id), func.max(RankingRow.id)).outerjoin(SeenRow, seen)
    unseen = since.where(mine, RankingRow.id >= func.coalesce(SeenRow.ranking, 0)).group_by(RankingRow.search)
    ends = {search: (first, last) for search, first, last in session.execute(unseen)}
    at = dict(session.execute(select(RankingRow.id, RankingRow.at).where(mine)).all())
    moved = {ranking for pair in ends.values() if pair[0] != pair[1] for ranking in pair}
    asked = select(RankingRow).where(mine, RankingRow.id.in_(moved))
    rankings = {row.id: _ranking(row) for row in session.scalars(asked)} if moved else {}
    return [_told(row, ends[row.id], at, rankings) for row in rows]


def _told(row: SearchRow, ends: tuple[int, int], at: Mapping[int, str], rankings: Mapping[int, Ranking]) -> Saved:
    """A search with what has changed between two of its rankings."""
    first, last = ends
    pair = (rankings[first], rankings[last]) if first != last else None
    found = tuple(changes(*pair)) if pair else ()
    return Saved(
        id=row.id,
        name=row.name,
        query=read(row.question),
        kept_by=row.kept_by,
        checked=row.checked,
        removed=bool(row.removed),
        latest=last,
        since=at[first],
        changes=found,
        grounds=tuple(grounds(*pair)) if pair and found else (),
    )


def _stood(session: Session, search_id: str) -> tuple[str, ...]:
    """Everybody in the rankings that are kept: of whoever left one it must be known whether they are still there."""
    kept = session.scalars(select(RankingRow).where(RankingRow.search == search_id).order_by(RankingRow.id))
    return tuple(dict.fromkeys(entity for row in kept for entity in _ranking(row).ids))


def _ranking(row: RankingRow) -> Ranking:
    return SHAPE.validate_python(row.content)
