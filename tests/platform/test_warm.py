"""What a server derives as it starts is there when the first question comes; what stands in the way is not its end."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from kyokan.graph.model import Entity, EntityKind, Provenance, Relation, RelationKind
from kyokan.platform.server import warm
from kyokan.platform.services import Services
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


def test_what_every_question_needs_is_derived_before_the_first(tmp_path: Path) -> None:
    with Services(Settings(home=tmp_path)) as services:
        fill(services)
        services.warm()
        matcher = services.matcher()
        assert vars(matcher.context()).keys() >= DERIVED


def test_a_store_that_holds_nothing_yet_is_no_fault(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Services(Settings(home=tmp_path)) as services, caplog.at_level(logging.WARNING):
        warm(services)
    assert not caplog.records


def test_what_stands_in_the_way_is_told_and_left_to_the_first_question(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(home=tmp_path, encoder="no such encoder")
    with Services(settings) as services, caplog.at_level(logging.WARNING):
        warm(services)
    assert "no such encoder" in caplog.text
