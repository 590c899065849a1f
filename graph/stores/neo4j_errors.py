"""Every error of the Neo4j driver as one of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from neo4j import exceptions as driver

from kyokan.errors import CommitUncertainError, KyokanError, SettingsError, StoreError, StoreUnavailableError

_RULES: tuple[tuple[tuple[type[driver.GqlError], ...], type[KyokanError], str, str], ...] = (
    (
        (driver.IncompleteCommit,),
        CommitUncertainError,
        "the connection ended during a commit, which may have happened or not",
        "Run it again; writing twice changes nothing",
    ),
    (
        (driver.AuthError,),
        StoreUnavailableError,
        "refused the user ({reason})",
        "Set KYOKAN_NEO4J_USER and KYOKAN_NEO4J_PASSWORD",
    ),
    (
        (driver.Forbidden,),
        StoreUnavailableError,
        "forbids this to the user ({reason})",
        "Set KYOKAN_NEO4J_USER to one that may",
    ),
    (
        (driver.ServiceUnavailable, driver.SessionExpired, driver.ConnectionPoolError, driver.TransientError),
        StoreUnavailableError,
        "does not answer ({reason})",
        "Start the server, or correct the address",
    ),
    (
        (driver.ConfigurationError,),
        SettingsError,
        "cannot be reached in this way ({reason})",
        "Correct the address",
    ),
    ((driver.GqlError,), StoreError, "the server refused ({reason})", ""),
)
"""Which of the driver's errors becomes which of ours; the first that fits."""


@contextmanager
def guarded(url: str) -> Iterator[None]:
    """Raise ours in place of the driver's, with the driver's as the cause.

    Raises:
        CommitUncertainError: the connection ended during a commit.
        StoreUnavailableError: the server does not answer, stays busy, or refuses the user.
        SettingsError: the address or its security settings do not work together.
        StoreError: the server refused a statement.
    """
    try:
        yield
    except driver.GqlError as error:
        raise translated(url, error) from error


def translated(url: str, error: driver.GqlError) -> KyokanError:
    """The error of ours for one of the driver's."""
    reason = " ".join(str(error.message if isinstance(error, driver.Neo4jError) else error).split())
    if isinstance(error, driver.Neo4jError) and "OutOfMemory" in (error.code or ""):
        return StoreError(url, f"has too little memory for so large a write ({reason})", "Give the server more heap")
    _, ours, rule, remedy = next(entry for entry in _RULES if isinstance(error, entry[0]))
    return ours(url, rule.format(reason=reason), remedy)
