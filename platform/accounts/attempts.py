"""How often a password or a code may be tried: counted in the shared file, before the try is looked at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from kyokan.errors import TooManyAttemptsError
from kyokan.platform.accounts.codes import digest
from kyokan.platform.accounts.model import Attempt

QUARTER, DAY = 900.0, 86_400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Tries allowed: of one subject from one network address, of one subject, and from one address.

    The first is low; the second is high enough that a stranger elsewhere cannot lock a person out in passing.
    """

    pair: int  # in a quarter of an hour
    subject: int  # in a day
    address: int  # in a quarter of an hour


PASSWORD = Limits(pair=10, subject=100, address=100)
CODE = Limits(pair=5, subject=20, address=100)
ELSEWHERE = PASSKEY = Limits(pair=30, subject=1000, address=100)  # a signature is not guessed; this bounds the work
INVITATION = Limits(pair=30, subject=100, address=100)  # letters to strangers; the organisation stands for the address


IPV6_SITE = 64  # bits: whoever has one address has all that begin so (RFC 6177, RFC 4291 section 2.5.4)


def count(session: Session, limits: Limits, subject: str, address: str, now: float) -> None:
    """Count a try; tries of other processes are seen, because the caller's transaction holds the write lock.

    Raises:
        TooManyAttemptsError: a limit is reached; this try is not to be looked at.
    """
    session.execute(delete(Attempt).where(Attempt.at <= now - DAY))
    near = neighbourhood(address)
    one, place = Attempt.subject == digest(subject), Attempt.address == near
    _hold(session, [one, place], limits.pair, QUARTER, now)
    _hold(session, [one], limits.subject, DAY, now)
    _hold(session, [place], limits.address, QUARTER, now)
    session.add(Attempt(subject=digest(subject), address=near, at=now))


def forgive(session: Session, subject: str, address: str) -> None:
    """Forget the tries that led to a success."""
    session.execute(
        delete(Attempt).where(Attempt.subject == digest(subject), Attempt.address == neighbourhood(address))
    )


def neighbourhood(address: str) -> str:
    """Where a try comes from as it is counted: an IPv4 address, the site of an IPv6 one, any other word as it is."""
    try:
        place = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(place, IPv4Address):
        return str(place)
    return str(place.ipv4_mapped or ip_network((place.packed, IPV6_SITE), strict=False))


def _hold(session: Session, those: list[ColumnElement[bool]], limit: int, window: float, now: float) -> None:
    asked = select(func.count(), func.min(Attempt.at)).where(*those, Attempt.at > now - window)
    number, first = session.execute(asked).one()
    if number >= limit:
        raise TooManyAttemptsError(max(1, math.ceil(first + window - now)))
