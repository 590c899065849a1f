"""How people reach Kyokan: pages in Japanese and English."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, g, url_for
from werkzeug.middleware.proxy_fix import ProxyFix

from kyokan.web import actors, denials, display, figures, forms, preferences, requests, security
from kyokan.web.addresses import EntityConverter, address_with
from kyokan.web.pages import register
from kyokan.web.ports import Services
from kyokan.web.view import current
from kyokan.web.wording import catalogue

__all__ = ["Services", "create_app", "read_ahead"]

STATIC = Path(__file__).parent / "static"


def create_app(
    services: Services,
    *,
    proxies: int = 0,
    address: str = "",
    hosts: tuple[str, ...] = (),
    members_only: bool = False,
) -> Flask:
    """The web application over ``services``.

    A GET changes nothing but the person's own preferences, and writes down what time alone has brought about; what
    changes something is a POST with a token of ours.

    Args:
        services: what the pages ask.
        proxies: how many reverse proxies stand in front, whose word on address, scheme and host of a request is taken.
        hosts: names that requests may be for; others are refused. Empty means any.
        address: where people reach the web, without a slash at the end; empty means whatever host a request names.
        members_only: whether the catalogue is for those who are signed in.
    """
    app = Flask(__name__)
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    app.extensions["kyokan"] = services
    app.config["PUBLIC_ADDRESS"], app.config["MEMBERS_ONLY"] = address, members_only
    app.url_map.converters["entity"] = EntityConverter
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    requests.init_app(app, hosts)
    preferences.init_app(app)
    actors.init_app(app)
    forms.init_app(app)
    denials.init_app(app)
    security.init_app(app)
    display.init_app(app)
    versions = _static_versions()

    @app.before_request
    def begin() -> None:
        current()

    app.context_processor(lambda: _shared(versions))
    register(app)
    return app


def read_ahead(app: Flask) -> None:
    """Read all words and templates, which each page would otherwise do when it is first asked for."""
    catalogue()
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)


def _shared(versions: Mapping[str, str]) -> dict[str, Any]:
    """What every template may name; ``versions`` are those of the static files."""
    view = current()
    return {
        "view": view,
        "actor": g.actor,
        "draft_key": hashlib.sha256(g.actor.person.encode()).hexdigest()[:16] if g.actor else "",
        "t": view.say,
        "lang": view.lang,
        "figures": figures,
        "address_with": address_with,
        "theme": g.theme,
        "ink": g.ink,
        "asset": lambda name: url_for("static", filename=name, v=versions[name]),
    }


def _static_versions() -> dict[str, str]:
    """Path of a static file -> the start of its SHA-256, so that browsers may keep it for good."""
    return {
        str(path.relative_to(STATIC)): hashlib.sha256(path.read_bytes()).hexdigest()[:10]
        for path in STATIC.rglob("*")
        if path.suffix in {".css", ".js", ".svg"}
    }
