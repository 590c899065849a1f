"""Asks for an address and says how long the answer took: in this process, or of the product's web server."""

from __future__ import annotations

import http.client
import multiprocessing
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from itertools import cycle

from flask import Flask

from kyokan.errors import StoreUnavailableError
from kyokan.platform.server import run_server
from kyokan.platform.settings import Settings
from kyokan.web.actors import COOKIE

LANGUAGES = ("ja", "en")
PATIENCE_S = 300.0  # for a server to begin to answer
SLOWEST_S = 60.0


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds of one answer; those of the processor only where this process gave it."""

    wall_ms: float
    cpu_ms: float | None = None


class RefusedError(Exception):
    """A page that refuses, which says nothing about how long it takes."""


Asker = Callable[[str, str], Took]
"""Asks for one address in a session, empty for nobody's."""


def in_process(app: Flask) -> Asker:
    """Asks the application itself, in both languages by turns."""
    client = app.test_client(use_cookies=False)
    languages = cycle(LANGUAGES)

    def ask(address: str, session: str) -> Took:
        headers = _headers(session, next(languages))
        began, processor = time.perf_counter(), time.process_time()
        status = client.get(address, headers=headers).status_code
        took = Took(1000 * (time.perf_counter() - began), 1000 * (time.process_time() - processor))
        _check(address, status)
        return took

    return ask


@contextmanager
def served(settings: Settings) -> Iterator[Asker]:
    """Asks the product's own server, which runs in processes of its own for so long."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ours = settings.model_copy(update={"host": "127.0.0.1", "port": port, "web_workers": 1})
    server = multiprocessing.get_context("spawn").Process(target=run_server, args=(ours,))
    server.start()
    try:
        _wait(port)
        yield _over_http(port)
    finally:
        server.terminate()
        server.join()


def _over_http(port: int) -> Asker:
    languages = cycle(LANGUAGES)

    def ask(address: str, session: str) -> Took:
        headers = _headers(session, next(languages))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SLOWEST_S)
        began = time.perf_counter()
        connection.request("GET", address, headers=headers)
        response = connection.getresponse()
        response.read()
        took = Took(1000 * (time.perf_counter() - began))
        connection.close()
        _check(address, response.status)
        return took

    return ask


def _headers(session: str, language: str) -> dict[str, str]:
    cookie = {"Cookie": f"{COOKIE}={session}"} if session else {}
    return {"Accept-Language": language, "Accept-Encoding": "gzip", **cookie}


def _wait(port: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1.0):
                return
        except OSError as error:
            if time.monotonic() > until:
                raise StoreUnavailableError(f"port {port}", "does not begin to answer") from error
            time.sleep(0.1)


def _check(address: str, status: int) -> None:
    if status != HTTPStatus.OK:  # a redirect is no page either
        raise RefusedError(f"{address}: {status}")
