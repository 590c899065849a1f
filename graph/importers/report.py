"""What an import did, in the shape that every program reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from kyokan.graph.model import Problem


class Outcome(StrEnum):
    """What became of a name that more than one source, or more than one entity, bears."""

    MERGED = "merged"  # joined to an entity that another source knows too
    AMBIGUOUS = "ambiguous"  # may be one of the candidates; kept apart until a person says


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """One decision on a name: the entity it went to, the rule, and for ambiguous ones what else it may be."""

    outcome: Outcome
    name: str
    entity: str
    rule: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """The result of an import; with ``dry_run`` of the import that would be.

    ``added``, ``updated`` and ``unchanged`` count by entity and relation kind. ``problems`` is cut where one fault
    repeats; ``problem_count`` counts all. ``annotated`` is how many entities had their texts and tags read.
    """

    source: str
    format: str
    store: str
    dry_run: bool = False
    added: Mapping[str, int] = field(default_factory=dict)
    updated: Mapping[str, int] = field(default_factory=dict)
    unchanged: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    problem_count: int = 0
    annotated: int = 0
    resolution: tuple[Resolution, ...] = ()

    @property
    def merged(self) -> int:
        """How many names were joined to an entity of another source."""
        return sum(one.outcome is Outcome.MERGED for one in self.resolution)

    @property
    def ambiguous(self) -> int:
        """How many names may mean another entity and were kept apart."""
        return sum(one.outcome is Outcome.AMBIGUOUS for one in self.resolution)

    def to_json(self) -> dict[str, Any]:
        """The object that ``kyokan import --json`` prints."""
        return {
            "source": self.source,
            "format": self.format,
            "store": self.store,
            "dry_run": self.dry_run,
            "added": dict(self.added),
            "updated": dict(self.updated),
            "unchanged": dict(self.unchanged),
            "problems": [asdict(problem) for problem in self.problems],
            "problem_count": self.problem_count,
            "merged": self.merged,
            "ambiguous": self.ambiguous,
            "annotated": self.annotated,
            "resolution": [
                asdict(one) | {"outcome": one.outcome.value, "candidates": list(one.candidates)}
                for one in self.resolution
            ],
        }
