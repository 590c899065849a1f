"""What is wrong with a source, place by place: collected, counted, and cut where one fault repeats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn

from kyokan.errors import ImportRefusedError
from kyokan.graph.model import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a source is taken in at once, and how many problems are listed.

    ``line_bytes`` bounds a line of text, ``document_bytes`` a JSON or YAML file that is read whole, ``problems`` the
    list, ``repeats`` how often one rule is listed for one file.
    """

    line_bytes: int = 1 << 20
    document_bytes: int = 64 << 20
    problems: int = 200
    repeats: int = 50


class RowError(Exception):
    """A value of a row breaks a rule; caught by ``Problems.row``, which leaves the row out."""

    def __init__(self, column: str, rule: str, message: str) -> None:
        self.column = column
        self.rule = rule
        super().__init__(message)


class Problems:
    """The problems of one import."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._listed: list[Problem] = []
        self._counts: Counter[tuple[str, str]] = Counter()

    def __len__(self) -> int:
        """How many were found, listed or not."""
        return self._counts.total()

    @property
    def listed(self) -> tuple[Problem, ...]:
        """The list, and for every rule that was cut one line that says how many more there are."""
        shown = Counter((problem.file, problem.rule) for problem in self._listed)
        more = [
            Problem(file=file, row=None, column="", rule=rule, message=f"{count - shown[file, rule]:,} more like this")
            for (file, rule), count in self._counts.items()
            if count > shown[file, rule]
        ]
        return (*self._listed, *more)

    def add(self, file: str, row: int | None, column: str, rule: str, message: str) -> None:
        """Note a problem; ``row`` is the line of the file, counted from 1, where its row begins."""
        self._counts[file, rule] += 1
        if self._counts[file, rule] <= self.limits.repeats and len(self._listed) < self.limits.problems:
            self._listed.append(Problem(file=file, row=row, column=column, rule=rule, message=message))

    def refuse(
        self, file: str, rule: str, message: str, *, row: int | None = None, column: str = "", remedy: str = ""
    ) -> NoReturn:
        """Note a problem that leaves nothing to import.

        Raises:
            ImportRefusedError: always, with all problems found so far.
        """
        self.add(file, row, column, rule, message)
        place = f"{file}, line {row}" if row is not None else file
        raise ImportRefusedError(place, message, remedy or "Nothing was imported", problems=self.listed)

    @contextmanager
    def row(self, file: str, number: int | None) -> Iterator[None]:
        """Work on one row; a RowError becomes a problem of it."""
        try:
            yield
        except RowError as error:
            self.add(file, number, error.column, error.rule, str(error))
