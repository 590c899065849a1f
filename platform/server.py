"""The web served by gunicorn: threads within processes, every limit stated."""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any

from gunicorn.app.base import BaseApplication
from threadpoolctl import threadpool_limits

from kyokan.platform.jobs.beside import WorkerBeside
from kyokan.platform.serving import Serving, keep_ready
from kyokan.platform.settings import Settings

APPLICATION = "kyokan.web"  # named, not imported: the web stands above the platform


class WebServer(BaseApplication):
    """Gunicorn around ``create_app``; each process opens services of its own over the same store and snapshots."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Limits: 8 threads a process, 8 kB request lines, 30 s to finish what is under way when stopped."""
        limits = {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "workers": self.settings.web_workers,
            "worker_class": "gthread",
            "threads": 8,
            "timeout": 60,
            "graceful_timeout": 30,
            "limit_request_line": 8190,
            "limit_request_fields": 60,
            "forwarded_allow_ips": "",  # what a proxy says is believed by the setting alone
            "control_socket_disable": True,  # on by default since 25.1 and not needed here
            "accesslog": None,
            "proc_name": "kyokan",
        }
        for name, value in limits.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        """The WSGI application of one process."""
        one_thread_each()
        web = import_module(APPLICATION)
        there, services = self.settings, Serving(self.settings)
        over = threading.Event()  # the process ends without a word, and the thread with it
        threading.Thread(target=keep_ready, args=(services, over), name="ready", daemon=True).start()
        app: Callable[..., Any] = web.create_app(
            services,
            proxies=there.proxies,
            address=there.address.rstrip("/"),
            hosts=there.served_hosts,
            members_only=there.members_only,
        )
        web.read_ahead(app)
        return app


def one_thread_each() -> None:
    """Let linear algebra run in the thread that asks: processes and their threads share the cores already."""
    threadpool_limits(limits=1)


def run_server(settings: Settings) -> None:
    """Serve until a signal stops it; without a broker of one's own a worker runs beside."""
    server = WebServer(settings)
    if not settings.broker:
        beside = WorkerBeside(settings)
        server.cfg.set("when_ready", lambda _arbiter: beside.start())
        server.cfg.set("on_exit", lambda _arbiter: beside.stop())
    server.run()
