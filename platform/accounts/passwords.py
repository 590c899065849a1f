"""Passwords: which are good enough, and how they are kept (OWASP ASVS 5.0, section 6.2)."""

from __future__ import annotations

import unicodedata
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from kyokan.errors import AccountError

SHORTEST, LONGEST = 12, 128
LOOKED_AT = 32  # letters that the estimate of strength reads; its time grows much faster than the length
WEAKEST = 3  # of 0..4; 3 withstands 10^8 guesses


def composed(password: str) -> str:
    """The same letters in one spelling: keyboards differ in how they compose が or é."""
    return unicodedata.normalize("NFC", password)


def check_new(password: str, *, known: tuple[str, ...] = ()) -> str:
    """A password fit to be kept, composed.

    Args:
        password: as it was typed; any letters, no rules of composition.
        known: what others know of the person, such as the e-mail address; a password made of it is easily guessed.

    Raises:
        AccountError: it is too short, too long or easily guessed.
    """
    if len(password) > LONGEST:
        raise AccountError("too_long", "password", f"has more than {LONGEST} letters", "Take a shorter one")
    password = composed(password)
    if len(password) < SHORTEST:
        raise AccountError("too_short", "password", f"has fewer than {SHORTEST} letters", "Take a longer one")
    if _strength(password, known) < WEAKEST:
        raise AccountError(
            "too_common", "password", "is easily guessed", "Take several words that do not belong together"
        )
    return password


def _strength(password: str, known: tuple[str, ...]) -> int:
    from zxcvbn import zxcvbn

    words = [part for text in ("kyokan", *known) for part in text.replace("@", " ").replace(".", " ").split()]
    return int(zxcvbn(password[:LOOKED_AT], user_inputs=words)["score"])


class Passwords:
    """Argon2id hashes; looking takes as long for an account that does not exist as for one that does.

    Args:
        hasher: the parameters; left out, those of RFC 9106 for little memory (64 MiB, 3 passes, 4 lanes).
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    @cached_property
    def nobody(self) -> str:
        """A hash that no password opens, looked at where there is no account."""
        return self._hasher.hash("\0")

    def hash(self, password: str) -> str:
        """What is kept of a password."""
        return self._hasher.hash(composed(password))

    def opens(self, kept: str | None, password: str) -> bool:
        """Whether a password is the one whose hash was kept; None stands for an account that does not exist."""
        nobody = self.nobody  # made in any case: the first stranger waits no longer than others
        try:
            found = self._hasher.verify(kept or nobody, composed(password[:LONGEST]))
        except VerificationError:
            return False
        return found and kept is not None and len(password) <= LONGEST

    def outdated(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than new ones are."""
        return self._hasher.check_needs_rehash(kept)
