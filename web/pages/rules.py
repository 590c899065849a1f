"""Rules: whom one's organisation represents, what these will not do, and what that stopped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kyokan.errors import InputError, NotAllowedError, UnknownEntityError
from kyokan.graph.model import Entity, EntityKind
from kyokan.platform.accounts import Actor
from kyokan.platform.rules import Kept
from kyokan.platform.rules.entries import SideRules
from kyokan.web import clauses
from kyokan.web.actors import actor
from kyokan.web.forms import parts, posted, whole_number, yen_of
from kyokan.web.parameters import ParameterError, Parameters
from kyokan.web.refusals import answered, worded
from kyokan.web.view import View, current

NAMED: Mapping[str, tuple[EntityKind, ...]] = {
    "categories": (EntityKind.CATEGORY,),
    "companies": (EntityKind.BRAND, EntityKind.PRODUCT),
    "topics": (EntityKind.CATEGORY,),
    "artists": (EntityKind.ARTIST,),
}
"""Rules that name entities, and of which kinds."""
WORDS = ("media", "territories")
ROWS, SPARE = 12, 2  # of days kept free: at most, and empty ones offered
SHOWN = 12  # names that a search may mean


def overview() -> str | Response:
    """Everybody whom the actor's organisation represents, with their rules in short and what these stopped."""
    Parameters.of_request(())
    return _overview(actor())


def claim() -> str | Response | tuple[str, int]:
    """Represent somebody from now on."""
    who, view = actor(), current()
    typed = posted("name")["name"].strip()
    kind = _kind(who)
    try:
        entity = _named(view, typed, (kind,))
        view.services.rules.claim(who, entity)
    except InputError as refusal:
        return answered(_overview(who, refusal=refusal, typed=typed), refusal)
    return redirect(url_for("rules_of", entity_id=entity), HTTPStatus.SEE_OTHER)


def edit(entity_id: str) -> str | Response | tuple[str, int]:
    """The rules of one: what they are, and keeping what the form says."""
    who, view = actor(), current()
    Parameters.of_request(())
    kept, entity = view.services.rules.get(who, entity_id), view.entity(entity_id)
    if request.method == "GET":
        return _form(who, entity, kept, _shown(view, kept.rules))
    typed = _typed(kept.rules)
    try:
        view.services.rules.keep(who, entity_id, whole_number(typed, "version"), _entered(view, typed))
    except InputError as refusal:
        return answered(_form(who, entity, kept, typed, refusal=refusal), refusal)
    return redirect(url_for("rules"), HTTPStatus.SEE_OTHER)


def release(entity_id: str) -> Response:
    """Represent somebody no longer."""
    who = actor()
    posted()
    current().services.rules.release(who, entity_id)
    return redirect(url_for("rules"), HTTPStatus.SEE_OTHER)


def _kind(who: Actor) -> EntityKind:
    kind = current().services.rules.keeps(who)
    if kind is None:
        raise NotAllowedError("rules", "are kept by artist managers and brand clients", "", code="no_rules_here")
    return kind


def _overview(who: Actor, *, refusal: InputError | None = None, typed: str = "") -> str:
    view, kind = current(), _kind(who)
    stops = view.services.rules.stops(who)
    roster = [
        (view.entity(kept.entity), kept, stops[kept.entity])
        for kept in view.services.rules.roster(who)
        if kept.entity in view.known
    ]
    return render_template(
        "rules.html", kind=kind.value, roster=roster, refusal=worded(refusal) if refusal else None, typed=typed
    )


def _form(who: Actor, entity: Entity, kept: Kept, typed: Mapping[str, Any], refusal: InputError | None = None) -> str:
    view = current()
    rows = [*typed.get("free", ()), *[("", "")] * SPARE][:ROWS]
    known = view.known.rows(EntityKind.CATEGORY)
    return render_template(
        "rules_of.html",
        entity=entity,
        kept=kept,
        typed=typed,
        rows=rows,
        fields=list(type(kept.rules).model_fields),
        sectors=view.dictionary.sectors,
        categories=sorted(view.entity(view.known.ids[row]).label(view.lang) for row in known),
        history=view.services.rules.history(who, entity.id),
        refusal=worded(refusal) if refusal else None,
    )


# From rules to a form and back --------------------------------------------------------------------------------


def _shown(view: View, rules: SideRules) -> dict[str, Any]:
    """The fields of a form that say what the rules are."""
    plain = rules.model_dump(mode="json")
    places = clauses.kept_places(view, plain.get("territories", ()))
    return plain | {"free": [(one["since"], one["until"]) for one in plain.get("free", ())], "territories": places}


def _typed(rules: SideRules) -> dict[str, Any]:
    """What was typed, in the same shape; names to be added stand beside what was ticked."""
    fields = set(type(rules).model_fields)
    days = [f"{end}_{row}" for row in range(ROWS) for end in ("since", "until")] if "free" in fields else []
    written = {name: value.strip() for name, value in posted("version", *_names(fields), *days).items()}
    ticked = {name: request.form.getlist(name) for name in (*NAMED, "kansei") if name in fields}
    words = {name: parts(written[name]) for name in WORDS if name in fields}
    rows = [(written[f"since_{row}"], written[f"until_{row}"]) for row in range(ROWS)] if days else []
    return written | ticked | words | {"free": [row for row in rows if any(row)]}


def _names(fields: Iterable[str]) -> list[str]:
    return [*fields, *(f"add_{name}" for name in NAMED if name in fields)]


def _entered(view: View, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The rules that a form says, as their service takes them.

    Raises:
        ParameterError: a name means nobody or several, a row has one day, or a figure is none.
    """
    entered: dict[str, Any] = {name: typed[name] for name in (*WORDS, "kansei") if name in typed}
    for name, kinds in NAMED.items():
        if name in typed:
            added = [_named(view, one, kinds) for one in parts(typed[f"add_{name}"])]
            entered[name] = list(dict.fromkeys([*typed[name], *added]))
    if "territories" in typed:
        entered["territories"] = clauses.kept_places(view, typed["territories"])
    if "fee_floor" in typed:
        entered["fee_floor"] = yen_of("fee_floor", typed["fee_floor"])
        entered["free"] = [{"since": _day(since), "until": _day(until)} for since, until in typed["free"]]
    if "known" in typed:
        if typed["known"] and not typed["known"].isdecimal():
            raise ParameterError("known", "number")
        entered["known"] = int(typed["known"]) if typed["known"] else None
    return entered


def _day(written: str) -> str:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", written):
        raise ParameterError(written or "–", "both_days")
    return written


def _named(view: View, name: str, kinds: tuple[EntityKind, ...]) -> str:
    """The id of the one that a name means.

    Raises:
        ParameterError: it means nobody that is known, or several.
    """
    if name in view.known and view.entity(name).kind in kinds:
        return name
    found = [hit.entity_id for hit in view.services.find(name, kinds=kinds, limit=SHOWN) if hit.exact] if name else []
    first_kind = [one for one in found if one.startswith(f"{kinds[0].value}:")]  # a company before its namesake product
    if len(first_kind or found) != 1:
        raise ParameterError(name or "–", "several_names" if found else "no_such_name")
    return (first_kind or found)[0]


def summary(rules: SideRules) -> list[tuple[str, str]]:
    """Each rule that is set: its field and what it holds, in the page's words; the private figure is left out."""
    view = current()
    said = []
    for name in type(rules).model_fields:
        value = getattr(rules, name)
        if not value or name == "fee_floor":
            continue
        if name == "free":
            words = [f"{one.since.isoformat()} – {one.until.isoformat()}" for one in value]
        elif name == "known":
            words = [f"{value}/{len(view.sectors)}"]
        elif name == "territories":
            words = [clauses.heard(view, EntityKind.PLACE, one) for one in value]
        else:
            words = [label(one) for one in value]
        said.append((name, str(view.say("site.comma")).join(words)))
    return said


def label(word: str) -> str:
    """The name of an id in the page's language; a word as the page's reader has it."""
    view = current()
    if word.startswith("kansei:"):
        attribute = word.removeprefix("kansei:")
        return view.dictionary.get(attribute).label[view.lang] if attribute in view.dictionary else attribute
    try:
        return view.entity(word).label(view.lang) if ":" in word else view.spoken(word)
    except UnknownEntityError:
        return word
