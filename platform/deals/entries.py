"""What people enter: nothing but the fields named, each within its rule, and what must be said with a step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from kyokan.errors import QueryError
from kyokan.platform.deals.steps import Rule, Step

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Lines = Annotated[tuple[Line, ...], Field(max_length=50)]
Yen = Annotated[int, Field(ge=0, le=10**12)]


class Entered(BaseModel):
    """What a person enters: nothing but the fields named, so that no other can be smuggled in."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Terms(Entered):
    """What is offered: category × territory × medium × dates, exclusive or not, and a fee range in yen."""

    category: Line = ""
    territories: Lines = ()
    media: Lines = ()
    since: date | None = None
    until: date | None = None
    exclusive: bool = False
    fee_low: Yen | None = None
    fee_high: Yen | None = None
    note: Prose = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since and self.until and self.until < self.since:
            raise PydanticCustomError("dates_order", "until must not come before since")
        if self.fee_low is not None and self.fee_high is not None and self.fee_high < self.fee_low:
            raise PydanticCustomError("fees_order", "fee_high must not be less than fee_low")
        return self


class Draft(Entered):
    """A proposal as its planner writes it.

    ``artist`` and ``brand`` are ids of the graph, ``artist_side`` and ``brand_side`` the organisations it is addressed
    to, ``expires`` the last day for an answer.
    """

    artist: Line
    brand: Line
    headline: Line
    rationale: Prose = ""
    artist_side: Line = ""
    brand_side: Line = ""
    expires: date | None = None
    terms: Terms = Terms()


class Outcome(Entered):
    """How a finished deal went; ``announced`` says that the tie-up is public."""

    reach: Annotated[int, Field(ge=0)] | None = None
    sales_lift: Annotated[float, Field(ge=-1, le=100, allow_inf_nan=False)] | None = None
    sentiment: Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)] | None = None
    note: Prose = ""
    announced: bool = False


Entry = TypeVar("Entry", bound=Entered)
# What pydantic calls a broken rule, by its beginning -> our code for it
CODES = {
    "dates_order": "dates_order",
    "fees_order": "fees_order",
    "string_too_long": "text_long",
    "too_long": "list_long",
    "string_too_short": "text_missing",
    "missing": "text_missing",
    "greater_than_equal": "number_low",
    "less_than_equal": "number_high",
    "int": "number_wrong",
    "float": "number_wrong",
    "finite": "number_wrong",
    "date": "date_wrong",
}
LIMITS = {"max_length": "longest", "ge": "least", "le": "most"}
LONGEST_REASON = 1000
YEN: TypeAdapter[int | None] = TypeAdapter(Yen | None)


def checked(shape: type[Entry], fields: Mapping[str, Any]) -> Entry:
    """The fields as a shape.

    Raises:
        QueryError: names the first field that is unknown or breaks its rule.
    """
    try:
        return shape.model_validate(dict(fields))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the terms"
        field = next((part for part in reversed(first["loc"]) if isinstance(part, str)), "terms")
        rule = first["msg"][:1].lower() + first["msg"][1:]
        limits = {name: first["ctx"][limit] for limit, name in LIMITS.items() if limit in first.get("ctx", {})}
        raise QueryError(where, rule, "Correct it", code=_code(first["type"]), field=field, **limits) from None


def _code(kind: str) -> str:
    """Our code for a rule that pydantic found broken."""
    return next((code for start, code in CODES.items() if kind.startswith(start)), "field_wrong")


def said_with(
    rule: Rule, step: Step, *, reason: str, terms: Mapping[str, Any] | None, outcome: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What must be said with a step, checked.

    Raises:
        QueryError: something is missing, is said where it is not asked for, or breaks its rule.
    """
    why = within("reason", reason, LONGEST_REASON)
    given = {"reason": why or None, "terms": terms, "outcome": outcome}
    for name, value in given.items():
        needed = getattr(rule, name)
        if needed and value is None:
            raise QueryError(name, f"is needed to {step.value}", f"Say the {name}", code="said_missing", field=name)
        if value is not None and not needed and not (name == "reason" and rule.remark):
            raise QueryError(name, f"is not taken when you {step.value}", code="said_unwanted", field=name)
    said: dict[str, Any] = {"reason": why} if why else {}
    if terms is not None:
        said["terms"] = checked(Terms, terms)
    if outcome is not None:
        said["outcome"] = checked(Outcome, outcome)
    return said


def within(name: str, written: str, longest: int) -> str:
    """A text without the white space around it; it is kept whole or not at all.

    Raises:
        QueryError: it has more letters than ``longest``.
    """
    text = written.strip()
    if len(text) > longest:
        rule = f"has {len(text)} letters, and {longest} at most are kept"
        raise QueryError(name, rule, "Shorten it", code="text_long", field=name, longest=longest)
    return text


def yen(name: str, value: Any) -> int | None:
    """An amount, or none.

    Raises:
        QueryError: it is no whole number of yen.
    """
    try:
        return YEN.validate_python(value)
    except ValidationError:
        rule = "must be yen without a fraction, 0 or more, or empty"
        raise QueryError(name, rule, "Correct it", code="number_wrong", field=name) from None
