"""A worker beside the web: started and stopped with it where no broker of one's own is set."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading

from kyokan.platform.settings import Settings

COMMAND = (sys.executable, "-c", "from kyokan.platform.cli import main; main()", "worker", "--beside")
PAUSE = 5.0  # seconds before a worker that ended is started again
PATIENCE = 30.0  # seconds in which a stopped worker may finish the job in hand; the lease saves a longer one

log = logging.getLogger("kyokan.jobs")


class WorkerBeside:
    """Keeps one worker running over the same home and store until told to stop.

    A worker whose web was killed sees that its parent is gone and stops by itself.
    """

    def __init__(self, settings: Settings) -> None:
        self._environment = os.environ | {"KYOKAN_HOME": str(settings.home), "KYOKAN_STORE": settings.store}
        self._process: subprocess.Popen[bytes] | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Start it; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Let it finish the job in hand, but not for ever."""
        self._over.set()
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def _run(self) -> None:
        while not self._over.is_set():
            self._process = subprocess.Popen([*COMMAND, str(os.getpid())], env=self._environment)  # noqa: S603 - our own command
            self._process.wait()
            if not self._over.wait(PAUSE):
                log.warning("the worker ended and is started again")
