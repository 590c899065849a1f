"""Outcomes that are public become tie-ups of the graph; what was not announced never leaves the workroom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from kyokan.graph.model import Entity, EntityKind, JsonValue, Provenance, Relation, RelationKind, Rights
from kyokan.graph.names import search_keys
from kyokan.graph.stores import GraphStore
from kyokan.platform.database import Database
from kyokan.platform.deals.entries import Outcome, Terms
from kyokan.platform.deals.model import DealRow
from kyokan.platform.deals.sides import is_pair
from kyokan.platform.deals.steps import Status
from kyokan.platform.rules.keepers import is_product, keepers

# The tie-up is public; its clause and how it went are for the ranking, not for export.
WORKROOM = Provenance(source="workroom", licence="announced by its parties", rights=Rights.INTERNAL)


def feed(database: Database, store: GraphStore) -> dict[str, int]:
    """Write every finished and announced deal to the store as a tie-up; what is there already changes nothing.

    A tie-up of a made-up party is marked so, and is nobody's precedent. A deal whose parties the store does not know,
    or whose sides do not represent what they stand for, is passed over until then. What was written stays.

    Returns:
        How many tie-ups were new or changed, and how many deals were passed over.
    """
    with database.session() as session:
        asked = select(DealRow).where(DealRow.status == Status.FINISHED).options(selectinload(DealRow.terms))
        finished = list(session.scalars(asked.order_by(DealRow.id)))
    announced = [deal for deal in finished if deal.outcome and Outcome.model_validate(deal.outcome).announced]
    if not announced:
        return {"written": 0, "passed_over": 0}
    known = {
        one.id: one
        for one in store.entities(ids=sorted({end for deal in announced for end in (deal.artist, deal.brand)}))
    }
    named = {kind: list(store.entities(kind)) for kind in (EntityKind.CATEGORY, EntityKind.PLACE)}
    houses = {deal.id: _house(store, deal.brand) for deal in announced}
    with database.session() as session:
        there = keepers(session, [*houses.values(), *(deal.artist for deal in announced)])
    fit = [
        deal
        for deal in announced
        if is_pair(deal.artist, deal.brand)
        and {deal.artist, deal.brand} <= known.keys()
        and (there.get(deal.artist), there.get(houses[deal.id])) == (deal.artist_side, deal.brand_side)
    ]
    due = [one for one in (_tie_up(deal, known, named) for deal in fit) if not _there(store, one)]
    if due:
        store.write(relations=due)
    return {"written": len(due), "passed_over": len(announced) - len(fit)}


def _tie_up(deal: DealRow, known: dict[str, Entity], named: dict[EntityKind, list[Entity]]) -> Relation:
    """The tie-up that a finished deal was, under the terms that both sides had accepted."""
    terms, outcome = Terms.model_validate(deal.offered.content), Outcome.model_validate(deal.outcome)
    told: dict[str, JsonValue] = {
        "category": next(iter(_slugs([terms.category], named[EntityKind.CATEGORY])), ""),
        "territory": list(_slugs(terms.territories, named[EntityKind.PLACE])),
        "media": list(terms.media),
        "exclusive": terms.exclusive or None,
        "reach": outcome.reach,
        "sales_lift": outcome.sales_lift,
        "sentiment": outcome.sentiment,
        "fictional": any(known[end].attributes.get("fictional") for end in (deal.artist, deal.brand)) or None,
    }
    return Relation(
        kind=RelationKind.TIED_UP,
        source=deal.artist,
        target=deal.brand,
        key=f"workroom-{deal.id}",
        since=terms.since.isoformat() if terms.since else "",
        until=terms.until.isoformat() if terms.until else "",
        attributes={name: value for name, value in told.items() if value not in (None, "", [])},
        provenance=WORKROOM,
    )


def _house(store: GraphStore, entity: str) -> str:
    """The brand that makes a product; another entity itself."""
    made = list(store.relations(RelationKind.MADE_BY, source=entity)) if is_product(entity) else []
    return min(made, key=lambda one: (-one.weight, one.target)).target if made else entity


def _slugs(words: Iterable[str], entities: Iterable[Entity]) -> Iterator[str]:
    """The slug of the entity that a word names, in one language or in both ("腕時計 / Watches"); else the word."""
    spelled = {key: one.id.partition(":")[2] for one in entities for key in _keys(one.name, one.name_ja, one.name_en)}
    spelled |= {one.id.partition(":")[2]: one.id.partition(":")[2] for one in entities}
    for word in words:
        found = [spelled[key] for part in word.split("/") for key in _keys(part.strip()) if key in spelled]
        if word:
            yield (found or [word])[0]


def _keys(*names: str) -> Iterator[str]:
    for name in names:
        if name:
            yield from search_keys(name)


def _there(store: GraphStore, tie_up: Relation) -> bool:
    same_ends = store.relations(RelationKind.TIED_UP, source=tie_up.source, target=tie_up.target)
    return any(one == tie_up for one in same_ends)
