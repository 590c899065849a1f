"""Faithfulness: delete what a match cites from the graph, rank again, and compare the fall with what was claimed.

Tie-ups, companies, artists and communities of the data folder are imported and annotated like any other source. For
sampled artists the best matches are taken; the five strongest helpful items of evidence of each are deleted one at a
time and all together, and everything but the fusion weights is derived anew. Beside each cited deletion stands one of
as many facts of the same kinds that were not cited, taken from the same two entities first and from the whole graph
where they have no more. Falls are measured in the raw ranking score, in which evidence is stated.

Nothing is fitted, so there is nothing to leak; with a held-out folder the graph holds both folders' rows and the
sampled artists are those of the held-out tie-ups.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kyokan.errors import InputError
from kyokan.graph.annotate import Annotator
from kyokan.graph.dictionary import Dictionary, load_dictionary
from kyokan.graph.encoder import Encoder
from kyokan.graph.importers import import_source
from kyokan.graph.model import EntityKind, RelationKind
from kyokan.graph.snapshot import Snapshot, build_snapshot
from kyokan.graph.stores.sqlite import SqliteStore
from kyokan.matching.encoders import open_encoder
from kyokan.matching.evaluation.harness import Result, check_without, require_file
from kyokan.matching.evaluation.metrics import bootstrap, bootstrap_mean, spearman
from kyokan.matching.evidence.removal import PATH_KINDS, Removal
from kyokan.matching.ranking import Evidence, Match, Matcher, Query
from kyokan.matching.signals import SIGNALS
from kyokan.matching.signals.texts import entity_sentences
from kyokan.matching.signals.view import GraphView

PROTOCOL = "faithfulness"
SOURCES = {"tieups_web": ("tieups.csv", "tieups"), "reddit_fan_graph": ("nodes.csv", "fan-graph")}
ARTISTS, MATCHES, ITEMS = 20, 3, 5
TEXT_KINDS = (EntityKind.ARTIST, EntityKind.BRAND)
OTHER_TEXTS = 20  # entities whose sentences may be deleted as uncited
Fact = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """One deletion: what was claimed for it, how far the raw score fell, and the fall without uncited facts."""

    claimed: float
    cited: float
    uncited: float | None
    together: bool


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Rank correlation of claimed and observed falls, and the falls by cited and by uncited evidence."""
    check_without(without, SIGNALS, PROTOCOL)
    require_file(data, "tieups_web", "tieups.csv", PROTOCOL)
    rng = np.random.default_rng(seed)
    dictionary, encoder = load_dictionary(), open_encoder()
    with tempfile.TemporaryDirectory() as folder:
        snapshot, asked = _graph(data, heldout, Path(folder), dictionary, encoder)
        if not asked:
            rule = "holds no tie-up of an artist" + ("" if heldout is None else " that --data does not hold")
            raise InputError(str(heldout or data), rule, "Check tieups.csv")
        matcher = Matcher(snapshot, encoder, dictionary=dictionary)
        sampled = rng.permutation(asked)[:ARTISTS].tolist()
        trials = [trial for artist in sampled for trial in trials_of(matcher, artist, rng, without)]
    return _result(trials, seed, matcher)


def trials_of(matcher: Matcher, entity: str, rng: np.random.Generator, without: frozenset[str]) -> Iterator[Trial]:
    """The deletions for the best matches of one entity."""
    query = Query(entity=entity, top=MATCHES, without_signals=without)
    for match in matcher.propose(query).matches:
        items = cited(match)
        for group in (*((item,) for item in items), items):
            if group:
                yield _trial(matcher, query, match, group, rng, together=len(group) == len(items))


def cited(match: Match) -> tuple[Evidence, ...]:
    """The strongest items that speak for a match and rest on facts of the graph."""
    items = [item for part in match.contributions for item in part.evidence if item.weight > 0]
    items = [item for item in items if item.detail.get("role") != "rest" and item.detail.get("texts") != []]
    return tuple(sorted(items, key=lambda item: (-item.weight, item.kind, item.ids))[:ITEMS])


def claimed(view: GraphView, match: Match, removal: Removal) -> float:
    """What the match's evidence says the removal costs: the weights of all items that rest on any of its facts."""
    items = [item for part in match.contributions for item in part.evidence]
    return sum(item.weight for item in items if Removal.of(view, [item]).meets(removal))


def _trial(
    matcher: Matcher, query: Query, match: Match, group: Sequence[Evidence], rng: np.random.Generator, *, together: bool
) -> Trial:
    view = matcher.snapshot
    removal = Removal.of(view, group)
    other = uncited(view, match, removal, rng)
    return Trial(
        claimed=claimed(view, match, removal),
        cited=match.raw - _raw(matcher.without(removal), query, match),
        uncited=match.raw - _raw(matcher.without(other), query, match) if other else None,
        together=together,
    )


def _raw(matcher: Matcher, query: Query, match: Match) -> float:
    row = matcher.snapshot.row(match.entity.id)
    return float(matcher.score(query, np.array([row], dtype=np.int64)).raw[0])


def uncited(view: GraphView, match: Match, removal: Removal, rng: np.random.Generator) -> Removal:
    """As many facts of the same kinds as ``removal`` that no evidence of the match rests on."""
    all_cited = Removal.of(view, [item for part in match.contributions for item in part.evidence])
    ends = _ends(match)
    values = _draw(_other_values(view, ends), all_cited.values, len(removal.values), rng)
    relations: list[Any] = []
    for kind in sorted({identity[0] for identity in removal.relations}):
        count = sum(identity[0] == kind for identity in removal.relations)
        relations += _draw(_other_relations(view, RelationKind(kind), ends), all_cited.relations, count, rng)
    texts = _draw(_other_texts(view, ends, rng), all_cited.texts, len(removal.texts), rng)
    return Removal(values=frozenset(values), relations=frozenset(relations), texts=frozenset(texts))


def _ends(match: Match) -> tuple[str, ...]:
    """The two entities of a match, from its evidence."""
    names = {name for part in match.contributions for item in part.evidence for name in (item.ids[0], item.ids[-1])}
    return tuple(sorted(name for name in names if not name.startswith(("kansei:", "query:"))))


def _other_values(view: GraphView, ends: Sequence[str]) -> list[list[Fact]]:
    """(entity, attribute) of the two ends, then of everybody."""
    known = ~np.isnan(np.asarray(view.kansei.intensity))
    attributes = [f"kansei:{name}" for name in view.kansei.attributes]
    own: list[Fact] = [
        (name, attributes[column]) for name in ends for column in np.flatnonzero(known[view.row(name)]).tolist()
    ]
    rows, columns = np.nonzero(known)
    everybody: list[Fact] = [
        (view.ids[row], attributes[column]) for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    ]
    return [own, everybody]


def _other_relations(view: GraphView, kind: RelationKind, ends: Sequence[str]) -> list[list[Fact]]:
    own = [edge.identity for end in ends for edge in view.relations(kind, source=end)] if kind in PATH_KINDS else []
    return [sorted(set(own)), [edge.identity for edge in view.relations(kind)]]


def _other_texts(view: GraphView, ends: Sequence[str], rng: np.random.Generator) -> list[list[Fact]]:
    """(entity, language, sentence) of the two ends, then of some others."""
    others = rng.permutation(view.rows(*TEXT_KINDS))[:OTHER_TEXTS].tolist()

    def sentences(rows: Sequence[int]) -> list[Fact]:
        return [(view.ids[row], *sentence) for row in rows for sentence in entity_sentences(view.entity(row))]

    return [sentences([view.row(name) for name in ends]), sentences(others)]


def _draw(
    pools: Sequence[Sequence[Fact]], cited_facts: frozenset[Fact], count: int, rng: np.random.Generator
) -> list[Any]:
    """``count`` facts that are not cited, from the first pool as far as it reaches, then from the next."""
    drawn: list[Fact] = []
    for pool in pools:
        free = [fact for fact in pool if fact not in cited_facts and fact not in drawn]
        order = rng.permutation(len(free))[: count - len(drawn)]
        drawn += [free[place] for place in order]
    return drawn


def _graph(
    data: Path, heldout: Path | None, folder: Path, dictionary: Dictionary, encoder: Encoder
) -> tuple[Snapshot, list[str]]:
    """The graph of the data folders, and the artists to ask for."""
    with SqliteStore(str(folder / "graph.db")) as store:
        for root in (data, heldout):
            if root is None:
                continue
            before = {edge.identity for edge in store.relations(RelationKind.TIED_UP)}
            for name, (file, form) in SOURCES.items():
                if (root / name / file).is_file():
                    import_source(root / name, format=form, store=store, annotator=Annotator(dictionary, encoder))
        new = {edge.source for edge in store.relations(RelationKind.TIED_UP) if edge.identity not in before}
        snapshot = build_snapshot(store, folder / "snapshots", dictionary=dictionary, encoder=encoder)
    described = [name for name in sorted(new) if snapshot.kinds[snapshot.row(name)] == EntityKind.ARTIST.value]
    return snapshot, described


def _result(trials: Sequence[Trial], seed: int, matcher: Matcher) -> Result:
    pairs = np.array([(trial.claimed, trial.cited) for trial in trials])
    whole = [trial for trial in trials if trial.together]
    drops = np.array([trial.cited for trial in whole])
    others = np.array([abs(trial.uncited) for trial in whole if trial.uncited is not None])
    return Result(
        protocol=PROTOCOL,
        seed=seed,
        n=len(trials),
        metrics={
            "rho": spearman(pairs[:, 0], pairs[:, 1]),
            "drop_cited": float(drops.mean()),
            "drop_uncited": float(others.mean()),
        },
        ci95={
            "rho": bootstrap(len(pairs), lambda rows: spearman(pairs[rows, 0], pairs[rows, 1]), seed),
            "drop_cited": bootstrap_mean(drops, seed),
            "drop_uncited": bootstrap_mean(others, seed),
        },
        settings={"weights": matcher.settings.weights.version, "artists": ARTISTS, "matches": MATCHES, "items": ITEMS},
    )
