"""Commands that measure and learn: evaluate, quality, learn and bench."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from kyokan.errors import QueryError
from kyokan.platform.cli.app import JsonOption, StoreOption, app, open_services
from kyokan.platform.cli.output import print_json, progress_bar
from kyokan.platform.cli.show import show_figures, show_learned, show_pages

REQUESTS = 30  # counted where nobody says how many
WEB = "web"
DOCUMENTS = "documents"


@app.command()
def evaluate(
    protocol: Annotated[str, typer.Argument(help="Protocol: fans, cold-artists, attributes, overlap, tieups …")],
    data: Annotated[Path, typer.Option(help="Folder of the data sets.", exists=True, file_okay=False)],
    heldout: Annotated[
        Path | None,
        typer.Option(help="Folder of held-out rows; nothing of it is fitted on.", exists=True, file_okay=False),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the split.")] = 0,
    without: Annotated[list[str] | None, typer.Option(metavar="SIGNAL", help="Leave a signal out; repeatable.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the quality of the answers on one protocol, beside its baselines, with 95 % intervals.

    Example: `kyokan evaluate tieups --data DATA --seed 1 --json`
    """
    from kyokan.matching.evaluation import PROTOCOLS, evaluate

    if protocol not in PROTOCOLS:
        raise QueryError(protocol, "is not a protocol", f"Known are {', '.join(PROTOCOLS)}")
    with progress_bar() as progress:
        progress(f"evaluating {protocol}", 0, 0)
        result = evaluate(protocol, data, heldout=heldout, seed=seed, without=frozenset(without or ()))
    if as_json:
        print_json(result.to_json())
    else:
        show_figures(result.to_json())


@app.command()
def quality(
    data: Annotated[Path, typer.Option(help="Folder of the data sets.", exists=True, file_okay=False)],
    heldout: Annotated[Path | None, typer.Option(help="Folder of held-out rows.", exists=True, file_okay=False)] = None,
    out: Annotated[Path, typer.Option(help="Page to write.", dir_okay=False)] = Path("docs/quality.md"),
    results: Annotated[
        Path | None,
        typer.Option(help="Answers as JSON lines; those already there are not measured again.", dir_okay=False),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, max=20, help="How many seeds, from 0.")] = 3,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Runs at the same time.")] = 2,
) -> None:
    """Measure every protocol over several seeds, and without each part, and write the page of all figures.

    Example: `kyokan quality --data DATA --results build/quality.jsonl`
    """
    from kyokan.matching.evaluation.quality import measure, runs
    from kyokan.matching.evaluation.quality_page import page

    kept = results or out.with_suffix(".jsonl")
    if results is None:
        kept.unlink(missing_ok=True)
    for path in (kept, out):  # before hours of measuring, not after
        path.parent.mkdir(parents=True, exist_ok=True)
    with progress_bar() as progress:
        answers = measure(runs(range(seeds)), data, heldout, kept, jobs=jobs, progress=progress)
    command = f"kyokan quality --data DATA{' --heldout HELDOUT' if heldout else ''} --seeds {seeds}"
    out.write_text(page(answers, date=datetime.now(tz=UTC).date().isoformat(), command=command), encoding="utf-8")
    show_figures({"written": str(out), "answers": str(kept)})


@app.command()
def learn(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Learn from the tie-ups that happened what each signal weighs, and keep it where it foretells later ones better.

    Example: `kyokan learn`
    """
    with open_services(store) as services, progress_bar() as progress:
        progress("learning", 0, 0)
        foresight, weights, kept = services.learn(progress)
    found = {"foresight": asdict(foresight) if foresight else None, "kept": kept, "weights": weights.to_json()}
    if as_json:
        print_json(found)
    else:
        show_learned(found)


@app.command()
def bench(
    name: Annotated[str, typer.Argument(help="Benchmark: find, walk, snapshot, propose, annotate, web or documents.")],
    entities: Annotated[
        int, typer.Option(min=0, max=1_000_000, help="web: size of a generated catalogue; 0 is the demo.")
    ] = 0,
    requests: Annotated[
        int | None,
        typer.Option(min=1, max=1000, help="Requests counted for each page or document; 30, or 10 of many entities."),
    ] = None,
    deals: Annotated[int, typer.Option(min=2, max=10_000, help="web: deals of the agency that asks.")] = 60,
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="web: ask the web server over HTTP, not the application itself.")
    ] = False,
    keep: Annotated[
        Path | None,
        typer.Option(help="web: folder for the generated catalogue, used again next time.", file_okay=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Time one part beside a peer in the same run and print the ratio; `web` times every page against its goal.

    Example: `kyokan bench propose --json`
    """
    from kyokan.matching.bench import BENCHES, run_bench

    if name not in {*BENCHES, WEB, DOCUMENTS}:
        raise QueryError(name, "is not a benchmark", f"Known are {', '.join((*BENCHES, WEB, DOCUMENTS))}")
    if keep is not None and not entities:
        raise QueryError(str(keep), "cannot be kept for the demo", "Give --entities too")
    with progress_bar() as progress:
        progress(f"timing {name}", 0, 0)
        if name == DOCUMENTS:  # named, not imported: the web stands above the platform
            figures = import_module("kyokan.web.bench.documents").bench_documents(
                requests=requests or REQUESTS, progress=progress
            )
        elif name == WEB:
            bench_web = import_module("kyokan.web.bench").bench_web
            asked = {"entities": entities, "requests": requests, "deals": deals, "serve": serve}
            figures = bench_web(**asked, keep=keep, progress=progress)
        else:
            figures = run_bench(name)
    if as_json:
        print_json(figures)
    elif name in {WEB, DOCUMENTS}:
        show_pages(figures)
    else:
        show_figures(figures)
