"""Protocols ``overlap`` and ``cross-overlap``: which communities will come to share members."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array
from sklearn.linear_model import LogisticRegression

from kyokan.errors import InputError
from kyokan.matching.evaluation import metrics
from kyokan.matching.evaluation.fan_graph_data import Community, FanGraph, Pair, pair, read_fan_graph
from kyokan.matching.evaluation.harness import Result, check_without
from kyokan.matching.evaluation.lastfm_data import LastFm, frequent_tags, index, matrix, positions, read_lastfm

PARTS: tuple[str, ...] = ()
NEGATIVES = 5
HIDDEN_SHARE = 0.3
LEAST_POOL = 20
ARTIST = frozenset({"artist"})
CONSUMER = frozenset({"brand", "product_community"})
ATTRIBUTES = ("tag_cosine", "tags_known")

Floats = NDArray[np.float64]


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
    """What is fitted on (communities and pairs known before) and the new pairs to be found."""

    communities: dict[str, Community]
    known: frozenset[Pair]
    new: list[Pair]


def make_task(data: FanGraph, heldout: FanGraph | None, sides: Sides) -> Task:
    """Pairs first seen in the latest snapshot against all earlier ones.

    With a held-out graph the latest snapshot is its last one, and a pair that stands there is taken out of what is
    known of that year. Communities that only the held-out graph describes take part with their description.
    """
    communities = dict(data.communities)
    if heldout is None:
        latest = max(data.snapshots)
        known, later = data.before(latest), data.snapshots[latest]
    else:
        communities = {**heldout.communities, **communities}
        latest = max(heldout.snapshots)
        later = heldout.snapshots[latest]
        known = data.before(latest) | (data.snapshots.get(latest, frozenset()) - later)
    new = [
        ordered
        for a, b in sorted(later - known)
        if a in communities and b in communities and (ordered := sides.order(communities[a], communities[b]))
    ]
    return Task(communities=communities, known=known, new=new)


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


def unit_rows(rows: csr_array) -> csr_array:
    """Rows scaled to length 1; empty rows stay empty."""
    length = np.sqrt(np.asarray(rows.power(2).sum(axis=1)).ravel())
    return csr_array(diags_array(1.0 / np.where(length > 0, length, 1.0)) @ rows)


def cosine(rows: csr_array, pairs: NDArray[np.int64]) -> Floats:
    """Dot product of the unit rows of each pair; 0 where an end has no row (−1)."""
    known = (pairs >= 0).all(axis=1)
    values = np.zeros(len(pairs))
    a, b = rows[pairs[known, 0]], rows[pairs[known, 1]]
    values[known] = np.asarray(a.multiply(b).sum(axis=1)).ravel()
    return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What last.fm knows of the artists: unit rows of tags and of fans."""

    artists: NDArray[np.int64]
    tags: csr_array
    fans: csr_array

    @classmethod
    def of(cls, source: LastFm) -> Knowledge:
        """Log counts of frequent tags, and of who listens."""
        artists = index([*source.artists, *source.plays[:, 1].tolist()])
        names, fans = frequent_tags(source.taggings), index(source.plays[:, 0].tolist())
        tagged = matrix(
            positions(artists, source.taggings[:, 1]),
            positions(names, source.taggings[:, 2]),
            np.ones(len(source.taggings)),
            (len(artists), len(names)),
        )
        tagged.data = np.log1p(tagged.data)
        heard = matrix(
            positions(artists, source.plays[:, 1]),
            positions(fans, source.plays[:, 0]),
            np.ones(len(source.plays)),
            (len(artists), len(fans)),
        )
        return cls(artists=artists, tags=unit_rows(tagged), fans=unit_rows(heard))


def features(pairs: Sequence[Pair], task: Task, near: dict[str, set[str]], knowledge: Knowledge) -> dict[str, Floats]:
    """Name → value of each pair."""
    ids = np.array([[task.communities[name].lastfm_id or -1 for name in both] for both in pairs], dtype=np.int64)
    rows = positions(knowledge.artists, ids.ravel()).reshape(-1, 2)
    none: set[str] = set()
    shared = [len(near.get(a, none) & near.get(b, none)) for a, b in pairs]
    degree = np.array([[len(near.get(a, none)), len(near.get(b, none))] for a, b in pairs], dtype=np.float64)
    return {
        "tag_cosine": cosine(knowledge.tags, rows),
        "tags_known": (rows >= 0).sum(axis=1).astype(np.float64),
        "co_listening": cosine(knowledge.fans, rows),
        "common_neighbours": np.log1p(np.array(shared, dtype=np.float64)),
        "degree_product": np.log1p(degree).sum(axis=1),
    }


def columns(values: dict[str, Floats], names: Sequence[str]) -> Floats:
    """The named features side by side, shape (pairs, names)."""
    return np.column_stack([values[name] for name in names])


def fit(task: Task, knowledge: Knowledge, sides: Sides, names: Sequence[str], seed: int) -> LogisticRegression:
    """Learn the weights on earlier pairs: hide a share of them, describe them by the rest, tell them from negatives."""
    generator = np.random.default_rng([seed, 52])
    earlier = sorted(task.known)
    hidden = frozenset(earlier[i] for i in generator.permutation(len(earlier))[: round(HIDDEN_SHARE * len(earlier))])
    left = neighbours(task.known - hidden)
    positives = [
        ordered
        for a, b in sorted(hidden)
        if a in task.communities
        and b in task.communities
        and (ordered := sides.order(task.communities[a], task.communities[b]))
    ]
    past = Task(communities=task.communities, known=task.known, new=[])
    negatives = sample_negatives(positives, past, left, sides, generator)
    described = columns(features([*positives, *negatives], past, left, knowledge), names)
    spread = np.where(described.std(axis=0) > 0, described.std(axis=0), 1.0)
    model = LogisticRegression(C=1.0).fit(described / spread, np.repeat([1, 0], [len(positives), len(negatives)]))
    model.coef_ /= spread
    return model


def run(name: str, sides: Sides, data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Fit on earlier snapshots, tell the new pairs of the latest from degree-matched negatives."""
    check_without(without, PARTS, name)
    knowledge = Knowledge.of(read_lastfm(data, name))
    task = make_task(read_fan_graph(data, name), None if heldout is None else read_fan_graph(heldout, name), sides)
    if not task.new:
        raise InputError(str(heldout or data), "has no new pair in its latest snapshot", "Check edges.csv")
    near = neighbours(task.known)
    negatives = sample_negatives(task.new, task, near, sides, np.random.default_rng([seed, 51]))
    values = features([*task.new, *negatives], task, near, knowledge)
    count = len(task.new)
    scores = {
        f"auc_{part}": columns(values, names) @ fit(task, knowledge, sides, names, seed).coef_.ravel()
        for part, names in (("attributes", ATTRIBUTES), ("engine", tuple(values)))
    }
    baselines = {name.replace("_", " "): metrics.auc(value[:count], value[count:]) for name, value in values.items()}
    summed = ("common_neighbours", "co_listening", "tag_cosine")
    rank_sum = np.sum([metrics.ranks(values[name]) for name in summed], axis=0)
    baselines["rank sum"] = metrics.auc(rank_sum[:count], rank_sum[count:])
    return Result(
        protocol=name,
        seed=seed,
        n=count,
        metrics={part: metrics.auc(score[:count], score[count:]) for part, score in scores.items()},
        baselines={baseline: {"auc": value} for baseline, value in baselines.items()},
        ci95={part: metrics.bootstrap_auc(score[:count], score[count:], seed) for part, score in scores.items()},
        settings={"known_pairs": len(task.known), "negatives": len(negatives), "without": sorted(without)},
    )


def evaluate(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Artist × artist."""
    return run("overlap", Sides(first=ARTIST, second=ARTIST), data, heldout, seed, without)


def evaluate_cross(data: Path, heldout: Path | None, seed: int, without: frozenset[str]) -> Result:
    """Artist × brand or product community."""
    return run("cross-overlap", Sides(first=ARTIST, second=CONSUMER), data, heldout, seed, without)
