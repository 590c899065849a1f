"""Headers that every answer carries, and compression of text."""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Flask, Response, request

RULES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}
POLICY = "; ".join(f"{directive} {source}" for directive, source in RULES.items())
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SECRET = {"shared"}  # endpoints whose address opens the page to whoever knows it: it must not be kept or passed on
SECRET_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
HTTPS = "max-age=31536000; includeSubDomains"
SMALLEST = 1024
TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml")


def protect(response: Response) -> Response:
    """Set the security headers; pages depend on language and preferences, so shared caches keep none of them."""
    response.headers.update(HEADERS)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = HTTPS
    if request.endpoint == "static":
        kept = "max-age=31536000, immutable" if "v" in request.args else "max-age=604800"
        response.headers["Cache-Control"] = f"public, {kept}"
    else:
        response.headers["Cache-Control"] = "private, no-cache"
    if request.endpoint in SECRET:
        response.headers.update(SECRET_HEADERS)
    return response


def compress(response: Response) -> Response:
    """Gzip text of a kilobyte or more for those who accept it; fonts are compressed in themselves."""
    acceptable = response.status_code == 200 and (response.mimetype or "").startswith(TEXT)  # noqa: PLR2004
    if not acceptable or not request.accept_encodings.quality("gzip") or "Content-Encoding" in response.headers:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < SMALLEST:
        return response
    response.set_data(_static(body) if request.endpoint == "static" else gzip.compress(body, 6))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.add("Vary", "Accept-Encoding")
    return response


@lru_cache(maxsize=64)
def _static(body: bytes) -> bytes:
    """Static files are few and never change while the program runs, so the best compression pays."""
    return gzip.compress(body, 9)


def init_app(app: Flask) -> None:
    """Protect and compress every answer."""
    app.after_request(compress)
    app.after_request(protect)
