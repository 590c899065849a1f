"""E-mail addresses: the one spelling under which an address is kept, and which ones a letter can be sent to."""

from __future__ import annotations

import re
import unicodedata

from kyokan.errors import AccountError

LONGEST_EMAIL, LONGEST_LOCAL = 254, 64  # RFC 5321, sections 4.5.3.1.3 and 4.5.3.1.1
ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# What HTML takes in a field of type "email", with the dots of RFC 5322's dot-atom, and a name below a top-level one.
EMAIL = re.compile(rf"{ATOM}(?:\.{ATOM})*@{LABEL}(?:\.{LABEL})+")


def folded(email: str) -> str:
    """An e-mail address in the one spelling under which it is kept; not checked."""
    return unicodedata.normalize("NFKC", email[: 2 * LONGEST_EMAIL]).strip().lower()


def deliverable(address: str) -> bool:
    """Whether any mail server takes an address and reads it as that one: Latin letters, no quotes, no literal host.

    A domain in other letters is written as browsers send it (``xn--…``).
    """
    short = len(address) <= LONGEST_EMAIL and len(address.partition("@")[0]) <= LONGEST_LOCAL
    return short and address.isascii() and bool(EMAIL.fullmatch(address.lower()))


def checked_email(email: str) -> str:
    """An e-mail address, folded.

    Raises:
        AccountError: it is none that letters reach.
    """
    address = folded(email)
    if not deliverable(address):
        raise AccountError("email", email, "is no e-mail address", "Write it as name@example.com, in Latin letters")
    return address
