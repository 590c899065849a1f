"""Proposals and rankings as JSON, for programs: figures unrounded, names and sources beside them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from kyokan.web.exports.batch import Bundle
from kyokan.web.exports.proposal import Paper
from kyokan.web.exports.ranking import Listing

ON_THE_PAGE = ("possible", "changeable")  # what the reader may do now is no part of what is handed over


def proposal(paper: Paper) -> bytes:
    """The rendering itself, with the evidence that may leave."""
    leaving = paper.leaving
    seen = {name: value for name, value in paper.seen.items() if name not in ON_THE_PAGE}
    seen["contributions"] = [
        {**part, "evidence": [item for item in part["evidence"] if leaving.evidence(item)]}
        for part in paper.seen["contributions"]
    ]
    if paper.withheld or paper.chosen:
        seen["rationale"] = paper.rationale
    if paper.withheld:
        seen["sentences"] = [one for one in paper.seen.get("sentences", ()) if not one["key"]]
        seen.pop("sentence", None)
    names = {one.id: {"ja": one.label("ja"), "en": one.label("en")} for one in (paper.people, paper.things)}
    return _written(
        {
            "audience": paper.audience.value,
            "date": paper.date,
            "demo": paper.sample,
            "proposal": seen,
            "names": names,
            "organisations": {one: name for one, name in paper.sides.items() if one},
            "withheld": paper.withheld,
            "sources": [asdict(source) for source in paper.sources],
        }
    )


def ranking(listing: Listing) -> bytes:
    """The answer itself, without the candidates that may not leave."""
    return _written(
        {
            "date": listing.date,
            "demo": listing.view.demo,
            "withheld": listing.withheld,
            "answer": _answer(listing),
            "sources": [asdict(source) for source in listing.sources],
        }
    )


def batch(bundle: Bundle) -> bytes:
    """The answers themselves, in the order in which they were asked for, without what may not leave."""
    return _written(
        {
            "date": bundle.date,
            "demo": bundle.view.demo,
            "withheld": bundle.withheld,
            "left_out": bundle.left_out,
            "answers": [_answer(listing) for listing in bundle.listings],
            "sources": [asdict(source) for source in bundle.sources],
        }
    )


def _answer(listing: Listing) -> dict[str, Any]:
    answer = listing.proposal.to_json()
    for group in ("matches", "set_aside"):
        answer[group] = [listing.cleared(match) for match in answer[group] if listing.leaves(match["entity"]["id"])]
    return answer


def _written(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
