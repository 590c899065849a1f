"""The number a store gives itself at each change."""

from __future__ import annotations

import time


def next_revision(last: int) -> int:
    """The time in microseconds since 1970, or one more than ``last`` where the clock stands behind it.

    The time keeps two databases that stood under one address, one after the other, from sharing a revision.
    """
    return max(last + 1, time.time_ns() // 1000)
