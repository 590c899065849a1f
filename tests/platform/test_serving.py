"""A server answers from what is ready: derived before the first question, taken up anew beside the readers."""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kyokan.errors import KyokanError
from kyokan.graph.model import Entity, EntityKind, Provenance, Relation, RelationKind
from kyokan.platform.services import Services
from kyokan.platform.serving import Serving, keep_ready
from kyokan.platform.settings import Settings

SOURCE = Provenance(source="test")
DERIVED = {"profiles", "walk_graph", "texts", "likeness", "partners", "audiences"}


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """What a server sets apart from the collector of garbage is given back to it."""
    yield
    gc.unfreeze()


def fill(services: Services) -> None:
    """Two artists and two brands of two moods, one pair of which worked together."""
    entities, relations = list(services.dictionary.to_entities()), []
    for kind in (EntityKind.ARTIST, EntityKind.BRAND):
        for place, mood in enumerate(("serene", "lively")):
            name = f"{kind.value}:{place}"
            entities.append(Entity(id=name, kind=kind, name=name, text_en=f"All {mood}.", provenance=(SOURCE,)))
            relations.append(
                Relation(kind=RelationKind.EVOKES, source=name, target=f"kansei:{mood}", weight=0.8, provenance=SOURCE)
            )
    relations.append(Relation(kind=RelationKind.TIED_UP, source="artist:0", target="brand:0", provenance=SOURCE))
    services.store.write(entities, relations)


@contextmanager
def kept_ready(services: Serving) -> Iterator[None]:
    """As a server's process does, for as long as the test looks."""
    over = threading.Event()
    thread = threading.Thread(target=keep_ready, args=(services, over))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def soon(true: Callable[[], bool]) -> bool:
    """Whether something becomes true before one would call it never."""
    for _ in range(600):
        if true():
            return True
        time.sleep(0.05)
    return False


def renamed(services: Services, name: str) -> Entity:
    return Entity(id="artist:0", kind=EntityKind.ARTIST, name=name, text_en="All serene.", provenance=(SOURCE,))


def name_of(services: Services) -> str:
    snapshot = services.snapshot()
    return snapshot.entity(snapshot.row("artist:0")).name


def test_what_every_question_needs_is_derived_before_the_first(tmp_path: Path) -> None:
    with Serving(Settings(home=tmp_path)) as services:
        fill(services)
        assert services.refresh()
        assert vars(services.matcher().context()).keys() >= DERIVED


def test_before_anything_is_ready_the_first_question_derives_what_it_needs(tmp_path: Path) -> None:
    with Serving(Settings(home=tmp_path)) as services:
        fill(services)
        assert name_of(services) == "artist:0"


def test_readers_have_what_is_ready_until_what_changed_is_ready_too(tmp_path: Path) -> None:
    with Serving(Settings(home=tmp_path)) as services:
        fill(services)
        services.refresh()
        matcher = services.matcher()
        services.store.write([renamed(services, "Akari")])
        assert (name_of(services), services.matcher()) == ("artist:0", matcher)
        assert services.refresh()
        assert name_of(services) == "Akari"
        assert services.matcher().snapshot is services.snapshot()
        assert not services.refresh()


def test_no_reader_waits_for_a_snapshot_that_is_being_built(tmp_path: Path) -> None:
    with Serving(Settings(home=tmp_path)) as services:
        fill(services)
        services.refresh()
        building, built = threading.Event(), threading.Event()

        def build() -> None:
            def wait(_stage: str, _done: int, _total: int) -> None:
                building.set()
                built.wait(30)

            services.newest_snapshot(wait)

        services.store.write([renamed(services, "Akari")])
        thread = threading.Thread(target=build)
        thread.start()
        assert building.wait(30)
        try:
            assert name_of(services) == "artist:0"
            assert services.read("A serene evening.")
            assert services.atlas().snapshot == services.snapshot().hash
        finally:
            built.set()
            thread.join()


def test_what_changes_in_the_store_is_taken_up_by_a_running_server(tmp_path: Path) -> None:
    with Serving(Settings(home=tmp_path)) as services:
        fill(services)
        with kept_ready(services):
            assert soon(lambda: name_of(services) == "artist:0")
            with Services(Settings(home=tmp_path)) as importing:
                importing.store.write([renamed(services, "Akari")])
            assert soon(lambda: name_of(services) == "Akari")


def test_whatever_stands_in_the_way_once_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kyokan.platform.serving.AGAIN_SECONDS", 0.01)
    tries: list[int] = []

    class Stumbling(Serving):
        def refresh(self) -> bool:
            tries.append(1)
            if len(tries) == 1:
                raise OSError("the disk is away")
            return super().refresh()

    with Stumbling(Settings(home=tmp_path)) as services, caplog.at_level(logging.WARNING):
        fill(services)
        with kept_ready(services):
            assert soon(lambda: len(tries) > 1)
    assert [record.getMessage() for record in caplog.records] == ["not ready for questions: the disk is away"]


def test_a_store_that_holds_nothing_yet_is_no_fault(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Serving(Settings(home=tmp_path)) as services, caplog.at_level(logging.WARNING):
        assert services.refresh()
    assert not caplog.records


def test_what_stands_in_the_way_is_told_once_and_left_to_the_first_question(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kyokan.platform.serving.AGAIN_SECONDS", 0.01)
    settings = Settings(home=tmp_path, encoder="no such encoder")
    with Serving(settings) as services, caplog.at_level(logging.WARNING):
        with kept_ready(services):
            assert soon(lambda: bool(caplog.records))
            time.sleep(0.2)
        with pytest.raises(KyokanError, match="no such encoder"):
            services.matcher()
    assert [record.getMessage().count("no such encoder") for record in caplog.records] == [1]
