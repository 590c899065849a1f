"""The command tree, and what every command shares: settings and services."""

from __future__ import annotations

from typing import Annotated

import typer

from kyokan import __version__
from kyokan.platform.services import Services
from kyokan.platform.settings import load_settings

app = typer.Typer(
    name="kyokan",
    help="Brand partnerships people will feel are right, with the evidence behind each.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)

StoreOption = Annotated[
    str | None,
    typer.Option("--store", metavar="URL", help="sqlite:///PATH or neo4j://HOST:PORT; default in KYOKAN_HOME."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Write only JSON to standard output.")]


def open_services(store: str | None = None, **settings: object) -> Services:
    """Services over the store that was named, or the default one."""
    return Services(load_settings(store=store, **settings))


def _version(asked: bool) -> None:  # noqa: FBT001 - the signature is typer's
    if asked:
        typer.echo(f"kyokan {__version__}")
        raise typer.Exit


@app.callback()
def kyokan(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Brand partnerships people will feel are right, with the evidence behind each."""


# Each module adds its commands to the tree as it is imported.
from kyokan.platform.cli import ask, claims, data, jobs, measure, run, user  # noqa: E402, F401
