"""The board of an agency: its deals in its own stages, moving them, saying what comes next, naming the stages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kyokan.errors import ChangedMeanwhileError, InputError, NotAllowedError, QueryError
from kyokan.platform.accounts import Actor, Role
from kyokan.platform.deals.notices import Notice
from kyokan.platform.deals.service import Seen
from kyokan.platform.pipeline import Stage
from kyokan.platform.pipeline.stages import LONGEST_NAME, MOST, ON_BOARD
from kyokan.web.actors import actor
from kyokan.web.forms import posted, whole_number
from kyokan.web.pages import reminders
from kyokan.web.parameters import Parameters
from kyokan.web.refusals import answered, worded
from kyokan.web.view import current
from kyokan.web.wording import LANGUAGES, say

PLAN = ("owner", "next_act", "next_on")
STAGE = ("id", "status", "ja", "en")
Answer = str | Response | tuple[str, int]


def news(who: Actor, deals: list[Seen]) -> list[tuple[Notice, Seen]]:
    """What the actor has not read, with the deal of each."""
    return with_deals(current().services.notices.news(who), deals)


def with_deals(notices: list[Notice], deals: list[Seen]) -> list[tuple[Notice, Seen]]:
    """Notices with the deal of each; those of a deal that came just now are left for the next look."""
    by_id = {deal["id"]: deal for deal in deals}
    return [(notice, by_id[notice.deal]) for notice in notices if notice.deal in by_id]


def board(who: Actor, owner: str, *, refusal: InputError | None = None) -> str:
    """The board; ``owner`` shows one person's deals alone, ``me`` the actor's own."""
    view = current()
    deals = view.services.deals.of(who)
    found = view.services.pipeline.board(who, who.person if owner == "me" else owner, deals)
    slips = [slip for ones in found.slips.values() for slip in ones]
    pairs = Counter((slip.deal["artist"], slip.deal["brand"]) for slip in slips)
    return render_template(
        "board.html",
        board=found,
        columns=[(status, [stage for stage in found.stages if stage.status is status]) for status in ON_BOARD],
        counts={
            "today": sum(slip.today for slip in slips),
            "late": sum(slip.late for slip in slips),
            "waiting": sum(bool(slip.awaits) for slip in slips),
        },
        twice={pair: count > 1 for pair, count in pairs.items()},
        owner=owner,
        entity=view.entity,
        due=reminders.due(deals),
        news=news(who, deals),  # after that: what falls due becomes news
        planner=who.has(Role.PLANNER),
        refusal=worded(refusal) if refusal else None,
    )


def move(deal_id: str) -> Answer:
    """Put a deal into another stage of its status, by a button or by dragging its slip."""
    who, typed = actor(), posted("version", "stage", "owner")
    try:
        current().services.pipeline.move(who, deal_id, whole_number(typed, "version"), typed["stage"])
    except (ChangedMeanwhileError, QueryError) as refusal:
        return answered(board(who, typed["owner"], refusal=refusal), refusal)
    back = url_for("deals", owner=typed["owner"] or None, _anchor=f"slip-{deal_id}")
    return redirect(back, HTTPStatus.SEE_OTHER)


def plan(deal_id: str) -> Answer:
    """Who looks after a deal, what comes next and until when."""
    who, pipeline = actor(), current().services.pipeline
    if not who.has(Role.PLANNER):
        raise NotAllowedError("a plan", "is made by planners", "Ask one of your agency", code="planner_only")
    if request.method == "GET":
        Parameters.of_request(())
        return _plan_form(who, deal_id)
    typed = {name: value.strip() for name, value in posted("version", *PLAN).items()}
    fields = {name: typed[name] for name in PLAN} | {"next_on": typed["next_on"] or None}
    try:
        pipeline.plan(who, deal_id, whole_number(typed, "version"), fields)
    except (ChangedMeanwhileError, QueryError) as refusal:
        return answered(_plan_form(who, deal_id, typed, refusal), refusal)
    return redirect(url_for("deals", _anchor=f"slip-{deal_id}"), HTTPStatus.SEE_OTHER)


def stages() -> Answer:
    """The agency's stages: name, add, order and remove them."""
    who, pipeline = actor(), current().services.pipeline
    if not who.has(Role.PLANNER):
        raise NotAllowedError("stages", "are named by planners", "Ask one of your agency", code="planner_only")
    if request.method == "GET":
        Parameters.of_request(())
        return _stages_form(who)
    places = range(MOST + 1)
    typed = posted("version", "up", "remove", *(f"{name}.{place}" for place in places for name in STAGE))
    rows = [{name: typed[f"{name}.{place}"].strip() for name in STAGE} for place in places]
    listed = [row for row in rows if row["id"] or row["ja"] or row["en"]]
    try:
        pipeline.arrange(who, whole_number(typed, "version"), _rearranged(listed, typed))
    except (ChangedMeanwhileError, QueryError) as refusal:
        return answered(_stages_form(who, listed, refusal), refusal)
    return redirect(url_for("deal_stages"), HTTPStatus.SEE_OTHER)


def _rearranged(rows: list[dict[str, str]], typed: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows after the button that was pressed: one up among those of its status, one removed, or as they are."""
    if typed["remove"]:
        removed = whole_number(typed, "remove")
        return [row for at, row in enumerate(rows) if at != removed]
    if typed["up"] and (at := whole_number(typed, "up")) < len(rows):
        before = [place for place in range(at) if rows[place]["status"] == rows[at]["status"]]
        if before:
            rows = [*rows]
            rows[at], rows[before[-1]] = rows[before[-1]], rows[at]
    return rows


def _stages_form(who: Actor, typed: list[dict[str, str]] | None = None, refusal: InputError | None = None) -> str:
    frame = current().services.pipeline.frame(who)
    return render_template(
        "stages.html",
        rows=typed if typed is not None else [_row(stage) for stage in frame.stages],
        version=frame.version,
        statuses=ON_BOARD,
        longest=LONGEST_NAME,
        full=len(frame.stages) >= MOST,
        refusal=worded(refusal) if refusal else None,
    )


def _row(stage: Stage) -> dict[str, str]:
    """A stage as its form shows it; one that the agency has not named is called as its status."""
    names = {"ja": stage.ja, "en": stage.en}
    if not any(names.values()):
        names = {lang: str(say(lang, f"status.{stage.status.value}")) for lang in LANGUAGES}
    return {"id": stage.id, "status": stage.status.value, **names}


def _plan_form(
    who: Actor, deal_id: str, typed: Mapping[str, Any] | None = None, refusal: InputError | None = None
) -> str:
    view = current()
    slip = view.services.pipeline.slip(who, deal_id)
    frame = view.services.pipeline.frame(who)
    return render_template(
        "plan.html",
        deal=slip.deal,
        slip=slip,
        typed=typed or {"owner": slip.owner, "next_act": slip.act, "next_on": slip.planned},
        owners=frame.owners,
        stages=[stage for stage in frame.stages if stage.status == slip.deal["status"]],
        people=view.entity(slip.deal["artist"]),
        things=view.entity(slip.deal["brand"]),
        refusal=worded(refusal) if refusal else None,
    )
