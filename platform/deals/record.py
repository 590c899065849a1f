"""What acts do to the record of a deal, once it is known who may do them."""

from __future__ import annotations

from typing import Any

from kyokan.errors import ChangedMeanwhileError, QueryError
from kyokan.platform.accounts.actor import Actor
from kyokan.platform.deals.entries import Draft, Terms, checked, within, yen
from kyokan.platform.deals.model import DealRow, TermsRow, VerdictRow
from kyokan.platform.deals.sides import check_pair
from kyokan.platform.deals.steps import Party, Status

LONGEST_NOTE = 4000


def drafted(deal_id: str, actor: Actor, draft: Draft, now: str) -> DealRow:
    """The record of a draft, without its evidence."""
    deal = DealRow(
        id=deal_id,
        agency=actor.organisation,
        status=Status.DRAFT,
        version=1,
        created=now,
        changed=now,
        expires=draft.expires.isoformat() if draft.expires else "",
        **draft.model_dump(include={"artist", "brand", "headline", "rationale", "artist_side", "brand_side"}),
    )
    deal.terms = [offer(deal, actor, Party.AGENCY, draft.terms, now)]
    return deal


def unchanged(deal: DealRow, version: int) -> None:
    """Hold that a deal is as it was read; so it stays until the end of the transaction, a writing one being alone.

    Raises:
        ChangedMeanwhileError: it is not.
    """
    if deal.version != version:
        raise ChangedMeanwhileError("this deal", "was changed meanwhile", "Look at it as it stands now")


def assign(deal: DealRow, name: str, value: Any, actor: Actor, now: str) -> None:
    """Set one field, as its rule has it.

    Raises:
        QueryError: the value breaks its rule.
    """
    if name in ("fee_floor", "budget_ceiling"):
        setattr(deal, name, yen(name, value))
    elif name == "internal_note":
        deal.internal_note = within(name, str(value), LONGEST_NOTE)
    elif name == "terms":
        deal.terms[-1].content = checked(Terms, value).model_dump(mode="json")
        deal.terms[-1].person, deal.terms[-1].name, deal.terms[-1].at = actor.person, actor.name, now
    else:
        known = {"artist": deal.artist, "brand": deal.brand, "headline": deal.headline}
        entered = checked(Draft, known | {name: value})
        found = getattr(entered, name)
        setattr(deal, name, found.isoformat() if hasattr(found, "isoformat") else found or "")


def check_ready(deal: DealRow, today: str) -> None:
    """Hold that a draft can be sent: about a pair, to two sides, with time to answer.

    Raises:
        QueryError: it cannot.
    """
    check_pair(deal.artist, deal.brand)
    check_expires(deal.expires, today)
    missing = [name for name in ("brand_side", "artist_side") if not getattr(deal, name)]
    if missing:
        rule = "must be named before a proposal is sent"
        raise QueryError(" and ".join(missing), rule, "Choose who receives it", code="sides_missing")


def check_expires(expires: str, today: str) -> None:
    """Hold that there is time to answer; empty means that there is no last day.

    Raises:
        QueryError: the last day has passed.
    """
    if expires and expires < today:
        rule = f"was {expires}, which has passed"
        raise QueryError("expires", rule, "Give the others time to answer", code="expires_passed", date=expires)


def offer(deal: DealRow, actor: Actor, party: Party, terms: Terms, now: str) -> TermsRow:
    """The next version of the terms, put on the table by a party."""
    content = terms.model_dump(mode="json")
    number = len(deal.terms) + 1
    return TermsRow(
        deal=deal.id, number=number, party=party, person=actor.person, name=actor.name, at=now, content=content
    )


def offered(deal: DealRow) -> Terms:
    """The terms on the table."""
    return Terms.model_validate(deal.offered.content)


def accept(deal: DealRow, actor: Actor, party: Party, now: str, reason: str = "") -> None:
    """A party's yes to the terms on the table, with why if it says so; said twice it counts once."""
    terms = deal.offered
    if party not in terms.accepted_by:
        said = VerdictRow(deal=deal.id, number=terms.number, party=party, person=actor.person, at=now, reason=reason)
        terms.verdicts.append(said)
