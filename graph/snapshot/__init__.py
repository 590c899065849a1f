"""An immutable, memory-mapped copy of the graph to compute on."""

from kyokan.graph.snapshot.building import build_snapshot
from kyokan.graph.snapshot.directory import SnapshotDirectory
from kyokan.graph.snapshot.kansei import KanseiColumns
from kyokan.graph.snapshot.naming import NameHit
from kyokan.graph.snapshot.snapshot import Snapshot

__all__ = ["KanseiColumns", "NameHit", "Snapshot", "SnapshotDirectory", "build_snapshot"]
