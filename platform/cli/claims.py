"""Commands on claims to names: claims list, settle, hand-over."""

from __future__ import annotations

from typing import Annotated

import typer

from kyokan.graph.model import Entity
from kyokan.platform.cli.app import JsonOption, app, open_services
from kyokan.platform.cli.output import out, print_json
from kyokan.platform.clock import here

claims = typer.Typer(
    no_args_is_help=True,
    help="See who represents whom, and settle whose a name is.\n\nExample: `kyokan claims list --open`",
)
app.add_typer(claims, name="claims")

EntityArgument = Annotated[str, typer.Argument(metavar="ENTITY", help="Id of the artist or brand, as it is listed.")]
ReasonOption = Annotated[str, typer.Option(help="Why, for the audit trail.")]


@claims.command(name="list")
def list_(
    open_: Annotated[bool, typer.Option("--open", help="Only names for which somebody else has asked.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List every name, with its id, the organisation that represents it, and who asked for it in vain.

    Example: `kyokan claims list --open`
    """
    with open_services() as services:
        found, clock = [one for one in services.claims.all() if one.asked or not open_], services.clock
        known = {one.id: one for one in services.store.entities(ids=[claim.entity for claim in found])}
    if as_json:
        print_json({"claims": [one.to_json() | _names(known.get(one.entity)) for one in found]})
        return
    for one in found:
        named = _names(known.get(one.entity))
        name = " / ".join(dict.fromkeys(filter(None, (named["name_ja"], named["name_en"])))) or "(no longer known)"
        asked = "".join(f"  asked for by {two.organisation} ({here(two.at, clock).date()})" for two in one.asked)
        since = f"since {here(one.since, clock).date()}"
        out.print(f"{one.entity}  {name}  {one.organisation}  {since}{asked}", markup=False, soft_wrap=True)


def _names(entity: Entity | None) -> dict[str, str | None]:
    """What an entity is called in either language; nothing where the catalogue has lost it."""
    return {f"name_{lang}": entity.label(lang) if entity else None for lang in ("ja", "en")}


@claims.command()
def settle(entity: EntityArgument, reason: ReasonOption) -> None:
    """Leave a name with the organisation that represents it; who asked for it is no longer listed.

    Example: `kyokan claims settle artist:akari --reason "Contract seen"`
    """
    with open_services() as services:
        services.claims.settle(entity, reason)


@claims.command(name="hand-over")
def hand_over(
    entity: EntityArgument,
    organisation: Annotated[str, typer.Option("--to", help="Name of the organisation that represents it from now on.")],
    reason: ReasonOption,
) -> None:
    """Give a name to another organisation; the rules that the former one kept for it end.

    Example: `kyokan claims hand-over artist:akari --to "Nagi Office" --reason "Contract seen"`
    """
    with open_services() as services:
        services.claims.hand_over(entity, organisation, reason)
