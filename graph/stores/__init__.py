"""Entities and relations kept safe: one protocol, an embedded store and a server store behind it."""

from kyokan.graph.stores.opening import open_store
from kyokan.graph.stores.protocol import Changes, GraphStore, Path
from kyokan.graph.stores.sqlite import SqliteStore

__all__ = ["Changes", "GraphStore", "Path", "SqliteStore", "open_store"]
