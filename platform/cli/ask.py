"""Commands that ask: propose and explain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kyokan.errors import AmbiguousNameError, QueryError
from kyokan.graph.model import WITH_FANS, EntityKind
from kyokan.platform.cli.app import JsonOption, StoreOption, app, open_services
from kyokan.platform.cli.output import print_json, progress_bar
from kyokan.platform.cli.show import show_pair, show_proposal

if TYPE_CHECKING:
    from kyokan.matching.ranking import Query
    from kyokan.platform.services import Services

ASKABLE = (*WITH_FANS, EntityKind.FAN)

Many = Annotated[list[str] | None, typer.Option()]


@app.command()
def propose(
    entity: Annotated[str | None, typer.Argument(help="Name or id of an artist, brand or product.")] = None,
    audience: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Whose fans ask, instead of a name; repeatable.")
    ] = None,
    text: Annotated[
        str | None, typer.Option(metavar="BRIEF", help="A written brief instead of, or beside, a name.")
    ] = None,
    for_: Annotated[
        list[str] | None, typer.Option("--for", metavar="KIND", help="artist, brand, product …; repeatable.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, max=500, help="How many matches.")] = 10,
    want: Annotated[
        list[str] | None, typer.Option(metavar="KANSEI[=WEIGHT]", help="Kansei wanted; repeatable.")
    ] = None,
    avoid: Annotated[
        list[str] | None, typer.Option(metavar="KANSEI[=WEIGHT]", help="Kansei avoided; repeatable.")
    ] = None,
    category: Annotated[list[str] | None, typer.Option(help="Only these categories; repeatable.")] = None,
    place: Annotated[list[str] | None, typer.Option(help="Only these places; repeatable.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="Names or ids to leave out; repeatable.")] = None,
    without: Annotated[
        list[str] | None, typer.Option(metavar="SIGNAL|KANSEI", help="What if this were not there; repeatable.")
    ] = None,
    diversity: Annotated[float, typer.Option(min=0, max=1, help="How much variety is worth.")] = 0.2,
    exposure: Annotated[float, typer.Option(min=0, max=1, help="Share of places for little-known names.")] = 0.0,
    habit: Annotated[
        float, typer.Option(min=0, max=1, help="How far a brand's readiness to work with anybody counts.")
    ] = 0.3,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rank the partners that fit an artist, a brand, a product, an audience or a brief, each with its evidence.

    Example: `kyokan propose "Citizen xC" --for artist --top 5`
    """
    if not (entity or audience or text or want):
        raise QueryError(
            "propose", "needs a name, an --audience, a brief (--text) or a wanted kansei (--want)", "Name one"
        )
    with open_services(store) as services, progress_bar() as progress:
        services.matcher(progress)
        try:
            subject = services.resolve(entity, ASKABLE) if entity else None
            liked = tuple(services.resolve(name, WITH_FANS).id for name in audience or ())
            kinds = _kinds(for_ or [], subject.kind if subject else None)
            excluded = tuple(services.resolve(name, kinds).id for name in exclude or ())
        except AmbiguousNameError as error:
            _ask_which(error, for_ or [], top, as_json, services)
            raise
        signals, attributes = _split_without(services, without or [])
        proposal = services.propose(
            _query(
                entity=subject.id if subject else None,
                audience=liked,
                text=text,
                kinds=kinds,
                top=top,
                kansei=_kansei(services, want or [], 1.0) | _kansei(services, avoid or [], -1.0),
                categories=tuple(category or ()),
                places=tuple(place or ()),
                exclude=excluded,
                without_signals=signals,
                without_attributes=attributes,
                diversity=diversity,
                exposure=exposure,
                habit=habit,
            ),
            actor=None,
        )
    if as_json:
        print_json(proposal.to_json())
    else:
        show_proposal(proposal)


@app.command()
def explain(
    first: Annotated[str, typer.Argument(help="Name or id of one side.")],
    second: Annotated[str, typer.Argument(help="Name or id of the other side.")],
    without: Annotated[
        list[str] | None, typer.Option(metavar="SIGNAL|KANSEI", help="What if this were not there; repeatable.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why two fit or do not: what adds up to the score, and what the score would be without it.

    Example: `kyokan explain 竹内まりや "Citizen xC"`
    """
    with open_services(store) as services, progress_bar() as progress:
        services.matcher(progress)
        try:
            ids = [services.resolve(name, ASKABLE).id for name in (first, second)]
        except AmbiguousNameError as error:
            _ask_which(error, [], 1, as_json, services)
            raise
        signals, attributes = _split_without(services, without or [])
        proposal = services.explain(
            ids[0], ids[1], _query(without_signals=signals, without_attributes=attributes), actor=None
        )
        dictionary = services.dictionary
    if as_json:
        print_json(proposal.to_json())
    else:
        show_pair(proposal, dictionary)


def _query(**parts: Any) -> Query:
    from kyokan.matching.ranking import Query

    return Query(**parts)


def _kinds(names: list[str], asked_by: EntityKind | None) -> tuple[EntityKind, ...]:
    """The kinds asked for; people's side is answered with things, things' side with artists."""
    if not names:
        things = (EntityKind.BRAND, EntityKind.PRODUCT)
        return (EntityKind.BRAND,) if asked_by not in things else (EntityKind.ARTIST,)
    kinds = []
    for name in names:
        if name not in ASKABLE:
            raise QueryError("--for", f"{name} is not a kind", f"Known are {', '.join(ASKABLE)}")
        kinds.append(EntityKind(name))
    return tuple(kinds)


def _kansei(services: Services, terms: list[str], sign: float) -> dict[str, float]:
    """``serene=0.8`` or ``静謐`` to attribute ids and signed weights."""
    weights = {}
    for term in terms:
        name, _, figure = term.partition("=")
        attribute = services.attribute(name)
        if attribute is None:
            raise QueryError(name, "is not a kansei term", "kyokan dictionary lists them")
        try:
            weight = float(figure or 1)
        except ValueError:
            weight = -1.0
        if not 0 <= weight <= 1:
            raise QueryError(term, "needs a weight between 0 and 1", f"For example {name}=0.8")
        weights[attribute.id] = sign * weight
    return weights


def _split_without(services: Services, names: list[str]) -> tuple[frozenset[str], frozenset[str]]:
    """What-if names to signals and attribute ids."""
    from kyokan.matching.signals import SIGNALS

    signals, attributes = set(), set()
    for name in names:
        if name in SIGNALS:
            signals.add(name)
        elif attribute := services.attribute(name):
            attributes.add(attribute.id)
        else:
            raise QueryError(name, "is neither a signal nor a kansei term", f"Signals are {', '.join(SIGNALS)}")
    return frozenset(signals), frozenset(attributes)


def _ask_which(error: AmbiguousNameError, kinds: list[str], top: int, as_json: bool, services: Services) -> None:  # noqa: FBT001
    """Tell the candidates of an ambiguous name."""
    from kyokan.matching.ranking import Proposal, Status

    snapshot = services.snapshot()
    proposal = Proposal(
        status=Status.NEEDS_INPUT,
        query=_query(text=error.subject, kinds=_kinds(kinds, None) if kinds else (), top=top),
        entity=None,
        snapshot=snapshot.hash,
        encoder=services.encoder.name,
        dictionary=services.dictionary.version,
        took_ms=0.0,
        candidates=error.candidates,
    )
    if as_json:
        print_json(proposal.to_json())
    else:
        show_proposal(proposal)
