"""What people enter: nothing but the fields named, each within its rule, and what must be said with a step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from kyokan.errors import QueryError
from kyokan.platform.deals.steps import Rule, Step

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Yen = Annotated[int, Field(ge=0, le=10**12)]


class Entered(BaseModel):
    """What a person enters: nothing but the fields named, so that no other can be smuggled in."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Terms(Entered):
    """What is offered: category × territory × medium × dates, exclusive or not, and a fee range in yen."""

    category: Line = ""
    territories: tuple[Line, ...] = ()
    media: tuple[Line, ...] = ()
    since: date | None = None
    until: date | None = None
    exclusive: bool = False
    fee_low: Yen | None = None
    fee_high: Yen | None = None
    note: Prose = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since and self.until and self.until < self.since:
            raise ValueError("until must not come before since")
        if self.fee_low is not None and self.fee_high is not None and self.fee_high < self.fee_low:
            raise ValueError("fee_high must not be less than fee_low")
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
        rule = first["msg"].removeprefix("Value error, ")
        raise QueryError(where, rule[:1].lower() + rule[1:], "Correct it") from None


def said_with(
    rule: Rule, step: Step, *, reason: str, terms: Mapping[str, Any] | None, outcome: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What must be said with a step, checked.

    Raises:
        QueryError: something is missing, is said where it is not asked for, or breaks its rule.
    """
    given = {"reason": reason.strip() or None, "terms": terms, "outcome": outcome}
    for name, value in given.items():
        needed = getattr(rule, name)
        if needed and value is None:
            raise QueryError(name, f"is needed to {step.value}", f"Say the {name}")
        if value is not None and not needed:
            raise QueryError(name, f"is not taken when you {step.value}", "Leave it out")
    said: dict[str, Any] = {}
    if rule.reason:
        said["reason"] = reason.strip()[:1000]
    if terms is not None:
        said["terms"] = checked(Terms, terms)
    if outcome is not None:
        said["outcome"] = checked(Outcome, outcome)
    return said


def yen(name: str, value: Any) -> int | None:
    """An amount, or none.

    Raises:
        QueryError: it is no whole number of yen.
    """
    try:
        return YEN.validate_python(value)
    except ValidationError:
        raise QueryError(name, "must be yen without a fraction, 0 or more, or empty", "Correct it") from None
