"""Roster and calendar: whom one represents with what is under way, who is bound when, and what conflicts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from http import HTTPStatus

from flask import abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from kyokan.errors import ChangedMeanwhileError, InputError, NotAllowedError
from kyokan.graph.model import EntityKind
from kyokan.platform.accounts import Actor
from kyokan.platform.rules import Clash, Conflict, Hold, Line, Span, noted
from kyokan.web import clauses
from kyokan.web.actors import actor
from kyokan.web.charts.calendar import drawn, head, scale_of
from kyokan.web.forms import posted, whole_number
from kyokan.web.pages.rules import label
from kyokan.web.parameters import Parameters
from kyokan.web.refusals import answered, worded
from kyokan.web.view import View, current

KEY = re.compile(r"[0-9a-f]{32}")
SHOWN = 5  # terms of a conflict; one more than these and the rest fold


def roster() -> str | Response:
    """Everybody whom the actor's organisation represents: proposals, deals, rules, and conflicts over all of them."""
    Parameters.of_request(())
    return _roster(actor())


def keeper(who: Actor) -> EntityKind:
    """Of whom the actor keeps a roster.

    Raises:
        NotAllowedError: of nobody.
    """
    kind = current().services.rules.keeps(who)
    if kind is None:
        raise NotAllowedError("the roster", "is kept by artist managers and brand clients", "", code="no_rules_here")
    return kind


def resolve(conflict: str) -> str | Response | tuple[str, int]:
    """Note what was decided about a conflict."""
    who, view = actor(), current()
    typed = posted("version", "note")
    if not KEY.fullmatch(conflict):
        abort(HTTPStatus.NOT_FOUND)
    meant = _meant(view, who, conflict)
    try:
        if meant is None:
            raise ChangedMeanwhileError("this conflict", "stands no longer", "See the roster", code="conflict_gone")
        view.services.rules.resolve(who, meant, whole_number(typed, "version"), typed["note"].strip())
    except InputError as refusal:
        if isinstance(refusal, NotAllowedError):
            raise
        tried = meant.key if meant else ""
        return answered(_roster(who, refusal=refusal, tried=tried, typed=typed["note"]), refusal)
    return redirect(url_for("roster", _anchor=f"c-{meant.key}"), HTTPStatus.SEE_OTHER)


def calendar() -> str | Response:
    """Terms over the months, and by the month in which they end."""
    Parameters.of_request(())
    who, view = actor(), current()
    lines = _known(view, view.services.calendar.lines(who))
    conflicts = view.services.calendar.conflicts(lines)
    clashes = _by_term(conflicts)
    shared = {key: [day for _, days in ones for day in days] for key, ones in clashes.items()}
    today = date.fromisoformat(view.services.rules.today())
    scale = scale_of(lines, today)
    rows = [
        (view.entity(line.artist), drawn(line, _words(view, line.spans), shared, scale, today))
        for line in lines
        if line.spans or line.free
    ]
    return render_template(
        "calendar.html",
        rows=rows,
        head=head(scale, today, str(view.say("calendar.today", date=today.isoformat()))),
        months=_by_ending(lines, today),
        clashes={key: ones[0] for key, ones in clashes.items()},
        conflicts=conflicts,
        entity=view.entity,
        said=said,
        exclusive=[span for line in lines for span in line.spans if span.exclusive and span.hold is not Hold.PROPOSED],
    )


def _roster(who: Actor, *, refusal: InputError | None = None, tried: str = "", typed: str = "") -> str:
    view = current()
    kind = keeper(who)
    lines = _known(view, view.services.calendar.lines(who))
    held = [span for line in lines for span in line.spans if span.deal]
    rows = []
    for kept in view.services.rules.roster(who):
        if kept.entity in view.known:
            own = [span for span in held if kept.entity in (span.artist, span.brand)]
            rows.append((view.entity(kept.entity), kept, own))
    conflicts, resolutions = view.services.calendar.conflicts(lines), view.services.rules.resolutions(who)
    return render_template(
        "roster.html",
        kind=kind.value,
        rows=rows,
        conflicts=conflicts,
        notes={one.key: noted(resolutions, one) for one in conflicts},
        subject=_subject,
        shown=SHOWN,
        entity=view.entity,
        said=said,
        Hold=Hold,
        refusal=worded(refusal) if refusal else None,
        tried=tried,
        typed=typed,
    )


def _meant(view: View, who: Actor, key: str) -> Conflict | None:
    """The conflict that a key means now; the terms in it may have changed since its form was shown."""
    conflicts = view.services.calendar.conflicts(_known(view, view.services.calendar.lines(who)))
    return next((one for one in conflicts if key in one.note_keys()), None)


def _by_term(conflicts: Iterable[Conflict]) -> dict[str, list[tuple[Conflict, list[tuple[str, str]]]]]:
    """Key of each term → its conflicts, gravest first, with the days that it shares in them."""
    found: dict[str, list[tuple[Conflict, list[tuple[str, str]]]]] = {}
    for conflict in conflicts:
        for key, days in conflict.days().items():
            found.setdefault(key, []).append((conflict, days))
    return found


def _subject(conflict: Conflict) -> str:
    """In which category terms meet; empty where days kept free are all that it is about."""
    return "" if conflict.clash is Clash.FREE else label(conflict.scope)


def said(span: Span) -> str:
    """The clause of a term: category, territory, medium."""
    view = current()
    places = [clauses.heard(view, EntityKind.PLACE, one) for one in span.territories]
    said = [clauses.heard(view, EntityKind.CATEGORY, span.category), *places, *map(view.spoken, span.media)]
    return str(view.say("site.dot")).join(filter(None, said))


def _words(view: View, spans: Iterable[Span]) -> dict[str, str]:
    """What stands on each bar: the clause, the other party, until when."""
    found = {}
    for span in spans:
        partner = view.entity(span.brand).label(view.lang)
        state = view.say(f"hold.{span.hold.value}")
        found[span.key] = "  ".join(part for part in (said(span), partner, span.until, str(state)) if part)
    return found


def _known(view: View, lines: Iterable[Line]) -> list[Line]:
    """Lines of artists that the catalogue knows, without terms with parties that it does not."""
    return [
        replace(line, spans=tuple(span for span in line.spans if span.brand in view.known))
        for line in lines
        if line.artist in view.known
    ]


def _by_ending(lines: Iterable[Line], today: date) -> list[tuple[str, list[Span]]]:
    """Month → terms that end in it, first to end first; an open end comes last, under an empty month."""
    months: dict[str, list[Span]] = {}
    for span in sorted((span for line in lines for span in line.spans), key=lambda one: (one.until or "9999", one.key)):
        if not span.until or span.until >= today.isoformat():
            months.setdefault(span.until[:7], []).append(span)
    return list(months.items())
