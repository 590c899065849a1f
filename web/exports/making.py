"""From the content of a document to a named file in one of the forms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import render_template

from kyokan.web.exports import bars, data, sheets, slides
from kyokan.web.exports.printing import pdf
from kyokan.web.exports.proposal import Paper, span
from kyokan.web.exports.ranking import Listing
from kyokan.web.fingerprint import overlay

OVERLAY_PX = 264.0  # 70 mm
UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Made:
    """A file to hand over."""

    name: str
    mimetype: str
    content: bytes


MIMETYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


def proposal_pdf(paper: Paper) -> bytes:
    """Page 1 the pair in a headline, a picture and three sentences; then sum, evidence, terms, sources."""
    drawn = overlay(*paper.profiles, OVERLAY_PX, label=paper.in_words)
    scale = span(paper.steps, () if paper.base is None else (paper.base,))
    return pdf(
        render_template(
            "exports/proposal.html",
            paper=paper,
            heading=paper.headline,
            overlay=drawn,
            scale=scale,
            sources=paper.sources,
            date=paper.date,
            stamp=_short(paper.seen["snapshot"]),
            step_bar=bars.step_bar,
            sum_bar=bars.sum_bar,
        )
    )


def ranking_pdf(listing: Listing) -> bytes:
    """The ranking with its overlays, one row a candidate."""
    return pdf(
        render_template(
            "exports/ranking.html",
            heading=listing.title,
            asked=listing.asked,
            rows=listing.rows,
            withheld=listing.withheld,
            sources=listing.sources,
            date=listing.date,
            stamp=_short(listing.proposal.snapshot),
        )
    )


PROPOSAL_FORMS: Mapping[str, Callable[[Paper], bytes]] = {
    "pdf": proposal_pdf,
    "pptx": slides.proposal,
    "xlsx": sheets.proposal,
    "json": data.proposal,
}
RANKING_FORMS: Mapping[str, Callable[[Listing], bytes]] = {
    "pdf": ranking_pdf,
    "xlsx": sheets.ranking,
    "csv": sheets.ranking_csv,
    "json": data.ranking,
}


def make_proposal(paper: Paper, form: str) -> Made:
    """A document about a proposal; its name says whom it is about and for whom it is."""
    pair = "×".join(entity.label(paper.lang) for entity in (paper.people, paper.things))
    words = (paper.view.say("export.proposal"), pair, paper.view.say(f"export.{paper.audience.value}"), paper.date)
    return Made(_file_name(words, form), MIMETYPES[form], PROPOSAL_FORMS[form](paper))


def make_ranking(listing: Listing, form: str) -> Made:
    """A document of a ranking."""
    words = (listing.view.say("export.ranking"), listing.title, listing.date)
    return Made(_file_name(words, form), MIMETYPES[form], RANKING_FORMS[form](listing))


def _file_name(words: tuple[str, ...], form: str) -> str:
    """A name that every file system takes."""
    written = unicodedata.normalize("NFC", "_".join(str(word) for word in words))
    return f"{' '.join(UNFIT.sub(' ', written).split())[:LONGEST_NAME]}.{form}"


def _short(digest: str) -> str:
    return f"{digest[:11]}…{digest[-4:]}"
