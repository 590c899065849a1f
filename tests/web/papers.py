"""What stands in a document that was handed over, read by other programs than those that wrote it."""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZipFile

from openpyxl import load_workbook
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


def cells_of(content):
    """Every cell of the first sheet, with its kind."""
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    return [cell for row in sheet.iter_rows() for cell in row]


def slides_of(content):
    return Presentation(BytesIO(content)).slides


def data_of(content):
    return json.loads(content)
