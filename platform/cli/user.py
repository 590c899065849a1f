"""Commands on accounts: user add, list, reset, disable, enable, renew-key."""

from __future__ import annotations

from typing import Annotated

import typer

from kyokan.errors import QueryError
from kyokan.platform.accounts.actor import Role
from kyokan.platform.cli.app import JsonOption, app, open_services
from kyokan.platform.cli.output import out, print_json
from kyokan.platform.settings import Settings

user = typer.Typer(
    no_args_is_help=True,
    help="Invite people, list them, keep them out.\n\nExample: `kyokan user add saeki@example.com`",
)
app.add_typer(user, name="user")

KINDS = ("agency", "brand", "artist_side")
EmailArgument = Annotated[str, typer.Argument(metavar="EMAIL", help="The person's e-mail address.")]

AddressOption = Annotated[
    str, typer.Option(help="Where people reach this installation; default: KYOKAN_ADDRESS, else its host and port.")
]


@user.command()
def add(
    email: EmailArgument,
    organisation: Annotated[str, typer.Option(help="The organisation they act for; made where there is none.")],
    kind: Annotated[str, typer.Option(help="What a new organisation is: agency, brand or artist_side.")] = "agency",
    role: Annotated[
        list[str] | None, typer.Option(help=f"Their role there: {', '.join(Role)}; repeatable. Left out: planner.")
    ] = None,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Invite somebody into an organisation and print the address by which they come in, once and within a week.

    Example: `kyokan user add saeki@example.com --organisation "Minato Agency" --role planner --role admin`
    """
    from kyokan.platform.accounts.directory import offerable
    from kyokan.platform.accounts.model import Organisation, OrganisationKind

    _one_of("--kind", kind, KINDS)
    for one in role or ():
        _one_of("--role", one, tuple(Role))
    roles = [Role(one) for one in role or (Role.PLANNER,)]
    with open_services() as services:
        accounts, settings = services.accounts, services.settings
        joined = accounts.organisation(organisation)
        offerable(joined or Organisation(name=organisation, kind=OrganisationKind(kind)), roles)
        if joined is None:
            joined = accounts.create_organisation(organisation, OrganisationKind(kind))
        token = accounts.invite(email, joined.id, *roles)
    invitation = _invitation(settings, address, token)
    if as_json:
        print_json({"email": email, "organisation": joined.name, "roles": roles, "invitation": invitation})
    else:
        out.print(invitation, markup=False, soft_wrap=True)


@user.command(name="list")
def list_(as_json: JsonOption = False) -> None:
    """List everybody who has an account, with their roles.

    Example: `kyokan user list --json`
    """
    with open_services() as services:
        people = services.accounts.people()
    if as_json:
        print_json({"people": [one.to_json() for one in people]})
        return
    for one in people:
        roles = ", ".join(f"{role} of {organisation}" for organisation, role in one.roles)
        marks = "".join(
            mark for mark, on in (("  [disabled]", not one.active), ("  [second step]", one.second_step)) if on
        )
        out.print(f"{one.email}  {one.name}  {roles}{marks}", markup=False, soft_wrap=True)


@user.command()
def reset(
    email: EmailArgument,
    second_step: Annotated[bool, typer.Option("--second-step", help="Switch the second step off as well.")] = False,
    address: AddressOption = "",
) -> None:
    """Print an address by which somebody sets a new password, once and within a week.

    Example: `kyokan user reset saeki@example.com`
    """
    with open_services() as services:
        token = services.accounts.offer_reset(email, second_step=second_step)
        out.print(_invitation(services.settings, address, token), markup=False, soft_wrap=True)


@user.command()
def disable(email: EmailArgument) -> None:
    """Keep somebody out from now on; their sessions end at once.

    Example: `kyokan user disable saeki@example.com`
    """
    with open_services() as services:
        services.accounts.set_active(email, active=False)


@user.command()
def enable(email: EmailArgument) -> None:
    """Let somebody in again.

    Example: `kyokan user enable saeki@example.com`
    """
    with open_services() as services:
        services.accounts.set_active(email, active=True)


@user.command(name="renew-key")
def renew_key(as_json: JsonOption = False) -> None:
    """Seal the secrets of authenticator apps with a new key; nobody needs to set anything up again.

    Example: `kyokan user renew-key`
    """
    with open_services() as services:
        sealed = services.accounts.renew_key()
    if as_json:
        print_json({"sealed": sealed})
    else:
        out.print(f"{sealed} sealed with a new key", markup=False)


def _invitation(settings: Settings, address: str, token: str) -> str:
    return f"{address.rstrip('/') or settings.reached_at}/invitation/{token}"


def _one_of(option: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise QueryError(option, f"'{value}' is not known", f"Known are {', '.join(known)}")
