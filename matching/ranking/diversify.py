"""Who stands on the page: variety over kansei, category and maker, and places kept for little-known names."""

from __future__ import annotations

import numpy as np

from kyokan.matching.signals import Context
from kyokan.matching.signals.view import Flags, Floats, Rows

POOL = 8  # candidates looked at for each place
SMALLEST_POOL = 80
CROWD = 0.25  # share of places in one category from which another of it counts as a full repeat


def choose(
    context: Context, rows: Rows, scores: Floats, *, top: int, diversity: float, exposure: float
) -> tuple[Rows, Flags]:
    """(positions into ``rows``, whether each holds an exposure place), best score first, ties by lower row.

    Greedy maximal marginal relevance (Carbonell and Goldstein 1998): each place goes to the candidate with the largest

        (1 − d) · score − d · repeat
        repeat = ½ · kansei cosine with the nearest chosen + ½ · crowding of its category

    where another product of a chosen maker repeats in full. Diversity chooses who is shown, the score says in which
    order. Then ``exposure`` · top places go to the best of the less known half (by audience and tie-ups), replacing
    the lowest of the others.
    """
    order = np.lexsort((rows, -scores))
    pool = order[: max(POOL * top, SMALLEST_POOL)]
    picked = (
        _greedy(context, rows[pool], scores[pool], top, diversity) if diversity > 0 else np.arange(min(top, len(pool)))
    )
    chosen = pool[picked]
    kept = _little_known(context, rows, order, round(exposure * top))
    if len(kept):
        known = [place for place in chosen.tolist() if place not in set(kept.tolist())]
        known.sort(key=lambda place: (-scores[place], rows[place]))
        chosen = np.array([*known[: max(top - len(kept), 0)], *kept.tolist()], dtype=np.int64)
    chosen = chosen[np.lexsort((rows[chosen], -scores[chosen]))]
    return chosen, np.isin(chosen, kept)


def _greedy(context: Context, rows: Rows, scores: Floats, top: int, diversity: float) -> Rows:
    profiles = context.profiles.strengths(rows) * np.sqrt(np.maximum(context.profiles.telling, 0.0))
    lengths = np.linalg.norm(profiles, axis=1, keepdims=True)
    unit = np.divide(profiles, lengths, out=np.zeros_like(profiles), where=lengths > 0)
    categories = context.moulds.kinds[context.moulds.of_row[rows]]
    makers = np.where(context.profiles.brand_of[rows] >= 0, context.profiles.brand_of[rows], rows)
    nearest, same_maker = np.zeros(len(rows)), np.zeros(len(rows), dtype=np.bool_)
    crowd = np.zeros(categories.shape[1])
    full = max(CROWD * top, 1.0)
    open_ = np.ones(len(rows), dtype=np.bool_)
    picked: list[int] = []
    while len(picked) < min(top, len(rows)):
        crowding = np.minimum((categories * crowd).max(axis=1, initial=0.0) / full, 2.0)
        repeat = np.where(same_maker, 1.0, 0.0) + 0.5 * nearest + 0.5 * crowding
        gain = np.where(open_, (1.0 - diversity) * scores - diversity * repeat, -np.inf)
        best = int(np.lexsort((rows, -gain))[0])
        picked.append(best)
        open_[best] = False
        nearest = np.maximum(nearest, unit @ unit[best])
        same_maker |= makers == makers[best]
        crowd[categories[best]] += 1.0
    return np.array(picked, dtype=np.int64)


def _little_known(context: Context, rows: Rows, order: Rows, places: int) -> Rows:
    """Positions of the best of the less known half, as many as there are places; those already chosen count."""
    if places <= 0 or not len(rows):
        return np.zeros(0, dtype=np.int64)
    tied = np.bincount(np.concatenate([context.tie_ups.artists, context.tie_ups.things]), minlength=len(context.sides))
    fame = np.lexsort((tied[rows], context.audience_sizes[rows]))  # position in order of fame, least first
    fame_rank = np.empty(len(rows))
    fame_rank[fame] = np.arange(len(rows))
    less_known = fame_rank < len(rows) / 2
    return order[less_known[order]][:places]
