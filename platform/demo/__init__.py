"""The demo that ships with the product: a catalogue, real tie-ups, sake of Sakenowa and a synthetic fan panel."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kyokan.graph.importers import ImportReport, import_source
from kyokan.graph.importers.annotation import ImportAnnotator
from kyokan.graph.stores import GraphStore
from kyokan.platform.demo.catalogue import DATA, Row, Rows, read_catalogue, read_tie_ups
from kyokan.platform.demo.panel import generate_panel

__all__ = ["SOURCES", "load_demo"]

Progress = Callable[[str, int, int], None]

SOURCES: dict[str, dict[str, Any]] = {
    "demo-catalogue": {"licence": "Apache-2.0; official colours CC0-1.0", "rights": "share"},
    "tieups": {"licence": "Facts, each with its page", "rights": "share"},
    "demo-panel": {"licence": "generated", "rights": "share", "synthetic": True},
}
"""Manifests of what is written here, by source; Sakenowa's own importer states Sakenowa's."""


def load_demo(
    store: GraphStore, annotator: ImportAnnotator | None = None, progress: Progress | None = None
) -> list[ImportReport]:
    """Bring the demo into a store through the same importers as everybody's data; a second time changes nothing.

    Args:
        store: where to.
        annotator: reads kansei from texts and tags; without one the entities have no profile.
        progress: called with stage, done and total.

    Returns:
        One report a source: catalogue, tie-ups, sake, fan panel.
    """
    catalogue = read_catalogue()
    own = {"demo-catalogue": catalogue, "tieups": read_tie_ups(), "demo-panel": generate_panel(catalogue)}
    reports = []
    for source, rows in own.items():
        with TemporaryDirectory(prefix="kyokan-demo-") as folder:
            _write_folder(Path(folder), source, rows)
            report = import_source(Path(folder), format="jsonl", store=store, annotator=annotator, progress=progress)
        reports.append(replace(report, source=source))
    sake = import_source(DATA / "sakenowa", format="sakenowa", store=store, annotator=annotator, progress=progress)
    return [*reports[:2], replace(sake, source="sakenowa"), *reports[2:]]


def _write_folder(folder: Path, source: str, rows: Rows) -> None:
    """The rows as a folder that the ``jsonl`` importer reads."""
    (folder / "source.json").write_text(json.dumps({"source": source, **SOURCES[source]}), encoding="utf-8")
    _write_lines(folder / "entities.jsonl", rows.entities)
    _write_lines(folder / "relations.jsonl", rows.relations)


def _write_lines(path: Path, rows: Iterable[Row]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
