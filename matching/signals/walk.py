"""Walk: how near are the two over all relations?"""

from __future__ import annotations

import numpy as np

from kyokan.matching.ranking.model import Evidence
from kyokan.matching.signals.base import SignalValues, Subject, with_rest
from kyokan.matching.signals.context import Context
from kyokan.matching.signals.view import Floats, Rows
from kyokan.matching.signals.walk_edits import EditedWalk
from kyokan.matching.signals.walk_graph import WalkGraph

HALF = 5.0  # edges of the sparser end at which half of the doubt is gone
SHOWN = 8
FEW = 4  # candidates and seeds up to which an edited graph is asked for them alone


def score(context: Context, subject: Subject, candidates: Rows) -> SignalValues:
    """Walk with restart from the subject over shared tags, kansei, categories, places, makers and audiences.

        value = (Σ_{l=2..L} c^l (S^l)_ab − Σ_l c^l √(d_a d_b) / vol) / (typical · unit),    S = D^-½ W D^-½

    (S^l)_ab is the personalised walk's chance of being at b after l steps, times √(d_a / d_b): it corrects for the
    degree of both ends and reads the same from either end. The second term is what degrees alone give, so that hubs are
    near to nobody. A direct edge (l = 1) is not a walk; tie-ups and fans are not in the graph at all. A brief starts at
    the kansei it names, and its first step counts. ``typical`` is a figure of the whole graph, so every walk has its
    exact part.

    Edge cases: unknown (0) where either end has no edge in the walk's graph.

    Example: a and b share one tag and nothing else, all weights 1, no damping prior: S_at = S_tb = 1/√2,
    so walks of length 2 carry c² / 2.

    References: personalised PageRank (Haveliwala 2002), symmetric form as in Zhou et al. (2004); null as in modularity
    (Newman 2006).
    """
    graph = context.walk_graph
    seeds = _seeds(context, subject)
    known = graph.root[candidates] > 0
    if not seeds.any() or not known.any():
        return SignalValues.unknown(len(candidates))
    values = _values(context, subject, candidates)
    amount = np.minimum(graph.edges[candidates], max(graph.edges[list(subject.seeds)].max(), 1.0))
    return SignalValues.of(values / (graph.unit * context.settings.walk_unit), known, amount, HALF)


def _values(context: Context, subject: Subject, candidates: Rows) -> Floats:
    """(C,) what walks carry to each candidate beyond what degrees alone do."""
    graph, first = context.walk_graph, _first(subject)
    if isinstance(graph, EditedWalk) and max(len(candidates), len(subject.seeds)) <= FEW:
        seeds = np.flatnonzero(_seeds(context, subject))
        beyond = graph.beyond_degrees(graph.powers(candidates, seeds), candidates, seeds, first=first)
        return np.asarray(beyond @ _seeds(context, subject)[seeds])
    reached = subject.once(context, "reached", lambda: graph.reach(_seeds(context, subject), first=first))
    return np.asarray((reached - _expected(context, subject))[candidates])


def evidence(context: Context, subject: Subject, candidate: int) -> tuple[Evidence, ...]:
    """The strongest ways out of the subject, each with its best path; each weighs as all walks that set out so."""
    graph = context.walk_graph
    if not _seeds(context, subject).any() or not graph.root[candidate] > 0:
        return ()
    onward = graph.onward(candidate, first=_first(subject) - 1, last=graph.steps - 1)
    items: list[Evidence] = []
    scale = graph.damping / (graph.unit * context.settings.walk_unit)
    starts, hops, weights = subject.once(context, "ways out", lambda: _ways_out(context, subject))
    mass = weights * onward[hops]
    carried = float(mass.sum()) * scale
    expected = float(_expected(context, subject)[candidate]) * scale / graph.damping
    near, steps = graph.neighbours(candidate)
    ends = np.zeros(len(graph.root))
    ends[near] = steps
    for way in _heaviest(mass, starts, hops):
        seed, hop = int(starts[way]), int(hops[way])
        path = _best_path(graph, hop, candidate, ends, seed)
        if mass[way] > 0 and path and len(items) < SHOWN:
            items.append(_item(context, (seed, *path), float(mass[way] * scale)))
    return with_rest(items, carried - expected, _rest_item(subject.id, context.id(candidate)))


def _expected(context: Context, subject: Subject) -> Floats:
    """(N,) what degrees alone carry from the subject."""
    graph, first = context.walk_graph, _first(subject)
    return subject.once(context, "expected", lambda: graph.expected(_seeds(context, subject), first=first))


def _seeds(context: Context, subject: Subject) -> Floats:
    """(N,) the share of the walk that begins in each row."""
    return subject.once(context, "seeds", lambda: _sow(context, subject))


def _sow(context: Context, subject: Subject) -> Floats:
    seeds = np.zeros(len(context.walk_graph.root))
    for row, share in subject.seeds.items():
        if context.walk_graph.root[row] > 0:
            seeds[row] = share
    return seeds


def _first(subject: Subject) -> int:
    """Shortest walk that counts: a brief starts at attributes, everybody else at an entity."""
    return 1 if subject.row is None and not subject.liked else 2


def _ways_out(context: Context, subject: Subject) -> tuple[Rows, Rows, Floats]:
    """Seed, first hop and weight (share of the seed · step) of every way out of the subject."""
    seeds = np.array(sorted(subject.seeds), dtype=np.int64)
    shares = np.array([subject.seeds[seed] for seed in seeds.tolist()])
    ways = context.walk_graph.rows(seeds)
    counts = np.diff(ways.indptr)
    return np.repeat(seeds, counts), ways.indices.astype(np.int64), np.repeat(shares, counts) * ways.data


def _heaviest(mass: Floats, starts: Rows, hops: Rows) -> list[int]:
    """The ways that carry most, ties by lower rows; only those are sorted that may be among them."""
    count = min(2 * SHOWN, len(mass))
    least = np.partition(mass, len(mass) - count)[len(mass) - count] if count else 0.0
    some = np.flatnonzero(mass >= least)
    order: list[int] = some[np.lexsort((hops[some], starts[some], -mass[some]))][:count].tolist()
    return order


def _best_path(graph: WalkGraph, hop: int, candidate: int, ends: Floats, avoid: int) -> tuple[int, ...]:
    """The strongest path hop → candidate of at most two more edges; empty if there is none.

    ``ends`` (N,) are the edges at the candidate.
    """
    if hop == candidate:
        return (candidate,)
    if ends[hop]:
        return (hop, candidate)
    near, weights = graph.neighbours(hop)
    strength = np.where(near == avoid, 0.0, weights * ends[near])
    best = int(np.argmax(strength)) if len(strength) else 0
    return (hop, int(near[best]), candidate) if len(strength) and strength[best] > 0 else ()


def _item(context: Context, path: tuple[int, ...], weight: float) -> Evidence:
    names = {lang: " → ".join(context.label(row, lang) for row in path) for lang in ("ja", "en")}
    return Evidence(
        kind="path",
        ids=tuple(context.id(row) for row in path),
        weight=weight,
        note=names["en"],
        note_ja=names["ja"],
        detail={"role": "path"},
    )


def _rest_item(subject: str, candidate: str) -> Evidence:
    return Evidence(
        kind="path",
        ids=(subject, candidate),
        weight=0.0,
        note="weaker paths, against what the number of relations alone explains",
        note_ja="弱い道すじと、関係の多さだけで説明できる分との差",
        detail={"role": "rest"},
    )
