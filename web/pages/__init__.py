"""The pages, one module each."""

from __future__ import annotations

from flask import Flask
from flask.typing import RouteCallable

from kyokan.web.pages import dictionary, entity, health, home, matches, states, suggest, why

ROUTES: dict[str, tuple[str, RouteCallable]] = {
    "home": ("/", home.show),
    "suggest": ("/suggest", suggest.show),
    "matches": ("/matches", matches.show),
    "why": ("/why/<entity:a>/<entity:b>", why.show),
    "entity": ("/e/<entity:entity_id>", entity.show),
    "dictionary": ("/dictionary", dictionary.show),
    "health": ("/health", health.show),
}


def register(app: Flask) -> None:
    """Give every page its address, and every error its page."""
    for name, (rule, function) in ROUTES.items():
        app.add_url_rule(rule, name, function)
    states.register(app)
