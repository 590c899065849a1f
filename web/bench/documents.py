"""How long documents take that are made while their reader waits: each form of a proposal and of a ranking."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator
from http import HTTPStatus
from itertools import cycle, islice
from pathlib import Path

from flask import Flask

from kyokan.graph.model import EntityKind
from kyokan.platform.server import one_thread_each
from kyokan.platform.services import Services
from kyokan.platform.settings import load_settings
from kyokan.web import create_app
from kyokan.web.actors import COOKIE
from kyokan.web.bench import Figures, Progress, build, figures_of
from kyokan.web.bench.addresses import Asked
from kyokan.web.bench.asking import RefusedError, Took
from kyokan.web.bench.seats import Seat, Seats, seats
from kyokan.web.exports import PROPOSAL_FORMS, RANKING_FORMS

GOAL_MS = 2000  # p95; a document that takes longer would be better made in the background
DEALS = 12
LENGTHS = (10, 100)  # candidates of a ranking: as the page opens, and at most


def bench_documents(*, requests: int, progress: Progress) -> Figures:
    """Time every document over the demo, in a home folder that goes afterwards; the first of each is not counted.

    Args:
        requests: how many of each are counted.
        progress: told how far it is.

    Returns:
        The shape of ``bench_web``, with documents for pages.
    """
    one_thread_each()
    with tempfile.TemporaryDirectory(prefix="kyokan-bench-") as folder, _opened(folder) as services:
        built = build(services, 0, progress)
        people = seats(services, DEALS)
        app = create_app(services)
        asked = documents(services, people, 1 + requests)
        pages = []
        for done, (form, document) in enumerate(asked):
            progress("documents", done, len(asked))
            took = list(taken(app, people.sessions[Seat.PLANNER], form, document.addresses))
            pages.append(figures_of(document, took[1:], GOAL_MS))
    return {
        "catalogue": "demo",
        "built": built,
        "asked": "in one process",
        "goal_ms": GOAL_MS,
        "met": all(page["met"] for page in pages),
        "pages": pages,
        "not_measured": [],
    }


def _opened(folder: str) -> Services:
    return Services(load_settings(home=Path(folder), store=""))


def documents(services: Services, people: Seats, each: int) -> list[tuple[str, Asked]]:
    """The form and the addresses of every document."""
    snapshot = services.snapshot()
    brands = [snapshot.ids[row] for row in snapshot.rows(EntityKind.BRAND).tolist()]
    deals = islice(cycle(people.places["deal_id"]), each)
    found = [f"/deals/{deal}/export" for deal in deals]
    asked = [(form, Asked(f"a proposal as {form}", found)) for form in PROPOSAL_FORMS]
    for top in LENGTHS:
        addresses = [f"/matches/export?entity={brand}&for=artist&top={top}" for brand in islice(cycle(brands), each)]
        asked += [(form, Asked(f"a ranking of {top} as {form}", addresses)) for form in RANKING_FORMS]
    return asked


def taken(app: Flask, session: str, form: str, addresses: list[str]) -> Iterator[Took]:
    """How long it takes to take out one document after the other, as who is signed in by a session.

    Raises:
        RefusedError: one is refused.
    """
    client, headers = app.test_client(use_cookies=False), {"Cookie": f"{COOKIE}={session}", "Accept-Language": "ja"}
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account", headers=headers).text)
    for address in addresses:
        sent = {"csrf_token": found[1] if found else "", "form": form}
        began, processor = time.perf_counter(), time.process_time()
        status = client.post(address, data=sent, headers=headers).status_code
        yield Took(1000 * (time.perf_counter() - began), 1000 * (time.process_time() - processor))
        if status != HTTPStatus.OK:
            raise RefusedError(f"{address}: {status}")
