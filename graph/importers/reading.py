"""The one guarded way in for text: lines, tables and JSON of any size and any quality."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kyokan.graph.importers.problems import Problems, RowError

Progress = Callable[[str, int, int], None]
"""Called with a stage, how much of it is done and how much there is (bytes, or rows when writing)."""

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_PLAIN_DIGITS = 16  # fewer digits than this are exact in a float
_REPORT_EVERY = 10_000  # lines between two reports of progress


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, every value as text; ``number`` is the line on which it begins."""

    file: str
    number: int
    values: dict[str, str]

    def text(self, column: str) -> str:
        """The value without the blanks around it; empty where the table lacks the column."""
        return self.values.get(column, "").strip()

    def required(self, column: str) -> str:
        """The value; a RowError where it is blank."""
        value = self.text(column)
        if not value:
            raise RowError(column, "blank", "the value is blank")
        return value

    def number_of(self, column: str, *, minimum: float = -math.inf, maximum: float = math.inf) -> float:
        """The value as a finite number within bounds."""
        return parse_number(self.required(column), column, minimum=minimum, maximum=maximum)

    def integer(self, column: str, *, minimum: int | None = None) -> int:
        """The value as a whole number."""
        text = self.text(column)
        if text.isascii() and text.isdigit() and len(text) < _PLAIN_DIGITS and int(text) >= (minimum or 0):
            return int(text)  # the common case, without the checks it cannot fail
        value = self.number_of(column, minimum=-math.inf if minimum is None else minimum)
        if not value.is_integer():
            raise RowError(column, "number", f"{self.text(column)!r} is not a whole number")
        return int(value)

    def date(self, column: str) -> str:
        """The value as a year, a month or a day (2012, 2012-05, 2012-05-31); empty where blank."""
        return parse_date(self.text(column), column)


def parse_number(text: str, column: str, *, minimum: float = -math.inf, maximum: float = math.inf) -> float:
    """A finite number written in digits; a RowError otherwise ("nan", "inf" and "1_000" included)."""
    if not _NUMBER.fullmatch(text) or not math.isfinite(value := float(text)):
        raise RowError(column, "number", f"{text[:40]!r} is not a finite number")
    if not minimum <= value <= maximum:
        bound = f"below {minimum:g}" if value < minimum else f"above {maximum:g}"
        raise RowError(column, "range", f"{text[:40]} is {bound}")
    return value


def parse_date(text: str, column: str) -> str:
    """The text where it is empty or an ISO year, month or day that exists; a RowError otherwise."""
    match = _DATE.fullmatch(text)
    try:
        if text:
            year, month, day = (int(part or 1) for part in match.groups()) if match else (0, 0, 0)
            date(year, month, day)
    except ValueError:
        raise RowError(column, "date", f"{text[:40]!r} is not a date such as 2012, 2012-05 or 2012-05-31") from None
    return text


class TextFile:
    """A text file read line by line; never more than one line of it is held.

    ``line`` is the number of the line last given out. A line that is too long or holds a NUL byte is a problem and is
    passed over. Bytes that are not in ``encoding`` refuse the file, or with ``replace`` are a problem of that line,
    which is read with a mark in their place.
    """

    def __init__(
        self,
        path: Path,
        problems: Problems,
        *,
        encoding: str = "utf-8",
        replace: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self.path = path
        self.line = 0
        self._problems = problems
        self._encoding = encoding
        self._replace = replace
        self._progress = progress

    def __iter__(self) -> Iterator[str]:
        """The lines, line ends kept."""
        limit = self._problems.limits.line_bytes
        done = 0
        try:
            size = self.path.stat().st_size
            with self.path.open("rb") as stream:
                while raw := stream.readline(limit + 1):
                    self.line += 1
                    done += len(raw)
                    if len(raw) > limit:
                        self._note("line_too_long", f"the line is longer than {limit:,} bytes and was left out")
                        while raw and not raw.endswith(b"\n"):
                            raw = stream.readline(limit)
                            done += len(raw)
                        continue
                    if self._progress and self.line % _REPORT_EVERY == 0:
                        self._progress(f"reading {self.path.name}", done, size)
                    text = self._decode(raw)
                    if "\x00" in text:
                        self._note("nul_byte", "the line holds a NUL byte and was left out")
                    elif text.strip():
                        yield text
        except FileNotFoundError:
            self._problems.refuse(self.path.name, "missing_file", "the file is not there")
        except OSError as error:
            self._problems.refuse(self.path.name, "unreadable", f"the file cannot be read ({error.strerror})")
        if self._progress:
            self._progress(f"reading {self.path.name}", size, size)

    def _decode(self, raw: bytes) -> str:
        if self.line == 1:
            if raw.startswith(_UTF16_MARKS):
                self._refuse_encoding("the file is UTF-16")
            raw = raw.removeprefix(_UTF8_MARK)
        try:
            return raw.decode(self._encoding)
        except UnicodeDecodeError as error:
            if not self._replace:
                self._refuse_encoding(f"byte {error.start + 1} (0x{raw[error.start]:02x}) is not {self._encoding}")
            self._note(
                "wrong_encoding", f"some bytes are not {self._encoding}; they were read as \N{REPLACEMENT CHARACTER}"
            )
            return raw.decode(self._encoding, errors="replace")

    def _refuse_encoding(self, message: str) -> None:
        remedy = f"Save the file as {self._encoding}; nothing was imported"
        self._problems.refuse(self.path.name, "wrong_encoding", message, row=self.line, remedy=remedy)

    def _note(self, rule: str, message: str) -> None:
        self._problems.add(self.path.name, self.line, "", rule, message)


def read_table(
    source: TextFile, problems: Problems, *, columns: Sequence[str], delimiter: str = ",", quoted: bool = True
) -> Iterator[Row]:
    """Rows of a delimited file with a header; ``columns`` must be there, others may be.

    Raises:
        ImportRefusedError: no header, a column missing or twice, a quotation mark that never closes.
    """
    file = source.path.name
    # The module's own limit on a field is lower; with this one an unclosed quotation mark still cannot take in a file.
    csv.field_size_limit(max(csv.field_size_limit(), problems.limits.line_bytes))
    lines = iter(source)
    if quoted:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
    else:
        reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True)
    start = 1
    try:
        header = _header(next(reader, []), file, columns, problems)
        start = source.line + 1
        for fields in reader:
            start = source.line + 1
            number = source.line
            if quoted:  # a value may span lines
                number -= sum(field.count("\n") for field in fields)
            if len(fields) == len(header):
                yield Row(file, number, dict(zip(header, fields, strict=True)))
            else:
                problems.add(file, number, "", "ragged_row", f"{len(fields)} values under {len(header)} columns")
    except csv.Error as error:
        problems.refuse(file, "broken_table", f"the table cannot be read from here on ({error})", row=start)


def _header(fields: Sequence[str], file: str, columns: Sequence[str], problems: Problems) -> list[str]:
    header = [field.strip() for field in fields]
    if not header:
        problems.refuse(file, "empty_file", "the file holds no header")
    for column in columns:
        if column not in header:
            found = ", ".join(header)[:200]
            problems.refuse(
                file, "missing_column", f"there is no column {column!r} among {found}", row=1, column=column
            )
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        problems.refuse(file, "repeated_column", f"the column {twice[0]!r} is there twice", row=1, column=twice[0])
    return header


def read_json(path: Path, problems: Problems) -> Any:
    """A whole JSON document, no larger than ``Limits.document_bytes``; NaN and infinities are refused."""
    return parse_json(read_document(path, problems), path.name, problems)


def read_document(path: Path, problems: Problems) -> str:
    """The text of a file that is read whole."""
    limit = problems.limits.document_bytes
    try:
        with path.open("rb") as stream:
            raw = stream.read(limit + 1)
        if len(raw) > limit:
            problems.refuse(path.name, "file_too_large", f"the file is larger than {limit:,} bytes")
        return raw.decode("utf-8-sig")
    except FileNotFoundError:
        problems.refuse(path.name, "missing_file", "the file is not there")
    except OSError as error:
        problems.refuse(path.name, "unreadable", f"the file cannot be read ({error.strerror})")
    except UnicodeDecodeError as error:
        problems.refuse(path.name, "wrong_encoding", f"byte {error.start + 1} is not utf-8")


def parse_json(text: str, file: str, problems: Problems) -> Any:
    """A JSON value; the file is refused where it is none."""
    try:
        return json_value(text)
    except RowError as error:
        problems.refuse(file, error.rule, str(error))


def json_value(text: str, column: str = "") -> Any:
    """A JSON value of finite numbers; a RowError where the text is none."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise RowError(column, "json", f"not JSON: {error}") from None


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a finite number")
