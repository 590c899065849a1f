"""The time: days are counted in the zone of an installation, moments are written down in UTC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""The time, in the zone by which days are counted: ``clock().date()`` is today."""


def utc() -> datetime:
    """The time, where days are counted in UTC."""
    return datetime.now(UTC)


def clock_in(zone: ZoneInfo) -> Clock:
    """The clock of an installation that counts its days in a zone."""
    return lambda: datetime.now(zone)


def stamp(moment: datetime, *, to: str = "seconds") -> str:
    """A moment as it is kept and compared: ISO 8601 in UTC, whatever zone it was told in."""
    return moment.astimezone(UTC).isoformat(timespec=to)


def here(kept: str, clock: Clock) -> datetime:
    """A moment that was written down, in the zone by which days are counted."""
    return datetime.fromisoformat(kept).astimezone(clock().tzinfo)
