"""A generated graph of a stated size to time on: artists, brands, tags, kansei values and audiences, seeded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from kyokan.graph.dictionary import Dictionary
from kyokan.graph.model import Entity, EntityKind, Provenance, Relation, RelationKind
from kyokan.graph.stores import GraphStore, open_store

ARTISTS, BRANDS, TAGS = 5000, 500, 300
ATTRIBUTES_EACH, TAGS_EACH, OVERLAPS = 8, 6, 20_000
ORIGIN = Provenance(source="bench", licence="generated", synthetic=True)


def generated_store(folder: Path, dictionary: Dictionary, seed: int = 0) -> GraphStore:
    """A SQLite store with the generated graph: 5,800 entities and about 92,000 relations."""
    store = open_store(f"sqlite:///{folder / 'bench.db'}")
    store.write([*dictionary.to_entities(), *_entities()], list(_relations(dictionary, seed)))
    return store


def _entities() -> Iterator[Entity]:
    for kind, count in ((EntityKind.ARTIST, ARTISTS), (EntityKind.BRAND, BRANDS), (EntityKind.TAG, TAGS)):
        for number in range(count):
            yield Entity(id=f"{kind}:{number}", kind=kind, name=f"{kind} {number}", provenance=(ORIGIN,))


def _relations(dictionary: Dictionary, seed: int) -> Iterator[Relation]:
    random = np.random.default_rng(seed)
    popularity = 1.0 / np.arange(1, TAGS + 1)
    popularity /= popularity.sum()
    for kind, count in ((EntityKind.ARTIST, ARTISTS), (EntityKind.BRAND, BRANDS)):
        for number in range(count):
            source = f"{kind}:{number}"
            for attribute in random.choice(len(dictionary.ids), ATTRIBUTES_EACH, replace=False):
                yield _relation(
                    RelationKind.EVOKES, source, f"kansei:{dictionary.ids[attribute]}", random.uniform(0.2, 1.0), 0.8
                )
            for tag in random.choice(TAGS, TAGS_EACH, replace=False, p=popularity):
                yield _relation(RelationKind.TAGGED, source, f"tag:{tag}", 1.0 + random.poisson(2))
    pairs = np.unique(np.sort(random.integers(0, ARTISTS, (OVERLAPS, 2)), axis=1), axis=0)
    for first, second in pairs[pairs[:, 0] != pairs[:, 1]]:
        yield _relation(RelationKind.OVERLAPS, f"artist:{first}", f"artist:{second}", random.uniform(0.05, 1.0))


def _relation(kind: RelationKind, source: str, target: str, weight: float, confidence: float = 1.0) -> Relation:
    return Relation(
        kind=kind, source=source, target=target, weight=float(weight), confidence=confidence, provenance=ORIGIN
    )
