"""From the content of a document to a named file in one of the forms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from flask import render_template

from kyokan.web.exports import bars, data, sheets, slides
from kyokan.web.exports.batch import Bundle
from kyokan.web.exports.phrases import phrased
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


ENDINGS: Mapping[str, str] = {"print": "pdf"}  # of forms that are not called after their files
MIMETYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


def proposal_pdf(paper: Paper, *, one_ink: bool = False) -> bytes:
    """Page 1 the pair in a headline, a picture and three sentences; then sum, evidence, terms, sources.

    In one ink, shapes and dots say whose something is, as on a page that is printed.
    """
    drawn = overlay(*paper.profiles, OVERLAY_PX, label=paper.in_words, one_ink=one_ink)
    scale = span(paper.steps, () if paper.base is None else (paper.base,))
    return pdf(
        render_template(
            "exports/proposal.html",
            paper=paper,
            heading=paper.headline,
            headline=phrased(paper.view, paper.headline),
            overlay=drawn,
            scale=scale,
            sources=paper.sources,
            date=paper.date,
            stamp=_short(paper.seen["snapshot"]),
            one_ink=one_ink,
            step_bar=partial(bars.step_bar, one_ink=one_ink),
            sum_bar=bars.sum_bar,
        )
    )


def ranking_pdf(listing: Listing) -> bytes:
    """The ranking with its overlays, one row a candidate."""
    return pdf(
        render_template(
            "exports/ranking.html",
            heading=listing.title,
            headline=phrased(listing.view, listing.title),
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
    "print": partial(proposal_pdf, one_ink=True),
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

BATCH_FORMS: Mapping[str, Callable[[Bundle], bytes]] = {"xlsx": sheets.batch, "json": data.batch}


def make_proposal(paper: Paper, form: str) -> Made:
    """A document about a proposal; its name says whom it is about and for whom it is."""
    pair = "×".join(entity.label(paper.lang) for entity in (paper.people, paper.things))
    say, ending = paper.view.say, ENDINGS.get(form, form)
    ink = (say("export.one_ink"),) if form == "print" else ()
    words = (say("export.proposal"), pair, say(f"export.{paper.audience.value}"), *ink, paper.date)
    return Made(_file_name(words, ending), MIMETYPES[ending], PROPOSAL_FORMS[form](paper))


def make_ranking(listing: Listing, form: str) -> Made:
    """A document of a ranking; it tells what whoever takes it out may know, and its name says that it stays inside."""
    say = listing.view.say
    words = (say("export.ranking"), listing.title, say("export.internal"), listing.date)
    return Made(_file_name(words, form), MIMETYPES[form], RANKING_FORMS[form](listing))


def make_batch(bundle: Bundle, form: str) -> Made:
    """A document of rankings for many; it tells what who asked may know, and its name says that it stays inside."""
    say = bundle.view.say
    words = (say("export.batch"), bundle.batch.title, say("export.internal"), bundle.date)
    return Made(_file_name(words, form), MIMETYPES[form], BATCH_FORMS[form](bundle))


def _file_name(words: tuple[str, ...], form: str) -> str:
    """A name that every file system takes."""
    written = unicodedata.normalize("NFC", "_".join(str(word) for word in words))
    return f"{' '.join(UNFIT.sub(' ', written).split())[:LONGEST_NAME]}.{form}"


def _short(digest: str) -> str:
    return f"{digest[:11]}…{digest[-4:]}"
