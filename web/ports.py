"""What the pages ask of the rest of Kyokan; ``kyokan.platform.services.Services`` keeps these promises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kyokan.graph.dictionary import Dictionary
from kyokan.graph.model import Entity, EntityKind, KanseiValue, Relation, RelationKind
from kyokan.matching.ranking.model import Place, Proposal, Query
from kyokan.platform.accounts.actor import Actor
from kyokan.platform.accounts.issuer import Issuer
from kyokan.platform.accounts.service import Accounts
from kyokan.platform.approvals import Approvals
from kyokan.platform.attachments import Attachments
from kyokan.platform.audit import Denials
from kyokan.platform.clock import Clock
from kyokan.platform.deals import Deals
from kyokan.platform.deals.notices import Notices
from kyokan.platform.deals.talk import Talk
from kyokan.platform.desk import Batches, Searches, Shortlists
from kyokan.platform.desk.atlas import Atlas
from kyokan.platform.desk.rankings import Ranking
from kyokan.platform.jobs.room import JobRoom
from kyokan.platform.mail import Outbox
from kyokan.platform.mail.news import News
from kyokan.platform.mail.post import Post
from kyokan.platform.pipeline import Pipeline
from kyokan.platform.pipeline.reminders import Reminders
from kyokan.platform.proposals import Manuscripts
from kyokan.platform.rules import Calendar, Rules
from kyokan.platform.shares import Shares


class Hit(Protocol):
    """An entity that a name may mean."""

    @property
    def entity_id(self) -> str:
        """Its id."""
        ...

    @property
    def exact(self) -> bool:
        """Whether a spelling was met exactly, not only nearly."""
        ...


class Columns(Protocol):
    """Kansei of all rows."""

    @property
    def intensity(self) -> NDArray[np.float32]:
        """Shape (rows, attributes); NaN where nothing is known."""
        ...


class Known(Protocol):
    """The snapshot, as far as pages read it."""

    @property
    def ids(self) -> Sequence[str]:
        """Ids of the rows."""
        ...

    @property
    def kansei(self) -> Columns:
        """Kansei of all rows."""
        ...

    @property
    def hash(self) -> str:
        """``sha256:…`` of what is known."""
        ...

    def __contains__(self, entity_id: object) -> bool: ...

    def __hash__(self) -> int: ...  # it never changes, so that what is derived from it may be kept by it

    def row(self, entity_id: str) -> int:
        """Row of an id; raises UnknownEntityError."""
        ...

    def rows(self, *kinds: EntityKind) -> NDArray[np.int64]:
        """Rows of some kinds, ascending."""
        ...

    def entity(self, row: int) -> Entity:
        """The entity in a row."""
        ...

    def relations(self, kind: RelationKind, *, source: str | None = None, target: str | None = None) -> list[Relation]:
        """Edges of a kind from or to an entity."""
        ...


class Services(Protocol):
    """The one way in."""

    @property
    def dictionary(self) -> Dictionary:
        """The kansei dictionary in use."""
        ...

    @property
    def dictionary_fault(self) -> str:
        """Why the planner's own terms cannot be taken up as they stand; empty where they can."""
        ...

    @property
    def weights_aside(self) -> str:
        """File of learned weights that this version cannot read, while none were learned since; empty where none."""
        ...

    @property
    def clock(self) -> Clock:
        """The time, in the zone by which days are counted and shown."""
        ...

    @property
    def accounts(self) -> Accounts:
        """People, organisations and who is signed in."""
        ...

    @property
    def denials(self) -> Denials:
        """What people were denied."""
        ...

    @property
    def deals(self) -> Deals:
        """Proposed tie-ups."""
        ...

    @property
    def notices(self) -> Notices:
        """What organisations are told of their deals."""
        ...

    @property
    def issuer(self) -> Issuer | None:
        """Where people may sign in elsewhere; None where nowhere."""
        ...

    @property
    def post(self) -> Post | None:
        """The mail server; None where none is set."""
        ...

    @property
    def outbox(self) -> Outbox:
        """Letters on their way."""
        ...

    @property
    def news(self) -> News:
        """News by mail."""
        ...

    @property
    def shortlists(self) -> Shortlists:
        """Candidates kept in lists."""
        ...

    @property
    def approvals(self) -> Approvals:
        """What agencies agree on before a draft leaves them."""
        ...

    @property
    def manuscripts(self) -> Manuscripts:
        """What proposals say."""
        ...

    @property
    def attachments(self) -> Attachments:
        """Files of deals."""
        ...

    @property
    def pipeline(self) -> Pipeline:
        """The boards of agencies."""
        ...

    @property
    def shares(self) -> Shares:
        """Documents and links that leave the workroom."""
        ...

    @property
    def reminders(self) -> Reminders:
        """What people are to be reminded of."""
        ...

    @property
    def jobs(self) -> JobRoom:
        """Background jobs as people meet them."""
        ...

    @property
    def searches(self) -> Searches:
        """Questions kept by name."""
        ...

    @property
    def batches(self) -> Batches:
        """Rankings for many at once."""
        ...

    @property
    def talk(self) -> Talk:
        """Questions and answers on deals."""
        ...

    @property
    def rules(self) -> Rules:
        """What each side will not do."""
        ...

    @property
    def calendar(self) -> Calendar:
        """Who is bound when, and what conflicts."""
        ...

    @property
    def demo(self) -> bool:
        """Whether generated data is among what is shown."""
        ...

    def snapshot(self) -> Known:
        """What is known now."""
        ...

    def find(self, text: str, kinds: Sequence[EntityKind] = (), limit: int = 10) -> Sequence[Hit]:
        """Entities that a spelling may mean, best first."""
        ...

    def profile(self, entity_id: str, known: Any = None) -> tuple[KanseiValue, ...]:
        """The kansei profile of an entity, from the snapshot in hand where there is one."""
        ...

    def read(self, text: str) -> tuple[KanseiValue, ...]:
        """The kansei profile of a written brief."""
        ...

    def propose(self, query: Query, *, actor: Actor | None) -> Proposal:
        """Ranked matches."""
        ...

    def explain(self, first: str, second: str, query: Query | None = None, *, actor: Actor | None) -> Proposal:
        """One pair looked at closely."""
        ...

    def look(self, query: Query, ids: Sequence[str], *, actor: Actor | None) -> Proposal:
        """Some candidates of a question, whatever their standing."""
        ...

    def ranking(self, query: Query, also: Iterable[str] = (), *, actor: Actor | None) -> Ranking:
        """The ranking of a question, to be compared with another day's of the same reader."""
        ...

    def places(self, query: Query, ids: Sequence[str] = (), *, actor: Actor | None) -> tuple[Place, ...]:
        """The ranking of a question, or where some candidates stand, without the evidence."""
        ...

    def atlas(self) -> Atlas:
        """The map of the kansei space."""
        ...
