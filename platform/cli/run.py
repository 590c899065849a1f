"""Commands that run something: demo, serve, doctor."""

from __future__ import annotations

from typing import Annotated

import typer

from kyokan.graph.model import EntityKind
from kyokan.platform.cli.app import JsonOption, StoreOption, app, open_services
from kyokan.platform.cli.output import out, print_json, progress_bar
from kyokan.platform.cli.show import show_proposal

QUESTIONS = (("Citizen xC", EntityKind.ARTIST), ("宇多田ヒカル", EntityKind.BRAND))


@app.command()
def demo(
    serve_: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the web afterwards.")] = True,
    store: StoreOption = None,
) -> None:
    """Load the demo catalogue, print proposals for a watch brand and for an artist, and serve the web.

    Then print an invitation for each of three made-up people: a planner, a brand client, an artist manager.

    Example: `kyokan demo --no-serve`
    """
    from kyokan.matching.ranking import Query
    from kyokan.platform.demo import load_demo
    from kyokan.platform.demo.workroom import open_workroom

    with open_services(store) as services:
        with progress_bar() as progress:
            for report in load_demo(services.store, services.annotator, progress=progress):
                counts = report.to_json()
                out.print(
                    f"{counts['source']}: {sum(counts['added'].values()):,} added, {len(counts['problems'])} problems"
                )
            matcher = services.matcher(progress)
        for name, kind in QUESTIONS:
            show_proposal(matcher.propose(Query(entity=services.resolve(name).id, kinds=(kind,), top=5)))
        settings = services.settings
        invitations = open_workroom(services)
        if invitations:
            out.print("\nThe workroom waits for three made-up people. Open a link to come in as one of them:")
        for email, token in invitations.items():
            invitation = f"{settings.reached_at}/invitation/{token}"
            out.print(f"{email}: {invitation}", markup=False, soft_wrap=True)
    if serve_:
        from kyokan.platform.server import run_server

        run_server(settings)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    store: StoreOption = None,
) -> None:
    """Serve the web until stopped.

    Example: `kyokan serve --port 8080`
    """
    from kyokan.platform.server import run_server

    with open_services(store, host=host, port=port) as services:
        with progress_bar() as progress:
            services.matcher(progress)  # built once here, then read by every web process
        settings = services.settings
    run_server(settings)


@app.command()
def doctor(
    store: StoreOption = None,
    deploy: Annotated[
        bool, typer.Option("--deploy", help="Check as well that the web is fit to be reached by others.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check that every part this installation needs is there and answers.

    Example: `kyokan doctor --deploy`
    """
    from kyokan.platform.deploy import examine_deployment
    from kyokan.platform.doctor import examine

    with open_services(store) as services:
        findings = examine(services)
        if deploy:
            findings += examine_deployment(services.settings)
    if as_json:
        print_json({"checks": [finding.to_json() for finding in findings]})
    else:
        for finding in findings:
            mark = "ok  " if finding.passed else "FAIL"
            out.print(f"{mark}  {finding.part}: {finding.detail}", markup=False, soft_wrap=True)
    failed = [finding for finding in findings if not finding.passed]
    raise typer.Exit(failed[0].exit_code if failed else 0)
