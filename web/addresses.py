"""Addresses of pages: entity ids in paths, and this page's address with one thing changed."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.routing import BaseConverter

from kyokan.graph.model import EntityKind

KINDS = "|".join(kind.value for kind in EntityKind)


class EntityConverter(BaseConverter):
    """An entity id in a path. Slugs may hold slashes ("artist:ac/dc"), so an id ends where the next one begins."""

    regex = rf"(?:{KINDS}):.+?"
    part_isolating = False


def address_with(*, drop: tuple[str, ...] = (), add: tuple[tuple[str, str], ...] = (), **changes: str | None) -> str:
    """This page's address with parameters replaced, left out (None or ``drop``: ``name=value``) or added."""
    values: MultiDict[str, str] = MultiDict(
        (name, value)
        for name, value in request.args.items(multi=True)
        if name not in changes and f"{name}={value}" not in drop
    )
    for name, value in (*changes.items(), *add):
        if value is not None:
            values.add(name, value)
    page = request.endpoint if request.endpoint not in {None, "static"} else "home"
    address = url_for(page or "home", **(request.view_args or {}))
    return f"{address}?{urlencode(list(values.items(multi=True)))}" if values else address
