"""The server store: Neo4j over its official driver, for graphs that several machines share."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from neo4j import Driver, GraphDatabase, ManagedTransaction
from neo4j.exceptions import ClientError

from kyokan.closing import Closing
from kyokan.errors import StoreError
from kyokan.graph.encoder import Vectors
from kyokan.graph.model import Entity, EntityKind, Relation, RelationKind
from kyokan.graph.stores import cypher, namesearch, neo4j_writes
from kyokan.graph.stores.codec import decode_entity, decode_relation, hashed_key
from kyokan.graph.stores.cosine import checked_vectors, nearest_rows
from kyokan.graph.stores.neo4j_errors import guarded
from kyokan.graph.stores.protocol import Changes, Path
from kyokan.graph.stores.revisions import next_revision
from kyokan.graph.stores.tally import Tally, batches
from kyokan.graph.stores.walks import check_hops

# Faults reach the caller as errors; without a handler, Python would print the driver's log lines beside them.
logging.getLogger("neo4j").addHandler(logging.NullHandler())

WRITE_BATCH = 5000
FETCH = 5000
CONNECT_SECONDS = 10.0
RETRY_SECONDS = 30.0
PAIR = 2  # the name index holds pieces of this many characters; shorter texts are looked for by a scan


class Neo4jStore(Closing):
    """A ``GraphStore`` on a Neo4j server; ``GraphStore`` says what each method promises.

    Each write is one managed transaction: the driver tries it again after a deadlock or a change of leader, and
    nothing of it is seen before it is committed. Writers take turns.

    Args:
        url: ``neo4j://host:port`` or ``bolt://host:port``, without user or password.
        user: user name.
        password: password.

    Raises:
        StoreUnavailableError: the server does not answer, or refuses the user.
        StoreError: another version of Kyokan made the database's schema.
    """

    def __init__(self, url: str, *, user: str, password: str) -> None:
        self._url = url
        with guarded(url):
            self._driver: Driver = GraphDatabase.driver(
                url,
                auth=(user, password),
                connection_timeout=CONNECT_SECONDS,
                max_transaction_retry_time=RETRY_SECONDS,
                notifications_min_severity="OFF",
                user_agent="kyokan",
            )
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    @property
    def url(self) -> str:
        """The address, without user and password."""
        return self._url

    def close(self) -> None:
        """Let go of all connections."""
        self._driver.close()

    def revision(self) -> int:
        """Microseconds since 1970 at the last change, always more than before; 0 before the first."""
        found = self._read(cypher.META)
        return int(found[0]["revision"]) if found else 0

    # Writing -------------------------------------------------------------------------------------------------

    def write(self, entities: Iterable[Entity] = (), relations: Iterable[Relation] = ()) -> Changes:
        """Insert or replace by identity, all or nothing."""
        encoded_entities = [neo4j_writes.encoded_entity(item) for item in entities]
        encoded_relations = [neo4j_writes.encoded_relation(item) for item in relations]

        def work(transaction: ManagedTransaction) -> Changes:
            tally = Tally()
            present: set[str] = set()
            last = neo4j_writes.lock(transaction)
            for some_entities in batches(encoded_entities, WRITE_BATCH):
                neo4j_writes.write_entities(transaction, some_entities, tally)
            for some_relations in batches(encoded_relations, WRITE_BATCH):
                neo4j_writes.write_relations(transaction, some_relations, tally, present)
            if tally.changed:
                transaction.run(cypher.ADVANCE, revision=next_revision(last)).consume()
            return tally.changes()

        with guarded(self.url), self._driver.session() as session:
            return session.execute_write(work)

    def delete(self, entity_ids: Iterable[str] = (), relations: Iterable[tuple[str, str, str, str]] = ()) -> int:
        """Remove entities with all their relations, and relations by identity."""
        ids, identities = list(entity_ids), list(relations)

        def work(transaction: ManagedTransaction) -> int:
            last = neo4j_writes.lock(transaction)
            gone = sum(neo4j_writes.delete_relations(transaction, part) for part in batches(identities, WRITE_BATCH))
            gone += sum(neo4j_writes.delete_entities(transaction, part) for part in batches(ids, WRITE_BATCH))
            if gone:
                transaction.run(cypher.ADVANCE, revision=next_revision(last)).consume()
            return gone

        with guarded(self.url), self._driver.session() as session:
            return session.execute_write(work)

    def put_vectors(self, encoder: str, ids: Sequence[str], vectors: Vectors) -> None:
        """Keep the vectors of entities; a row of zeros means that there is nothing to keep."""
        kept = checked_vectors(ids, vectors)
        if not len(kept):
            return
        self._prepare_vectors(kept.shape[1])

        def work(transaction: ManagedTransaction) -> None:
            neo4j_writes.lock(transaction)
            transaction.run(cypher.FORGET_VECTORS, encoder=encoder).consume()
            for chunk in batches(zip(ids, kept, strict=True), WRITE_BATCH):
                neo4j_writes.write_vectors(transaction, encoder, chunk)

        with guarded(self.url), self._driver.session() as session:
            session.execute_write(work)

    # Reading -------------------------------------------------------------------------------------------------

    def entity(self, entity_id: str) -> Entity | None:
        """The entity of that id."""
        return next(self.entities(ids=[entity_id]), None)

    def entities(self, kind: EntityKind | None = None, ids: Sequence[str] | None = None) -> Iterator[Entity]:
        """Entities by kind or ids, in order of id, streamed."""
        if ids is not None:
            keys = [hashed_key(entity_id) for entity_id in ids]
            rows = self._stream([cypher.ENTITIES_BY_KEY], keys=keys, kinds=_values([kind] if kind else ()))
        else:
            rows = self._stream([cypher.ENTITIES if kind is None else cypher.ENTITIES_BY_KIND[kind]])
        for record, imported_at in rows:
            yield decode_entity(record, imported_at)

    def relations(
        self, kind: RelationKind | None = None, source: str | None = None, target: str | None = None
    ) -> Iterator[Relation]:
        """Relations that match everything given, in order of identity, streamed."""
        texts = _RELATION_TEXTS[source is not None, target is not None]
        kinds = sorted(RelationKind) if kind is None else [kind]
        keys = {name: hashed_key(end) for name, end in (("source", source), ("target", target)) if end is not None}
        for record, imported_at in self._stream([texts[one] for one in kinds], **keys):
            yield decode_relation(record, imported_at)

    def records(self, of: Literal["entities", "relations"]) -> Iterator[str]:
        """Canonical texts of everything, in order of id or identity, streamed."""
        every = [cypher.RELATIONS[kind] for kind in sorted(RelationKind)]
        for record, _ in self._stream([cypher.ENTITIES] if of == "entities" else every):
            yield record

    def search(self, text: str, kinds: Sequence[EntityKind] = (), limit: int = 10) -> list[Entity]:
        """Entities whose names hold the text or all its words, best first."""
        want = namesearch.wanted(text)
        if want is None:
            return []
        if min(map(len, (want.whole, *want.words))) < PAIR:
            rows = self._read(cypher.SCAN, whole=want.whole, words=list(want.words), kinds=_values(kinds))
        else:
            rows = self._read(cypher.SEARCH, query=_phrases(want), kinds=_values(kinds))
        ids = namesearch.best(want, ((row["id"], row["names"]) for row in rows), limit)
        found = {item.id: item for item in self.entities(ids=ids)}
        return [found[entity_id] for entity_id in ids if entity_id in found]

    def paths(self, source: str, target: str, max_hops: int = 3, limit: int = 10) -> list[Path]:
        """Shortest simple paths between two entities, any direction, no fan between them."""
        check_hops(max_hops)
        found: list[Path] = []
        ends = {"source": hashed_key(source), "target": hashed_key(target)}
        for hops in range(1, max_hops + 1):
            if len(found) < limit:
                for ids, records, stamps in (
                    row.values() for row in self._read(cypher.PATHS[hops], **ends, limit=limit - len(found))
                ):
                    found.append(Path(tuple(ids), tuple(map(decode_relation, records, stamps))))
        return found

    def nearest(self, vector: Vectors, kind: EntityKind, limit: int = 10) -> list[tuple[str, float]]:
        """Ids of one kind by cosine, best first: candidates by the vector index, their order exact."""
        index = cypher.vector_index(kind)
        if not self._read(cypher.VECTOR_INDEXES, names=[index]) or not np.any(vector):
            return []
        query = np.asarray(vector, dtype=np.float32).tolist()
        rows = self._read(cypher.NEAREST, index=index, limit=2 * limit + 50, vector=query)
        return nearest_rows(vector, [row["id"] for row in rows], [row["vector"] for row in rows], limit)

    def count_entities(self) -> dict[str, int]:
        """Number of entities by kind."""
        return {row["kind"]: row["number"] for row in self._read(cypher.COUNT_ENTITIES)}

    def count_relations(self) -> dict[str, int]:
        """Number of relations by kind."""
        counts = {kind.value: self._read(cypher.COUNT_RELATIONS[kind])[0]["number"] for kind in sorted(RelationKind)}
        return {kind: number for kind, number in counts.items() if number}

    # Inside --------------------------------------------------------------------------------------------------

    def _read(self, text: str, **parameters: Any) -> list[Any]:
        """All records of a short answer, in a managed transaction."""
        with guarded(self.url), self._driver.session() as session:
            return session.execute_read(lambda transaction: list(transaction.run(text, parameters)))

    def _stream(self, texts: Sequence[str], **parameters: Any) -> Iterator[tuple[str, str]]:
        """Records of a long answer as they come; never tried again, since some may have been used already."""
        with (
            guarded(self.url),
            self._driver.session(fetch_size=FETCH, default_access_mode="READ") as session,
            session.begin_transaction() as transaction,
        ):
            for text in texts:
                for row in transaction.run(text, parameters):
                    record, imported_at = row
                    yield record, imported_at

    def _prepare(self) -> None:
        """Make the constraints and indexes of a new database; refuse those of another version."""
        with guarded(self.url):
            self._driver.verify_connectivity()
            found = self._read(cypher.META)
            if not found:
                for text in cypher.SCHEMA.values():
                    self._make(text)
                self._driver.execute_query(cypher.AWAIT_INDEXES)
                self._driver.execute_query(cypher.LOCK, schema=neo4j_writes.SCHEMA)
        if found and found[0]["schema"] != neo4j_writes.SCHEMA:
            raise StoreError(
                self.url,
                f"has schema {found[0]['schema']}, this Kyokan reads {neo4j_writes.SCHEMA}",
                "Use the Kyokan that made it",
            )

    def _make(self, text: str) -> None:
        """Make one constraint or index; that another process was first, in spite of IF NOT EXISTS, is no failure."""
        try:
            self._driver.execute_query(text)
        except ClientError as error:
            if not (error.code or "").endswith("AlreadyExists"):
                raise

    def _prepare_vectors(self, dimensions: int) -> None:
        """Make the vector indexes for this length of vector, in place of those for another."""
        names = [cypher.vector_index(kind) for kind in EntityKind]
        with guarded(self.url):
            lengths = {row["dimensions"] for row in self._read(cypher.VECTOR_INDEXES, names=names)}
            if lengths == {dimensions}:
                return
            options = {"indexConfig": {"vector.dimensions": dimensions, "vector.similarity_function": "cosine"}}
            for kind in EntityKind:
                self._driver.execute_query(cypher.DROP_VECTORS[kind])
                self._driver.execute_query(cypher.VECTOR_SCHEMA[kind], options=options)
            self._driver.execute_query(cypher.AWAIT_INDEXES)


_RELATION_TEXTS: Mapping[tuple[bool, bool], Mapping[RelationKind, str]] = {
    (False, False): cypher.RELATIONS,
    (True, False): cypher.RELATIONS_FROM,
    (False, True): cypher.RELATIONS_TO,
    (True, True): cypher.RELATIONS_BETWEEN,
}


def _values(kinds: Sequence[EntityKind]) -> list[str]:
    return [kind.value for kind in kinds or EntityKind]


def _phrases(want: namesearch.Wanted) -> str:
    """The full-text query: the whole, or all the words, as phrases of character pairs."""
    whole, *words = (
        '"' + neo4j_writes.pairs(piece).replace("\\", "\\\\").replace('"', '\\"') + '"'
        for piece in (want.whole, *want.words)
    )
    return f"{whole} OR ({' AND '.join(words)})" if words else whole
