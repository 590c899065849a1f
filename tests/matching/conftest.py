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
