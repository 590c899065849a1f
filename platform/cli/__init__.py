"""The command line: ``kyokan``."""

from __future__ import annotations

import os
import sys

from typer.exceptions import Abort, TyperException
from typer.main import get_command

from kyokan.errors import KyokanError
from kyokan.platform.cli.app import app
from kyokan.platform.cli.output import err

INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit status.

    0 done, 1 done with problems that were reported, 2 bad usage or input, 3 a needed part does not answer.
    """
    try:
        status = get_command(app).main(args=arguments, prog_name="kyokan", standalone_mode=False)
    except KyokanError as error:
        err.print(f"kyokan: {error}", markup=False, soft_wrap=True)
        status = error.exit_code
    except TyperException as error:
        if message := error.format_message().rstrip("."):  # none where the help itself was the answer
            err.print(f"kyokan: {message}. See kyokan --help.", markup=False, soft_wrap=True)
        status = 2
    except (Abort, KeyboardInterrupt):
        status = INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status if isinstance(status, int) else 0)
