"""The rule by which both stores order paths: shorter first, then stronger, then by ids."""

from __future__ import annotations

from collections.abc import Sequence

from kyokan.errors import QueryError

MAX_HOPS = 4


def strength(weights: Sequence[tuple[float, float]]) -> float:
    """Product of confidence · |weight| / (1 + |weight|) over the (weight, confidence) of a path.

    The fraction brings counts, plays and intensities to 0..1, so that no unit outshines another. Taken left to right,
    in the order of the path, as the Cypher queries do: the same path has the same strength to the last bit.
    """
    total = 1.0
    for weight, confidence in weights:
        total = total * (confidence * (abs(weight) / (1.0 + abs(weight))))
    return total


def check_hops(max_hops: int) -> None:
    """Refuse a length that no store walks.

    Raises:
        QueryError: not in 1..4.
    """
    if not 1 <= max_hops <= MAX_HOPS:
        raise QueryError("max_hops", f"is in 1..{MAX_HOPS}, not {max_hops}")
