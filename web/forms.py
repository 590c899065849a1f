"""Forms: only a page of ours, shown to the same browser, can send one; what it may hold is stated.

A token is a random salt and its HMAC under the browser's session id, which no other site can read. It needs neither a
store nor a secret of the server, ends with the session id, and differs each time: compressing pages gives nothing away.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import urlsplit

from flask import Flask, g, request
from markupsafe import Markup
from werkzeug.exceptions import Forbidden

from kyokan.platform.attachments import service as attachments
from kyokan.web.parameters import LONGEST, ParameterError

FIELD = "csrf_token"
UNITS = {"億": 100_000_000, "万": 10_000, "[Mm]": 1_000_000, "[Kk]": 1_000, "": 1}  # as amounts name them, in order
AMOUNT = re.compile("".join(rf"(?:([0-9]+(?:\.[0-9]+)?){unit})?" for unit in UNITS))
SAFE = {"GET", "HEAD", "OPTIONS"}
LARGEST = 64 * 1024  # bytes
# What is pasted unseen and no document takes: line ends of other programs; controls, turns of direction, no letters.
ODD_ENDS = re.compile("[\x0b\x0c\u2028\u2029]")
STRAY = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]")
TAKES_FILES = {"attachment_add": attachments.LARGEST + LARGEST}  # endpoint -> bytes, for who is signed in


class ForeignFormError(Forbidden):
    """A form that this browser was not shown, or was shown under another session."""


def token() -> str:
    """A token for a form of this page; a browser without a session gets an id that means nobody."""
    if not g.session_id:
        g.session_id = g.new_session = secrets.token_urlsafe(32)
    salt = secrets.token_hex(16)
    return f"{salt}.{_mac(salt)}"


def field() -> Markup:
    """The hidden field that every form carries."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token())


def check() -> None:
    """Refuse a request that changes something unless a page of ours sent it.

    Raises:
        ForeignFormError: it came from another site, or without the token of this session.
    """
    if request.method in SAFE:
        return
    if g.actor and request.endpoint in TAKES_FILES:
        request.max_content_length = TAKES_FILES[request.endpoint]
    origin = request.headers.get("Origin")
    foreign = request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}
    if foreign or (origin is not None and urlsplit(origin).netloc != request.host):
        raise ForeignFormError
    salt, _, mac = request.form.get(FIELD, "").partition(".")
    if not g.session_id or not hmac.compare_digest(_mac(salt).encode(), mac.encode()):
        raise ForeignFormError


def posted(*names: str) -> dict[str, str]:
    """The fields of the form without what was pasted unseen, empty where absent.

    Raises:
        ParameterError: it holds another field, or a text without end.
    """
    for name, value in request.form.items(multi=True):
        if name not in (FIELD, *names):
            raise ParameterError(name, "unknown")
        if len(value) > LONGEST:
            raise ParameterError(name, "too_long", limit=LONGEST)
    return {name: STRAY.sub("", ODD_ENDS.sub(" ", request.form.get(name, ""))) for name in names}


def whole_number(typed: Mapping[str, str], name: str) -> int:
    """A field that a page of ours filled in with a whole number, such as a version.

    Raises:
        ParameterError: it is none.
    """
    if not re.fullmatch(r"[0-9]{1,12}", typed[name]):
        raise ParameterError(name, "unknown")
    return int(typed[name])


def new_key() -> str:
    """A key for a form that makes something, so that sending it twice makes one."""
    return secrets.token_hex(16)


def key_of(typed: Mapping[str, str]) -> str:
    """The key that such a form carries.

    Raises:
        ParameterError: it is none of ours.
    """
    if not re.fullmatch(r"[0-9a-f]{32}", typed["key"]):
        raise ParameterError("key", "unknown")
    return typed["key"]


def yen_of(name: str, written: str) -> int | None:
    """An amount as people and our pages write one (18,000,000、1,800万円、1.5億、¥18M); None where nothing was typed.

    Raises:
        ParameterError: it is no whole number.
    """
    figures = unicodedata.normalize("NFKC", re.sub(r"[,，\s円¥￥]", "", written))
    if not figures:
        return None
    read = AMOUNT.fullmatch(figures)
    amount = Decimal(0)
    for part, unit in zip(read.groups("0") if read else (), UNITS.values(), strict=False):
        amount += Decimal(part) * unit
    if read is None or amount % 1:
        raise ParameterError(name, "number")
    return int(amount)


def parts(written: str) -> list[str]:
    """What stands in a field for several words: parted by commas, Japanese ones too, or on lines of their own."""
    return [part.strip() for part in re.split(r"[,、，\n]", written) if part.strip()]


def init_app(app: Flask) -> None:
    """Check every request; ``actors`` must have read the session before."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST
    app.before_request(check)
    app.jinja_env.globals["csrf_field"] = field
    app.jinja_env.globals["new_key"] = new_key


def _mac(salt: str) -> str:
    return hmac.new(str(g.session_id).encode(), salt.encode(), hashlib.sha256).hexdigest()
