"""Every error of the Neo4j driver as one of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from neo4j import exceptions as driver

from kyokan.errors import CommitUncertainError, KyokanError, SettingsError, StoreError, StoreUnavailableError

_ANSWERS_NOT = (driver.ServiceUnavailable, driver.SessionExpired, driver.ConnectionPoolError, driver.TransientError)


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
    if isinstance(error, driver.IncompleteCommit):
        return CommitUncertainError(
            url,
            "the connection ended during a commit; whether it happened is not known",
            "Run it again; nothing is doubled",
        )
    if isinstance(error, driver.AuthError):
        return StoreUnavailableError(
            url, f"refused the user ({reason})", "Set KYOKAN_NEO4J_USER and KYOKAN_NEO4J_PASSWORD"
        )
    if isinstance(error, driver.Forbidden):
        return StoreUnavailableError(url, f"forbids this to the user ({reason})", "Set another KYOKAN_NEO4J_USER")
    if isinstance(error, _ANSWERS_NOT):
        return StoreUnavailableError(url, f"does not answer ({reason})", "Start the server, or correct the address")
    if isinstance(error, driver.ConfigurationError):
        return SettingsError(f"store {url}", f"cannot be reached in this way ({reason})", "Correct the address")
    return StoreError(url, f"the server refused ({reason})")
