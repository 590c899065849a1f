"""Why an act was refused, in the reader's language: a typed error's code has its words in the catalogue."""

from __future__ import annotations

from http import HTTPStatus

from flask import g, url_for
from markupsafe import Markup

from kyokan.errors import ChangedMeanwhileError, InputError, KyokanError, NotAllowedError, RuleStopError
from kyokan.graph.model import EntityKind
from kyokan.web.parameters import ParameterError
from kyokan.web.view import View, current
from kyokan.web.wording import catalogue

NOT_THEIRS = "not_theirs"  # why a record that others may have is answered like one that does not exist


def worded(refusal: InputError) -> Markup:
    """What was wrong and what would work; marked as English where the refusal has no words of ours."""
    view = current()
    if isinstance(refusal, ParameterError):
        values = {name: _said(name, value) for name, value in refusal.values.items()}
        if refusal.key == "refused.number":  # a field of ours, which the page calls by its label
            values["name"] = _said("field", values["name"])
        return view.say(refusal.key, **values)
    if isinstance(refusal, RuleStopError):
        return view.foreign(refusal.said[view.lang]) + _way_to_own_rule(view, refusal.whose)
    code = refusal.code or ("changed_meanwhile" if isinstance(refusal, ChangedMeanwhileError) else "")
    if f"refusal.{code}" not in catalogue():
        return view.foreign(str(refusal))
    values = {name: _said(name, value) for name, value in refusal.values.items()}
    return view.say(f"refusal.{code}", **values)


def _way_to_own_rule(view: View, entity_id: str) -> Markup:
    """Where the reader can change the rule that stopped them; nothing where it is another side's."""
    who = view.reader
    if not entity_id or who is None or all(kept.entity != entity_id for kept in view.services.rules.roster(who)):
        return Markup()
    words = view.say("rules.edit_of", name=view.entity(entity_id).label(view.lang))
    return Markup(' <a href="{}">{}</a>').format(url_for("rules_of", entity_id=entity_id), words)


def _said(name: str, value: object) -> object:
    """A value in words where it names a field, a status or a step, and by its name where it is an id that is known."""
    key, view = f"{name}.{value}", current()
    if name in ("field", "status", "step") and key in catalogue():
        return view.say(key)
    return view.entity(value).label(view.lang) if isinstance(value, str) and _known(view, value) else value


def _known(view: View, value: str) -> bool:
    """Whether a value is the id of an entity; of a catalogue out of reach none is known."""
    if value.partition(":")[0] not in {*EntityKind}:
        return False
    try:
        return value in view.known
    except KyokanError:
        return False


def answered(page: str, refusal: InputError) -> tuple[str, HTTPStatus]:
    """The page on which an act is refused, with its status; the reason is noted."""
    note(refusal.code)
    return page, status_of(refusal)


def note(why: str) -> None:
    """Keep why this request is refused, for the audit trail to name where somebody is denied something."""
    g.refusal = why


def status_of(refusal: InputError) -> HTTPStatus:
    """The status with which a refusal is answered."""
    if isinstance(refusal, ChangedMeanwhileError):
        return HTTPStatus.CONFLICT
    return HTTPStatus.FORBIDDEN if isinstance(refusal, NotAllowedError) else HTTPStatus.BAD_REQUEST
