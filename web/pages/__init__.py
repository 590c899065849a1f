"""The pages, one module each."""

from __future__ import annotations

from flask import Flask, request
from flask.typing import RouteCallable

from kyokan.web.actors import actor
from kyokan.web.forms import new_key
from kyokan.web.pages import (
    account,
    account_elsewhere,
    account_entry,
    account_keys,
    approvals,
    atlas,
    attachments,
    batches,
    calendar,
    compare,
    deals,
    dictionary,
    entity,
    exports,
    health,
    home,
    jobs,
    list_add,
    lists,
    manuscripts,
    matches,
    news,
    pipeline,
    questions,
    reasons,
    reminders,
    rules,
    searches,
    shares,
    states,
    suggest,
    talk,
    team,
    trail,
    why,
    why_graph,
)

ROUTES: dict[str, tuple[str, RouteCallable]] = {
    "home": ("/", home.show),
    "suggest": ("/suggest", suggest.show),
    "matches": ("/matches", matches.show),
    "reasons": ("/matches/why", reasons.show),
    "why": ("/why/<entity:a>/<entity:b>", why.show),
    "why_graph": ("/why/<entity:a>/<entity:b>/graph", why_graph.show),
    "atlas": ("/map", atlas.show),
    "compare": ("/compare", compare.show),
    "entity": ("/e/<entity:entity_id>", entity.show),
    "dictionary": ("/dictionary", dictionary.show),
    "health": ("/health", health.show),
}
CATALOGUE = frozenset(ROUTES) - {"health"}
"""Pages that show facts and answer questions: open to everybody, or to members alone."""

FORMS: dict[str, tuple[str, RouteCallable, tuple[str, ...]]] = {
    "sign_in": ("/sign-in", account_entry.sign_in, ("GET", "POST")),
    "sign_in_code": ("/sign-in/code", account_entry.sign_in_code, ("GET", "POST")),
    "sign_in_passkey": ("/sign-in/passkey", account_entry.sign_in_passkey, ("GET", "POST")),
    "elsewhere": ("/sign-in/elsewhere", account_elsewhere.leave, ("GET", "POST")),
    "elsewhere_back": ("/sign-in/elsewhere/back", account_elsewhere.come_back, ("GET",)),
    "sign_out": ("/sign-out", account_entry.sign_out, ("POST",)),
    "invitation": ("/invitation/<token>", account_entry.invitation, ("GET", "POST")),
    "account": ("/account", account.show, ("GET", "POST")),
    "second_step": ("/account/second-step", account_keys.second_step, ("GET", "POST")),
    "passkey": ("/account/passkey", account_keys.passkey, ("GET", "POST")),
    "team": ("/team", team.show, ("GET", "POST")),
    "team_trail": ("/team/trail", trail.show, ("GET",)),
    "team_trail_file": ("/team/trail", trail.take_out, ("POST",)),
    "lists": ("/lists", lists.overview, ("GET",)),
    "list_create": ("/lists", lists.create, ("POST",)),
    "list_add": ("/lists/add", list_add.form, ("GET",)),
    "list_keep": ("/lists/add", list_add.keep, ("POST",)),
    "shortlist": ("/lists/<list_id>", lists.show, ("GET",)),
    "list_change": ("/lists/<list_id>", lists.change, ("POST",)),
    "list_entries": ("/lists/<list_id>/entries", lists.entries, ("POST",)),
    "list_entry": ("/lists/<list_id>/entries/<entry_id>", lists.entry, ("POST",)),
    "jobs": ("/jobs", jobs.overview, ("GET",)),
    "job_begin": ("/jobs", jobs.begin, ("POST",)),
    "job_change": ("/jobs/<job_id>", jobs.change, ("POST",)),
    "job_file": ("/jobs/<job_id>/file", batches.take_out, ("POST",)),
    "list_matching": ("/lists/<list_id>/matching", batches.of_list, ("POST",)),
    "roster_matching": ("/roster/matching", batches.of_roster, ("POST",)),
    "searches": ("/searches", searches.overview, ("GET",)),
    "search_keep": ("/searches", searches.keep, ("POST",)),
    "search_new": ("/searches/new", searches.form, ("GET",)),
    "search": ("/searches/<search_id>", searches.show, ("GET",)),
    "search_change": ("/searches/<search_id>", searches.change, ("POST",)),
    "roster": ("/roster", calendar.roster, ("GET",)),
    "roster_resolve": ("/roster/<conflict>", calendar.resolve, ("POST",)),
    "calendar": ("/calendar", calendar.calendar, ("GET",)),
    "rules": ("/rules", rules.overview, ("GET",)),
    "rules_claim": ("/rules", rules.claim, ("POST",)),
    "rules_of": ("/rules/<entity:entity_id>", rules.edit, ("GET", "POST")),
    "rules_release": ("/rules/<entity:entity_id>/release", rules.release, ("POST",)),
    "deals": ("/deals", deals.overview, ("GET",)),
    "deal_stages": ("/deals/stages", pipeline.stages, ("GET", "POST")),
    "deal_move": ("/deals/<deal_id>/move", pipeline.move, ("POST",)),
    "reminder_add": ("/deals/<deal_id>/reminders", reminders.add, ("POST",)),
    "reminder_finish": ("/reminders/<reminder_id>", reminders.finish, ("POST",)),
    "deal_approvals": ("/deals/approvals", approvals.steps, ("GET", "POST")),
    "deal_approval": ("/deals/<deal_id>/approval", approvals.act, ("POST",)),
    "deal_rationale": ("/deals/<deal_id>/rationale", manuscripts.write, ("GET", "POST")),
    "deal_rationale_back": ("/deals/<deal_id>/rationale/back", manuscripts.take_back, ("POST",)),
    "deal_preview": ("/deals/<deal_id>/preview", manuscripts.preview, ("GET",)),
    "attachment_add": ("/deals/<deal_id>/files", attachments.add, ("POST",)),
    "attachment": ("/files/<attachment_id>", attachments.read, ("GET",)),
    "attachment_remove": ("/files/<attachment_id>/remove", attachments.remove, ("POST",)),
    "attachment_restore": ("/files/<attachment_id>/restore", attachments.restore, ("POST",)),
    "deal_plan": ("/deals/<deal_id>/plan", pipeline.plan, ("GET", "POST")),
    "deals_news": ("/deals/news", news.overview, ("GET",)),
    "deals_read": ("/deals/news", news.read, ("POST",)),
    "deal_new": ("/deals/new/<entity:a>/<entity:b>", deals.write, ("GET",)),
    "deal_create": ("/deals", deals.create, ("POST",)),
    "deal": ("/deals/<deal_id>", deals.show, ("GET",)),
    "deal_edit": ("/deals/<deal_id>/edit", deals.edit, ("GET", "POST")),
    "deal_say": ("/deals/<deal_id>/say", talk.say, ("POST",)),
    "deal_change": ("/deals/<deal_id>/change", deals.change, ("POST",)),
    "deal_export": ("/deals/<deal_id>/export", exports.proposal, ("POST",)),
    "share_make": ("/deals/<deal_id>/share", shares.make, ("POST",)),
    "share_revoke": ("/deals/<deal_id>/share/revoke", shares.revoke, ("POST",)),
    "shared": ("/shared/<token>", shares.read, ("GET", "POST")),
    "matches_export": ("/matches/export", exports.ranking, ("POST",)),
    "deal_step": ("/deals/<deal_id>/<step>", deals.take, ("POST",)),
}
# What templates ask for themselves, since it stands on pages of more than one module.
IN_TEMPLATES = {
    "arguments": questions.arguments,
    "deal_addressees": talk.addressees,
    "deal_messages": talk.messages,
    "elsewhere_offered": account_elsewhere.offered,
    "new_key": new_key,
    "question_address": questions.address,
    "question_beginning": questions.beginning,
    "remindable": reminders.people,
    "rule_label": rules.label,
    "rule_summary": rules.summary,
    "unread": news.unread,
    "why": questions.why,
    "with_changes": searches.with_changes,
    **shares.GLOBALS,
}


def register(app: Flask) -> None:
    """Give every page its address, and every error its page."""
    if app.config["MEMBERS_ONLY"]:
        app.before_request(_members)
    for name, (rule, function) in ROUTES.items():
        app.add_url_rule(rule, name, function)
    for name, (rule, function, methods) in FORMS.items():
        app.add_url_rule(rule, name, function, methods=methods)
    app.jinja_env.globals |= IN_TEMPLATES
    states.register(app)


def _members() -> None:
    """Lead whoever is not signed in from the catalogue to signing in."""
    if request.endpoint in CATALOGUE:
        actor()
