"""Who sees which field of a deal, and who may change it: the one table that pages, exports and programs follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kyokan.platform.deals.model import DealRow, TermsRow
from kyokan.platform.deals.steps import Party, Status, Step, possible

EVERYONE = frozenset(Party)
AGENCY = frozenset({Party.AGENCY})
WITH_ARTIST = frozenset({Party.AGENCY, Party.ARTIST})
WITH_BRAND = frozenset({Party.AGENCY, Party.BRAND})

# A field that is not seen is absent: it leaves no key, no null and no gap.
SEEN_BY: Mapping[str, frozenset[Party]] = {
    "id": EVERYONE,
    "artist": EVERYONE,
    "brand": EVERYONE,
    "headline": EVERYONE,
    "rationale": EVERYONE,
    "sentences": EVERYONE,  # each read by those for whom it speaks
    "sketches": EVERYONE,
    "status": EVERYONE,
    "version": EVERYONE,
    "sent": EVERYONE,
    "changed": EVERYONE,
    "expires": EVERYONE,
    "snapshot": EVERYONE,
    "sentence": EVERYONE,
    "contributions": EVERYONE,  # those that speak for one's own side or for both
    "score": AGENCY,
    "score_artist": WITH_ARTIST,
    "score_brand": WITH_BRAND,
    "confidence": AGENCY,
    "terms": EVERYONE,
    "reason": EVERYONE,
    "outcome": EVERYONE,
    "agency": EVERYONE,
    "brand_side": EVERYONE,
    "artist_side": EVERYONE,
    "fee_floor": WITH_ARTIST,
    "budget_ceiling": WITH_BRAND,
    "internal_note": AGENCY,
    "created": AGENCY,
    "possible": EVERYONE,  # the steps that this side may take now
    "changeable": EVERYONE,  # the fields that this side may change now
}
# What may be changed without a step, by whom, and while the deal stands how; other fields change by steps alone.
LIVING = frozenset({Status.DRAFT, Status.SENT, Status.COUNTERED, Status.ACCEPTED})
CHANGED_BY: Mapping[str, tuple[frozenset[Party], frozenset[Status]]] = {
    **dict.fromkeys(
        ("headline", "rationale", "artist_side", "brand_side", "expires"), (AGENCY, frozenset({Status.DRAFT}))
    ),
    "terms": (AGENCY, frozenset({Status.DRAFT})),
    "fee_floor": (frozenset({Party.ARTIST}), LIVING),
    "budget_ceiling": (frozenset({Party.BRAND}), LIVING),
    "internal_note": (AGENCY, frozenset(Status)),
}
# What a reader who stands on no side may see of a deal: named one by one, so that a new field stays inside.
SEEN_OUTSIDE = (
    *("artist", "brand", "headline", "rationale", "status", "sent", "expires", "snapshot", "sentence"),
    *("sentences", "sketches", "contributions", "terms", "agency", "brand_side", "artist_side"),
)
WRITTEN_APART = frozenset({"sentences", "sketches"})  # kept beside the deal, and asked of ``Manuscripts``
KEPT_INSIDE = ("name", "accepted_by", "reasons")  # of terms: who offered them, who has said yes, and why
FROZEN = ("sentence", "score", "score_artist", "score_brand", "confidence")
PLAIN = tuple(name for name in SEEN_BY if hasattr(DealRow, name))
SIDE_OF = {"artist": Party.ARTIST, "brand": Party.BRAND}


def shown(deal: DealRow, party: Party, *, evidence: bool = True) -> dict[str, Any]:
    """The deal as one side sees it: plain JSON of the fields that ``SEEN_BY`` gives it; for a list without evidence."""
    whole = {name: getattr(deal, name) for name in PLAIN}
    if evidence:
        whole |= {name: deal.match[name] for name in FROZEN if name in deal.match}
        whole["contributions"] = [one for one in deal.match.get("contributions", []) if speaks_for(one["for"], party)]
    whole["status"] = Status(deal.status).value
    whole["terms"] = [_terms(row) for row in deal.terms]
    decided = {Step.ACCEPT} if party in deal.offered.accepted_by else set()
    whole["possible"] = [step.value for step in possible(Status(deal.status), party) if step not in decided]
    whole["changeable"] = [name for name in CHANGED_BY if changeable(name, Status(deal.status), party)]
    return {name: value for name, value in whole.items() if party in SEEN_BY[name]}


def outside(seen: Mapping[str, Any]) -> dict[str, Any]:
    """The deal as somebody outside may see it, from the agency's view: what both sides see alike, the last terms only.

    No private figure or note, no score, no contribution that speaks for one side, no earlier offer, nobody's name.
    """
    whole = {name: seen[name] for name in SEEN_OUTSIDE if name in seen and SEEN_BY[name] == EVERYONE}
    whole["contributions"] = [part for part in seen["contributions"] if part["for"] not in SIDE_OF]
    whole["sentences"] = [one for one in seen.get("sentences", ()) if one["benefit"] not in SIDE_OF]
    whole["terms"] = [{name: value for name, value in seen["terms"][-1].items() if name not in KEPT_INSIDE}]
    return whole


def changeable(name: str, status: Status, party: Party) -> bool:
    """Whether a side may change a field while a deal stands so."""
    by, while_ = CHANGED_BY.get(name, (frozenset(), frozenset()))
    return party in by and status in while_


def speaks_for(benefit: str, party: Party) -> bool:
    """Whether what is good for ``artist``, ``brand`` or ``both`` is a side's to read."""
    side = SIDE_OF.get(benefit)
    return side is None or party in (Party.AGENCY, side)


def _terms(row: TermsRow) -> dict[str, Any]:
    accepted = sorted(party.value for party in row.accepted_by)
    return {
        "number": row.number,
        "party": Party(row.party).value,
        "name": row.name,
        "at": row.at,
        "accepted_by": accepted,
        "reasons": {Party(one.party).value: one.reason for one in row.verdicts if one.reason},
        **row.content,
    }
