"""What each kind of job does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kyokan.errors import InputError
from kyokan.platform.services import Progress, Services

Handler = Callable[[Services, Mapping[str, Any], Progress], dict[str, Any]]


def import_source(services: Services, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Import a source; ``arguments`` are those of ``Services.import_source``. Twice has the effect of once."""
    more = {name: arguments[name] for name in ("form", "dry_run", "options", "annotate") if name in arguments}
    report = services.import_source(Path(arguments["source"]), progress=progress, **more).to_json()
    return {name: value for name, value in report.items() if name != "resolution"}  # one entry a name: too long to keep


def snapshot(services: Services, _arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Build the snapshot of the store as it stands, unless it is there."""
    return {"snapshot": services.snapshot(progress).hash}


def annotation(services: Services, _arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Read texts and tags anew where they, the dictionary or the annotator changed, then build the snapshot."""
    return {"read": services.reread(progress), **snapshot(services, {}, progress)}


def deadlines(services: Services, _arguments: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
    """Close the offers whose last day is over and make notices of reminders that have fallen due, looked at or not."""
    return {"expired": services.deals.settle(), "reminded": services.reminders.tell()}


def mail(services: Services, _arguments: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
    """Gather the news into letters and send what waits; without a mail server nothing is written or sent."""
    if services.post is None:
        return {}
    return {"gathered": services.news.gather(), **services.outbox.deliver(services.post)}


def searches(services: Services, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Look at the saved searches of ``organisation``, or of all, again; one that cannot be asked any more is passed."""
    due = services.searches.due(arguments.get("organisation", ""))
    counts = {"looked_at": 0, "changed": 0, "not_askable": 0}
    for number, one in enumerate(due, start=1):
        try:
            ranking = services.ranking(one.query, one.ids, actor=one.readers)
            counts["changed"] += services.searches.refresh(one.id, ranking)
            counts["looked_at"] += 1
        except InputError:  # what was asked about is gone: the page of the search says so
            counts["not_askable"] += 1
        progress("searches", number, len(due))
    return counts


def matching(services: Services, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Answer the questions of ``batch`` that are still open, one by one, as who asked may know the answers."""
    batch, batches = arguments["batch"], services.batches
    work = batches.work(arguments["organisation"], batch)
    for done, (place, query) in enumerate(work.questions.items(), start=work.total - len(work.questions)):
        progress("matching", done, work.total)
        try:
            answer = services.propose(query, actor=work.actor).to_json()
        except InputError:  # who asks is gone from the catalogue
            batches.keep(batch, place, None)
        else:
            batches.keep(batch, place, answer)
    progress("matching", work.total, work.total)
    return batches.count(batch)


def tidy(services: Services, _arguments: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
    """Remove what was kept for its time."""
    return {"batches": services.batches.tidy()}


def outcomes(services: Services, _arguments: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
    """Write the deals that were announced to the graph as tie-ups; twice has the effect of once."""
    from kyokan.platform.deals.outcomes import feed

    return dict(feed(services.database, services.store))


def learning(services: Services, _arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Learn the weights anew from all tie-ups; they change only where they foretell later ones at least as well."""
    foresight, _, kept = services.learn(progress)
    if foresight is None:
        return {"kept": False}
    return {"kept": kept, "before": foresight.before, "after": foresight.after}


HANDLERS: dict[str, Handler] = {
    "import": import_source,
    "snapshot": snapshot,
    "annotation": annotation,
    "deadlines": deadlines,
    "mail": mail,
    "searches": searches,
    "matching": matching,
    "tidy": tidy,
    "outcomes": outcomes,
    "learning": learning,
}
