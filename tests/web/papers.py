"""What stands in a document that was handed over, read by other programs than those that wrote it."""

from __future__ import annotations

import json
from io import BytesIO
from itertools import pairwise
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string
from pptx import Presentation
from pypdf import PdfReader


def text_of(form, content):
    """Everything that a reader, or a program that looks inside, can find."""
    return READ[form](content)


def of_pdf(content):
    reader = PdfReader(BytesIO(content))
    said = [*(page.extract_text() for page in reader.pages), *map(str, (reader.metadata or {}).values())]
    return "\n".join(said)


def of_archive(content):
    """Every part of an Office file as it stands in it, and of the files within."""
    with ZipFile(BytesIO(content)) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    return "\n".join(
        of_archive(part) if name.endswith(".xlsx") else part.decode("utf-8", errors="ignore") for name, part in parts
    )


def of_text(content):
    return content.decode("utf-8-sig")


READ = {"pdf": of_pdf, "print": of_pdf, "pptx": of_archive, "xlsx": of_archive, "json": of_text, "csv": of_text}


def fonts_of(content):
    """Name of each face of a PDF -> whether it is embedded."""
    found = {}
    for page in PdfReader(BytesIO(content)).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            found[str(inner["/BaseFont"])] = "/FontFile2" in inner["/FontDescriptor"].get_object()
    return found


def sheets_of(content):
    """Name of each sheet -> its rows, cells as a spreadsheet program reads them."""
    book = load_workbook(BytesIO(content), read_only=True)
    return {sheet.title: [[cell.value for cell in row] for row in sheet.rows] for sheet in book}


def printed_pages(content):
    """Of each page across that an Excel file prints: its width and the paper's in inches, the size of its letters.

    Programs make a column 7 pixels a letter wide, 96 to the inch; then they scale.
    """
    found = []
    for sheet in load_workbook(BytesIO(content)):
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)  # A4 across
        room = 11.69 - sheet.page_margins.left - sheet.page_margins.right
        alike = sheet.column_dimensions.values()  # one entry for neighbours that are alike
        widths = [7 * one.width for one in alike for _ in range(one.min, one.max + 1)][: sheet.max_column]
        named = (sheet.print_title_cols or "").rpartition("$")[2]
        again = sum(widths[: column_index_from_string(named)]) if named else 0
        ends = [0, *(one.id for one in sheet.col_breaks.brk), len(widths)]
        pages = [sum(widths[one:other]) + again * (one > 0) for one, other in pairwise(ends)]
        fits = sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage
        scale = min(1, room * 96 / pages[0]) if fits else sheet.page_setup.scale / 100
        found += [(page * scale / 96, room, sheet["A2"].font.size * scale) for page in pages]
    return found


def cells_of(content):
    """Every cell of the first sheet, with its kind."""
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    return [cell for row in sheet.iter_rows() for cell in row]


def slides_of(content):
    return Presentation(BytesIO(content)).slides


def data_of(content):
    return json.loads(content)
