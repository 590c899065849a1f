"""Whether an installation is fit to be reached by others: what would be an opening is named, each with its remedy."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from pysqlite3 import sqlite_version_info

from kyokan.errors import KyokanError, SettingsError
from kyokan.graph.stores.sqlite_schema import check_library
from kyokan.platform.doctor import Finding
from kyokan.platform.server import WebServer
from kyokan.platform.settings import Settings

SHORTEST_SECRET = 16
DEBUGGING = ("FLASK_DEBUG", "WERKZEUG_DEBUG_PIN", "PYTHONDEVMODE")
OFF = {"", "0", "false", "no"}
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def examine_deployment(settings: Settings) -> list[Finding]:
    """Each opening looked for, whether or not it is there."""
    checks: dict[str, Callable[[Settings], str]] = {
        "address": _address,
        "proxies": _proxies,
        "catalogue": _catalogue,
        "debugging": _debugging,
        "secrets": _secrets,
        "folder": _folder,
        "sqlite": lambda _: _sqlite(sqlite_version_info),
        "server": _server,
    }
    found = []
    for part, check in checks.items():
        try:
            found.append(Finding(part, passed=True, detail=check(settings)))
        except KyokanError as error:
            found.append(Finding(part, passed=False, detail=str(error), exit_code=error.exit_code))
    return found


def _address(settings: Settings) -> str:
    """Cookies are Secure, and links that are handed over are sound, under a public https address alone."""
    if not settings.address.startswith("https://"):
        raise SettingsError("KYOKAN_ADDRESS", "is no https address", "Set it as https://kyokan.example.com")
    return f"{settings.reached_at}; served hosts: {', '.join(settings.served_hosts)}"


def _proxies(settings: Settings) -> str:
    """The web itself speaks plain http: https ends at a proxy, which must be believed and must be the only way in."""
    if settings.proxies < 1:
        raise SettingsError(
            "KYOKAN_PROXIES",
            "is 0, so that cookies are not Secure and all people share one limit on tries",
            "Set it to 1",
        )
    return f"{settings.proxies} believed; limits on tries are kept in one file for all {settings.web_workers} processes"


def _catalogue(settings: Settings) -> str:
    """Pages show facts whatever their licence; who reads them without an account is for the operator to say."""
    if not settings.catalogue:
        raise SettingsError(
            "KYOKAN_CATALOGUE",
            "is not set, so that everybody reads all facts, those too whose sources keep them inside",
            "Set it to members, or to open where every source may be shown",
        )
    return "for members alone" if settings.members_only else "open to everybody"


def _debugging(_settings: Settings) -> str:
    on = [name for name in DEBUGGING if os.environ.get(name, "").lower() not in OFF]
    if on:
        raise SettingsError(", ".join(on), "is on: errors would show the inside to anybody", "Unset it")
    return "off"


def _secrets(settings: Settings) -> str:
    """Sessions and forms need no key of the server; what it shares with others must not be guessed."""
    secret = settings.oidc_client_secret.get_secret_value()
    if settings.oidc_issuer and len(secret) < SHORTEST_SECRET:
        raise SettingsError(
            "KYOKAN_OIDC_CLIENT_SECRET", f"has fewer than {SHORTEST_SECRET} letters", "Have the issuer make a long one"
        )
    return "none is a default or short"


def _folder(settings: Settings) -> str:
    open_ones = [path for path in (settings.home, *_private(settings.home)) if path.stat().st_mode & OTHERS]
    if open_ones:
        named = ", ".join(str(path) for path in open_ones)
        raise SettingsError(named, "can be read by other users of this machine", f"chmod -R go= {settings.home}")
    return f"{settings.home} is its owner's alone"


def _private(home: Path) -> list[Path]:
    return sorted(path for path in home.glob("*") if path.suffix in {".db", ".key", ".toml", ".db-wal", ".db-shm"})


def _sqlite(version: tuple[int, ...]) -> str:
    check_library(version)
    return ".".join(map(str, version))


def _server(settings: Settings) -> str:
    """The web server's own socket would obey whoever reaches it; debuggers and reloaders have no place here."""
    held = WebServer(settings).cfg
    if "control_socket_disable" in held.settings and not held.control_socket_disable:
        raise SettingsError("gunicorn control socket", "is open", "Start the web by kyokan serve")
    if held.reload:
        raise SettingsError("gunicorn reload", "is on", "Start the web by kyokan serve")
    return "no control socket, no reloading"
