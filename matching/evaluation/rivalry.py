"""Protocol ``rivalry``: are rivals (one category, one audience) held apart from partners?

Tie-ups, companies and communities of the data folder become a graph like any other source. Nothing is fitted: the
rule of the rivalry signal is held against pairs that the data itself tells apart. Two companies share an audience when
they worked with one artist, when their communities share members, or when both communities share members with the same
three. In one category such a pair are substitutes, in different ones they complement each other. Real partners
(tie-ups, and artist and company communities that share members) must never be taken for rivals.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from kyokan.graph.annotate import Annotator
from kyokan.graph.dictionary import load_dictionary
from kyokan.graph.importers import import_source
from kyokan.graph.model import EntityKind, RelationKind
from kyokan.graph.snapshot import build_snapshot
from kyokan.graph.stores.sqlite import SqliteStore
from kyokan.matching.encoders import open_encoder
from kyokan.matching.evaluation.harness import Result, check_without, require_file
from kyokan.matching.evaluation.metrics import bootstrap_mean
from kyokan.matching.ranking import Matcher, Query
from kyokan.matching.ranking.query import subject_of
from kyokan.matching.signals.rivalry import rivals, score
from kyokan.matching.signals.view import Flags, Floats, GraphView, Rows

NAME = "rivalry"
SOURCES = (("tieups_web", "tieups.csv", "tieups"), ("reddit_fan_graph", "nodes.csv", "fan-graph"))
THINGS = (EntityKind.BRAND, EntityKind.PRODUCT)
SHARED_COMMUNITIES = 3
ASKED, DEPTH = 25, 5


@dataclass(frozen=True, slots=True)
class Companies:
    """C companies and what the graph and the rule say of each pair; all but ``rows`` are (C, C).

    ``alike`` is the likeness in 0..1, ``charged`` where rivalry costs anything, ``aside`` where the pair is set aside;
    ``audience`` and ``category`` where the two share one; ``told`` where both categories are known and the two are not
    one house.
    """

    rows: Rows
    audience: Flags
    category: Flags
    told: Flags
    alike: Floats
    charged: Flags
    aside: Flags

    @classmethod
    def of(cls, matcher: Matcher) -> Companies:
        """Hold every two companies against each other."""
        view, context = matcher.snapshot, matcher.context()
        rows = view.rows(*THINGS)
        categories = csr_array(context.categories[rows])
        makers = context.profiles.brand_of[rows]
        one_house = (makers[:, None] == rows) | (makers == rows[:, None]) | np.eye(len(rows), dtype=bool)
        known = np.diff(categories.indptr) > 0
        subjects = [subject_of(Query(entity=view.ids[row]), context, None) for row in rows.tolist()]
        return cls(
            rows=rows,
            audience=shared_audience(view, rows),
            category=(categories @ categories.T).toarray() > 0,
            told=known[:, None] & known & ~one_house,
            alike=np.array([context.likeness.of(subject, rows) for subject in subjects]),
            charged=np.array([score(context, subject, rows).values > 0 for subject in subjects]),
            aside=np.array([rivals(context, subject, rows) for subject in subjects]),
        )

    def pairs(self, *, category: bool) -> Flags:
        """(C, C) unordered pairs that share an audience, of one category or of different ones."""
        return np.triu(self.told & self.audience & (self.category == category), 1)


def shared_audience(view: GraphView, rows: Rows) -> Flags:
    """(R, R) whether two rows share an artist they worked with, members, or three communities near to both."""
    artists, near = (present_both_ways(view, kind)[rows] for kind in (RelationKind.TIED_UP, RelationKind.OVERLAPS))
    shared = (artists @ artists.T).toarray() > 0
    direct = near[:, rows].toarray() > 0
    return np.asarray(shared | direct | ((near @ near.T).toarray() >= SHARED_COMMUNITIES))


def present_both_ways(view: GraphView, kind: RelationKind) -> csr_array:
    """(N, N) 1 where a relation of the kind stands in either direction."""
    matrix = csr_array(view.matrix(kind))
    both = csr_array(matrix + matrix.T)
    both.data = np.ones_like(both.data, dtype=np.float64)
    return both


def partners(view: GraphView) -> list[tuple[str, str]]:
    """(artist, company) of every tie-up, and of every two communities of the two kinds that share members."""
    things = {view.ids[row] for row in view.rows(*THINGS).tolist()}
    artists = {view.ids[row] for row in view.rows(EntityKind.ARTIST).tolist()}
    ends = [
        (edge.source, edge.target)
        for kind in (RelationKind.TIED_UP, RelationKind.OVERLAPS)
        for edge in view.relations(kind)
    ]
    return [(a, b) for a, b in (*ends, *((b, a) for a, b in ends)) if a in artists and b in things]


def marked(matcher: Matcher, pairs: Iterable[tuple[str, str]]) -> list[bool]:
    """Whether the rule takes each pair for rivals, asked from either end."""
    context, view = matcher.context(), matcher.snapshot

    def rival(one: str, other: str) -> bool:
        return bool(rivals(context, subject_of(Query(entity=one), context, None), np.array([view.row(other)]))[0])

    return [rival(a, b) or rival(b, a) for a, b in pairs]


def nearest(companies: Companies, places: Rows) -> list[Rows]:
    """The places of the companies most alike to each, whatever their category: affinity taken for fit."""
    order = np.where(companies.told[places], -companies.alike[places], np.inf)
    return [row[:DEPTH] for row in np.argsort(order, axis=1, kind="stable")]


def proposed(matcher: Matcher, companies: Companies, places: Rows, without: frozenset[str]) -> list[Rows]:
    """The places of the companies that the engine proposes to each as partners."""
    view = matcher.snapshot
    answers = [
        matcher.propose(
            Query(entity=view.ids[row], kinds=THINGS, top=DEPTH, diversity=0.0, exposure=0.0, without_signals=without)
        )
        for row in companies.rows[places].tolist()
    ]
    return [
        np.searchsorted(companies.rows, [view.row(match.entity.id) for match in answer.matches]).astype(np.int64)
        for answer in answers
    ]


def shares(companies: Companies, places: Rows, lists: list[Rows]) -> dict[str, Floats]:
    """For each list, the share of its companies of the asker's own category, and of those set aside as rivals."""
    chosen = [(place, others) for place, others in zip(places.tolist(), lists, strict=True) if len(others)]
    return {
        "same_category@5": np.array([companies.category[place, others].mean() for place, others in chosen]),
        "rivals@5": np.array([companies.aside[place, others].mean() for place, others in chosen]),
    }


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Count rivals, complements and partners, and what the engine makes of each."""
    check_without(without, (NAME,), NAME)
    require_file(data, "tieups_web", "tieups.csv", NAME)
    with tempfile.TemporaryDirectory() as folder:
        matcher = build(tuple(root for root in (data, heldout) if root is not None), Path(folder))
        return measure(matcher, seed, without)


def build(roots: Iterable[Path], folder: Path) -> Matcher:
    """The graph of the data folders, ready to be asked."""
    dictionary, encoder = load_dictionary(), open_encoder()
    with SqliteStore(str(folder / "graph.db")) as store:
        for root in roots:
            for name, file, form in SOURCES:
                if (root / name / file).is_file():
                    import_source(root / name, format=form, store=store, annotator=Annotator(dictionary, encoder))
        snapshot = build_snapshot(store, folder / "snapshots", dictionary=dictionary, encoder=encoder)
    return Matcher(snapshot, encoder, dictionary=dictionary)


def measure(matcher: Matcher, seed: int, without: frozenset[str]) -> Result:
    """The counts as shares, and what stands among the first five for some companies that ask for a company."""
    companies = Companies.of(matcher)
    substitutes, complements = (companies.pairs(category=same) for same in (True, False))
    real = marked(matcher, partners(matcher.snapshot))
    asked = np.random.default_rng([seed, 60]).permutation(np.flatnonzero(companies.told.any(axis=1)))[:ASKED]
    engine = shares(companies, asked, proposed(matcher, companies, asked, without))
    alone = shares(companies, asked, nearest(companies, asked))
    return Result(
        protocol=NAME,
        seed=seed,
        n=len(asked),
        metrics={
            "partners_marked": _share(real),
            "rivals_charged": _share(companies.charged[substitutes]),
            "complements_charged": _share(companies.charged[complements]),
            **{name: float(values.mean()) for name, values in engine.items()},
        },
        baselines={"likeness alone": {name: float(values.mean()) for name, values in alone.items()}},
        ci95={name: bootstrap_mean(values, seed) for name, values in engine.items()},
        settings={
            "partners": len(real),
            "partners_marked": sum(real),
            "rival_pairs": int(substitutes.sum()),
            "rival_pairs_charged": int(companies.charged[substitutes].sum()),
            "rival_pairs_set_aside": int(companies.aside[substitutes].sum()),
            "complement_pairs": int(complements.sum()),
            "complement_pairs_charged": int(companies.charged[complements].sum()),
            "without": sorted(without),
        },
    )


def _share(flags: Iterable[bool]) -> float:
    values = np.array(list(flags), dtype=np.float64)
    return float(values.mean()) if len(values) else float("nan")
