"""How long every page takes: real pages of the real application, over the demo or a generated catalogue."""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from kyokan.matching.bench.city import City
from kyokan.platform.demo import load_demo
from kyokan.platform.server import one_thread_each
from kyokan.platform.services import Services
from kyokan.platform.serving import load_for_good
from kyokan.platform.settings import load_settings
from kyokan.web import create_app
from kyokan.web.bench.addresses import Asked, addresses
from kyokan.web.bench.asking import Asker, RefusedError, Took, in_process, served
from kyokan.web.bench.seats import Seats, seats

Figures = dict[str, Any]
Progress = Callable[[str, int, int], None]

GOAL_MS, LARGE_GOAL_MS = 150, 400  # p95 of a page with the demo catalogue, and with a generated one
WARM_UP = 4  # requests of each page before any is counted; their addresses are not asked again
PERCENTILE = 95
REQUESTS, FEW_REQUESTS = 30, 10  # counted for each page, where nobody says how many; few where each takes longer


def bench_web(
    *, entities: int, requests: int | None, deals: int, serve: bool, keep: Path | None, progress: Progress
) -> Figures:
    """Time every page in a home folder that goes afterwards.

    Args:
        entities: size of the generated catalogue; 0 takes the demo.
        requests: how many are counted for each page, each with a question of its own; None for as many as are usual.
        deals: how many the agency has.
        serve: ask over HTTP, of the product's own web server, instead of in this process.
        keep: home folder that stays, so that the catalogue and its snapshot are there next time; its workroom is
            made anew. None for one that goes.
        progress: told how far it is.

    Returns:
        ``{"catalogue", "built": seconds, megabytes, "goal_ms", "met", "pages": [{"page", "n", "median_ms", "p95_ms",
        "cpu_p95_ms", "met"}], "not_measured": [page and why]}``.
    """
    one_thread_each()  # as in the server's processes
    counted = requests or (FEW_REQUESTS if entities else REQUESTS)
    with _home(keep) as folder:
        settings = load_settings(home=folder, store="")
        with Services(settings) as services:
            built = build(services, entities, progress)
            people = seats(services, deals)
            app = create_app(services)
            asked, left_out = addresses(app, services, people, WARM_UP + counted)
            goal = LARGE_GOAL_MS if entities else GOAL_MS
            if serve:
                with served(settings) as ask:
                    pages, refused = _time(asked, people, ask, goal, progress)
            else:
                pages, refused = _time(asked, people, in_process(app), goal, progress)
            return {
                "catalogue": f"{entities} generated entities" if entities else "demo",
                "built": built | {"peak_memory_mb": _peak_memory()},
                "asked": "over HTTP" if serve else "in one process",
                "goal_ms": goal,
                "met": all(page["met"] for page in pages),
                "pages": pages,
                "not_measured": left_out + refused,
            }


@contextmanager
def _home(keep: Path | None) -> Iterator[Path]:
    """The folder in which everything is made; of one that stays, the workroom alone goes."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="kyokan-bench-") as folder:
            yield Path(folder)
        return
    settings = load_settings(home=keep, store="")
    for left in keep.glob(f"{settings.workroom.name}*"):
        left.unlink()
    yield keep


def build(services: Services, entities: int, progress: Progress) -> Figures:
    """Fill the store, build the snapshot, derive what questions need; with the seconds that each takes."""
    marks = [time.perf_counter()]
    city = City(services.dictionary, entities)
    if entities and not city.fills(services.store):
        city.fill(services.store, progress)
    elif not entities:
        load_demo(services.store, services.annotator, progress=progress)
    marks.append(time.perf_counter())
    snapshot = services.snapshot(progress)
    marks.append(time.perf_counter())
    load_for_good(services)  # as the server does when it starts
    services.warm(services.matcher())
    marks.append(time.perf_counter())
    size = sum(path.stat().st_size for path in snapshot.directory.iterdir())
    seconds = [round(later - sooner, 1) for sooner, later in pairwise(marks)]
    return {
        "entities": len(snapshot),
        "relations": sum(services.store.count_relations().values()),
        **dict(zip(("store_s", "snapshot_s", "ready_s"), seconds, strict=True)),
        "snapshot_mb": round(size / 1e6, 1),
    }


def _peak_memory() -> float:
    """Megabytes of this process at its largest; building the store counts too."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3), 1)


def _time(
    asked: list[Asked], people: Seats, ask: Asker, goal: float, progress: Progress
) -> tuple[list[Figures], list[str]]:
    """The figures of every page, and the pages that refuse to be asked for so."""
    pages, refused = [], []
    for done, page in enumerate(asked):
        progress("pages", done, len(asked))
        try:
            took = [ask(address, people.sessions[page.seat]) for address in page.addresses][WARM_UP:]
        except RefusedError as error:
            refused.append(f"{page.name} ({error})")
        else:
            pages.append(figures_of(page, took, goal))
    return pages, refused


def figures_of(page: Asked, took: list[Took], goal: float) -> Figures:
    """Median and 95th percentile of a page's answers beside the goal, all in milliseconds."""
    walls = [one.wall_ms for one in took]
    p95 = float(np.percentile(walls, PERCENTILE))
    processor = [one.cpu_ms for one in took if one.cpu_ms is not None]
    return {
        "page": page.name,
        "n": len(took),
        "median_ms": round(statistics.median(walls), 1),
        "p95_ms": round(p95, 1),
        "cpu_p95_ms": round(float(np.percentile(processor, PERCENTILE)), 1) if processor else None,
        "met": p95 < goal,
    }
