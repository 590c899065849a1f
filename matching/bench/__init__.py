"""Timings beside a peer in the same run: ``kyokan bench``."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from rapidfuzz import process

from kyokan.graph.annotate import Annotator
from kyokan.graph.dictionary import Dictionary, load_dictionary
from kyokan.graph.model import EntityKind, RelationKind
from kyokan.graph.snapshot import Snapshot, build_snapshot
from kyokan.graph.stores import GraphStore
from kyokan.matching.bench.world import generated_store
from kyokan.matching.encoders import open_encoder
from kyokan.matching.ranking import Matcher, Query
from kyokan.matching.signals import Context

Figures = dict[str, Any]
RUNS = 9
BRIEF = "A quiet voice before dawn, close and warm, with nothing showy about it."


def pairwise(ours: Callable[[], object], peer: Callable[[], object], runs: int = RUNS) -> Figures:
    """Time two callables in turn after one warm-up each.

    Returns:
        Median milliseconds of both, and the median of the ratios ours / peer pair by pair, which holds where the
        machine's speed drifts.
    """
    times: list[tuple[float, float]] = []
    for _ in range(runs + 1):
        pair = []
        for call in (ours, peer):
            start = time.perf_counter()
            call()
            pair.append((time.perf_counter() - start) * 1000)
        times.append((pair[0], pair[1]))
    counted = times[1:]
    return {
        "runs": runs,
        "ours_ms": round(statistics.median(ours for ours, _ in counted), 3),
        "peer_ms": round(statistics.median(peer for _, peer in counted), 3),
        "ratio": round(statistics.median(ours / peer for ours, peer in counted), 4),
    }


def bench_find(folder: Path) -> Figures:
    """A name looked up in the opened snapshot, beside rapidfuzz over all names."""
    snapshot, _, _ = _world(folder)
    names = [snapshot.entity(row).name for row in range(len(snapshot))]
    figures = pairwise(lambda: snapshot.find("Artist 4711"), lambda: process.extract("artist 4711", names, limit=10))
    return {"names": len(names), "peer": "rapidfuzz", **figures}


def bench_walk(folder: Path) -> Figures:
    """The walk from one artist to everything, beside networkx's personalised PageRank on the same graph."""
    snapshot, dictionary, _ = _world(folder)
    graph = Context(snapshot, None, dictionary=dictionary).walk_graph
    seeds = np.zeros(len(snapshot))
    start = snapshot.row("artist:0")
    seeds[start] = 1.0
    peer = nx.from_scipy_sparse_array(graph.step)
    figures = pairwise(
        lambda: graph.reach(seeds, first=1), lambda: nx.pagerank(peer, alpha=graph.damping, personalization={start: 1})
    )
    return {"entities": len(snapshot), "edges": int(graph.step.nnz // 2), "peer": "networkx pagerank", **figures}


def bench_snapshot(folder: Path) -> Figures:
    """Tags of all entities as a matrix from the opened snapshot, beside reading them from the store."""
    snapshot, _, store = _world(folder)

    def from_snapshot() -> None:
        Snapshot(snapshot.directory).matrix(RelationKind.TAGGED)

    def from_store() -> None:
        for _ in store.relations(RelationKind.TAGGED):
            pass

    figures = pairwise(from_snapshot, from_store)
    return {"relations": int(snapshot.matrix(RelationKind.TAGGED).nnz), "peer": "SQLite store", **figures}


def bench_propose(folder: Path) -> Figures:
    """A whole question over 5,000 artists with evidence, beside networkx's walk alone."""
    snapshot, dictionary, _ = _world(folder)
    matcher = Matcher(snapshot, dictionary=dictionary)
    query = Query(entity="brand:0", kinds=(EntityKind.ARTIST,), top=10)
    peer = nx.from_scipy_sparse_array(matcher.context().walk_graph.step)
    start = {snapshot.row("brand:0"): 1}
    figures = pairwise(lambda: matcher.propose(query), lambda: nx.pagerank(peer, personalization=start))
    return {"candidates": 5000, "peer": "networkx pagerank, no evidence", **figures}


def bench_annotate(_: Path) -> Figures:
    """Reading one text with lexicon and embedding, beside looking its words up."""
    annotator = Annotator(load_dictionary(), open_encoder("universal", cache=None))
    words = set(load_dictionary().terms("en"))
    figures = pairwise(
        lambda: annotator.annotate(BRIEF, "en"), lambda: [word for word in BRIEF.lower().split() if word in words]
    )
    return {"texts_a_second": round(1000 / figures["ours_ms"], 1), "peer": "word look-up, no morphology", **figures}


def _world(folder: Path) -> tuple[Snapshot, Dictionary, GraphStore]:
    dictionary = load_dictionary()
    store = generated_store(folder, dictionary)
    return build_snapshot(store, folder / "snapshots", dictionary=dictionary), dictionary, store


BENCHES: dict[str, Callable[[Path], Figures]] = {
    "find": bench_find,
    "walk": bench_walk,
    "snapshot": bench_snapshot,
    "propose": bench_propose,
    "annotate": bench_annotate,
}


def run_bench(name: str) -> Figures:
    """Run one bench in a folder that goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="kyokan-bench-") as folder:
        return {"bench": name, **BENCHES[name](Path(folder))}
