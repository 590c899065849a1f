"""Proposals and rankings as sheets: one header row, numbers as numbers, text never taken for a formula."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from io import BytesIO, StringIO
from itertools import pairwise
from typing import Any

from kyokan.web.exports.batch import Bundle
from kyokan.web.exports.proposal import Paper
from kyokan.web.exports.ranking import Listing
from kyokan.web.exports.sources import Source
from kyokan.web.marks import MARKS
from kyokan.web.view import View
from kyokan.web.wording import field_width, plain

Cell = str | int | float | None
# Item, content, figure, key of its unit, and the address of its source where there is one.
Line = tuple[str | None, str | None, int | float | None, str | None] | tuple[str, str, float, str, str]
POINTS, YEN = "export.points", "export.yen"
PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
ACTIVE = ("=", "+", "-", "@", "\t", "\r")  # a program that reads CSV may take a text that begins so for a formula
LONGEST_SHEET = 31
INK, RULE = "#15181C", "#D3D7D2"
A4 = 9  # Excel's number of it
PAPER_IN, SIDE_IN, FIT = 11.69, 0.4, 0.98  # A4 across, its side margins, and what is left for how programs round
LETTER_PX, CELL_PX, PX_PER_IN = 7, 5, 96  # a column of n letters is 7n + 5 pixels wide
SAID_WIDTHS = (7, 20, 20, 12, 7, 7, 7, 12, 9, 15, 42, 27)  # of what a ranking says before its signals
TABLE_WIDTHS = (*SAID_WIDTHS, *(11 for _ in MARKS), 28)
ASKER_WIDTH = 20
NAMED = 3  # columns that name a candidate, on every page across
LINE_PT = 17.0  # a row's height a line, of the face that is named: others need less
WORD = re.compile(r"[!-~]+|.")  # what is not parted at the end of a line


def proposal(paper: Paper) -> bytes:
    """A sheet of everything that is said, one line each, and a second with notes and sources."""
    header = [_say(paper.view, f"export.{name}") for name in ("section", "item", "content", "figure", "unit", "source")]
    notes = [
        (_say(paper.view, "export.audience"), _say(paper.view, f"export.{paper.audience.value}")),
        (_say(paper.view, "colophon.snapshot"), paper.seen["snapshot"]),
        *([("", plain(paper.view.say("export.withheld", count=paper.withheld)))] if paper.withheld else []),
    ]
    name = _say(paper.view, "export.proposal")
    return _book(paper.view, name, header, _lines(paper), (16, 22, 72, 14, 8, 40), notes, paper.sources, paper.date)


def ranking(listing: Listing) -> bytes:
    """A sheet of the candidates, and a second with notes and sources."""
    notes = [
        (_say(listing.view, "export.ranking"), listing.title),
        ("", listing.asked),
        (_say(listing.view, "colophon.snapshot"), listing.proposal.snapshot),
        *([("", plain(listing.view.say("export.withheld_rows", count=listing.withheld)))] if listing.withheld else []),
    ]
    header, rows = _table(listing)
    name, ends = _say(listing.view, "export.ranking"), (len(SAID_WIDTHS),)
    return _book(listing.view, name, header, rows, TABLE_WIDTHS, notes, listing.sources, listing.date, ends)


def batch(bundle: Bundle) -> bytes:
    """A sheet of every asker's candidates, and a second with notes and sources."""
    say, found = partial(_say, bundle.view), [_table(listing) for listing in bundle.listings]
    header: list[Cell] = [say("export.asker"), *(found[0][0] if found else [])]
    rows = [[listing.title, *row] for listing, (_, rows) in zip(bundle.listings, found, strict=True) for row in rows]
    notes = [
        (say("export.batch"), bundle.batch.title),
        ("", plain(bundle.view.say("export.batch_asked", count=len(bundle.listings), date=bundle.date))),
        *((say("colophon.snapshot"), one) for one in sorted({each.proposal.snapshot for each in bundle.listings})),
        *([("", plain(bundle.view.say("export.batch_left_out", count=bundle.left_out)))] if bundle.left_out else []),
        *([("", plain(bundle.view.say("export.withheld_rows", count=bundle.withheld)))] if bundle.withheld else []),
    ]
    widths, ends = (ASKER_WIDTH, *TABLE_WIDTHS), (1 + len(SAID_WIDTHS),)
    return _book(bundle.view, say("export.batch"), header, rows, widths, notes, bundle.sources, bundle.date, ends)


def ranking_csv(listing: Listing) -> bytes:
    """The candidates as CSV in UTF-8 with its mark, which Excel needs to read Japanese."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    header, rows = _table(listing)
    writer.writerows([[inert(cell) for cell in row] for row in (header, *rows)])
    return out.getvalue().encode("utf-8-sig")


def inert(cell: Cell) -> Cell:
    """A text that begins like a formula gets an apostrophe; a number is left as it is."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(ACTIVE) else cell


def _lines(paper: Paper) -> Iterable[Sequence[Cell]]:
    """Section, item, content, figure, unit of everything that is said."""
    for key, lines in (
        ("export.pair", _of_pair(paper)),
        ("deal.why", _of_sum(paper)),
        ("export.evidence", _of_evidence(paper)),
        ("deal.terms", _of_terms(paper)),
    ):
        section = _say(paper.view, key)
        for item, content, figure, unit, *source in lines:
            yield section, item, content, figure, unit and _say(paper.view, unit), *source


def _of_pair(paper: Paper) -> Iterable[Line]:
    view = paper.view
    yield _say(view, "deal.headline"), paper.headline, None, None
    for entity in (paper.people, paper.things):
        yield plain(view.kind(entity)), entity.label(paper.lang), None, None
    for kind, title, text in paper.sketches:
        yield kind, " ".join(filter(None, (title, text))), None, None
    for label, value in paper.scores:
        yield label, None, value, POINTS
    if "confidence" in paper.seen:
        yield _say(view, "match.confidence"), None, paper.seen["confidence"], POINTS


def _of_sum(paper: Paper) -> Iterable[Line]:
    view = paper.view
    for text in filter(None, (paper.sentence, paper.rationale)):
        yield None, text, None, None
    if paper.base is not None:
        yield _say(view, "why.base"), _say(view, "why.base_note"), paper.base, POINTS
    for step in paper.steps:
        yield _say(view, f"signal.{step.signal}"), _say(view, f"question.{step.signal}"), step.adds, POINTS
    if paper.base is not None:
        yield _say(view, "why.total"), None, paper.raw, POINTS


def _of_evidence(paper: Paper) -> Iterable[Line]:
    for step in paper.steps:
        for ground in step.grounds:
            yield _say(paper.view, f"signal.{step.signal}"), ground.note, ground.weight, POINTS, ground.source


def _of_terms(paper: Paper) -> Iterable[Line]:
    for label, name in paper.parties:
        yield label, name, None, None
    for term in (*paper.terms, *paper.private):
        yield (term.label, term.text, None, None) if term.number is None else (term.label, None, term.number, YEN)
    if paper.seen["expires"]:
        yield _say(paper.view, "deal.expires"), paper.seen["expires"], None, None


def _table(listing: Listing) -> tuple[list[Cell], list[list[Cell]]]:
    view = listing.view
    keys = (
        "matches.rank",
        "export.name_ja",
        "export.name_en",
        "export.kind",
        "match.score",
        "export.low",
        "export.high",
    )
    more = ("match.confidence", "export.coverage", "export.standing", "export.sentence", "export.reason")
    header: list[Cell] = [_say(view, key) for key in (*keys, *more)]
    header += [*(_say(view, f"signal.{mark.signal}") for mark in MARKS), _say(view, "export.id")]
    rows: list[list[Cell]] = [
        [
            *(row.rank, row.name_ja or row.name, row.name_en or row.name, row.kind, row.score, row.low, row.high),
            *(row.confidence, row.coverage, row.standing, row.sentence, row.reason),
            *(row.signals.get(mark.signal) for mark in MARKS),
            row.id,
        ]
        for row in listing.rows
    ]
    return header, rows


def _book(
    view: View,
    name: str,
    header: Sequence[Cell],
    rows: Iterable[Sequence[Cell]],
    widths: Sequence[float],
    notes: Sequence[tuple[str, str]],
    sources: Sequence[Source],
    date: str,
    ends: Sequence[int] = (),
) -> bytes:
    """A white workbook of two sheets; with demo data both sheets say so by their names and on each printed page.

    ``ends`` are the columns before which a printed page ends, where the first sheet takes several across.
    """
    from xlsxwriter import Workbook

    out = BytesIO()
    sample = _say(view, "site.demo") if view.demo else ""
    about = [(_say(view, "site.name"), date), *notes, *([("", _say(view, "export.sample"))] if sample else [])]
    sheets = (
        (name, [header, *rows], widths, ends),
        (_say(view, "export.notes"), _notes(view, about, sources), (26, 60, 60), ()),
    )
    with Workbook(out, PLAIN) as book:
        formats = _formats(book, "游ゴシック" if view.lang == "ja" else "Yu Gothic")
        for title, lines, wide, parted in sheets:
            sheet = book.add_worksheet(f"{title}（{sample}）"[:LONGEST_SHEET] if sample else title)
            sheet.hide_gridlines(2)
            sheet.freeze_panes(1, 0)
            _lay_out(sheet, len(lines), wide, parted)
            sheet.set_header(f"&R{sample}")
            sheet.set_footer(f"&L{_say(view, 'site.name')} {date}&R&P / &N")
            for column, width in enumerate(wide):
                sheet.set_column(column, column, width)
            _fill(sheet, lines, formats, wide)
    return out.getvalue()


def _lay_out(sheet: Any, rows: int, widths: Sequence[float], ends: Sequence[int]) -> None:
    """How a sheet prints: one page across, or one for each part of a table too wide to be read on one.

    Programs that fit a sheet to pages pass over where its pages are to end, so several pages get a scale.
    """
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=SIDE_IN, right=SIDE_IN)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, rows - 1, len(widths) - 1)
    if not ends:
        sheet.fit_to_pages(1, 0)
        return
    sheet.set_v_pagebreaks(ends)
    sheet.repeat_columns(0, NAMED - 1)
    sheet.print_across()  # both pages of the same candidates follow each other
    parts = [
        widths[: ends[0]],
        *([*widths[:NAMED], *widths[one:other]] for one, other in pairwise((*ends, len(widths)))),
    ]
    widest = max(sum(LETTER_PX * width + CELL_PX for width in part) for part in parts)
    sheet.set_print_scale(min(100, int(100 * FIT * (PAPER_IN - 2 * SIDE_IN) * PX_PER_IN / widest)))


def _formats(book: Any, face: str) -> dict[str, Any]:
    """How cells look: white, rules only."""
    font = {"font_name": face, "font_size": 10, "font_color": INK, "valign": "top"}
    cell = {**font, "bottom": 1, "bottom_color": RULE}
    head = {**font, "bold": True, "bottom": 2, "text_wrap": True}
    looks = {  # "_0" leaves a figure's width, or a number would touch the words in the next column
        "head": head,
        "head_of_figures": {**head, "align": "right", "indent": 1},
        "text": {**cell, "text_wrap": True},
        "figure": {**cell, "num_format": '0.00_0;"−"0.00_0'},
        "whole": {**cell, "num_format": "#,##0_0"},
    }
    return {name: book.add_format(look) for name, look in looks.items()}


def _fill(sheet: Any, lines: Sequence[Sequence[Cell]], formats: Mapping[str, Any], widths: Sequence[float]) -> None:
    """Write cells as what they are; no text is looked at for what it may mean to a spreadsheet.

    Each row gets the height of its text: not every program works that out when it opens the file.
    """
    of_figures = {at for line in lines for at, cell in enumerate(line) if isinstance(cell, int | float)}
    for number, line in enumerate(lines):
        spare = [""] * (len(widths) - len(line))
        sheet.set_row(number, LINE_PT * max(map(_height, line, widths)))
        for column, cell in enumerate([*line, *spare]):
            if isinstance(cell, int | float):
                sheet.write_number(number, column, cell, formats["whole" if isinstance(cell, int) else "figure"])
            else:
                head = "head_of_figures" if column in of_figures else "head"
                sheet.write_string(number, column, cell or "", formats["text" if number else head])


def _height(cell: Cell, width: float) -> int:
    """How many lines a cell takes in a column of ``width`` letters, each filled with as many words as it holds."""
    lines, left = 1, float(width)
    for word in WORD.findall(cell if isinstance(cell, str) else ""):
        wide = float(field_width(word))
        if left < wide and left < width:
            lines, left = lines + 1, width
        over = max(0, math.ceil(wide / width) - 1)  # lines that one word fills alone
        lines, wide = lines + over, wide - over * width
        left -= wide
    return lines


def _notes(view: View, about: Sequence[tuple[str, str]], sources: Sequence[Source]) -> list[list[Cell]]:
    """The lines of the second sheet, its header first."""
    rows: list[list[Cell]] = [[_say(view, f"export.{key}") for key in ("source", "content", "licence")]]
    rows += [[label, words, ""] for label, words in about]
    rows += [[source.name, source.address, source.licence] for source in sources]
    return rows


def _say(view: View, key: str) -> str:
    return plain(view.say(key))
