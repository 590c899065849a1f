"""Celery carries job ids and runs workers; everything else about a job is in its row."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Self

from celery import Celery
from celery.signals import worker_ready, worker_shutting_down
from kombu.exceptions import KombuError
from kombu.transport import TRANSPORT_ALIASES

from kyokan.errors import BrokerUnavailableError, InputError, KyokanError, SettingsError
from kyokan.platform.jobs import open_jobs
from kyokan.platform.jobs.handlers import HANDLERS
from kyokan.platform.jobs.model import Job
from kyokan.platform.jobs.rhythm import RHYTHMS
from kyokan.platform.jobs.service import JobService
from kyokan.platform.services import Services
from kyokan.platform.settings import Settings

QUEUE = "kyokan-jobs"
TASK = "kyokan.run_job"
FILE_BROKER = "kyokan-files://localhost/"
REAP_SECONDS = 5.0
BEAT_SECONDS = 2.0  # how stale the progress of a running job may be

TRANSPORT_ALIASES["kyokan-files"] = "kyokan.platform.jobs.filebroker:Transport"
log = logging.getLogger("kyokan.jobs")


@lru_cache(maxsize=8)
def make_app(settings: Settings) -> Celery:
    """The Celery app of an installation: one queue, one task, JSON, no result backend.

    Raises:
        SettingsError: the broker's address is of no known kind.
    """
    broker = settings.broker if settings.broker not in {"", "filesystem://"} else FILE_BROKER
    if broker.partition("://")[0] not in TRANSPORT_ALIASES:
        raise SettingsError(
            "KYOKAN_BROKER", "is not the address of a broker", "Use redis://HOST:PORT or leave it empty"
        )
    options: dict[str, Any] = {"max_retries": 1, "interval_start": 0, "socket_connect_timeout": 2}
    if broker == FILE_BROKER:
        folders = {name: settings.home / "broker" / name for name in ("messages", "control")}
        for folder in folders.values():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        messages = str(folders["messages"])
        options = {"data_folder_in": messages, "data_folder_out": messages, "control_folder": str(folders["control"])}
    app = Celery("kyokan", set_as_current=False)
    app.conf.update(
        broker_url=broker,
        broker_transport_options=options | {"polling_interval": 0.2},
        broker_connection_timeout=2,
        broker_connection_retry_on_startup=True,
        task_default_queue=QUEUE,
        task_default_exchange="",  # the broker's own: a message goes to the queue of its routing key
        task_default_routing_key=QUEUE,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
    )
    return app


def publish(settings: Settings, job_id: str) -> None:
    """Announce a job.

    Raises:
        BrokerUnavailableError: the broker does not answer.
    """
    app = make_app(settings)
    with _answering(), app.connection_for_write() as connection:
        app.send_task(TASK, args=[job_id], connection=connection, retry=False)


def ask_broker(settings: Settings) -> str:
    """The broker's address without its password, once it has answered.

    Raises:
        BrokerUnavailableError: it does not answer.
    """
    with _answering(), make_app(settings).connection_for_read() as connection:
        connection.ensure_connection(max_retries=1, timeout=5)
        return str(connection.as_uri())


def work(settings: Settings, *, concurrency: int, lease: float, beside: int | None = None) -> int:
    """Run a Celery worker until it is stopped, or until its parent ``beside`` has ended; returns its exit status.

    Raises:
        BrokerUnavailableError: the broker does not answer at the start.
    """
    app = make_app(settings)

    def run(job_id: str) -> None:
        run_job(settings, lease, job_id)

    app.task(name=TASK)(run)
    ask_broker(settings)
    reaper = _Reaper(settings, lease, beside)
    worker_ready.connect(reaper.start, weak=False)
    worker_shutting_down.connect(reaper.stop, weak=False)
    worker = app.Worker(
        concurrency=concurrency, loglevel="INFO", without_mingle=True, without_gossip=True, without_heartbeat=True
    )
    worker.start()
    return int(worker.exitcode or 0)


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (KombuError, OSError) as error:
        remedy = "Start it, or correct KYOKAN_BROKER"
        raise BrokerUnavailableError("broker", f"does not answer ({error})", remedy) from error


def run_job(settings: Settings, lease: float, job_id: str) -> None:
    """Run one job if it is to be had, and write how it ended."""
    with open_jobs(settings, lease) as jobs:
        mine = jobs.claim(job_id)
        if mine is None:
            log.info("job %s is over or another's", job_id)
            return
        with _Pulse(jobs, mine) as pulse:
            try:
                with Services(settings) as services:
                    result = HANDLERS[mine.kind](services, mine.arguments, pulse.tell)
            except InputError as error:
                jobs.fail(mine, str(error), again=False)
            except Exception as error:  # whatever went wrong is the job's, and must not end the worker
                log.exception("job %s: attempt %d did not end well", job_id, mine.attempts)
                line = str(error) if isinstance(error, KyokanError) else f"{type(error).__name__}: {error}"
                jobs.fail(mine, line, again=True)
            else:
                jobs.finish(mine, result, pulse.progress)


class _Pulse:
    """Renews the lease of a job while it runs, and ends the work once the job is another's."""

    def __init__(self, jobs: JobService, mine: Job) -> None:
        self._jobs = jobs
        self._mine = mine
        self.progress = ""
        self._lost = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def tell(self, stage: str, done: int, total: int) -> None:
        """Take a report of progress."""
        if self._lost:
            raise KyokanError(self._mine.id, "was cancelled, or was silent for too long and is another worker's now")
        self.progress = f"{stage} {done:,}/{total:,}" if total else f"{stage} {done:,}"

    def _beat(self) -> None:
        while not self._lost and not self._over.wait(min(BEAT_SECONDS, self._jobs.lease / 3)):
            try:
                self._lost = not self._jobs.heartbeat(self._mine, self.progress)
            except KyokanError:  # the next beat may come through; the lease bridges a few
                log.exception("job %s: heartbeat not written", self._mine.id)


class _Reaper:
    """A thread of the worker that queues what comes again and announces lost jobs again.

    Job file and broker are open only while the lock is held, and no child is forked meanwhile: an open SQLite
    connection must not be carried into a child (sqlite.org/howtocorrupt.html, section 2.6).
    """

    def __init__(self, settings: Settings, lease: float, beside: int | None) -> None:
        self._settings = settings
        self._lease = lease
        self._beside = beside
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._lock = threading.Lock()
        os.register_at_fork(
            before=self._lock.acquire, after_in_parent=self._lock.release, after_in_child=self._lock.release
        )

    def start(self, **_signal: Any) -> None:
        self._thread.start()

    def stop(self, **_signal: Any) -> None:
        self._over.set()

    def _run(self) -> None:
        while not self._over.is_set():
            if self._beside not in {None, os.getppid()}:
                os.kill(os.getpid(), signal.SIGTERM)
                return
            try:
                with self._lock, open_jobs(self._settings, self._lease) as jobs:
                    jobs.recur(RHYTHMS)
                    if again := jobs.reap():
                        log.info("announced again: %s", ", ".join(again))
            except KyokanError as error:
                log.warning("lost jobs not announced: %s", error)
            except Exception:  # the thread must outlive whatever one round met
                log.exception("lost jobs not announced")
            self._over.wait(min(REAP_SECONDS, self._lease / 2))
