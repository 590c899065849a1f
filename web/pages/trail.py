"""An organisation's own part of the audit trail, for its admins: a page at a time, and as a file."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

from flask import render_template, send_file
from werkzeug.wrappers import Response

from kyokan.platform.accounts.records import GROUPS, SHOWN, Entry
from kyokan.platform.accounts.team import RECORDS
from kyokan.web import actors
from kyokan.web.exports.sheets import inert
from kyokan.web.forms import posted
from kyokan.web.parameters import Parameters
from kyokan.web.view import current

LATEST = 10**12
HEADER = ("at", "who", "act", "whom", *SHOWN)


def show() -> str:
    """Its records, the latest first; ``before`` is the number of the last one on the page before."""
    allowed = Parameters.of_request(("show", "before"))
    group, before = allowed.choice("show", ("", *GROUPS), ""), int(allowed.number("before", 0, 0, LATEST))
    found = actors.accounts().records(actors.actor(), group, before=before, most=RECORDS + 1)
    return render_template(
        "trail.html",
        entries=found[:RECORDS],
        older=found[RECORDS - 1].number if len(found) > RECORDS else 0,
        before=before,
        group=group,
        groups=("", *GROUPS),
    )


def take_out() -> Response:
    """All of it as a file."""
    posted()
    found = actors.accounts().taken_out(actors.actor())
    name = f"kyokan-trail-{current().services.clock().date().isoformat()}.csv"
    return send_file(BytesIO(_written(found)), mimetype="text/csv", as_attachment=True, download_name=name, max_age=0)


def _written(found: list[Entry]) -> bytes:
    """CSV in UTF-8 with its mark, times in UTC; what else a record says stands in a column of its own."""
    out = StringIO()
    rows = [[one.at, one.who, one.act, one.whom, *(one.told.get(name, "") for name in SHOWN)] for one in found]
    csv.writer(out, lineterminator="\r\n").writerows([[inert(cell) for cell in row] for row in (HEADER, *rows)])
    return out.getvalue().encode("utf-8-sig")
