"""The second step: codes of an authenticator app, each good once, and recovery codes."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata

import pyotp
from pyotp.utils import strings_equal

PERIOD = 30  # seconds
DRIFT = 1  # periods by which clocks may differ, either way
RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"  # without letters that look alike
CODE_LETTERS = 16  # 78 bits


def digest(secret: str) -> str:
    """What is kept of a random secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def typed(code: str) -> str:
    """A code as it was meant: full-width letters, spaces and dashes make no difference."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", code[:64]).lower() if letter.isalnum())


def new_secret() -> str:
    """A secret for an authenticator app, 160 bits in base32."""
    return pyotp.random_base32()


def setup_address(secret: str, email: str) -> str:
    """The ``otpauth:`` address that an authenticator app reads."""
    return pyotp.TOTP(secret, interval=PERIOD).provisioning_uri(name=email, issuer_name="Kyokan")


def matching_period(secret: str, code: str, now: float, after: int) -> int | None:
    """The period whose code this is (RFC 6238), within the drift and later than ``after``; None where there is none.

    Whoever accepts a code keeps its period and passes it as ``after`` from then on, so that no code is good twice.
    """
    totp, current = pyotp.TOTP(secret, interval=PERIOD), int(now // PERIOD)
    for period in range(max(current - DRIFT, after + 1), current + DRIFT + 1):
        if strings_equal(totp.generate_otp(period), typed(code)):
            return period
    return None


def new_recovery_codes() -> list[str]:
    """Fresh recovery codes in groups of four letters."""
    return [
        "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(CODE_LETTERS // 4))
        for _ in range(RECOVERY_CODES)
    ]
