"""Opens the store that an address names."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from kyokan.errors import SettingsError
from kyokan.graph.stores.protocol import GraphStore

_REMEDY = "Write sqlite:///path/to/file.db or neo4j://host:7687"
_NEO4J_SCHEMES = frozenset(f"{scheme}{security}" for scheme in ("neo4j", "bolt") for security in ("", "+s", "+ssc"))


def open_store(url: str, *, user: str | None = None, password: str | None = None) -> GraphStore:
    """The store at ``url``.

    Args:
        url: ``sqlite:///path`` (relative, or absolute with a fourth slash), ``neo4j://…`` or ``bolt://…``; user and
            password may stand in it and win over the arguments.
        user: user name for Neo4j.
        password: password for Neo4j.

    Raises:
        SettingsError: the address names no store.
        StoreUnavailableError: the server does not answer, or refuses the user.
        StoreError: the file or database is no Kyokan store.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and rest.strip("/"):
        from kyokan.graph.stores.sqlite import SqliteStore  # noqa: PLC0415 - only the store asked for is loaded

        return SqliteStore(rest[1:])
    if scheme in _NEO4J_SCHEMES:
        return _open_neo4j(url, user, password)
    shown = scheme + "://…" if rest else url
    raise SettingsError(f"store {shown}", "is no address of a store", _REMEDY)


def _open_neo4j(url: str, user: str | None, password: str | None) -> GraphStore:
    from kyokan.graph.stores.neo4j import Neo4jStore  # noqa: PLC0415 - the driver is loaded where it is used

    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.path.strip("/"):
        raise SettingsError(f"store {parts.scheme}://…", "names no host, or more than host and port", _REMEDY)
    shown = f"[{host}]" if ":" in host else host
    return Neo4jStore(
        f"{parts.scheme}://{shown}:{port or 7687}" + (f"?{parts.query}" if parts.query else ""),
        user=unquote(parts.username) if parts.username else user or "neo4j",
        password=unquote(parts.password) if parts.password else password or "",
    )
