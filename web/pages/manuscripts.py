"""What a proposal says: choosing and ordering its sentences, its sketches, and looking at it as a side will."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kyokan.errors import ChangedMeanwhileError, InputError, QueryError
from kyokan.graph.model import Entity
from kyokan.matching.evidence import statements
from kyokan.platform.deals import Party, Status
from kyokan.platform.proposals import Manuscript
from kyokan.platform.proposals.service import MOST_SENTENCES, MOST_SKETCHES, SketchKind
from kyokan.web.actors import actor
from kyokan.web.forms import posted, whole_number
from kyokan.web.pages.deals import drawn
from kyokan.web.pages.why import one_match
from kyokan.web.parameters import Parameters
from kyokan.web.refusals import answered, worded
from kyokan.web.view import current

SENTENCE = ("key", "ja", "en", "drop")
SKETCH = ("kind", "title", "text", "take_out")
MOST_OFFERED = 40
DONE = ("saved", "nothing", "taken_back")
Answer = str | Response | tuple[str, int]


def write(deal_id: str) -> Answer:
    """The editor of a draft: every button keeps what is written and does what it says."""
    if request.method == "GET":
        parameters = Parameters.of_request(("done",))
        if current().services.deals.get(actor(), deal_id)["status"] != Status.DRAFT:
            return redirect(url_for("deal", deal_id=deal_id))
        return _editor(deal_id, done=parameters.choice("done", ("", *DONE), ""))
    typed = posted(
        *("version", "up", "sketch_up"),
        *(f"{name}.{at}" for at in range(MOST_SENTENCES + 1) for name in SENTENCE),
        *(f"{name}.{at}" for at in range(MOST_SKETCHES + 1) for name in SKETCH),
        *(f"offer.{at}" for at in range(MOST_OFFERED)),
    )
    sentences = _ordered(_rows(typed, SENTENCE, MOST_SENTENCES + 1), typed["up"])
    sketches = _ordered(_rows(typed, SKETCH, MOST_SKETCHES + 1), typed["sketch_up"])
    chosen = [{"key": typed[f"offer.{at}"]} for at in range(MOST_OFFERED) if typed[f"offer.{at}"]]
    own = [_said(one) for one in sentences if not one["drop"]]
    kept = [one for one in sketches if not one["take_out"] and (one["title"] or one["text"])]
    kept = [{name: one[name] for name in SKETCH[:3]} for one in kept]
    said = {"sentences": [*own, *chosen], "sketches": kept}
    manuscripts = current().services.manuscripts
    try:
        version = whole_number(typed, "version")
        changed = manuscripts.keep(actor(), deal_id, version, said)
    except (ChangedMeanwhileError, QueryError) as refusal:
        return answered(_editor(deal_id, own, kept, refusal), refusal)
    return _done(deal_id, "saved" if changed else "nothing")


def take_back(deal_id: str) -> Answer:
    """Let a draft say what it said before its last change."""
    typed = posted("version")
    try:
        current().services.manuscripts.take_back(actor(), deal_id, whole_number(typed, "version"))
    except (ChangedMeanwhileError, QueryError) as refusal:
        return answered(_editor(deal_id, refusal=refusal), refusal)
    return _done(deal_id, "taken_back")


def _done(deal_id: str, done: str) -> Response:
    return redirect(url_for("deal_rationale", deal_id=deal_id, done=done), HTTPStatus.SEE_OTHER)


def preview(deal_id: str) -> str:
    """A deal exactly as the brand or the artist's side sees it, or will once it is sent."""
    side = Party(Parameters.of_request(("side",)).choice("side", (Party.BRAND.value, Party.ARTIST.value), "brand"))
    services = current().services
    return drawn(
        services.deals.as_seen_by(actor(), deal_id, side),
        lens=side.value,
        manuscript=services.manuscripts.of(actor(), deal_id, side),
    )


def _rows(typed: Mapping[str, str], names: tuple[str, ...], most: int) -> list[dict[str, str]]:
    """The rows of the form that say something."""
    rows = [{name: typed[f"{name}.{at}"].strip() for name in names} for at in range(most)]
    return [row for row in rows if any(row[name] for name in names if name != "kind")]


def _said(one: Mapping[str, str]) -> dict[str, str]:
    """A sentence as it is kept: by its key, or in the planner's own words."""
    return {"key": one["key"], "ja": "", "en": ""} if one["key"] else {"key": "", "ja": one["ja"], "en": one["en"]}


def _ordered(rows: list[dict[str, str]], up: str) -> list[dict[str, str]]:
    """The rows after one was moved up, if one was."""
    if up.isdecimal() and 0 < (at := int(up)) < len(rows):
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    return rows


def _editor(
    deal_id: str,
    sentences: list[dict[str, str]] | None = None,
    sketches: list[dict[str, str]] | None = None,
    refusal: InputError | None = None,
    done: str = "",
) -> str:
    who, view = actor(), current()
    deal = view.services.deals.get(who, deal_id)
    offered = {one.key: one for one in view.services.manuscripts.offered(who, deal_id)}
    written = view.services.manuscripts.of(who, deal_id)
    known = {one["key"]: one for one in written.sentences if one["key"]}
    people, things = view.entity(deal["artist"]), view.entity(deal["brand"])
    typed = sentences if sentences is not None else list(written.sentences)
    found = [known.get(one["key"]) or _offer(offered.get(one["key"])) or one for one in typed]
    rows = [one for one in found if one.get("signal") or not one["key"]]  # a key of nothing has nothing to show
    used = {one["key"] for one in rows}
    return render_template(
        "rationale.html",
        deal=deal,
        people=people,
        things=things,
        sentences=rows,
        sketches=sketches if sketches is not None else written.sketches,
        offered=[one for one in offered.values() if one.key not in used][:MOST_OFFERED],
        gone=used - offered.keys() - {""} | (used - _today(people, things) - {""}),
        kinds=list(SketchKind),
        most={"sentences": MOST_SENTENCES, "sketches": MOST_SKETCHES},
        refusal=worded(refusal) if refusal else None,
        done=done,
        changes=_changes(view.services.manuscripts.before(who, deal_id), written) if done == "saved" else {},
    )


def _changes(before: Manuscript | None, now: Manuscript) -> dict[str, int]:
    """How many parts the last change added, rewrote and left out; a sentence of evidence is never rewritten."""
    if before is None:
        return {}
    found = {"added": 0, "rewritten": 0, "removed": 0}
    for old, new in ((before.sentences, now.sentences), (before.sketches, now.sketches)):
        added, removed = ([one for one in these if one not in those] for these, those in ((new, old), (old, new)))
        own = [[one for one in part if not one.get("key")] for part in (added, removed)]
        rewritten = min(map(len, own))
        found["added"] += len(added) - rewritten
        found["rewritten"] += rewritten
        found["removed"] += len(removed) - rewritten
    return {name: count for name, count in found.items() if count}


def _offer(one: Any) -> dict[str, str] | None:
    """An offered sentence as a manuscript holds it."""
    return asdict(one) if one else None


def _today(people: Entity, things: Entity) -> set[str]:
    """The keys of what the graph bears today, which may have moved on since the evidence was frozen."""
    match = one_match(current().looked_at(people, things))
    return {one.key for one in statements(match.to_json())} if match else set()
