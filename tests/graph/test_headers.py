"""Threads open numpy files at the same time, whatever the garbage collector does meanwhile."""

from __future__ import annotations

import gc
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kyokan.graph.snapshot.columns import open_array


@pytest.fixture
def a_collector_that_lets_others_in() -> Iterator[None]:
    """Garbage is collected often, and another thread runs each time."""

    def let_others_in(_phase: str, _info: dict[str, int]) -> None:
        time.sleep(1e-5)

    before = gc.get_threshold()
    gc.callbacks.append(let_others_in)
    yield
    gc.callbacks.remove(let_others_in)
    gc.set_threshold(*before)


@pytest.mark.usefixtures("a_collector_that_lets_others_in")
def test_threads_of_different_depth_open_one_column_at_once(tmp_path: Path) -> None:
    np.save(tmp_path / "weights.npy", np.arange(6))
    found: list[int] = []

    def open_at(depth: int) -> None:
        if depth:
            open_at(depth - 1)
            return
        gc.set_threshold(random.randint(1, 60))
        found.append(int(open_array(tmp_path, "weights").sum()))

    def open_often(depth: int) -> None:
        for _ in range(300):
            open_at(depth)

    threads = [threading.Thread(target=open_often, args=(9 * number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [15] * 1200
