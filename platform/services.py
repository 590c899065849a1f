"""The composition root: commands, pages and jobs all come in here and find every part put together once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kyokan.closing import Closing
from kyokan.errors import AmbiguousNameError, UnknownEntityError
from kyokan.graph.dictionary import Attribute, Dictionary, normalise_term
from kyokan.graph.model import Entity, EntityKind, KanseiValue
from kyokan.platform.bound import Bound
from kyokan.platform.settings import Settings
from kyokan.platform.terms import Terms, Written, written

if TYPE_CHECKING:
    from kyokan.graph.annotate import Annotation, Annotator
    from kyokan.graph.encoder import Encoder
    from kyokan.graph.importers import ImportReport
    from kyokan.graph.snapshot import NameHit, Snapshot
    from kyokan.graph.stores import GraphStore
    from kyokan.matching.ranking import FusionWeights, Matcher, Query
    from kyokan.matching.ranking.learning import Foresight
    from kyokan.platform.accounts.actor import Actor
    from kyokan.platform.desk.atlas import Atlas
    from kyokan.platform.desk.rankings import Ranking

Progress = Callable[[str, int, int], None]
"""Told (stage, done, total) as work goes on; total 0 means not known."""

# A name is taken as meant when its best hit is exact and no other exact hit is as good.
CANDIDATES_SHOWN = 6
PROFILES_KEPT = 2048
BRIEF = "A quiet evening. 静かな夜。"  # of the question asked before anybody's
LANGS = ("ja", "en")


class Services(Bound, Closing):
    """Every capability of Kyokan over one store, opened on first use and shared by threads.

    Args:
        settings: where things are and which parts to use.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._lock = threading.RLock()
        self._deriving = threading.RLock()  # held for as long as a snapshot takes; never asked for under the other
        self._matcher: Matcher | None = None
        self._learned: Written = None  # the file of the matcher's weights as it was read; None: as shipped
        self._annotator: Annotator | None = None
        self._atlas: Atlas | None = None

    def close(self) -> None:
        """Let go of the store and the workroom's file; closing twice does nothing."""
        for part in ("store", "database"):
            if opened := self.__dict__.pop(part, None):
                opened.close()

    # The parts -----------------------------------------------------------------------------------------------

    @cached_property
    def terms(self) -> Terms:
        """Reads the kansei dictionary, and reads it again once it has changed."""
        return Terms(self.settings.dictionary)

    @property
    def dictionary(self) -> Dictionary:
        """The kansei dictionary, with the planner's own terms where set, as the files stand."""
        return self.terms.current()

    @property
    def dictionary_fault(self) -> str:
        """Why the planner's own terms cannot be taken up as they stand; empty where they can."""
        return self.terms.fault

    @cached_property
    def store(self) -> GraphStore:
        """The graph store."""
        from kyokan.graph.stores import open_store

        password = self.settings.neo4j_password.get_secret_value()
        return open_store(self.settings.store_url, user=self.settings.neo4j_user, password=password)

    @cached_property
    def encoder(self) -> Encoder:
        """The text encoder, its vectors kept on disk."""
        from kyokan.matching.encoders import open_encoder

        return open_encoder(self.settings.encoder, cache=self.settings.vector_cache)

    @property
    def annotator(self) -> Annotator:
        """The annotator over the dictionary in force, with every kind of evidence switched on."""
        from kyokan.graph.annotate import Annotator

        with self._lock:
            dictionary = self.dictionary
            if self._annotator is None or self._annotator.dictionary is not dictionary:
                self._annotator = Annotator(dictionary, self.encoder)
            return self._annotator

    def snapshot(self, progress: Progress | None = None) -> Snapshot:
        """The snapshot of the store as it stands now; built where the store has changed since the last."""
        return self.newest_snapshot(progress)

    def matcher(self, progress: Progress | None = None) -> Matcher:
        """The matcher over the current snapshot, with the weights learned last, whoever learned them."""
        return self.newest_matcher(progress)

    def newest_snapshot(self, progress: Progress | None = None) -> Snapshot:
        """``snapshot``, however long it takes."""
        from kyokan.graph.snapshot import SnapshotDirectory

        with self._deriving:
            directory = SnapshotDirectory(self.settings.snapshots)
            return directory.current(self.store, dictionary=self.dictionary, encoder=self.encoder, progress=progress)

    def newest_matcher(self, progress: Progress | None = None) -> Matcher:
        """``matcher``, however long its snapshot takes."""
        from kyokan.matching.ranking import Matcher, MatcherSettings
        from kyokan.platform.weights import weights_of

        with self._deriving:
            snapshot = self.newest_snapshot(progress)
            kept = self.settings.weights
            learned = written(kept)
            stale = self._matcher is None or self._matcher.snapshot.hash != snapshot.hash
            if self._matcher is None or stale or learned != self._learned:
                weights = weights_of(kept)
                settings = MatcherSettings(weights=weights)
                self._matcher = (
                    Matcher(snapshot, self.encoder, settings, dictionary=self.dictionary, read=self.read)
                    if self._matcher is None or stale
                    else self._matcher.with_weights(weights)
                )
                self._learned = learned
            return self._matcher

    @property
    def weights_aside(self) -> str:
        """File of learned weights that this version cannot read, while none were learned since; empty where none."""
        from kyokan.platform.weights import set_aside, weights_of

        weights_of(self.settings.weights)
        found = set_aside(self.settings.weights)
        return found.name if found else ""

    def learn(self, progress: Progress | None = None) -> tuple[Foresight | None, FusionWeights, bool]:
        """Learn the matcher's weights anew from the tie-ups of the store, starting from those that Kyokan ships.

        Returns how later tie-ups were foretold from earlier ones, the weights, and whether they were kept: only where
        learning foretold at least as well. Kept weights are used from then on by every process.
        """
        from kyokan.matching.ranking import FusionWeights
        from kyokan.matching.ranking.learning import foresee, learn

        with self._deriving:
            matcher = self.newest_matcher(progress).with_weights(FusionWeights())
            found = foresee(matcher)
            weights = learn(matcher, version=f"learned-{matcher.snapshot.hash.removeprefix('sha256:')[:12]}")
            kept = found is not None and found.after >= found.before
            if kept:
                weights.save(self.settings.weights)
            return found, weights, kept

    def load(self) -> None:
        """Have in memory what reads texts: it stays for as long as the process."""
        from kyokan.matching.encoders import CachedEncoder

        if isinstance(self.encoder, CachedEncoder):
            self.encoder.load()
        self.read(BRIEF)

    def warm(self, matcher: Matcher) -> None:
        """Derive at once what every question to a matcher needs, so that the first is answered as fast as the next."""
        from kyokan.matching.ranking import Query

        ids, people, things = matcher.snapshot.ids, (EntityKind.ARTIST,), (EntityKind.BRAND, EntityKind.PRODUCT)
        nothing: frozenset[str] = frozenset()
        without = (nothing, frozenset(matcher.snapshot.kansei.attributes[:1]))  # a what-if needs more of the graph
        for asking, asked in ((people, things), (things, people)):
            first = [ids[row] for row in matcher.snapshot.rows(*asking)[:1].tolist()]
            some = [Query(entity=one, kinds=asked, without_attributes=less) for one in first for less in without]
            for query in (Query(text=BRIEF, kinds=asked), *some):
                _ = [match.sentence.en for match in matcher.propose(query).matches]

    # What they do together -----------------------------------------------------------------------------------

    def annotate(self, text: str, lang: str | None = None) -> Annotation:
        """The kansei profile of a text."""
        return self.annotator.annotate(text, lang)

    def read(self, text: str) -> tuple[KanseiValue, ...]:
        """The kansei values of a written brief."""
        return self.annotate(text).profile

    def find(self, text: str, kinds: Sequence[EntityKind] = (), limit: int = 10) -> list[NameHit]:
        """Entities a name may mean, best first; Japanese, kana and Latin spellings."""
        return self.snapshot().find(text, kinds=kinds, limit=limit)

    def resolve(self, name: str, kinds: Sequence[EntityKind] = ()) -> Entity:
        """The one entity that an id or a name means.

        Raises:
            UnknownEntityError: nothing of that name.
            AmbiguousNameError: several, and none stands out.
        """
        snapshot = self.snapshot()
        if ":" in name and name in snapshot:
            return snapshot.entity(snapshot.row(name))
        hits = snapshot.find(name, kinds=kinds, limit=CANDIDATES_SHOWN)
        exact = [hit for hit in hits if hit.exact]
        if len(exact) == 1:
            return snapshot.entity(snapshot.row(exact[0].entity_id))
        if not hits:
            raise UnknownEntityError(name, "no entity of that name", "Check the spelling, or import it first")
        candidates = [snapshot.entity(snapshot.row(hit.entity_id)) for hit in (exact or hits)]
        raise AmbiguousNameError(name, candidates)

    def profile(self, entity_id: str, known: Snapshot | None = None) -> tuple[KanseiValue, ...]:
        """The kansei profile kept for an entity, strongest first.

        Args:
            entity_id: whose.
            known: the snapshot to read, where a page has one in hand; else the current one.
        """
        return _profile(known or self.snapshot(), entity_id)

    def attribute(self, name: str) -> Attribute | None:
        """The kansei attribute of that id, label or synonym, Japanese or English; None where there is none."""
        if name in self.dictionary:
            return self.dictionary.get(name)
        for lang in LANGS:
            named = [
                entry for entry in self.dictionary.terms(lang).get(normalise_term(name), ()) if entry[2] == "synonym"
            ]
            if named:
                return self.dictionary.get(max(named, key=lambda entry: entry[1])[0])
        return None

    def ranking(self, query: Query, also: Iterable[str] = (), *, actor: Actor | None) -> Ranking:
        """The ranking of a question, to be compared with another day's of the same reader."""
        from kyokan.platform.desk.rankings import rank

        return rank(self.bound_matcher(actor), query, also)

    def atlas(self) -> Atlas:
        """The map of the kansei space, drawn up once a snapshot."""
        return self.atlas_of(self.snapshot())

    def atlas_of(self, snapshot: Snapshot) -> Atlas:
        """The map of a snapshot; the last one is kept."""
        from kyokan.platform.desk.atlas import draw_up

        kept = self._atlas
        if kept is None or kept.snapshot != snapshot.hash:
            self._atlas = kept = draw_up(snapshot, self.dictionary)
        return kept

    def import_source(
        self,
        source: Path,
        *,
        form: str | None = None,
        dry_run: bool = False,
        options: Mapping[str, Any] | None = None,
        annotate: bool = True,
        progress: Progress | None = None,
    ) -> ImportReport:
        """Bring a folder or file into the store: problems by row, names resolved, texts annotated, all or nothing."""
        from kyokan.graph.importers import import_source

        return import_source(
            source,
            format=form,
            store=self.store,
            annotator=self.annotator if annotate else None,
            options=options or {},
            dry_run=dry_run,
            progress=progress,
        )

    def reread(self, progress: Progress | None = None) -> int:
        """Read the profiles of the store anew where texts, tags, dictionary or annotator changed; returns how many."""
        from kyokan.graph.importers import annotate_store

        return annotate_store(self.store, self.annotator, progress)

    def stats(self, progress: Progress | None = None) -> dict[str, Any]:
        """Counts by kind, dictionary version and snapshot hash; equal for stores that hold the same data."""
        snapshot = self.snapshot(progress)
        return {
            "store": self.store.url,
            "entities": self.store.count_entities(),
            "relations": self.store.count_relations(),
            "dictionary": self.dictionary.version,
            "snapshot": snapshot.hash,
        }

    @property
    def demo(self) -> bool:
        """Whether the store holds generated data, which every page must say."""
        return any(record.synthetic for record in self._provenances())

    def _provenances(self) -> Iterable[Any]:
        snapshot = self.snapshot()
        for kind in (EntityKind.FAN, EntityKind.SEGMENT):
            rows = snapshot.rows(kind)
            if len(rows):
                yield from snapshot.entity(int(rows[0])).provenance


@lru_cache(maxsize=PROFILES_KEPT)
def _profile(snapshot: Snapshot, entity_id: str) -> tuple[KanseiValue, ...]:
    """Read once for a snapshot, which never changes: every picture of an entity begins with it."""
    from kyokan.graph.annotate import from_relations
    from kyokan.graph.model import RelationKind

    return from_relations(snapshot.relations(RelationKind.EVOKES, source=entity_id))
