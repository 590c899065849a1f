"""Slides in the workroom's look over python-pptx: paper, two inks, rules; every text set for Latin and Japanese."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import IO, Any

from kyokan.graph.languages import language_of

WIDE, HIGH = 13.333, 7.5  # inches
WIDE_BEFORE = 10.0  # of python-pptx's own template
EDGE = 0.75
COLOURS = {
    "ink": "15181C",
    "soft": "454B52",
    "quiet": "5F666D",
    "band": "ECEEEA",
    "edge": "868D8B",
    "rule": "D3D7D2",
    "paper": "F6F7F4",
    "artist": "BF3C1B",
    "brand": "0F6A86",
}
SERIF, SANS = "游明朝", "游ゴシック"
LANGUAGES = {"ja": "ja-JP", "en": "en-US"}
THEME = {  # what the theme's colours become: no other hue exists
    "dk1": "ink",
    "lt1": "paper",
    "dk2": "soft",
    "lt2": "band",
    "accent1": "artist",
    "accent2": "brand",
    "accent3": "soft",
    "accent4": "quiet",
    "accent5": "edge",
    "accent6": "rule",
    "hlink": "ink",
    "folHlink": "soft",
}
ROW, ROOM = 0.44, 5.0  # of a table: its usual row, and what a slide has for all of them
FIGURE = re.compile(r"[+−±]?\d+(\.\d+)?")
# Of a line of dates: where words stand over and under it by turns, then a step further off; and how wide they are.
STEPS, LABEL_IN, BOX_IN = (-1.0, 0.2, -1.8, 1.0), 1.6, 2.2

Place = tuple[float, float]


class Deck:
    """Slides one after the other; places and sizes are in inches from the top left corner, type in points.

    Args:
        lang: of the deck.
        foot: what stands at the foot of every slide, beside its number.
        tag: what every slide is marked with; empty for none.
    """

    def __init__(self, lang: str, foot: str, tag: str) -> None:
        from pptx import Presentation
        from pptx.util import Inches

        self._lang, self._foot, self._tag = lang, foot, tag
        self._deck = Presentation()
        self._deck.slide_width, self._deck.slide_height = Inches(WIDE), Inches(HIGH)
        self._set_theme()
        self._set_master()
        self._slide: Any = None

    def properties(self, title: str, subject: str) -> None:
        """What the file says of itself; no person is named."""
        core = self._deck.core_properties
        core.title, core.subject, core.language = title, subject, LANGUAGES[self._lang]
        core.author = core.last_modified_by = "Kyokan"
        core.created = core.modified = datetime.now(UTC)

    def slide(self, title: str) -> None:
        """Begin a slide. Its title is a real one, so that outline and screen reader find it."""
        from pptx.enum.text import MSO_ANCHOR
        from pptx.util import Inches, Pt

        self._slide = self._deck.slides.add_slide(self._deck.slide_layouts[5])
        heading = self._slide.shapes.title
        heading.left, heading.top, heading.width, heading.height = (
            Inches(value) for value in (EDGE, 0.6, WIDE - 2 * EDGE, 1.0)
        )
        self._write(heading.text_frame, title, size=32, serif=True)
        self._line((EDGE, 6.92), (WIDE - EDGE, 6.92), "rule", 0.75)
        self.text(self._foot, (EDGE, 6.97), 9.0, size=10, ink="quiet")
        number = str(len(self._deck.slides))
        self.text(number, (WIDE - EDGE - 1.0, 6.97), 1.0, size=10, ink="quiet", right=True)
        if self._tag:
            box = self.text(self._tag, (WIDE - EDGE - 1.5, 0.28), 1.5, size=10, ink="quiet", centred=True)
            box.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
            box.line.color.rgb, box.line.width, box.line.dash_style = _rgb("edge"), Pt(0.75), 4
        self._slide.shapes._spTree.remove(heading._element)  # noqa: SLF001 - reading order follows the tree
        self._slide.shapes._spTree.insert(2, heading._element)  # noqa: SLF001

    def text(
        self,
        words: str,
        at: Place,
        wide: float,
        *,
        size: float,
        high: float = 0.35,
        serif: bool = False,
        bold: bool = False,
        ink: str = "ink",
        right: bool = False,
        centred: bool = False,
    ) -> Any:
        """A text box."""
        from pptx.util import Inches

        box = self._slide.shapes.add_textbox(Inches(at[0]), Inches(at[1]), Inches(wide), Inches(high))
        side = "r" if right else "ctr" if centred else "l"
        self._write(box.text_frame, words, size=size, serif=serif, bold=bold, ink=ink, side=side)
        return box

    def speak(self, words: str) -> None:
        """What the one who presents the last slide reads beside it."""
        self._slide.notes_slide.notes_text_frame.text = words

    def note(self, words: str) -> None:
        """A line above the foot of the last slide."""
        self.text(words, (EDGE, 6.55), WIDE - 2 * EDGE, size=10, ink="quiet")

    def picture(self, png: bytes, at: Place, wide: float, words: str) -> None:
        """A picture, with what it says in words."""
        from io import BytesIO

        from pptx.util import Inches

        shape = self._slide.shapes.add_picture(BytesIO(png), Inches(at[0]), Inches(at[1]), Inches(wide))
        shape._element.nvPicPr.cNvPr.set("descr", words)  # noqa: SLF001 - python-pptx has no alternative text

    def bars(self, bars: Sequence[tuple[str, float, str]], at: Place, size: Place, words: str) -> None:
        """A bar chart with its figures in it: label, value and ink of each bar, the first on top."""
        from pptx.chart.data import CategoryChartData
        from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
        from pptx.util import Inches, Pt

        content = CategoryChartData(number_format="0.00")
        content.categories = [label for label, _, _ in bars]
        content.add_series(words, [round(value, 4) for _, value, _ in bars])
        frame = self._slide.shapes.add_chart(
            XL_CHART_TYPE.BAR_CLUSTERED, *(Inches(value) for value in (*at, *size)), content
        )
        frame._element.nvGraphicFramePr.cNvPr.set("descr", words)  # noqa: SLF001
        chart = frame.chart
        chart.has_legend = chart.has_title = False
        self._font(chart.font, 12)
        across, along = chart.category_axis, chart.value_axis
        across.reverse_order, across.tick_label_position = True, XL_TICK_LABEL_POSITION.LOW
        across.major_tick_mark, across.format.line.color.rgb = XL_TICK_MARK.NONE, _rgb("edge")
        along.visible = along.has_major_gridlines = False
        plot = chart.plots[0]
        plot.gap_width, plot.has_data_labels, plot.vary_by_categories = 60, True, False
        labels = plot.data_labels
        labels.number_format, labels.number_format_is_linked = '+0.00;"−"0.00;0.00', False
        labels.position = XL_LABEL_POSITION.OUTSIDE_END
        self._font(labels.font, 12)
        series = plot.series[0]
        series.invert_if_negative = False
        for number, (_, value, ink) in enumerate(bars):
            point = series.points[number].format
            if value < 0 or ink == "edge":  # a loss, and the base, are outlined; gains are solid
                point.fill.solid()
                point.fill.fore_color.rgb = _rgb("paper")
                point.line.color.rgb, point.line.width = _rgb("ink"), Pt(1)
            else:
                point.fill.solid()
                point.fill.fore_color.rgb = _rgb(ink)

    def table(self, rows: Sequence[Sequence[str]], at: Place, widths: Sequence[float]) -> None:
        """A table of rules: the first row is its header, a column of figures stands right."""
        from pptx.enum.text import MSO_ANCHOR
        from pptx.util import Inches

        high = min(ROW, ROOM / len(rows))
        shape = self._slide.shapes.add_table(
            len(rows), len(widths), Inches(at[0]), Inches(at[1]), Inches(sum(widths)), Inches(high * len(rows))
        )
        table = shape.table
        table.horz_banding = table.first_row = False
        table._tbl.tblPr.find(_a("tableStyleId")).text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # noqa: SLF001 - no style, no grid
        table.first_row = True
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Inches(width)
        right = {column for cells in rows[1:] for column, words in enumerate(cells) if FIGURE.fullmatch(words)}
        for number, cells in enumerate(rows):
            table.rows[number].height = Inches(high)
            for column, words in enumerate(cells):
                cell = table.cell(number, column)
                cell.vertical_anchor = MSO_ANCHOR.MIDDLE
                cell.margin_left = cell.margin_right = Inches(0.04)
                numeric = FIGURE.fullmatch(words) is not None
                size, ink = (13, "ink") if number else (11, "quiet")
                side = "r" if numeric or (number == 0 and column in right) else "l"
                self._write(cell.text_frame, words, size=size, ink=ink, side=side)
                _rule_below(cell, "ink" if number == 0 else "rule")

    def timeline(
        self, points: Sequence[tuple[float, str, str]], span: tuple[float, float] | None, at: Place, wide: float
    ) -> None:
        """Dates along a line: place (0…1), date and words of each, above and below in turn; ``span`` drawn thick.

        Where the words would run into those before them on their side, they stand a step further from the line.
        """
        from pptx.util import Inches

        self._line(at, (at[0] + wide, at[1]), "ink", 1.0)
        if span:
            self._line((at[0] + span[0] * wide, at[1]), (at[0] + span[1] * wide, at[1]), "ink", 6.0)
        ends = dict.fromkeys(STEPS, 0.0)
        for number, (place, date, words) in enumerate(points):
            x = at[0] + place * wide
            self._line((x, at[1] - 0.12), (x, at[1] + 0.12), "ink", 2.25)
            last = x + LABEL_IN > at[0] + wide  # its words end at its mark, where those of others begin
            left = x + 0.1 - (LABEL_IN if last else 0.2)
            side = STEPS[number % 2 :: 2]
            step = next((one for one in side if ends[one] <= left), side[-1])
            ends[step] = left + LABEL_IN
            begins = x + 0.1 - BOX_IN if last else left
            box = self.text(f"{date}\n{words}", (begins, at[1] + step), BOX_IN, size=13, high=0.7, right=last)
            box.width = Inches(BOX_IN)

    def save(self, file: IO[bytes]) -> None:
        """Write the deck."""
        self._deck.save(file)

    # ---------------------------------------------------------------------------------------------------------

    def _line(self, start: Place, end: Place, ink: str, points: float) -> None:
        from pptx.enum.shapes import MSO_CONNECTOR
        from pptx.oxml.ns import qn
        from pptx.util import Inches, Pt

        drawn = self._slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, *(Inches(value) for value in (*start, *end)))
        drawn.line.color.rgb, drawn.line.width = _rgb(ink), Pt(points)
        drawn._element.remove(drawn._element.find(qn("p:style")))  # noqa: SLF001 - the theme's, which casts a shadow

    def _write(
        self,
        frame: Any,
        words: str,
        *,
        size: float,
        serif: bool = False,
        bold: bool = False,
        ink: str = "ink",
        side: str = "l",
    ) -> None:
        """Fill a frame, one paragraph a line, each run with its faces and its language."""
        from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE

        frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        frame.vertical_anchor = MSO_ANCHOR.TOP
        for number, line in enumerate(words.split("\n")):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph._p.get_or_add_pPr().set("algn", side)  # noqa: SLF001 - the shortest way to all three
            run = paragraph.add_run()
            run.text = line
            self._font(run.font, size, serif=serif, bold=bold or serif, ink=ink)
            run.font._rPr.set("lang", LANGUAGES[language_of(line)])  # noqa: SLF001
            run.font._rPr.set("altLang", "en-US")  # noqa: SLF001

    def _font(self, font: Any, size: float, *, serif: bool = False, bold: bool = False, ink: str = "ink") -> None:
        """Both scripts in one family: python-pptx sets the Latin face alone."""
        from pptx.util import Pt

        face = SERIF if serif else SANS
        font.size, font.bold, font.name = Pt(size), bold, face
        font.color.rgb = _rgb(ink)
        latin = font._rPr.find(_a("latin"))  # noqa: SLF001
        for tag in ("cs", "ea"):
            other = latin.makeelement(_a(tag), {"typeface": face})
            latin.addnext(other)

    def _set_master(self) -> None:
        """Paper behind every slide, and layouts as wide as the slides, for those that people add."""
        master = self._deck.slide_master
        fill = master.background.fill
        fill.solid()
        fill.fore_color.rgb = _rgb("paper")
        for holder in (master, *master.slide_layouts):
            for shape in holder.placeholders:
                left, width = (int(side * WIDE / WIDE_BEFORE) for side in (shape.left, shape.width))
                shape.left, shape.top, shape.width, shape.height = left, shape.top, width, shape.height

    def _set_theme(self) -> None:
        """The theme's own faces and colours, so that what people add later fits."""
        from lxml import etree

        relations = self._deck.slide_master.part.rels.values()
        theme = next(one.target_part for one in relations if one.reltype.endswith("/theme"))
        root = etree.fromstring(theme.blob)
        for group, face in (("majorFont", SERIF), ("minorFont", SANS)):
            for font in root.iter(_a(group)):
                for one in font:
                    if one.tag in {_a("latin"), _a("ea")} or one.get("script") == "Jpan":
                        one.set("typeface", face)
        for name, ink in THEME.items():
            for colour in root.iter(_a(name)):
                del colour[:]
                etree.SubElement(colour, _a("srgbClr"), {"val": COLOURS[ink]})
        theme._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)  # noqa: SLF001


def _a(tag: str) -> str:
    from pptx.oxml.ns import qn

    found: str = qn(f"a:{tag}")
    return found


def _rgb(ink: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(COLOURS[ink])


def _rule_below(cell: Any, ink: str) -> None:
    """A hairline under a cell: the one border that it has."""
    from lxml import etree

    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001 - borders have no interface
    line = etree.SubElement(properties, _a("lnB"), {"w": "9525" if ink == "rule" else "12700", "cmpd": "sng"})
    fill = etree.SubElement(etree.SubElement(line, _a("solidFill")), _a("srgbClr"), {"val": COLOURS[ink]})
    del fill
