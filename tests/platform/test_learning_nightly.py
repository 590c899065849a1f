"""Learning by night: weights follow the tie-ups that happened, and every process works with what was learned last."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kyokan.graph.model import Entity, EntityKind, Provenance, Relation, RelationKind
from kyokan.matching.ranking import FusionWeights, Query
from kyokan.platform.jobs.handlers import HANDLERS
from kyokan.platform.services import Services
from kyokan.platform.settings import Settings

SOURCE = Provenance(source="test")
MOODS = ("serene", "lively", "weighty")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A store in which, year after year, artists worked with brands of their own mood and with no others."""
    with Services(Settings(home=tmp_path)) as services:
        entities, relations = list(services.dictionary.to_entities()), []
        for kind, count in ((EntityKind.ARTIST, 27), (EntityKind.BRAND, 12)):
            for place in range(count):
                name = f"{kind.value}:{place:02d}"
                entities.append(Entity(id=name, kind=kind, name=name, provenance=(SOURCE,)))
                relations.append(edge(RelationKind.EVOKES, name, f"kansei:{MOODS[place % 3]}", weight=0.8))
        for place in range(27):
            partner = f"brand:{(place % 3) + 3 * (place // 3 % 4):02d}"
            relations.append(edge(RelationKind.TIED_UP, f"artist:{place:02d}", partner, since=str(2010 + place // 3)))
        services.store.write(entities, relations)
    return tmp_path


def edge(kind: RelationKind, source: str, target: str, **parts: object) -> Relation:
    return Relation(kind=kind, source=source, target=target, provenance=SOURCE, **parts)


@pytest.fixture
def two(home: Path) -> Iterator[tuple[Services, Services]]:
    """A worker and a web over one home."""
    with Services(Settings(home=home)) as worker, Services(Settings(home=home)) as web:
        yield worker, web


def run(services: Services) -> dict[str, object]:
    return HANDLERS["learning"](services, {}, lambda *_: None)


def test_what_a_worker_learned_is_in_force_in_the_web_at_once(two: tuple[Services, Services]) -> None:
    worker, web = two
    asked = Query(entity="artist:00", kinds=(EntityKind.BRAND,))
    before = web.matcher().propose(asked).matches[0]
    assert web.matcher().settings.weights.version == FusionWeights().version
    found = run(worker)
    assert found["kept"] is True
    assert found["after"] >= found["before"]
    learned = web.matcher().settings.weights
    assert learned.version.startswith("learned-")
    assert learned == FusionWeights.load(web.settings.weights)
    after = web.matcher().propose(asked).matches[0]
    assert after.raw != before.raw
    assert web.matcher() is web.matcher()  # taken up once


def test_learning_twice_has_the_effect_of_once(two: tuple[Services, Services]) -> None:
    worker, _ = two
    assert run(worker) == run(worker)
    assert sorted(path.name for path in worker.settings.home.glob("weights*")) == ["weights.json"]


def test_without_dated_tie_ups_the_weights_stay_as_shipped(tmp_path: Path) -> None:
    with Services(Settings(home=tmp_path)) as services:
        assert run(services) == {"kept": False}
        assert not services.settings.weights.exists()
