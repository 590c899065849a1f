"""Commands on what is known: import, export, annotate, stats, dictionary."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kyokan.errors import InputError
from kyokan.platform.cli.app import JsonOption, StoreOption, app, open_services
from kyokan.platform.cli.jobs import import_later
from kyokan.platform.cli.output import out, print_json, progress_bar
from kyokan.platform.cli.show import show_annotation, show_circle, show_report, show_stats

if TYPE_CHECKING:
    from kyokan.platform.services import Services

LINES_AT_ONCE = 64


@app.command("import")
def import_(
    source: Annotated[Path, typer.Argument(help="Folder or file to import.")],
    form: Annotated[
        str | None, typer.Option("--as", metavar="FORMAT", help="Format; recognised by its files if left out.")
    ] = None,
    mapping: Annotated[Path | None, typer.Option(help="Column mapping (YAML) for a catalogue.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and check everything, write nothing.")] = False,
    annotate: Annotated[bool, typer.Option(help="Read kansei from texts and tags.")] = True,
    later: Annotated[bool, typer.Option("--later", help="Leave it to a worker and print the job's id.")] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring a data set into the store; problems are named row by row.

    Example: `kyokan import hetrec2011-lastfm-2k --as lastfm`
    """
    if later:
        import_later(source, store, mapping=mapping, as_json=as_json, form=form, dry_run=dry_run, annotate=annotate)
        return
    options: dict[str, Any] = {"mapping": mapping} if mapping else {}
    with open_services(store) as services, progress_bar() as progress:
        report = services.import_source(
            source, form=form, dry_run=dry_run, options=options, annotate=annotate, progress=progress
        )
    if as_json:
        print_json(report.to_json())
    else:
        show_report(report.to_json())
    raise typer.Exit(1 if report.problems else 0)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="New folder to write.")],
    only_shareable: Annotated[
        bool, typer.Option("--only-shareable", help="Leave out what its licence does not let go.")
    ] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the whole graph as files that `kyokan import --as kyokan` reads back without loss.

    Example: `kyokan export backup --only-shareable`
    """
    from kyokan.graph.importers import export_graph
    from kyokan.graph.model import Rights

    with open_services(store) as services, progress_bar():
        written = export_graph(services.store, folder, rights=Rights.SHARE if only_shareable else None)
    if as_json:
        print_json({"folder": str(folder), **written})
    else:
        out.print(f"{written['entities']} entities and {written['relations']} relations written to {folder}")


@app.command()
def annotate(
    text: Annotated[str, typer.Argument(help="Text to read, or - for standard input.")],
    lang: Annotated[str | None, typer.Option(help="ja or en; recognised by its script if left out.")] = None,
    lines: Annotated[bool, typer.Option("--lines", help="One text a line in, one JSON object a line out.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Read the kansei of a text, with the words behind each value.

    Example: `kyokan annotate "静かで、少し懐かしい歌声" --json`
    """
    if lang not in (None, "ja", "en"):
        raise InputError("--lang", f"is ja or en, not {lang}")
    with open_services() as services:
        if lines:
            _annotate_lines(services, text, lang)
            return
        annotation = services.annotate(sys.stdin.read() if text == "-" else text, lang)
        if as_json:
            print_json(annotation.to_json(services.dictionary))
        else:
            show_annotation(annotation.to_json(services.dictionary))


def _annotate_lines(services: Services, text: str, lang: str | None) -> None:
    lines = iter(sys.stdin if text == "-" else text.splitlines())
    while batch := [line.rstrip("\r\n") for line in islice(lines, LINES_AT_ONCE)]:  # the encoder is faster in batches
        for annotation in services.annotator.annotate_many(batch, lang):
            print_json(annotation.to_json(services.dictionary))


@app.command()
def stats(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Count what the store holds and name its snapshot; two stores with the same data print the same.

    Example: `kyokan stats --json`
    """
    with open_services(store) as services, progress_bar() as progress:
        figures = services.stats(progress)
    if as_json:
        print_json(figures)
    else:
        show_stats(figures)


@app.command()
def dictionary(
    fit: Annotated[
        bool, typer.Option("--fit", help="How well the circle's order fits the annotated entities.")
    ] = False,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the kansei dictionary in force, or how well its circle fits the data.

    Example: `kyokan dictionary --fit`
    """
    with open_services(store) as services:
        words = services.dictionary
        if not fit:
            figures: dict[str, Any] = {
                "version": words.version,
                "attributes": len(words.attributes),
                "axes": len(words.axes),
                "sectors": [{"id": s.id, "ja": s.ja, "en": s.en} for s in words.sectors],
            }
        else:
            from kyokan.graph.dictionary.circle import fit_report

            figures = fit_report(services.snapshot().kansei.intensity, words)
    if as_json:
        print_json(figures)
    else:
        show_circle(figures)
