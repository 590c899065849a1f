"""Every Cypher text of the Neo4j store, by name; values are always parameters.

Labels and relation types cannot be parameters. They come from ``EntityKind`` and ``RelationKind`` alone, one constant
text a kind, so no text is ever put together from data.

Nodes carry the label ``Entity`` and that of their kind. ``key`` is a hash of the id and ``rid`` one of a relation's
identity: Community Edition has uniqueness constraints over one property only, and its index entries are limited to
8 kB. ``record`` is the canonical text that both stores share; the other properties are there for Cypher.
"""

from __future__ import annotations

from kyokan.graph.model import EntityKind, RelationKind
from kyokan.graph.stores.walks import MAX_HOPS

NAME_INDEX = "entity_names"


def label(kind: EntityKind) -> str:
    """The label of a kind: ``Artist``."""
    return kind.value.capitalize()


def vector_index(kind: EntityKind) -> str:
    """The name of a kind's vector index."""
    return f"vector_{kind.value}"


# Schema ------------------------------------------------------------------------------------------------------

SCHEMA: dict[str, str] = {
    "schema.meta": "CREATE CONSTRAINT kyokan_meta IF NOT EXISTS FOR (m:KyokanMeta) REQUIRE m.name IS UNIQUE",
    "schema.key": "CREATE CONSTRAINT entity_key IF NOT EXISTS FOR (e:Entity) REQUIRE e.key IS UNIQUE",
    **{
        f"schema.rid.{kind.value}": (
            f"CREATE CONSTRAINT {kind.value}_rid IF NOT EXISTS FOR ()-[r:{kind.name}]-() REQUIRE r.rid IS UNIQUE"
        )
        for kind in RelationKind
    },
    # Pairs of characters, put between spaces by ``neo4j_rows.pairs``: a phrase of them is a part of a name in any
    # script. The analyzers for languages would drop English stop words and could not look inside a word.
    "schema.names": (
        f"CREATE FULLTEXT INDEX {NAME_INDEX} IF NOT EXISTS FOR (e:Entity) ON EACH [e.pairs] "
        "OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace', `fulltext.eventually_consistent`: false}}"
    ),
}
AWAIT_INDEXES = "CALL db.awaitIndexes(300)"

VECTOR_SCHEMA: dict[EntityKind, str] = {
    kind: f"CREATE VECTOR INDEX {vector_index(kind)} IF NOT EXISTS FOR (e:{label(kind)}) ON (e.vector) OPTIONS $options"
    for kind in EntityKind
}
DROP_VECTORS: dict[EntityKind, str] = {kind: f"DROP INDEX {vector_index(kind)} IF EXISTS" for kind in EntityKind}
VECTOR_INDEXES = (
    "SHOW VECTOR INDEXES YIELD name, options WHERE name IN $names "
    "RETURN name, options.indexConfig['vector.dimensions'] AS dimensions"
)

# Meta --------------------------------------------------------------------------------------------------------

META = "MATCH (m:KyokanMeta {name: 'store'}) RETURN m.schema AS schema, m.revision AS revision"
# Setting a property locks the node until the transaction ends: writers take turns.
LOCK = """
MERGE (m:KyokanMeta {name: 'store'})
ON CREATE SET m.schema = $schema, m.revision = 0
SET m.turn = coalesce(m.turn, 0) + 1
RETURN m.revision AS revision
"""
ADVANCE = "MATCH (m:KyokanMeta {name: 'store'}) SET m.revision = $revision"
ANYTHING = "MATCH (n) WHERE NOT n:KyokanMeta RETURN count(n) > 0 AS found"

# Writing -----------------------------------------------------------------------------------------------------

# The hints keep a plan that was made while the database was small from reading whole labels once it has grown.
_NODE = "MATCH (e:Entity {key: key}) USING INDEX e:Entity(key)"
_ROW_NODE = "MATCH (e:Entity {key: row.key}) USING INDEX e:Entity(key)"

STORED_ENTITIES = f"UNWIND $keys AS key {_NODE} RETURN key, e.hash AS hash"
STORED_RELATIONS: dict[RelationKind, str] = {
    kind: (
        f"UNWIND $rids AS rid MATCH ()-[r:{kind.name} {{rid: rid}}]->() USING INDEX r:{kind.name}(rid) "
        "RETURN rid, r.hash AS hash"
    )
    for kind in RelationKind
}
WRITE_ENTITIES: dict[EntityKind, str] = {
    kind: f"UNWIND $rows AS row MERGE (e:Entity {{key: row.key}}) SET e:{label(kind)}, e += row" for kind in EntityKind
}
ADD_RELATIONS: dict[RelationKind, str] = {
    kind: f"""
UNWIND $rows AS row
MATCH (a:Entity {{key: row.source}}) USING INDEX a:Entity(key)
MATCH (b:Entity {{key: row.target}}) USING INDEX b:Entity(key)
CREATE (a)-[r:{kind.name}]->(b)
SET r = row.properties
"""
    for kind in RelationKind
}
UPDATE_RELATIONS: dict[RelationKind, str] = {
    kind: f"""
UNWIND $rows AS row
MATCH ()-[r:{kind.name} {{rid: row.properties.rid}}]->() USING INDEX r:{kind.name}(rid)
SET r = row.properties
"""
    for kind in RelationKind
}
DELETE_RELATIONS: dict[RelationKind, str] = {
    kind: (
        f"UNWIND $rids AS rid MATCH ()-[r:{kind.name} {{rid: rid}}]->() USING INDEX r:{kind.name}(rid) "
        "DELETE r RETURN count(*) AS gone"
    )
    for kind in RelationKind
}
DELETE_TOUCHING = f"UNWIND $keys AS key {_NODE} MATCH (e)-[r]-() WITH DISTINCT r DELETE r RETURN count(*) AS gone"
DELETE_ENTITIES = f"UNWIND $keys AS key {_NODE} DELETE e RETURN count(*) AS gone"
FORGET_VECTORS = "MATCH (e:Entity) WHERE e.encoder <> $encoder REMOVE e.vector, e.encoder"
FORGET_VECTORS_OF = f"UNWIND $keys AS key {_NODE} REMOVE e.vector, e.encoder"
WRITE_VECTORS = f"""
UNWIND $rows AS row {_ROW_NODE}
SET e.encoder = $encoder
WITH e, row
CALL db.create.setNodeVectorProperty(e, 'vector', row.vector)
"""

# Reading -----------------------------------------------------------------------------------------------------

_ENTITY = "RETURN e.record AS record, e.imported_at AS imported_at ORDER BY e.id"
_SOURCE = "MATCH (a:Entity {key: $source}) USING INDEX a:Entity(key)"
_TARGET = "MATCH (b:Entity {key: $target}) USING INDEX b:Entity(key)"
_RELATION = "RETURN r.record AS record, r.imported_at AS imported_at ORDER BY a.id, b.id, coalesce(r.key, '')"

ENTITIES = f"MATCH (e:Entity) {_ENTITY}"
ENTITIES_BY_KIND: dict[EntityKind, str] = {kind: f"MATCH (e:{label(kind)}) {_ENTITY}" for kind in EntityKind}
ENTITIES_BY_KEY = f"MATCH (e:Entity) USING INDEX e:Entity(key) WHERE e.key IN $keys AND e.kind IN $kinds {_ENTITY}"
RELATIONS: dict[RelationKind, str] = {
    kind: f"MATCH (a:Entity)-[r:{kind.name}]->(b:Entity) {_RELATION}" for kind in RelationKind
}
RELATIONS_FROM: dict[RelationKind, str] = {
    kind: f"{_SOURCE} MATCH (a)-[r:{kind.name}]->(b:Entity) {_RELATION}" for kind in RelationKind
}
RELATIONS_TO: dict[RelationKind, str] = {
    kind: f"{_TARGET} MATCH (a:Entity)-[r:{kind.name}]->(b) {_RELATION}" for kind in RelationKind
}
RELATIONS_BETWEEN: dict[RelationKind, str] = {
    kind: f"{_SOURCE} {_TARGET} MATCH (a)-[r:{kind.name}]->(b) {_RELATION}" for kind in RelationKind
}
COUNT_ENTITIES = "MATCH (e:Entity) RETURN e.kind AS kind, count(*) AS number ORDER BY kind"
COUNT_RELATIONS: dict[RelationKind, str] = {
    kind: f"MATCH ()-[r:{kind.name}]->() RETURN count(r) AS number" for kind in RelationKind
}
SEARCH = f"""
CALL db.index.fulltext.queryNodes('{NAME_INDEX}', $query) YIELD node AS e
WHERE e.kind IN $kinds
RETURN e.id AS id, e.names AS names
"""
SCAN = """
MATCH (e:Entity)
WHERE e.kind IN $kinds AND (e.names CONTAINS $whole OR (size($words) > 0 AND all(w IN $words WHERE e.names CONTAINS w)))
RETURN e.id AS id, e.names AS names
"""
NEAREST = (
    "CALL db.index.vector.queryNodes($index, $limit, $vector) YIELD node AS e RETURN e.id AS id, e.vector AS vector"
)


def _paths(hops: int) -> str:
    """Simple paths of one length with no fan between the ends, strongest first; see ``walks`` for the order."""
    between = [f"n{place}" for place in range(1, hops)]
    nodes = ["a", *between, "b"]
    pattern = "(a)" + "".join(f"-[r{place}]-({node})" for place, node in enumerate(nodes[1:], 1))
    apart = [f"{one} <> {other}" for place, one in enumerate(nodes) for other in nodes[place + 1 :]]
    fan = label(EntityKind.FAN)
    return f"""
{_SOURCE}
{_TARGET}
MATCH {pattern}
WHERE {" AND ".join([*(f"NOT {node}:{fan}" for node in between), *apart])}
WITH [{", ".join(f"{node}.id" for node in nodes)}] AS ids, [{", ".join(f"r{n}" for n in range(1, hops + 1))}] AS steps
WITH ids, steps,
  reduce(s = 1.0, r IN steps | s * (r.confidence * (abs(r.weight) / (1.0 + abs(r.weight))))) AS strength,
  [r IN steps | [toLower(type(r)), startNode(r).id, endNode(r).id, coalesce(r.key, '')]] AS identities
ORDER BY strength DESC, ids, identities LIMIT $limit
RETURN ids, [r IN steps | r.record] AS records, [r IN steps | r.imported_at] AS stamps
"""


PATHS: dict[int, str] = {hops: _paths(hops) for hops in range(1, MAX_HOPS + 1)}


def _named() -> dict[str, str]:
    """All public texts of this module by names like ``meta``, ``relations.evokes`` and ``paths.2``."""
    found = dict(SCHEMA)
    for name, value in list(globals().items()):
        if name.isupper() and not name.startswith("_") and name not in {"SCHEMA", "NAME_INDEX"}:
            if isinstance(value, str):
                found[name.lower()] = value
            elif isinstance(value, dict):
                found |= {f"{name.lower()}.{key}": text for key, text in value.items()}
    return found


QUERIES: dict[str, str] = _named()
"""Every text by its name; the tests hand each to the server's own checker."""
