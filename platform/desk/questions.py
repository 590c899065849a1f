"""Questions kept as plain JSON, so that one asked today can be asked again under a later catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from kyokan.errors import QueryError
from kyokan.matching.ranking.model import Query

_SHAPE: TypeAdapter[Query] = TypeAdapter(Query)


def written(query: Query) -> dict[str, Any]:
    """What a question asks, without what nobody asked; sets in order, so that equal questions are written alike."""
    asked = _SHAPE.dump_python(query, mode="json", exclude_defaults=True)
    return {name: sorted(value) if name.startswith("without_") else value for name, value in sorted(asked.items())}


def read(question: Mapping[str, Any]) -> Query:
    """The question that was written.

    Raises:
        QueryError: it is none.
    """
    try:
        return _SHAPE.validate_python(dict(question))
    except ValidationError:
        raise QueryError("question", "cannot be read", "Ask it anew") from None
