"""Commands on background jobs: worker, jobs, jobs retry, jobs cancel."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from kyokan.errors import DataMissingError, QueryError
from kyokan.platform.cli.app import JsonOption, app, open_services
from kyokan.platform.cli.output import out, print_json
from kyokan.platform.jobs import open_jobs
from kyokan.platform.settings import load_settings


@app.command()
def worker(
    concurrency: Annotated[int, typer.Option(min=1, help="Jobs that run at the same time.")] = 1,
    lease: Annotated[
        float, typer.Option(min=1.0, help="Seconds after which the job of a silent worker goes to another.")
    ] = 60.0,
    beside: Annotated[int | None, typer.Option(metavar="PID", help="Stop when this parent process has ended.")] = None,
) -> None:
    """Run background jobs until stopped; one that is stopped finishes the job in hand.

    Example: `kyokan worker --concurrency 2`
    """
    from kyokan.platform.jobs.tasks import work

    raise typer.Exit(work(load_settings(), concurrency=concurrency, lease=lease, beside=beside))


group = typer.Typer(invoke_without_command=True)
app.add_typer(group, name="jobs")

JobArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of the job, as it is listed.")]


@group.callback()
def jobs(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List background jobs, newest first; let one try again, or cancel it.

    Example: `kyokan jobs --json`
    """
    if context.invoked_subcommand:
        return
    with open_jobs(load_settings()) as service:
        rows = [job.to_json() for job in service.jobs(limit)]
    if as_json:
        print_json({"jobs": rows})
        return
    for row in rows:
        note = row["error"] or row["progress"]
        out.print(f"{row['created']}  {row['id']}  {row['kind']:<8}  {row['state']:<7}  {note}", markup=False)


@group.command()
def retry(job_id: JobArgument, as_json: JsonOption = False) -> None:
    """Let a job that was cancelled or did not end well try again, with all its attempts.

    Example: `kyokan jobs retry mail-recurring`
    """
    _operate(job_id, "retry", as_json=as_json)


@group.command()
def cancel(job_id: JobArgument, as_json: JsonOption = False) -> None:
    """Stop a job: one that waits at once, one that runs at its next step.

    Example: `kyokan jobs cancel mail-recurring`
    """
    _operate(job_id, "cancel", as_json=as_json)


def _operate(job_id: str, act: str, *, as_json: bool) -> None:
    with open_services() as services:
        job = services.jobs.operate(job_id, act)
    if as_json:
        print_json(job.to_json())
    else:
        out.print(f"{job.id}  {job.kind}  {job.state}", markup=False)


def import_later(source: Path, store: str | None, *, mapping: Path | None, as_json: bool, **arguments: Any) -> None:
    """Enqueue an import and print the job's id.

    Raises:
        DataMissingError: there is no such file or folder.
        QueryError: a store is named; the worker uses its own.
    """
    if store is not None:
        raise QueryError("--store", "does not go with --later", "Set KYOKAN_STORE for the worker")
    for path in filter(None, (source, mapping)):
        if not path.exists():
            raise DataMissingError(str(path), "is not there")
    arguments |= {"source": str(source.absolute())}
    if mapping:
        arguments["options"] = {"mapping": str(mapping.absolute())}
    with open_jobs(load_settings()) as service:
        job = service.enqueue("import", arguments)
    if as_json:
        print_json(job.to_json())
    else:
        out.print(job.id, markup=False)
