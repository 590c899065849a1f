"""Fixtures of the matching tests: empty sketches of graphs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.matching.sketch import Sketch


@pytest.fixture
def sketch(tmp_path: Path) -> Sketch:
    """An empty sketch."""
    return Sketch(tmp_path)


@pytest.fixture
def new_sketch(tmp_path: Path) -> Callable[[str], Sketch]:
    """Several sketches in one test, by name."""

    def make(name: str) -> Sketch:
        folder = tmp_path / name
        folder.mkdir()
        return Sketch(folder)

    return make


@pytest.fixture
def town(sketch: Sketch) -> Sketch:
    """Six artists and nine brands with kansei, tags, fans, categories and past tie-ups."""
    profiles = [{"serene": 0.8, "warm": 0.5}, {"bold": 0.9}, {"nostalgic": 0.7, "serene": 0.4}]
    for place in range(6):
        artist = sketch.add(f"artist:a{place}", profiles[place % 3])
        sketch.edge("tagged", artist, f"tag:t{place % 4}", weight=2 + place)
        sketch.fans(10 * place, 10 * place + 14, artist, kind="follows")
    for place in range(9):
        brand = sketch.add(f"brand:b{place}", profiles[place % 3] | {"warm": 0.1 * place})
        sketch.edge("tagged", brand, f"tag:t{place % 4}")
        sketch.edge("in_category", brand, f"category:c{place % 2}")
        sketch.fans(7 * place, 7 * place + 12, brand)
    for place in range(5):
        sketch.edge("tied_up", f"artist:a{place}", f"brand:b{(place * 2) % 9}", since=str(2015 + place))
    return sketch
