"""Rules as people keep them: who represents whom, what their side will not do, and what that stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kyokan.errors import ChangedMeanwhileError, NotAllowedError, UnknownRecordError
from kyokan.graph.dictionary import Dictionary
from kyokan.graph.model import EntityKind
from kyokan.platform.accounts.actor import Actor, Role
from kyokan.platform.accounts.model import Organisation, OrganisationKind
from kyokan.platform.audit import Record, Trail
from kyokan.platform.clock import Clock, stamp, utc
from kyokan.platform.database import Database
from kyokan.platform.deals.entries import checked, within
from kyokan.platform.rules.binding import Binding
from kyokan.platform.rules.conflicts import Conflict
from kyokan.platform.rules.entries import SHAPES, SideRules
from kyokan.platform.rules.model import ResolutionRow, RosterRow, StopRow
from kyokan.platform.rules.reasons import Sort
from kyokan.platform.rules.windows import windows

STOPS_SHOWN = 30  # days
LONGEST_NOTE = 1000
KEEPERS: Mapping[OrganisationKind, tuple[EntityKind, Role]] = {
    OrganisationKind.ARTIST_SIDE: (EntityKind.ARTIST, Role.ARTIST_MANAGER),
    OrganisationKind.BRAND: (EntityKind.BRAND, Role.BRAND_CLIENT),
}
"""Of whom an organisation of a kind keeps rules, and in which role; its admins may as well."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An artist or brand that an organisation represents, with its rules."""

    entity: str
    rules: SideRules
    version: int
    changed: str
    name: str


SETTLED = "claim_settled"
BEGINNINGS = {"claim", "handed_over"}  # the acts by which an organisation comes to represent a name

Stops = Mapping[str, Counter[Sort]]
"""Entity → how many proposals each sort of rule stopped."""


class Rules:
    """The rules of all organisations; each reads and changes its own, and all of them bind everybody.

    Args:
        database: where they are kept.
        dictionary: gives the sectors that rules on kansei name, as they are in force.
        clock: the time, with its zone.
    """

    def __init__(self, database: Database, dictionary: Callable[[], Dictionary], clock: Clock = utc) -> None:
        self._database = database
        self._dictionary = dictionary
        self._clock = clock

    def keeps(self, actor: Actor) -> EntityKind | None:
        """Of whom the actor keeps rules: artists, brands, or nobody."""
        with self._database.session() as session:
            return _keeps(session, actor)

    def roster(self, actor: Actor) -> list[Kept]:
        """Everybody whom the actor's organisation represents, by id; nobody for those who do not keep rules."""
        with self._database.session() as session:
            if _keeps(session, actor) is None:
                return []
            mine = select(RosterRow).where(RosterRow.organisation == actor.organisation)
            return [_kept(row) for row in session.scalars(mine.order_by(RosterRow.entity))]

    def get(self, actor: Actor, entity: str) -> Kept:
        """The rules of one.

        Raises:
            UnknownRecordError: the actor's organisation does not represent that one.
        """
        with self._database.session() as session:
            return _kept(_own(session, actor, entity))

    def history(self, actor: Actor, entity: str) -> list[dict[str, Any]]:
        """What was done to the rules of one since it is theirs, oldest first; who asked for it in vain is not named.

        Raises:
            UnknownRecordError: the actor's organisation does not represent that one.
        """
        with self._database.session() as session:
            _own(session, actor, entity)
            return [
                {"at": one.at, "act": one.act, "name": one.name if one.organisation == actor.organisation else ""}
                for one in tenure(Trail(session).of(subject_of(entity)))
            ]

    def claim(self, actor: Actor, entity: str) -> Kept:
        """Say that the actor's organisation represents an artist or a brand; saying it twice is harmless.

        Raises:
            NotAllowedError: the actor keeps no rules of that kind, or another organisation represents that one; the
                trail keeps that it was asked for, and an operator can settle it.
        """
        with self._database.session(writing=True) as session:
            kind = _keeps(session, actor)
            if kind is None or not entity.startswith(f"{kind.value}:"):
                raise NotAllowedError(
                    entity, "is not yours to represent", "Ask an admin of your organisation", code="not_your_kind"
                )
            row = session.get(RosterRow, entity)
            if row is None:
                row = RosterRow(entity=entity, organisation=actor.organisation, content={})
                self._write(session, actor, row, "claim", {})
            elif row.organisation != actor.organisation:
                Trail(session).add(actor, subject_of(entity), "claim_refused", self._clock(), {})
            if row.organisation == actor.organisation:
                return _kept(row)
        settle = "Ask the operator to settle it"
        raise NotAllowedError(entity, "is represented by another organisation", settle, code="represented")

    def release(self, actor: Actor, entity: str) -> None:
        """Represent somebody no longer; the rules end with it.

        Raises:
            UnknownRecordError: the actor's organisation does not represent that one.
        """
        with self._database.session(writing=True) as session:
            end_rules(session, _own(session, actor, entity))
            Trail(session).add(actor, subject_of(entity), "release", self._clock(), {})

    def keep(self, actor: Actor, entity: str, version: int, fields: Mapping[str, Any]) -> Kept:
        """Set the rules of one; they bind from then on.

        Args:
            actor: who keeps them.
            entity: of whom.
            version: the rules as they were read.
            fields: those of ``ArtistRules`` or ``BrandRules``; what is left out is no rule any more.

        Raises:
            UnknownRecordError: the actor's organisation does not represent that one.
            ChangedMeanwhileError: they are not as they were when ``version`` was read.
            QueryError: a field breaks its rule, or is none of these.
        """
        entered = checked(_shape(entity), fields).model_dump(mode="json", exclude_defaults=True)
        with self._database.session(writing=True) as session:
            row = _own(session, actor, entity)
            if row.version != version:
                now = "Look at them as they stand now"
                raise ChangedMeanwhileError("these rules", "were changed meanwhile", now, code="rules_changed")
            changed = sorted(name for name in {*entered, *row.content} if entered.get(name) != row.content.get(name))
            if changed:
                row.content = entered
                self._write(session, actor, row, "keep", {"fields": changed})
            return _kept(row)

    def binding(self, actor: Actor | None = None) -> Binding:
        """What binds now, told as far as the actor may know of it; without an actor as to a visitor."""
        today = self.today()
        with self._database.session() as session:
            roster = session.scalars(select(RosterRow)).all()
            kept = {row.entity: rules_of(row) for row in roster if row.content}
            known = {row.entity: row.organisation for row in roster}
            return Binding(self._dictionary(), today, kept, windows(session, actor, today), known, actor is None)

    def today(self) -> str:
        """The day from which a plan without dates runs."""
        return self._clock().date().isoformat()

    # What conflicts ------------------------------------------------------------------------------------------

    def resolutions(self, actor: Actor) -> dict[str, ResolutionRow]:
        """Key of a note → what the actor's organisation has noted about a conflict."""
        with self._database.session() as session:
            if _keeps(session, actor) is None:
                return {}
            mine = select(ResolutionRow).where(ResolutionRow.organisation == actor.organisation)
            return {row.conflict: row for row in session.scalars(mine)}

    def resolve(self, actor: Actor, conflict: Conflict, version: int, note: str) -> None:
        """Note what was decided about a conflict; ``version`` is 0 where nothing was noted yet.

        Raises:
            NotAllowedError: the actor keeps no rules.
            ChangedMeanwhileError: somebody else has noted something meanwhile.
            QueryError: the note is too long.
        """
        kept = within("note", note, LONGEST_NOTE)
        with self._database.session(writing=True) as session:
            if _keeps(session, actor) is None:
                raise NotAllowedError("a conflict", "is settled by who keeps the rules", "", code="no_rules_here")
            mine = select(ResolutionRow).where(ResolutionRow.organisation == actor.organisation)
            row = noted({one.conflict: one for one in session.scalars(mine)}, conflict)
            if (row.version if row else 0) != version:
                now = "Look at it as it stands now"
                raise ChangedMeanwhileError("this note", "was changed meanwhile", now, code="rules_changed")
            if (row.note if row else "") == kept:
                return
            at = stamp(self._clock())
            for key in conflict.own_keys():
                session.merge(
                    ResolutionRow(
                        organisation=actor.organisation,
                        conflict=key,
                        version=version + 1,
                        note=kept,
                        name=actor.name,
                        at=at,
                    )
                )
            Trail(session).add(actor, f"conflict:{conflict.key}", "resolve", self._clock(), {})

    # What was stopped ----------------------------------------------------------------------------------------

    def note_stop(self, actor: Actor, entity: str, partner: str, sort: Sort) -> None:
        """Count a proposal that a rule of ``entity`` stopped; the same one counts once a day."""
        key = {"entity": entity, "rule": sort.value, "partner": partner, "agency": actor.organisation}
        with self._database.session(writing=True) as session:
            session.merge(StopRow(**key, day=self._clock().date().isoformat()))

    def stops(self, actor: Actor) -> Stops:
        """How many proposals the rules of the actor's organisation stopped in the last 30 days, and which sort did."""
        since = (self._clock().date() - timedelta(days=STOPS_SHOWN)).isoformat()
        counts: dict[str, Counter[Sort]] = {one.entity: Counter() for one in self.roster(actor)}
        with self._database.session() as session:
            for row in session.scalars(select(StopRow).where(StopRow.day >= since, StopRow.entity.in_(counts))):
                counts[row.entity][Sort(row.rule)] += 1
        return counts

    def _write(self, session: Session, actor: Actor, row: RosterRow, act: str, detail: Mapping[str, Any]) -> None:
        """Write a change with its record. The record names the fields, not what they hold: it outlives the rule."""
        row.version = (row.version or 0) + 1
        row.changed, row.name = stamp(self._clock()), actor.name
        session.add(row)
        session.flush()
        Trail(session).add(actor, subject_of(row.entity), act, self._clock(), detail)


def noted(resolutions: Mapping[str, ResolutionRow], conflict: Conflict) -> ResolutionRow | None:
    """The last note on a conflict, or on any of its terms when they met before; None where nothing was noted."""
    if not resolutions:
        return None
    found = [resolutions[key] for key in conflict.note_keys() if key in resolutions]
    return max(found, key=lambda row: (row.at, row.version), default=None)


def _keeps(session: Session, actor: Actor) -> EntityKind | None:
    organisation = session.get(Organisation, actor.organisation)
    kind, role = KEEPERS.get(organisation.kind, (None, Role.ADMIN)) if organisation else (None, Role.ADMIN)
    return kind if actor.has(role, Role.ADMIN) else None


def _own(session: Session, actor: Actor, entity: str) -> RosterRow:
    own = select(RosterRow).where(RosterRow.organisation == actor.organisation, RosterRow.entity == entity)
    row = session.scalars(own).one_or_none()
    if row is None or _keeps(session, actor) is None:
        raise UnknownRecordError(entity, "is not represented by your organisation", "See your rules")
    return row


def _shape(entity: str) -> type[SideRules]:
    return SHAPES[EntityKind(entity.partition(":")[0])]


def rules_of(row: RosterRow) -> SideRules:
    """The rules that are kept of a name."""
    return _shape(row.entity).model_validate(row.content)


def _kept(row: RosterRow) -> Kept:
    return Kept(row.entity, rules_of(row), row.version, row.changed, row.name)


def subject_of(entity: str) -> str:
    """Under which the trail keeps what is done about a name."""
    return f"rules:{entity}"


def tenure(records: Sequence[Record]) -> Sequence[Record]:
    """What was done about a name since its organisation came to represent it."""
    return records[max((at for at, one in enumerate(records) if one.act in BEGINNINGS), default=0) :]


def end_rules(session: Session, row: RosterRow) -> None:
    """Take a name from its organisation, with what its rules were and have stopped: the next is told neither."""
    session.execute(delete(StopRow).where(StopRow.entity == row.entity))
    session.delete(row)
    session.flush()
