"""Lists of candidates as planners keep them: each act checks who asks, changes the list and writes the trail."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kyokan.errors import ChangedMeanwhileError, QueryError, UnknownRecordError
from kyokan.matching.ranking.model import Query
from kyokan.platform.accounts.actor import Actor
from kyokan.platform.audit import Trail
from kyokan.platform.clock import Clock, stamp, utc
from kyokan.platform.database import Database
from kyokan.platform.desk.model import EntryRow, ShortlistRow
from kyokan.platform.desk.questions import written
from kyokan.platform.desk.rights import check_reads, check_writes

LONGEST_NAME, LONGEST_NOTE, LONGEST_TAG = 80, 2000, 30
MOST_TAGS, MOST_ENTRIES = 12, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A candidate as it stood in the answer to a question: its score, and the snapshot that gave it."""

    entity: str
    question: Query
    score: float
    snapshot: str


class Shortlists:
    """The lists of all organisations; each answer holds only those of the actor's.

    Lists are read by planners and analysts, changed by planners. A list of others is refused like one that does not
    exist. What is done to entries by name (taking out, tagging, moving) has the effect of once however often it is
    done; a note is written over another only by who has read that one.

    Args:
        database: where they are kept.
        clock: the time, with its zone.
    """

    def __init__(self, database: Database, clock: Clock = utc) -> None:
        self._database = database
        self._clock = clock

    # Reading -------------------------------------------------------------------------------------------------

    def of(self, actor: Actor) -> list[ShortlistRow]:
        """The lists in use, the one changed last first.

        Raises:
            NotAllowedError: the actor does not see the desk.
        """
        check_reads(actor)
        with self._database.session() as session:
            return _lists(session, actor)

    def get(self, actor: Actor, list_id: str) -> ShortlistRow:
        """One list, also one that was put away.

        Raises:
            NotAllowedError: the actor does not see the desk.
            UnknownRecordError: the actor's organisation has none of that id.
        """
        check_reads(actor)
        with self._database.session() as session:
            return _find(session, actor, list_id)

    # Lists ---------------------------------------------------------------------------------------------------

    def create(self, actor: Actor, name: str) -> ShortlistRow:
        """A new list, or the one in use that has the name already.

        Raises:
            NotAllowedError: the actor is no planner.
            QueryError: the name is empty or too long.
        """
        check_writes(actor)
        tidy = checked_name(name)
        with self._database.session(writing=True) as session:
            for known in _lists(session, actor):
                if known.name == tidy:
                    return known
            now = self._now()
            made = ShortlistRow(
                organisation=actor.organisation, name=tidy, created=now, changed=now, changed_by=actor.name
            )
            made.everything = []
            session.add(made)
            session.flush()
            self._record(session, actor, made, "create", name=tidy)
            return made

    def rename(self, actor: Actor, list_id: str, version: int, name: str) -> ShortlistRow:
        """Call a list otherwise.

        Raises:
            NotAllowedError: the actor is no planner.
            UnknownRecordError: there is none.
            ChangedMeanwhileError: somebody renamed it after ``version`` was read.
            QueryError: the name is empty, too long, or another list's.
        """
        check_writes(actor)
        tidy = checked_name(name)
        with self._database.session(writing=True) as session:
            found = _find(session, actor, list_id)
            if found.version != version:
                raise ChangedMeanwhileError("this list", "was renamed meanwhile", "Look at it as it stands now")
            if any(other.name == tidy and other.id != list_id for other in _lists(session, actor)):
                raise QueryError(
                    tidy, "is the name of another list", "Choose another one", code="list_taken", name=tidy
                )
            found.name, found.version = tidy, version + 1
            self._record(session, actor, found, "rename", name=tidy)
            return found

    def put_away(self, actor: Actor, list_id: str, *, back: bool = False) -> ShortlistRow:
        """Take a list out of use, or ``back`` into it; its entries stay as they are.

        Raises:
            NotAllowedError: the actor is no planner.
            UnknownRecordError: there is none.
        """
        check_writes(actor)
        with self._database.session(writing=True) as session:
            found = _find(session, actor, list_id)
            if bool(found.removed) is back:
                found.removed = "" if back else self._now()
                self._record(session, actor, found, "restore" if back else "remove")
            return found

    # Entries -------------------------------------------------------------------------------------------------

    def add(
        self, actor: Actor, list_id: str, picks: Sequence[Pick], *, note: str = "", tags: Iterable[str] = ()
    ) -> list[EntryRow]:
        """Keep candidates; one that is in already stays as it is, one that was taken out comes back.

        Returns:
            The entries that were not in before.

        Raises:
            NotAllowedError: the actor is no planner.
            UnknownRecordError: there is no such list.
            QueryError: note or tags break a rule, or the list would become too long.
        """
        check_writes(actor)
        remark, words = _note(note), _tags(tags)
        with self._database.session(writing=True) as session:
            found = _find(session, actor, list_id)
            fresh = []
            for pick in picks:
                if entry := _room(found, pick.entity, pick.question.entity or ""):
                    self._keep(entry, actor, pick, remark, words)
                    fresh.append(entry)
            _check_length(found)
            if fresh:
                self._record(session, actor, found, "add", entities=[entry.entity for entry in fresh])
            return fresh

    def annotate(
        self, actor: Actor, list_id: str, entry_id: str, version: int, *, note: str, tags: Iterable[str]
    ) -> EntryRow:
        """Write the note and tags of an entry.

        Raises:
            NotAllowedError: the actor is no planner.
            UnknownRecordError: there is no such entry.
            ChangedMeanwhileError: somebody wrote another after ``version`` was read.
            QueryError: note or tags break a rule.
        """
        check_writes(actor)
        remark, words = _note(note), _tags(tags)
        with self._database.session(writing=True) as session:
            found = _find(session, actor, list_id)
            entry = next(iter(_named(found, [entry_id])))
            if entry.version != version:
                raise ChangedMeanwhileError("this entry", "was changed meanwhile", "Look at it as it stands now")
            if (entry.note, entry.tags) != (remark, words):
                entry.note, entry.tags, entry.version = remark, words, version + 1
                self._record(session, actor, found, "annotate", entities=[entry.entity])
            return entry

    def tag(self, actor: Actor, list_id: str, entries: Collection[str], tags: Iterable[str]) -> None:
        """Add tags to entries; those that an entry has stay.

        Raises:
            NotAllowedError: the actor is no planner.
            UnknownRecordError: there is no such list or entry.
            QueryError: a tag breaks a rule.
        """
        check_writes(actor)
        words = _tags(tags)
        with self._database.session(writing=True) as session:
            found = _find(session, actor, list_id)
            changed = []
            for entry in _named(found, entries):
                together = _tags([*entry.tags, *words])
                if together != entry.tags:
                    entry.tags, entry.version = together, entry.version + 1
                    changed.append(entry.entity)
            if changed:
                self._record(session, actor, found, "tag", entities=changed, tags=words)

    def take_out(self, actor: Actor, list_id: str, entries: Collection[str], *, back: bool = False) -> str:
        """Take entries out, or ``back`` in.

        Returns:
            The moment that stands as ``removed`` in those taken out just now.

        Raises:
            NotAllowedError: the actor is no planner.
            UnknownRecordError: there is no such list or entry.
            QueryError: the list would become too long.
        """
        check_writes(actor)
        with self._database.session(writing=True) as session:
            found = _find(session, actor, list_id)
            changed = [entry for entry in _named(found, entries) if bool(entry.removed) is back]
            moment = stamp(self._clock(), to="microseconds")
            for entry in changed:
                entry.removed = "" if back else moment
            _check_length(found)
            if changed:
                told = [entry.entity for entry in changed]
                self._record(session, actor, found, "put_back" if back else "take_out", entities=told)
            return moment

    def transfer(self, actor: Actor, list_id: str, entries: Collection[str], to: str, *, keep: bool) -> int:
        """Bring entries into another list, with note, tags and what was answered then; ``keep`` leaves them here too.

        Returns:
            How many were not there before. One that is there already stays there as it is.

        Raises:
            NotAllowedError: the actor is no planner.
            UnknownRecordError: there is no such list or entry.
            QueryError: both lists are one, or the other would become too long.
        """
        check_writes(actor)
        if list_id == to:
            raise QueryError("the list", "is the one they are in", "Choose another one", code="list_same")
        with self._database.session(writing=True) as session:
            source, target = _find(session, actor, list_id), _find(session, actor, to)
            moved = [entry for entry in _named(source, entries) if not entry.removed]
            fresh = [entry for entry in moved if _bring(target, entry)]
            _check_length(target)
            if not keep:
                for entry in moved:
                    entry.removed = self._now()
            told = [entry.entity for entry in moved]
            if moved and not keep:
                self._record(session, actor, source, "move_out", entities=told, to=target.id)
            if fresh:
                arrived = [entry.entity for entry in fresh]
                self._record(session, actor, target, "bring_in", entities=arrived, source=source.id)
            return len(fresh)

    # ---------------------------------------------------------------------------------------------------------

    def _keep(self, entry: EntryRow, actor: Actor, pick: Pick, note: str, tags: list[str]) -> None:
        """What an entry says on the day it comes in, for the first time or anew."""
        entry.question, entry.score, entry.snapshot = written(pick.question), pick.score, pick.snapshot
        entry.note, entry.tags = note, tags
        entry.person, entry.name, entry.at = actor.person, actor.name, self._now()

    def _record(self, session: Session, actor: Actor, found: ShortlistRow, act: str, **said: Any) -> None:
        found.changed, found.changed_by = self._now(), actor.name
        session.flush()
        Trail(session).add(actor, f"shortlist:{found.id}", act, self._clock(), said)

    def _now(self) -> str:
        return stamp(self._clock())


def _lists(session: Session, actor: Actor) -> list[ShortlistRow]:
    own = select(ShortlistRow).where(ShortlistRow.organisation == actor.organisation, ShortlistRow.removed == "")
    return list(session.scalars(own.order_by(ShortlistRow.changed.desc(), ShortlistRow.id)))


def _find(session: Session, actor: Actor, list_id: str) -> ShortlistRow:
    own = select(ShortlistRow).where(ShortlistRow.organisation == actor.organisation)
    found = session.scalars(own.where(ShortlistRow.id == list_id)).one_or_none()
    if found is None:
        raise UnknownRecordError(list_id, "is no list of yours", "See your lists")
    return found


def _named(found: ShortlistRow, entries: Collection[str]) -> list[EntryRow]:
    by_id = {entry.id: entry for entry in found.everything}
    if missing := sorted(set(entries) - set(by_id)):
        raise UnknownRecordError(missing[0], "is no entry of this list", "Look at the list as it stands now")
    return [by_id[one] for one in dict.fromkeys(entries)]


def _room(found: ShortlistRow, entity: str, asker: str) -> EntryRow | None:
    """Where a candidate can be written: anew, or where it was taken out before; None where it is in already."""
    for entry in found.everything:
        if (entry.entity, entry.asker) == (entity, asker):
            if not entry.removed:
                return None
            entry.version, entry.removed = entry.version + 1, ""
            return entry
    found.everything.append(EntryRow(place=len(found.everything), entity=entity, asker=asker, version=1, removed=""))
    return found.everything[-1]


def _bring(target: ShortlistRow, entry: EntryRow) -> bool:
    """Put an entry of another list into this one; False where it is in already."""
    room = _room(target, entry.entity, entry.asker)
    if room is not None:
        for name in ("question", "score", "snapshot", "note", "tags", "person", "name", "at"):
            setattr(room, name, getattr(entry, name))
    return room is not None


def _check_length(found: ShortlistRow) -> None:
    if len(found.entries) > MOST_ENTRIES:
        rule = f"holds {MOST_ENTRIES} candidates at most"
        raise QueryError(found.name, rule, "Begin another list", code="list_full", most=MOST_ENTRIES)


def checked_name(name: str) -> str:
    """A name of a list or search without stray space.

    Raises:
        QueryError: it is empty or too long.
    """
    tidy = " ".join(name.split())
    if not 0 < len(tidy) <= LONGEST_NAME:
        raise QueryError("name", f"has 1 to {LONGEST_NAME} letters", "Correct it", code="list_name", most=LONGEST_NAME)
    return tidy


def _note(note: str) -> str:
    tidy = note.strip()
    if len(tidy) > LONGEST_NOTE:
        raise QueryError("note", f"has {LONGEST_NOTE} letters at most", "Shorten it", code="note", most=LONGEST_NOTE)
    return tidy


def _tags(tags: Iterable[str]) -> list[str]:
    """Each tag once, in the order in which they came."""
    words = list(dict.fromkeys(tidy for tag in tags if (tidy := " ".join(tag.split()))))
    if len(words) > MOST_TAGS or any(len(word) > LONGEST_TAG for word in words):
        rule = f"are {MOST_TAGS} at most, of {LONGEST_TAG} letters each"
        raise QueryError("tags", rule, "Take one away", code="tags", most=MOST_TAGS, longest=LONGEST_TAG)
    return words
