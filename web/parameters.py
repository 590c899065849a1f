"""Query parameters, strictly: an unknown one or a value outside its rule is refused, never passed over."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from flask import request
from werkzeug.datastructures import MultiDict

from kyokan.errors import QueryError
from kyokan.graph.dictionary import Dictionary
from kyokan.web.preferences import CHOICES
from kyokan.web.wording import say

KANSEI = "kansei."
LONGEST = 4000
MOST = 400  # fields of an address that a form carries
DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


class ParameterError(QueryError):
    """A query parameter is refused; ``key`` and ``values`` say why in both languages."""

    def __init__(self, name: str, key: str, **values: Any) -> None:
        self.name = name
        self.key = f"refused.{key}"
        told = {"name": name, **values}
        super().__init__(name, str(say("en", self.key, **told)), **told)


@dataclass(frozen=True)
class Parameters:
    """The parameters of this request that a page allows, read one by one."""

    values: MultiDict[str, str] = field(default_factory=MultiDict)

    @classmethod
    def of_request(cls, allowed: Iterable[str], *, kansei: bool = False) -> Parameters:
        """Check the names of the request's parameters.

        Raises:
            ParameterError: one is not known here, or is too long.
        """
        check_names(request.args, {*allowed, *CHOICES}, kansei=kansei)
        for name, choices in CHOICES.items():
            if request.args.get(name, choices[0]) not in choices:
                raise ParameterError(name, "choice", choices=", ".join(choices))
        return cls(request.args)

    @classmethod
    def of_address(cls, written: str, allowed: Iterable[str], *, kansei: bool = False) -> Parameters:
        """Parameters that a form carries as the query string of another page; the same rules hold.

        Raises:
            ParameterError: one is not known there, or is too long.
        """
        values: MultiDict[str, str] = MultiDict(parse_qsl(written, max_num_fields=MOST))
        check_names(values, {*allowed}, kansei=kansei)
        return cls(values)

    def text(self, name: str) -> str:
        """A text without surrounding space; empty where absent."""
        return self.values.get(name, "").strip()

    def texts(self, name: str) -> tuple[str, ...]:
        """Every value given, in order, each once."""
        return tuple(dict.fromkeys(value.strip() for value in self.values.getlist(name) if value.strip()))

    def choice(self, name: str, choices: Iterable[str], default: str) -> str:
        """One of some words."""
        value, known = self.text(name) or default, tuple(choices)
        if value not in known:
            raise ParameterError(name, "choice", choices=", ".join(known))
        return value

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """A number in a range."""
        written = self.text(name)
        if not written:
            return default
        try:
            value = float(written)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise ParameterError(name, "range", low=f"{low:g}", high=f"{high:g}")
        return value

    def date(self, name: str) -> str:
        """A year, month or day in ISO form; empty where absent."""
        value = self.text(name)
        if value and not DATE.fullmatch(value):
            raise ParameterError(name, "date")
        return value

    def kansei(self, dictionary: Dictionary) -> dict[str, float]:
        """Weights of ``kansei.<attribute>`` parameters, −1..1, in the dictionary's order; 0 says nothing."""
        weights: dict[str, float] = {}
        for name in self.values:
            if not name.startswith(KANSEI):
                continue
            attribute = name.removeprefix(KANSEI)
            if attribute not in dictionary:
                raise ParameterError(name, "attribute", attribute=attribute)
            if weight := self.number(name, 0.0, -1.0, 1.0):
                weights[attribute] = weight
        return {attribute: weights[attribute] for attribute in sorted(weights, key=dictionary.index)}

    def empty(self) -> tuple[str, ...]:
        """``name=value`` of the fields of a form that say nothing: blank ones and kansei of weight 0."""
        return tuple(f"{name}={value}" for name, value in self.values.items(multi=True) if says_nothing(name, value))

    def telling(self) -> list[tuple[str, str]]:
        """The other parameters, for the page's proper address."""
        return [pair for pair in self.values.items(multi=True) if not says_nothing(*pair)]


def check_names(values: MultiDict[str, str], names: Container[str], *, kansei: bool) -> None:
    """Refuse a parameter that is not known here, or is too long."""
    for name, value in values.items(multi=True):
        if name not in names and not (kansei and name.startswith(KANSEI)):
            raise ParameterError(name, "unknown")
        if len(value) > LONGEST:
            raise ParameterError(name, "too_long", limit=LONGEST)


def says_nothing(name: str, value: str) -> bool:
    """Whether a field leaves things as they are."""
    return not value.strip() or (name.startswith(KANSEI) and value.strip(" +-") in {"0", "0.0"})
