"""HTML to PDF and pictures, with the faces that stand in this package and nothing fetched from anywhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from markupsafe import Markup

from kyokan.errors import UnavailableError

HERE = Path(__file__).parent
FONTS = HERE.parent / "static" / "vendor"
SHEET = HERE / "paper.css"
# Family, weight, file. The pages' Japanese faces come in a hundred pieces each, which a PDF would mix up: here whole.
FACES = (
    ("Libre Franklin Variable", "100 900", "libre-franklin/files/libre-franklin-latin-wght-normal.woff2"),
    ("Libre Franklin Ext", "100 900", "libre-franklin/files/libre-franklin-latin-ext-wght-normal.woff2"),
    ("Source Serif 4 Variable", "200 900", "source-serif-4/files/source-serif-4-latin-opsz-normal.woff2"),
    ("Source Serif 4 Ext", "200 900", "source-serif-4/files/source-serif-4-latin-ext-opsz-normal.woff2"),
    ("Zen Kaku Gothic New", "400", "zen-kaku-gothic-new-whole/400Regular/ZenKakuGothicNew_400Regular.ttf"),
    ("Zen Kaku Gothic New", "700", "zen-kaku-gothic-new-whole/700Bold/ZenKakuGothicNew_700Bold.ttf"),
    ("Zen Old Mincho", "600", "zen-old-mincho-whole/600SemiBold/ZenOldMincho_600SemiBold.ttf"),
)
PIXELS = 3.0  # of a picture for each of its CSS pixels
DPI_OF_CSS, DPI_OF_PDF = 96, 72

_turn = threading.Lock()  # Pango and PDFium know no threads
_places = threading.BoundedSemaphore(3)  # of those who make or wait; pages of others need the process's other threads


def pdf(html: str) -> bytes:
    """A tagged PDF of a whole HTML document, its faces embedded.

    Raises:
        weasyprint.urls.FatalURLFetchingError: the document asks for anything but a file of this package.
        UnavailableError: Pango is not installed, or too many wait already.
    """
    weasyprint = _weasyprint()
    with _one_at_a_time():
        fonts, fetcher = weasyprint.text.fonts.FontConfiguration(), _fetcher()
        sheet = weasyprint.CSS(
            string=_faces() + SHEET.read_text(encoding="utf-8"), font_config=fonts, url_fetcher=fetcher
        )
        document = weasyprint.HTML(string=html, url_fetcher=fetcher, base_url=FONTS.as_uri())
        made: bytes = document.write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1")
        return made


def png(svg: Markup, width: float, height: float) -> bytes:
    """A picture of an SVG without letters, ``PIXELS`` times its size in CSS pixels, on a clear ground.

    Raises:
        UnavailableError: Pango is not installed, or too many wait already.
    """
    from pypdfium2 import PdfDocument

    weasyprint = _weasyprint()
    sheet = f"@page {{ size: {width}px {height}px; margin: 0 }} body {{ margin: 0 }} svg {{ display: block }}"
    with _one_at_a_time():
        made = weasyprint.HTML(string=f"<style>{sheet}</style>{svg}", url_fetcher=_fetcher()).write_pdf()
        page = PdfDocument(made)[0]
        image = page.render(
            scale=PIXELS * DPI_OF_CSS / DPI_OF_PDF, fill_color=(255, 255, 255, 0), maybe_alpha=True
        ).to_pil()
        out = BytesIO()
        image.save(out, "PNG", optimize=True)
        return out.getvalue()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    if not _places.acquire(blocking=False):
        raise UnavailableError("documents", "are being made for others", "Try again in a moment")
    try:
        with _turn:
            yield
    finally:
        _places.release()


def _weasyprint() -> Any:
    try:
        import weasyprint.text.fonts
    except OSError as error:  # it opens the library when it is loaded
        raise UnavailableError("Pango", "is not installed", "Install libpango-1.0-0 and libpangoft2-1.0-0") from error
    return weasyprint


@lru_cache(maxsize=1)
def _faces() -> str:
    return "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url({(FONTS / file).as_uri()}) }}\n'
        for family, weight, file in FACES
    )


@lru_cache(maxsize=len(FACES))
def _face(path: Path) -> bytes:
    """A face, unpacked: unpacking one anew takes longer than making a page."""
    from fontTools.ttLib import TTFont

    if path.suffix == ".ttf":
        return path.read_bytes()
    font, out = TTFont(path), BytesIO()
    font.flavor = None
    font.save(out)
    return out.getvalue()


@lru_cache(maxsize=1)
def _fetcher() -> Any:
    """A fetcher that opens the faces above and refuses every other address, whatever its scheme."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    allowed = {FONTS / file for _, _, file in FACES}

    class OwnFiles(URLFetcher):  # type: ignore[misc]
        """Opens what stands in this package."""

        def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002 - the signature is WeasyPrint's
            """The file of a ``file:`` address among the faces."""
            asked = urlsplit(url)
            path = Path(unquote(asked.path))
            if asked.scheme != "file" or asked.netloc or path not in allowed:
                raise FatalURLFetchingError(f"a document asks for {asked.scheme}: and gets nothing")
            return URLFetcherResponse(url, _face(path))

    return OwnFiles()
