"""The map: direction by the circle of sectors, an evenly filled disc, nearness by the whole profile."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from kyokan.graph.dictionary import load_dictionary
from kyokan.graph.model import EntityKind
from kyokan.platform.desk.atlas import draw_up

DICTIONARY = load_dictionary()
NAMES = [sector.id for sector in DICTIONARY.sectors]


def world(profiles):
    """A snapshot of which only kansei are read; ``profiles`` are id → sector → intensity."""
    ids = sorted(profiles)
    intensity = np.full((len(ids), len(DICTIONARY.ids)), np.nan, dtype=np.float32)
    for row, one in enumerate(ids):
        for sector, value in profiles[one].items():
            intensity[row, DICTIONARY.index(sector)] = value
    kinds = [one.partition(":")[0] for one in ids]

    def rows(*wanted: str):
        return np.array([row for row, kind in enumerate(kinds) if kind in wanted], dtype=np.int64)

    return SimpleNamespace(ids=ids, rows=rows, kansei=SimpleNamespace(intensity=intensity), hash="sha256:one")


def towards(*sectors: str):
    """Strong in some sectors, weak in all others."""
    return dict.fromkeys(NAMES, 0.2) | dict.fromkeys(sectors, 0.9)


FOUR = {
    "artist:top": towards(NAMES[0]),
    "artist:right": towards(NAMES[6]),
    "brand:bottom": towards(NAMES[12]),
    "brand:left": towards(NAMES[18]),
}


def test_what_stands_out_gives_the_direction_clockwise_from_the_top():
    atlas = draw_up(world(FOUR), DICTIONARY)
    at = dict(zip(atlas.ids, atlas.places, strict=True))
    for name, (x, y) in {
        "artist:top": (0, 1),
        "artist:right": (1, 0),
        "brand:bottom": (0, -1),
        "brand:left": (-1, 0),
    }.items():
        place = at[name] / np.hypot(*at[name])
        assert place == pytest.approx([x, y], abs=1e-6)


def test_the_disc_is_filled_evenly_by_rank():
    atlas = draw_up(world(FOUR | {"artist:flat": dict.fromkeys(NAMES, 0.4)}), DICTIONARY)
    radii = np.sort(np.hypot(atlas.places[:, 0], atlas.places[:, 1]))
    assert radii[1:] == pytest.approx(np.sqrt((np.arange(1, 5) + 0.5) / 5))
    assert np.all(radii <= 1)


def test_who_is_hardly_known_has_no_place_and_nobody_near():
    few = {"artist:few": {NAMES[0]: 0.9, NAMES[1]: 0.8}, "category:all": towards(NAMES[0])}
    atlas = draw_up(world(FOUR | few), DICTIONARY)
    assert set(atlas.ids) == set(FOUR)
    assert atlas.nearest("artist:few", 3) == []


def test_the_nearest_are_counted_over_the_whole_profile():
    atlas = draw_up(world(FOUR | {"brand:twin": towards(NAMES[0], NAMES[1])}), DICTIONARY)
    (first, likeness), *rest = atlas.nearest("artist:top", 10)
    own, twin = (np.array(list(one.values())) for one in (FOUR["artist:top"], towards(NAMES[0], NAMES[1])))
    assert first == "brand:twin"
    assert likeness == pytest.approx(own @ twin / np.linalg.norm(own) / np.linalg.norm(twin), abs=1e-6)
    assert [one for one, _ in rest] == ["artist:right", "brand:bottom", "brand:left"]  # as near as each other: by id
    assert [one for one, _ in atlas.nearest("artist:top", 10, [EntityKind.ARTIST])] == ["artist:right"]


def test_as_many_are_drawn_as_leave_room_and_those_named_in_any_case():
    crowd = {f"artist:{number}": towards(NAMES[0]) for number in range(5)}
    atlas = draw_up(world(crowd), DICTIONARY)
    assert len(atlas.apart([], 0.5, [EntityKind.ARTIST], 10)) < 5
    named = ["artist:0", "artist:1", "artist:2"]
    assert [atlas.ids[row] for row in atlas.apart(named, 0.5, [EntityKind.ARTIST], 10)][:3] == named
    assert len(atlas.apart([], 0.0, [EntityKind.ARTIST], 4)) == 4
    assert atlas.apart([], 0.0, [EntityKind.BRAND], 4) == []


def test_the_same_snapshot_gives_the_same_map_and_an_empty_one_none():
    one, two = (draw_up(world(FOUR), DICTIONARY) for _ in range(2))
    assert np.array_equal(one.places, two.places)
    assert draw_up(world({}), DICTIONARY).ids == ()
