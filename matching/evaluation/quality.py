"""Every protocol over several seeds, and what each loses without each of its parts, one process a core."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from kyokan.errors import DataMissingError, InputError
from kyokan.matching.evaluation.harness import PROTOCOLS, evaluate

# What may be left out of each protocol that is fused from parts: the names its ``--without`` takes.
ABLATED = {
    "tieups": "kyokan.matching.signals:SIGNALS",
    "fans": "kyokan.matching.evaluation.fans:PARTS",
    "cold-artists": "kyokan.matching.evaluation.cold_artists:PARTS",
    "attributes": "kyokan.matching.evaluation.attributes:PARTS",
    "overlap": "kyokan.matching.evaluation.overlap:SIGNALS",
}
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
Answer = dict[str, Any]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Run:
    """One run to be made: ``without`` is a part left out, empty for none."""

    protocol: str
    seed: int
    without: str = ""


def runs(seeds: Sequence[int]) -> list[Run]:
    """Every protocol with every seed; without each part with the first seed."""
    whole = [Run(protocol, seed) for protocol in PROTOCOLS for seed in seeds]
    less = [Run(protocol, seeds[0], part) for protocol in ABLATED for part in parts(protocol)]
    return [*whole, *less]


def parts(protocol: str) -> tuple[str, ...]:
    """What may be left out of a protocol."""
    module, _, name = ABLATED[protocol].partition(":")
    return tuple(getattr(import_module(module), name))


def measure(
    wanted: Sequence[Run], data: Path, heldout: Path | None, results: Path, *, jobs: int, progress: Progress
) -> list[Answer]:
    """The answers of all runs; those that ``results`` (JSON lines) holds already for the same data are not made again.

    An answer is the run, and either ``result`` (as ``kyokan evaluate --json`` prints it) or ``missing``, the reason why
    it could not be measured here.

    Raises:
        InputError: ``results`` holds a line that is no answer.
    """
    sides = {"data": str(data.resolve()), "heldout": str(heldout.resolve()) if heldout else ""}
    asked = [asdict(run) | sides for run in wanted]
    known = {_key(answer): answer for answer in _read(results)}
    due = [run for run, one in zip(wanted, asked, strict=True) if _key(one) not in known]
    for name in THREADS:  # one thread a process: the processes share the cores
        os.environ[name] = "1"
    with (
        ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool,
        results.open("a", encoding="utf-8") as file,
    ):
        waiting = [pool.submit(_answer, run, data, heldout) for run in due]
        for done, future in enumerate(as_completed(waiting), start=1):
            answer = future.result() | sides
            known[_key(answer)] = answer
            file.write(json.dumps(answer, ensure_ascii=False) + "\n")
            file.flush()
            progress(f"measured {answer['protocol']}", done, len(due))
    return [known[_key(one)] for one in asked]


def _answer(run: Run, data: Path, heldout: Path | None) -> Answer:
    without = frozenset({run.without} if run.without else ())
    try:
        result = evaluate(run.protocol, data, heldout=heldout, seed=run.seed, without=without)
    except DataMissingError as error:
        return asdict(run) | {"missing": str(error)}
    return asdict(run) | {"result": result.to_json()}


def _key(answer: Answer) -> tuple[object, ...]:
    return tuple(answer[name] for name in ("protocol", "seed", "without", "data", "heldout"))


def _read(results: Path) -> Iterator[Answer]:
    if not results.is_file():
        return
    for number, line in enumerate(results.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            answer = json.loads(line)
            _key(answer)
        except (ValueError, KeyError, TypeError) as error:
            rule = "is no answer of a quality run"
            raise InputError(f"{results}, line {number}", rule, "Remove the line or the file") from error
        yield answer
