"""Protocols ``overlap`` and ``cross-overlap``: which communities will come to share members."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from kyokan.errors import InputError
from kyokan.matching.affinity.overlap import ATTRIBUTE_SIGNALS, SIGNALS, Described, OverlapModel, Portraits, Sayings
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.fan_graph_data import Community, FanGraph, Pair, pair, read_fan_graph
from kyokan.matching.evaluation.harness import Result, check_without
from kyokan.matching.evaluation.lastfm_data import (
    LastFm,
    Rows,
    frequent_tags,
    index,
    matrix,
    positions,
    read_lastfm,
    read_lists,
)
from kyokan.matching.evaluation.overlap_limits import by_trees, isolated, seen_again, told_the_answers

NEGATIVES = 5
TURNS, GROUPS = 2, 8  # what is learned from is hidden by halves: the graph of a new year is as thin to its pairs
LEAST_RECENT = 500
LEAST_POOL = 20
ARTIST = frozenset({"artist"})
CONSUMER = frozenset({"brand", "product_community"})

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Which kinds of community stand on the two sides of a pair."""

    first: frozenset[str]
    second: frozenset[str]

    def order(self, a: Community, b: Community) -> Pair | None:
        """The two names with the first side first; None if they do not stand on the two sides."""
        if a.kind in self.first and b.kind in self.second:
            return a.name, b.name
        if b.kind in self.first and a.kind in self.second:
            return b.name, a.name
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is fitted on (communities and pairs known before) and the new pairs to be found.

    ``recent`` are the known pairs that the youngest of the earlier snapshots added: they are most like those to be
    found. ``learned`` are the communities to learn from; others are described only.
    """

    communities: dict[str, Community]
    known: frozenset[Pair]
    new: list[Pair]
    recent: frozenset[Pair]
    learned: frozenset[str]

    def past(self) -> Task:
        """The same without what is to be found and without the communities that nothing is learned from."""
        communities = {name: node for name, node in self.communities.items() if name in self.learned}
        return replace(self, communities=communities, new=[])


def make_task(data: FanGraph, heldout: FanGraph | None, sides: Sides) -> Task:
    """Pairs first seen in the latest snapshot against all earlier ones.

    With a held-out graph the latest snapshot is its last one, and a pair that stands there is taken out of what is
    known of that year. Communities that only the held-out graph describes take part with their description.
    """
    communities = dict(data.communities)
    if heldout is None:
        latest = max(data.snapshots, default=0)
        known, later = data.before(latest), data.snapshots.get(latest, frozenset())
    else:
        communities = {**heldout.communities, **communities}
        latest = max(heldout.snapshots, default=0)
        later = heldout.snapshots.get(latest, frozenset())
        known = data.before(latest) | (data.snapshots.get(latest, frozenset()) - later)
    new = on_sides(later - known, communities, sides)
    learned = frozenset(data.communities)
    return Task(communities=communities, known=known, new=new, recent=youngest(data, known), learned=learned)


def youngest(data: FanGraph, known: frozenset[Pair]) -> frozenset[Pair]:
    """The known pairs of the youngest snapshots, as many of these as give enough to learn from."""
    chosen: frozenset[Pair] = frozenset()
    for year in sorted(data.snapshots, reverse=True):
        chosen = (known - data.before(year)) or chosen
        if len(chosen) >= LEAST_RECENT:
            break
    return chosen


def on_sides(pairs: Iterable[Pair], communities: dict[str, Community], sides: Sides) -> list[Pair]:
    """The pairs of described communities that stand on the two sides, first side first, in ascending order."""
    return [
        ordered
        for a, b in sorted(pairs)
        if a in communities and b in communities and (ordered := sides.order(communities[a], communities[b]))
    ]


def neighbours(pairs: frozenset[Pair]) -> dict[str, set[str]]:
    """Community → the communities it shares members with."""
    near: dict[str, set[str]] = {}
    for a, b in sorted(pairs):
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    return near


def sample_negatives(
    positives: Sequence[Pair], task: Task, near: dict[str, set[str]], sides: Sides, generator: np.random.Generator
) -> list[Pair]:
    """Five pairs for each positive, both ends replaced by communities of nearly the same degree, never linked."""
    linked = task.known | {pair(a, b) for a, b in task.new}
    degree = {name: len(near.get(name, ())) for name in task.communities}

    def pools(kinds: frozenset[str]) -> Callable[[str], list[str]]:
        members = sorted((degree[name], name) for name, node in task.communities.items() if node.kind in kinds)
        levels = np.array([level for level, _ in members])

        def like(name: str) -> list[str]:
            reach = 0
            while True:
                low = int(np.searchsorted(levels, degree[name] - reach, side="left"))
                high = int(np.searchsorted(levels, degree[name] + reach, side="right"))
                if high - low >= min(LEAST_POOL, len(members)):
                    return [member for _, member in members[low:high]]
                reach += 1

        return like

    first, second = pools(sides.first), pools(sides.second)
    chosen: list[Pair] = []
    for a, b in positives:
        like_a, like_b = first(a), second(b)
        drawn = 0
        for _ in range(1000):
            x, y = like_a[generator.integers(len(like_a))], like_b[generator.integers(len(like_b))]
            if x != y and pair(x, y) not in linked:
                chosen.append((x, y))
                drawn += 1
            if drawn == NEGATIVES:
                break
    return chosen


def portray(source: LastFm, task: Task) -> Portraits:
    """What last.fm knows of each community's artist, communities in ascending order of name."""
    nodes = [task.communities[name] for name in sorted(task.communities)]
    artists = index([*source.artists, *source.plays[:, 1].tolist(), *source.taggings[:, 1].tolist()])
    names, fans = frequent_tags(source.taggings), index(source.plays[:, 0].tolist())
    users = index(source.taggings[:, 0].tolist())

    def beside(rows: Rows, ids: Rows, column: int) -> csr_array:
        shape = (len(artists), len(ids))
        return matrix(positions(artists, rows[:, 1]), positions(ids, rows[:, column]), np.ones(len(rows)), shape)

    return Portraits.of(
        Sayings(
            tagged=beside(source.taggings, names, 2),
            heard=beside(source.plays, fans, 0),
            taggers=beside(source.taggings, users, 0),
            listed=csr_array(read_lists(source.taggings, artists).T),
        ),
        positions(artists, np.array([-1 if node.lastfm_id is None else node.lastfm_id for node in nodes])),
        [node.origin for node in nodes],
        np.array([node.kind in ARTIST and node.name in task.learned for node in nodes]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlaps:
    """A task with its communities as rows, in ascending order of name."""

    task: Task
    portraits: Portraits
    row: dict[str, int]

    @classmethod
    def of(cls, task: Task, source: LastFm) -> Overlaps:
        """Number the communities and portray them."""
        row = {name: number for number, name in enumerate(sorted(task.communities))}
        return cls(task=task, portraits=portray(source, task), row=row)

    def rows(self, pairs: Iterable[Pair]) -> Rows:
        """Row numbers of pairs, shape (pairs, 2)."""
        return np.array([[self.row[a], self.row[b]] for a, b in pairs], dtype=np.int64).reshape(-1, 2)

    def linked(self, pairs: frozenset[Pair]) -> csr_array:
        """(N, N) symmetric, 1 at each pair of described communities."""
        ends = self.rows(both for both in sorted(pairs) if both[0] in self.row and both[1] in self.row)
        both_ways, size = np.vstack([ends, ends[:, ::-1]]), len(self.row)
        return matrix(both_ways[:, 0], both_ways[:, 1], np.ones(len(both_ways)), (size, size))

    def degree(self) -> Floats:
        """(N,) how many communities each is known to share members with."""
        return np.asarray(self.linked(self.task.known).sum(axis=1), dtype=np.float64).ravel()

    def describe(self, pairs: Sequence[Pair], known: frozenset[Pair]) -> Described:
        """Features of pairs over the graph of the known ones."""
        return self.portraits.describe(self.rows(pairs), self.linked(known))

    def examples(self, sides: Sides, seed: int) -> tuple[Described, Flags]:
        """What to learn from: earlier pairs, each described without itself, and negatives drawn like those of the test.

        The youngest known pairs are hidden by halves, in each turn with all young pairs of an eighth of the
        communities as well, so that communities nobody is known to share members with are learned from too.
        """
        generator = np.random.default_rng([seed, 52])
        young = sorted(self.task.recent)
        turn = generator.permutation(len(young)) % TURNS
        past = self.task.past()
        names = sorted(past.communities)
        group = dict(zip(names, generator.integers(GROUPS, size=len(names)).tolist(), strict=True))
        tables, truth = [], []
        for number in range(TURNS):
            hidden = frozenset(
                both
                for place, both in zip(turn.tolist(), young, strict=True)
                if number in (place, group.get(both[0]), group.get(both[1]))
            )
            left = self.task.known - hidden
            positives = on_sides(hidden, past.communities, sides)
            negatives = sample_negatives(positives, past, neighbours(left), sides, generator)
            tables.append(self.describe([*positives, *negatives], left))
            truth.append(np.repeat([True, False], [len(positives), len(negatives)]))
        return Described.joined(tables), np.concatenate(truth)


def peers(overlaps: Overlaps, pairs: Sequence[Pair]) -> dict[str, Floats]:
    """Scores of simple methods: cosines of tags and of listeners, common neighbours, degree, and the sum of ranks."""
    rows, portraits = overlaps.rows(pairs), overlaps.portraits
    linked = overlaps.linked(overlaps.task.known)
    scores = {
        "tag cosine": cosine(portraits.tags, rows),
        "co-listening": cosine(portraits.fans, rows),
        "common neighbours": cosine(linked, rows),
    }
    rank_sum = np.sum([metrics.ranks(values) for values in scores.values()], axis=0)
    return {**scores, "degree product": np.log1p(overlaps.degree()[rows]).sum(axis=1), "rank sum": rank_sum}


def cosine(vectors: csr_array, pairs: Rows) -> Floats:
    """Dot product of the two rows of each pair: the cosine of unit rows, common neighbours of a graph."""
    return np.asarray(vectors[pairs[:, 0]].multiply(vectors[pairs[:, 1]]).sum(axis=1), dtype=np.float64).ravel()


def _measured_as(peer: str) -> tuple[str, ...]:
    """The metrics a peer stands beside: one that reads tags alone beside both, the others beside the whole engine."""
    return ("auc_attributes", "auc_engine") if peer == "tag cosine" else ("auc_engine",)


def measure(scores: Floats, count: int) -> float:
    """AUC of scores of which the first ``count`` are those of new pairs."""
    return metrics.auc(scores[:count], scores[count:])


def run(name: str, sides: Sides, data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Fit on earlier snapshots, tell the new pairs of the latest from degree-matched negatives."""
    check_without(without, SIGNALS, name)
    graph = read_fan_graph(data, name)
    task = make_task(graph, None if heldout is None else read_fan_graph(heldout, name), sides)
    if not task.new:
        raise InputError(str(heldout or data), "has no new pair in its latest snapshot", "Check edges.csv")
    overlaps = Overlaps.of(task, read_lastfm(data, name))
    generator = np.random.default_rng([seed, 51])
    pairs = [*task.new, *sample_negatives(task.new, task, neighbours(task.known), sides, generator)]
    described, count = overlaps.describe(pairs, task.known), len(task.new)
    examples, truth = overlaps.examples(sides, seed)
    if not truth.any():
        raise InputError(str(data), "has no earlier pair of these kinds to learn from", "Check edges.csv")
    scores = {
        f"auc_{part}": OverlapModel.fit(examples, truth, signals - without).scores(described)
        for part, signals in (("attributes", ATTRIBUTE_SIGNALS), ("engine", frozenset(SIGNALS)))
    }
    simple, settings = peers(overlaps, pairs), {"known_pairs": len(task.known), "learned_pairs": int(truth.sum())}
    limits = {}
    if not without:
        simple["boosted trees"] = by_trees(examples, truth, described)
        limits = {
            "trees_told_the_answers": told_the_answers(described, np.arange(len(pairs)) < count),
            "pairs_seen_again": seen_again(graph),
            "alone": isolated(overlaps.rows(task.new), overlaps.degree()),
        }
    return Result(
        protocol=name,
        seed=seed,
        n=count,
        metrics={part: measure(score, count) for part, score in scores.items()},
        baselines={peer: dict.fromkeys(_measured_as(peer), measure(score, count)) for peer, score in simple.items()},
        ci95={part: metrics.bootstrap_auc(score[:count], score[count:], seed) for part, score in scores.items()},
        settings={**settings, "negatives": len(pairs) - count, "limits": limits, "without": sorted(without)},
    )


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Artist × artist."""
    return run("overlap", Sides(first=ARTIST, second=ARTIST), data, heldout, seed, without)


def evaluate_cross(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Artist × brand or product community."""
    return run("cross-overlap", Sides(first=ARTIST, second=CONSUMER), data, heldout, seed, without)
